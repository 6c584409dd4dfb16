"""A run's operating points and temperature, as ``operating.json`` in its folder.

What is chosen on the Results page, or with ``xraylib calibrate``, is written here and copied into a
published model. Everything is about probabilities *after* the temperature. The choices are made
on validation images; what they do is measured on test images, where there are any.

    {"temperature": 1.7, "temperature_n": 50, "ece_before": 0.12, "ece_after": 0.06,
     "ece_chance": 0.07, "ece_split": "test", "ece_n": 66, "split": "val",
     "classes": {"Covid": {"threshold": 0.41, "band": [0.3, 0.5], "chosen_by": "sensitivity 0.90",
       "rests_on": 22, "too_few": true, "positives": 22, "negatives": 28,
       "sensitivity": 0.91, "sensitivity_ci": [0.72, 0.97],
       "specificity": 0.86, "specificity_ci": [0.69, 0.94],
       "flagged_right": [22, 27], "flagged_ci": [0.63, 0.92], "flagged_split": "test"}}}

``flagged_right`` is [images of the class among those flagged, images flagged] of ``flagged_split``.
Intervals are Wilson's; where patients have several images, for as many images as these are worth.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import ConfigError, DatasetError
from xraylib.evaluation.evaluate import JudgedImages, stored_predictions
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.json_values import JsonObject
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.measured import Score
from xraylib.metrics.resampling import share_interval
from xraylib.metrics.thresholds import (
    OperatingPoint,
    at_threshold,
    for_cost,
    for_sensitivity,
    for_specificity,
)
from xraylib.workspace import read_json, write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "operating.json"


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
        return f"{self.by} {self.value:.2f}"


@dataclass(frozen=True, kw_only=True)
class RunOperating:
    """A run's temperature and the thresholds that were chosen: ``operating.json``.

    Attributes:
        temperature: What the logits are divided by; 1 for the network's own probabilities.
        temperature_n: Validation images that it was fitted on.
        ece_before, ece_after: Expected calibration error without and with it; None unmeasured.
        ece_chance: What a perfectly calibrated model would show by chance alone.
        ece_split: What these were measured on, ``ece_n`` images.
        split: What thresholds are chosen on.
        classes: Chosen thresholds by class; classes without one are not there.
    """

    temperature: float = 1.0
    temperature_n: int = 0
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


def choose_point(positive: ArrayLike, scores: ArrayLike, choice: Choice) -> OperatingPoint:
    """The operating point that a choice comes to on these images.

    Raises:
        ConfigError: codes ``share`` and ``cost``.
        DatasetError: code ``one-sided``.
    """
    if choice.by == "sensitivity":
        return for_sensitivity(positive, scores, choice.value)
    if choice.by == "specificity":
        return for_specificity(positive, scores, choice.value)
    if choice.by == "cost":
        return for_cost(positive, scores, missed=choice.missed, false_alarm=choice.false_alarm)
    return at_threshold(positive, scores, choice.value)


def default_operating(run: Run) -> RunOperating:
    """What holds while nobody has chosen: a temperature, and no thresholds.

    The temperature is fitted on the run's validation images; it is 1 where they are fewer than
    30 or do not settle it, or where the run has none.
    """
    try:
        found = calibrate_run(run)
    except DatasetError:  # it has no validation images
        return RunOperating()
    shown = found.before if found.too_few else found.after
    return RunOperating(
        temperature=1.0 if found.too_few else found.temperature,
        temperature_n=found.images,
        ece_before=found.before.ece,
        ece_after=shown.ece,
        ece_chance=shown.ece_expected,
        ece_split=found.split,
        ece_n=found.n,
    )


def make_operating(run: Run, choices: Mapping[str, Choice]) -> RunOperating:
    """The value of ``operating.json`` for these choices, with the default temperature.

    Args:
        run: A run that has ended.
        choices: By class name; classes that are left out get no threshold.

    Raises:
        ConfigError: codes ``share``, ``cost``, ``class`` and ``band``.
        DatasetError: codes ``one-sided`` and ``no-films``.
        RunError: code ``no-predictions``.
    """
    value = default_operating(run)
    if not choices:
        return value
    validation = stored_predictions(run, split="val")
    tested, split = validation, "val"
    with contextlib.suppress(DatasetError):  # there are no test images
        tested, split = stored_predictions(run, split="test"), "test"
    points = {}
    for name, choice in choices.items():
        if name not in run.classes:
            raise _no_class(name, run)
        place = run.classes.index(name)
        scores, positive = _scores(validation, place, value.temperature)
        point = choose_point(positive, scores, choice)
        called, groups = scores >= point.threshold, validation.groups
        scores, truth = _scores(tested, place, value.temperature)
        flagged = scores >= point.threshold
        points[name] = ChosenPoint(
            threshold=point.threshold,
            band=choice.band,
            chosen_by=choice.words,
            rests_on=point.rests_on,
            too_few=point.too_few,
            positives=point.positives,
            negatives=point.negatives,
            sensitivity=Score(point.sensitivity, share_interval(called, positive, groups)),
            specificity=Score(point.specificity, share_interval(~called, ~positive, groups)),
            flagged_right=int((flagged & truth).sum()),
            flagged=int(flagged.sum()),
            flagged_interval=share_interval(truth, flagged, tested.groups),
            flagged_split=split,
        )
    return _checked(run, replace(value, classes=points))


def read_operating(run: Run) -> RunOperating:
    """What was saved for the run, or :func:`default_operating` where nobody has chosen.

    Raises:
        PathError: code ``damaged``.
        ConfigError: The file holds what cannot be used.
        RunError: code ``no-predictions``: nothing was saved and the run has not ended.
    """
    file = run.folder / FILE
    if not file.exists():
        return default_operating(run)
    value = read_json(file)
    try:
        found = RunOperating.from_json(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"The operating point of the run {run.id} lacks something ({error!r})",
            expected="a temperature, and a threshold and a band for each class that has one",
            remedy=f"choose it again on the Results page, or delete {FILE}",
            code="operating-point",
        ) from None
    return _checked(run, found)


def write_operating(run: Run, value: RunOperating) -> None:
    """Saves it in the run's folder, in one step.

    Raises:
        ConfigError: codes ``temperature``, ``class``, ``threshold`` and ``band``.
        PathError: code ``cannot-write``.
    """
    write_json(run.folder / FILE, _checked(run, value).to_json())


def save_choice(run: Run, name: str, choice: Choice) -> RunOperating:
    """Saves the operating point of one class, beside those of the others; what is saved now.

    Raises:
        ConfigError, DatasetError, RunError: See :func:`make_operating`.
        PathError: code ``cannot-write``.
    """
    made = make_operating(run, {name: choice})
    before = read_operating(run)
    same = before.temperature == made.temperature  # else the others mean something else now
    value = replace(made, classes={**(before.classes if same else {}), **made.classes})
    write_operating(run, value)
    return value


def forget_choice(run: Run, name: str) -> None:
    """Removes the saved operating point of one class."""
    value = read_operating(run)
    left = {other: point for other, point in value.classes.items() if other != name}
    write_operating(run, replace(value, classes=left))


def _scores(
    judged: JudgedImages, place: int, temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    scaled = with_temperature(judged.probabilities, temperature)[:, place]
    return scaled, np.equal(judged.labels, place)


def _checked(run: Run, value: RunOperating) -> RunOperating:
    with_temperature([[0.5, 0.5]], value.temperature)
    for name, chosen in value.classes.items():
        if name not in run.classes:
            raise _no_class(name, run)
        _check_threshold(name, chosen.threshold, chosen.band)
    return value


def _check_threshold(name: str, threshold: float, band: tuple[float, float] | None) -> None:
    # A little over 1 is "flags nothing": just above the highest score.
    if not (math.isfinite(threshold) and 0 <= threshold <= 1 + 1e-9):
        raise ConfigError(
            f"The threshold of {name} is {threshold}",
            expected="a probability from 0 to 1",
            remedy="choose another threshold",
            code="threshold",
        )
    if band is not None and not 0 <= band[0] <= threshold <= band[1] <= 1 + 1e-9:
        raise ConfigError(
            f"The uncertain band of {name} is {band[0]:g} to {band[1]:g} and its threshold "
            f"{threshold:.3g}",
            expected="a band that holds the threshold",
            remedy="move the band's ends to both sides of the threshold",
            code="band",
        )


def _no_class(name: str, run: Run) -> ConfigError:
    return ConfigError(
        f"There is no class called {name!r}",
        expected="one of " + ", ".join(run.classes),
        remedy="choose a class of this run",
        code="class",
    )
