"""What a model said about one file, or why it said nothing, as a value to keep and to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from xraylib.json_values import JsonObject, JsonValue
from xraylib.models.classify.prediction import Prediction, Status, status_of
from xraylib.models.classify.warnings import ImageWarning


@dataclass(frozen=True, kw_only=True)
class ClassifiedImage:
    """One file of many.

    Attributes:
        file: Its name or path.
        label: The class that it is more like than the others; None where there is no answer, and
            of findings.
        probabilities: By class; they sum to 1, but for findings. Empty where there is no answer.
        uncertain: Whether a human should decide.
        flagged: The classes whose threshold is reached; None for a model without thresholds, and
            where there is no answer.
        warnings: Reasons for doubt; those for which it cannot be judged first.
        error: ``code``, ``message`` and so on of a refusal, or None.
        would_have_said: What the network gave, by class, for an image that it cannot judge: no
            answer. Empty for every other image.
        several: Whether the classes are findings, of which an image may show several, or none.
    """

    file: str
    label: str | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    uncertain: bool = False
    flagged: tuple[str, ...] | None = None
    warnings: tuple[ImageWarning, ...] = ()
    error: Mapping[str, str] | None = None
    would_have_said: Mapping[str, float] = field(default_factory=dict)
    several: bool = False

    @classmethod
    def of(cls, file: str, prediction: Prediction) -> Self:
        """What a model said about a file."""
        return cls(
            file=file,
            label=prediction.label,
            probabilities=prediction.probabilities,
            uncertain=prediction.uncertain,
            flagged=prediction.flagged,
            warnings=prediction.warnings,
            would_have_said=prediction.would_have_said,
            several=prediction.several,
        )

    @property
    def likeliest(self) -> str | None:
        """The class, or finding, of the highest probability; None where there is no answer."""
        shares = self.probabilities
        return max(shares, key=lambda name: shares[name]) if shares else None

    @property
    def status(self) -> Status:
        """``"ok"``; ``"cannot-judge"``: it is unlike what the model can judge; ``"refused"``: it
        could not be read.
        """
        return status_of(self.warnings) if self.error is None else "refused"

    @property
    def why_not(self) -> str:
        """Why there is no answer, and what to do; empty where there is one."""
        if self.error is not None:
            return self.error["message"]
        return " ".join(warning.message for warning in self.warnings if warning.refuses)

    def to_json(self) -> JsonObject:
        """The fields, with ``status`` after ``file``; of a model of findings also ``findings``.

        That is ``{"probability", "flagged"}`` by name; empty where there is no answer.
        """
        flagged: JsonValue = None if self.flagged is None else [*self.flagged]
        return {
            "file": self.file,
            "status": self.status,
            "label": self.label,
            "probabilities": {**self.probabilities},
            "uncertain": self.uncertain,
            "flagged": flagged,
            "warnings": [{**warning.to_json()} for warning in self.warnings],
            "error": None if self.error is None else {**self.error},
            "would_have_said": {**self.would_have_said},
            **({"findings": self._findings} if self.several else {}),
        }

    @property
    def _findings(self) -> JsonObject:
        return {
            name: {"probability": share, "flagged": name in (self.flagged or ())}
            for name, share in self.probabilities.items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        flagged = value["flagged"]
        return cls(
            file=value["file"],
            label=value["label"],
            probabilities=value["probabilities"],
            uncertain=value["uncertain"],
            flagged=None if flagged is None else tuple(flagged),
            warnings=tuple(ImageWarning(**warning) for warning in value["warnings"]),
            error=value["error"],
            would_have_said=value.get("would_have_said", {}),
            several="findings" in value,
        )
