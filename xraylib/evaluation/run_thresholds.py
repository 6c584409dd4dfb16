"""A run's operating points: chosen on its validation images, measured on its test images.

What is chosen on the Results page, or with ``xraylib calibrate``, is kept in the run's folder and
copied into a published model.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import ConfigError, DatasetError, RunError
from xraylib.evaluation.operating import NOT_WANTED, Choice, RunOperating, TemperatureBy
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.evaluation.run_temperature import CHOOSE_AGAIN, FILE
from xraylib.evaluation.stored_predictions import JudgedImages, refuse_findings, stored_predictions
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.chosen_point import ChosenPoint, TestedPoint
from xraylib.metrics.measured import Score
from xraylib.metrics.thresholds import (
    OperatingPoint,
    at_threshold,
    for_cost,
    for_sensitivity,
    for_specificity,
)
from xraylib.metrics.uncertainty.resampling import share_interval
from xraylib.records import read_if_kept
from xraylib.workspace import write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


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


def default_operating(run: Run, temperature_by: TemperatureBy = "validation") -> RunOperating:
    """What holds while nobody has chosen: a temperature, and no thresholds.

    The temperature is fitted on the run's validation images. It is 1 where they are fewer than
    30, do not settle it, or it does not help on such images that are held out
    (:mod:`xraylib.metrics.temperature`); where the run has none; and where it is not wanted.
    """
    try:
        found = calibrate_run(run)
    except DatasetError:  # it has no validation images
        return RunOperating(
            temperature_by=temperature_by, temperature_why="there are no validation images"
        )
    unwanted = temperature_by == "none"
    applied = 1.0 if unwanted else found.choice.applied
    shown = found.before if applied == 1 else found.after
    return RunOperating(
        temperature=applied,
        temperature_n=found.images,
        temperature_fitted=found.choice.fitted,
        temperature_by=temperature_by,
        temperature_why=NOT_WANTED if unwanted else found.choice.reason,
        ece_before=found.before.ece,
        ece_after=shown.ece,
        ece_chance=shown.ece_expected,
        ece_split=found.split,
        ece_n=found.n,
    )


def make_operating(
    run: Run, choices: Mapping[str, Choice], *, temperature_by: TemperatureBy = "validation"
) -> RunOperating:
    """The value of ``operating.json`` for these choices, with the default temperature.

    Args:
        run: A run that has ended.
        choices: By class name; classes that are left out get no threshold.
        temperature_by: ``"none"`` for the network's own probabilities.

    Raises:
        ConfigError: codes ``share``, ``cost``, ``class`` and ``band``.
        DatasetError: codes ``one-sided`` and ``no-films``.
        RunError: code ``no-predictions``.
    """
    value = default_operating(run, temperature_by)
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
        points[name] = chosen_point(
            choice,
            OneSide(*_scores(validation, place, value.temperature), validation.groups),
            OneSide(*_scores(tested, place, value.temperature), tested.groups),
            split=split,
        )
    return _checked(run, replace(value, classes=points))


class OneSide(NamedTuple):
    """What was said of one class or finding on some images.

    Attributes:
        scores: ``(n,)`` its probabilities, at the temperature.
        positive: ``(n,)`` whether the image is of it.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """

    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]
    groups: NDArray[np.int64]


def chosen_point(
    choice: Choice, validation: OneSide, tested: OneSide, *, split: str
) -> ChosenPoint:
    """The operating point of a choice on validation images, and what it does on others.

    Args:
        choice: How it is to be found.
        validation: What it is chosen on.
        tested: What it is measured on.
        split: What those are: ``"test"``, or ``"val"`` where there are no test images.

    Raises:
        ConfigError: codes ``share`` and ``cost``.
        DatasetError: code ``one-sided``.
    """
    scores, positive, groups = validation
    point = choose_point(positive, scores, choice)
    called, flagged = scores >= point.threshold, tested.scores >= point.threshold
    truth = tested.positive
    interval = partial(share_interval, groups=groups, of_class=positive)
    return ChosenPoint(
        threshold=point.threshold,
        band=choice.band,
        chosen_by=choice.words,
        rests_on=point.rests_on,
        too_few=point.too_few,
        positives=point.positives,
        negatives=point.negatives,
        sensitivity=Score(point.sensitivity, interval(called, positive)),
        specificity=Score(point.specificity, interval(~called, ~positive)),
        flagged_right=int((flagged & truth).sum()),
        flagged=int(flagged.sum()),
        flagged_interval=share_interval(truth, flagged, tested.groups, of_class=truth),
        flagged_split=split,
        tested=measured_point(flagged, truth, tested.groups) if split == "test" else None,
    )


def measured_point(
    flagged: NDArray[np.bool_], positive: NDArray[np.bool_], groups: NDArray[np.int64]
) -> TestedPoint | None:
    """What a threshold does on images that it was not chosen on; None where a side is empty."""
    if positive.all() or not positive.any():
        return None
    found, passed = int((flagged & positive).sum()), int((~flagged & ~positive).sum())
    positives, negatives = int(positive.sum()), int((~positive).sum())
    interval = partial(share_interval, groups=groups, of_class=positive)
    return TestedPoint(
        found=found,
        positives=positives,
        passed=passed,
        negatives=negatives,
        sensitivity=Score(found / positives, interval(flagged, positive)),
        specificity=Score(passed / negatives, interval(~flagged, ~positive)),
    )


def read_operating(run: Run) -> RunOperating:
    """What was saved for the run, or :func:`default_operating` where nobody has chosen.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
        RunError: codes ``no-predictions``: nothing was saved and the run has not ended, and
            ``several-findings``.
    """
    refuse_findings(run)
    found = read_if_kept(
        run.folder / FILE,
        lambda value: _checked(run, RunOperating.from_json(value)),
        remedy=CHOOSE_AGAIN,
    )
    return default_operating(run) if found is None else _with_tested(run, found)


def _with_tested(run: Run, value: RunOperating) -> RunOperating:
    """The same, each point measured on the test images as they are known now.

    Points of earlier versions were not, and an audit since may have told which images are copies.
    """
    if not value.classes:
        return value
    try:
        judged = stored_predictions(run, split="test")
    except (DatasetError, RunError):
        return value
    points = {}
    for name, point in value.classes.items():
        if name in run.classes:
            scores, truth = _scores(judged, run.classes.index(name), value.temperature)
            flagged = point.threshold <= scores
            point = replace(point, tested=measured_point(flagged, truth, judged.groups))
        points[name] = point
    return replace(value, classes=points)


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
    before = read_operating(run)
    made = make_operating(run, {name: choice}, temperature_by=before.temperature_by)
    same = before.temperature == made.temperature  # else the others mean something else now
    value = replace(made, classes={**(before.classes if same else {}), **made.classes})
    write_operating(run, value)
    return value


def choose_temperature_by(run: Run, by: TemperatureBy) -> RunOperating:
    """Saves whether the run's temperature is applied where it helps, or never.

    Thresholds are about probabilities after the temperature, so those that were chosen at another
    one are dropped.

    Raises:
        RunError: code ``no-predictions``.
        PathError: code ``cannot-write``.
    """
    before, value = read_operating(run), default_operating(run, by)
    if before.temperature == value.temperature:
        value = replace(value, classes=before.classes)
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
        check_point(run, name, chosen)
    return value


def check_point(run: Run, name: str, point: ChosenPoint) -> None:
    """Refuses the point of a class that there is not, or that makes no sense.

    Raises:
        ConfigError: codes ``class``, ``threshold`` and ``band``.
    """
    if name not in run.classes:
        raise _no_class(name, run)
    threshold, band = point.threshold, point.band
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
