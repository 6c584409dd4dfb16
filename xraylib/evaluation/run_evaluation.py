"""How good a run is on some images, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from xraylib.json_values import JsonObject
from xraylib.metrics.evaluation import Evaluation

NOT_TOLD: Final = "not told"
"""In place of a number of patients where nothing tells any."""


def of_patients(images: int, patients: int, *, told: bool) -> str:
    """`` of 57 patients``, or nothing where each image counts as one.

    Where nothing tells the patients each image counts as one of its own, and to say so many
    patients would claim to know them.

    Args:
        images: How many.
        patients: How many they count as; sure copies of one picture count as one.
        told: Whether a name or a table tells any patient; else ``" (57 different pictures)"``.
    """
    if images == patients:
        return ""
    if not told:
        return f" ({patients:,} different picture{'' if patients == 1 else 's'})"
    return f" of {patients:,} patient{'' if patients == 1 else 's'}"


@dataclass(frozen=True, kw_only=True, repr=False)
class RunEvaluation(Evaluation):
    """How good a run is on some images: an :class:`Evaluation`, and what was judged.

    Attributes:
        run: The run's id.
        split: ``"train"``, ``"val"``, ``"test"``, ``"all"`` of a folder without split folders, or
            the key of images that it was judged on later.
        data: The images' folder.
        source: ``"stored"`` predictions or ``"predicted"`` now.
        left_out: Readable images of classes that the run does not know.
        kept: The key under which the predictions were kept, which stands for a split; or None.
        temperature: What the logits were divided by; 1 for the network's own probabilities.
        patients_told: Images whose patient a name or a table tells. The others count as one
            patient each, but sure copies of one picture together.
    """

    run: str
    split: str
    data: str
    source: str
    left_out: int = 0
    kept: str | None = None
    temperature: float = 1.0
    patients_told: int | None = None

    @classmethod
    def of(cls, found: Evaluation, **about: Any) -> Self:
        """An evaluation with ``run``, ``split``, ``data``, ``source`` and so on."""
        made = cls(**vars(found), **about)
        if made.patients_told != 0 or made.patients == made.n:
            return made
        note = (
            f"no name or table tells the patients; sure copies count as one, so the {made.n} "
            f"images as {made.patients}"
        )
        return replace(made, notes=(note,))

    @property
    def whose(self) -> str:
        """``of 57 patients``, or that nothing tells whose the images are."""
        people = f"of {self.patients:,} patient{'' if self.patients == 1 else 's'}"
        if self.patients_told is None or self.patients_told == self.n:
            return people
        if self.patients_told:
            return f"{people}, where the patient of {self.n - self.patients_told:,} is not told"
        if self.patients == self.n:
            return "of patients who are not told"
        return f"of patients who are not told ({self.patients:,} different pictures)"

    @property
    def which_probabilities(self) -> str:
        """Whether a temperature is in the figures, in a clause."""
        if self.temperature == 1:
            return "probabilities as the network gives them, no temperature is applied"
        return f"probabilities after temperature {self.temperature:.3f}"

    def to_json(self) -> JsonObject:
        """What :meth:`Evaluation.to_json` gives and the fields; ``kept`` only where it is."""
        return {
            **super().to_json(),
            "run": self.run,
            "split": self.split,
            "data": self.data,
            "source": self.source,
            "left_out": self.left_out,
            "temperature": self.temperature,
            "patients_told": self.patients_told,
            **({} if self.kept is None else {"kept": self.kept}),
        }

    @classmethod
    def _fields(cls, value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **super()._fields(value),
            **{name: str(value[name]) for name in ("run", "split", "data", "source")},
            "left_out": int(value["left_out"]),
            "kept": value.get("kept"),
            "temperature": float(value.get("temperature", 1.0)),
            "patients_told": value.get("patients_told"),
        }
