"""The temperature of a run, from its validation images, and what it does to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xraylib.arguments import checked
from xraylib.errors import DatasetError
from xraylib.evaluation.run_temperature import fitted_temperature
from xraylib.evaluation.stored_predictions import stored_predictions
from xraylib.json_values import JsonObject
from xraylib.metrics.calibration import FEW, Calibration, calibration, with_temperature
from xraylib.metrics.temperature import TemperatureChoice

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True)
class RunCalibration:
    """A run's temperature, and its calibration before and after it.

    Attributes:
        run: The run's id.
        temperature: The one that was fitted; 1 where the images do not settle one.
        choice: Whether it is applied, and why not.
        images: Validation images that it was fitted on.
        split: What it is measured on: ``"test"``, or ``"val"`` where there are no test images.
        n: Images of that split.
        before: With the network's own probabilities.
        after: With those at the fitted temperature, whether it is applied or not.
        notes: Remarks.
    """

    run: str
    temperature: float
    choice: TemperatureChoice
    images: int
    split: str
    n: int
    before: Calibration
    after: Calibration
    notes: tuple[str, ...]

    @property
    def too_few(self) -> bool:
        """Whether it was fitted on fewer than 30 images."""
        return self.images < FEW

    def to_json(self) -> JsonObject:
        """The fields, ``images`` as ``films``, ``too_few``, and of ``choice`` what was applied."""
        return {
            "run": self.run,
            "temperature": self.temperature,
            "applied": self.choice.applied,
            "held_out_gain": self.choice.gain,
            "held_out_p": self.choice.p,
            "not_applied_because": self.choice.reason,
            "films": self.images,
            "too_few": self.too_few,
            "split": self.split,
            "n": self.n,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "notes": list(self.notes),
        }


@checked
def calibrate_run(run: Run) -> RunCalibration:
    """Temperature from a run's validation images; calibration before and after. No TensorFlow.

    Args:
        run: A run that has ended.

    Raises:
        RunError: codes ``no-predictions`` and ``several-findings``.
        DatasetError: code ``no-films``: the run has no validation images.
    """
    fitted = stored_predictions(run, split="val")
    choice = fitted_temperature(run)
    temperature = 1.0 if choice.fitted is None else choice.fitted
    notes = []
    split, judged = "test", fitted
    try:
        judged = stored_predictions(run, split="test")
    except DatasetError:
        split = "val"
        notes.append(
            "there are no test images: before and after are of the validation images that the "
            "temperature was fitted on, and are likely too good"
        )
    scaled = with_temperature(judged.probabilities, temperature)
    return RunCalibration(
        run=run.id,
        temperature=temperature,
        choice=choice,
        images=choice.images,
        split=split,
        n=len(judged.labels),
        before=calibration(
            judged.labels, judged.probabilities, groups=judged.groups, classes=run.classes
        ),
        after=calibration(judged.labels, scaled, groups=judged.groups, classes=run.classes),
        notes=tuple(notes),
    )
