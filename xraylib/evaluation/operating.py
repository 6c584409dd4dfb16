"""A run's operating points and temperature, as ``operating.json`` in its folder.

What is chosen on the Results page, or with ``xraylib calibrate``, is written here and copied into a
published model. Everything is about probabilities *after* the temperature. The choices are made
on validation images; what they do is measured on test images, where there are any.

    {"temperature": 1.7, "temperature_n": 50, "temperature_by": "validation",
     "temperature_fitted": 1.7, "temperature_why": "",
     "ece_before": 0.12, "ece_after": 0.06,
     "ece_chance": 0.07, "ece_split": "test", "ece_n": 66, "split": "val",
     "classes": {"Covid": {"threshold": 0.41, "band": [0.3, 0.5], "chosen_by": "sensitivity 0.90",
       "rests_on": 22, "too_few": true, "positives": 22, "negatives": 28,
       "sensitivity": 0.91, "sensitivity_ci": [0.72, 0.97],
       "specificity": 0.86, "specificity_ci": [0.69, 0.94],
       "flagged_right": [22, 27], "flagged_ci": [0.63, 0.92], "flagged_split": "test",
       "test": {"found": [15, 26], "sensitivity": 0.58, "sensitivity_ci": [0.39, 0.74],
         "passed": [33, 40], "specificity": 0.82, "specificity_ci": [0.68, 0.91]}}}}

``sensitivity`` and ``specificity`` are of the validation images that the threshold was chosen on,
and so too good; ``test`` has what is to be told. ``flagged_right`` is [images of the class among
those flagged, images flagged] of ``flagged_split``.
Intervals are those of shares; where patients have several images, for as many images as these are
worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self

from xraylib.arguments import checked_fields
from xraylib.json_values import JsonObject
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.rounding import rounded

TemperatureBy = Literal["validation", "none"]
NOT_WANTED: Final = "whoever chose wants the network's own probabilities"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """How the threshold of one class is to be found.

    Attributes:
        by: ``"sensitivity"``, ``"specificity"``, ``"cost"``, or ``"hand"``: a threshold as given.
        value: The wanted sensitivity or specificity, or the threshold; not used for cost.
        missed: Cost of an image of the class that is not flagged.
        false_alarm: Cost of another image that is flagged, in the same unit.
        band: Probabilities between which the answer is "uncertain, ask a human"; None for none.
    """

    by: Literal["sensitivity", "specificity", "cost", "hand"]
    value: float = 0.5
    missed: float = 1.0
    false_alarm: float = 1.0
    band: tuple[float, float] | None = None

    @property
    def words(self) -> str:
        """``sensitivity 0.90``, ``cost 5 to 1`` or ``hand``."""
        if self.by == "hand":
            return "hand"
        if self.by == "cost":
            return f"cost {self.missed:g} to {self.false_alarm:g}"
        return f"{self.by} {rounded(self.value)}"


@checked_fields
@dataclass(frozen=True, kw_only=True)
class RunOperating:
    """A run's temperature and the thresholds that were chosen: ``operating.json``.

    Attributes:
        temperature: What the logits are divided by; 1 for the network's own probabilities.
        temperature_n: Validation images that it was fitted on.
        temperature_fitted: The one that they would have; None where they settle none.
        temperature_by: ``"validation"``, or ``"none"`` where somebody wants none.
        temperature_why: Why the fitted one is not applied; empty where it is.
        ece_before, ece_after: Expected calibration error without and with it; None unmeasured.
        ece_chance: What a perfectly calibrated model would show by chance alone.
        ece_split: What these were measured on, ``ece_n`` images.
        split: What thresholds are chosen on.
        classes: Chosen thresholds by class; classes without one are not there.
    """

    temperature: float = 1.0
    temperature_n: int = 0
    temperature_fitted: float | None = None
    temperature_by: TemperatureBy = "validation"
    temperature_why: str = ""
    ece_before: float | None = None
    ece_after: float | None = None
    ece_chance: float | None = None
    ece_split: str | None = None
    ece_n: int = 0
    split: str = "val"
    classes: Mapping[str, ChosenPoint] = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        points = {name: point.to_json() for name, point in self.classes.items()}
        return {**vars(self), "classes": points}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`, also of earlier versions.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: It is none.
        """
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        points = {name: ChosenPoint.from_json(one) for name, one in value["classes"].items()}
        return cls(**{**known, "temperature": float(value["temperature"]), "classes": points})
