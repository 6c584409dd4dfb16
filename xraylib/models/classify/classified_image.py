"""What a model said about one file, or why it said nothing, as a value to keep and to send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from xraylib.json_values import JsonObject, JsonValue
from xraylib.models.classify.warnings import ImageWarning


@dataclass(frozen=True, kw_only=True)
class ClassifiedImage:
    """One file of many.

    Attributes:
        file: Its name or path.
        label: The class that it is more like than the others; None where it was refused.
        probabilities: By class; they sum to 1. Empty where it was refused.
        uncertain: Whether a human should decide.
        flagged: The classes whose threshold is reached; None for a model without thresholds.
        warnings: Reasons for doubt.
        error: ``code``, ``message`` and so on of a refusal, or None.
    """

    file: str
    label: str | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    uncertain: bool = False
    flagged: tuple[str, ...] | None = None
    warnings: tuple[ImageWarning, ...] = ()
    error: Mapping[str, str] | None = None

    @property
    def status(self) -> str:
        """``"ok"`` or ``"refused"``."""
        return "ok" if self.error is None else "refused"

    def to_json(self) -> JsonObject:
        """The fields, with ``status`` after ``file``."""
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
        )
