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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from xraylib.errors import ConfigError, DatasetError
from xraylib.evaluation.evaluate import Judged, stored_predictions
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.metrics.calibration import with_temperature
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


def choose_point(positive: Any, scores: Any, choice: Choice) -> OperatingPoint:
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


def default_operating(run: Run) -> dict[str, Any]:
    """What holds while nobody has chosen: a temperature, and no thresholds.

    The temperature is fitted on the run's validation images; it is 1 where they are fewer than
    30 or do not settle it, or where the run has none.
    """
    try:
        found = calibrate_run(run)
    except DatasetError:  # it has no validation images
        return {
            "temperature": 1.0,
            "temperature_n": 0,
            "ece_before": None,
            "ece_after": None,
            "ece_chance": None,
            "ece_split": None,
            "ece_n": 0,
            "split": "val",
            "classes": {},
        }
    enough = not found["too_few"]
    return {
        "temperature": found["temperature"] if enough else 1.0,
        "temperature_n": found["films"],
        "ece_before": found["before"]["ece"],
        "ece_after": found["after" if enough else "before"]["ece"],
        "ece_chance": found["after" if enough else "before"]["ece_expected"],
        "ece_split": found["split"],
        "ece_n": found["n"],
        "split": "val",
        "classes": {},
    }


def make_operating(run: Run, choices: Mapping[str, Choice]) -> dict[str, Any]:
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
    validation = stored_predictions(run, split="val") if choices else None
    tested, split = validation, "val"
    with contextlib.suppress(DatasetError):  # there are no test images
        tested, split = stored_predictions(run, split="test"), "test"
    for name, choice in choices.items():
        if name not in run.classes:
            raise _no_class(name, run)
        assert validation is not None
        assert tested is not None
        scores, positive = _scores(validation, run.classes.index(name), value["temperature"])
        point = choose_point(positive, scores, choice)
        called, groups = scores >= point.threshold, validation.groups
        rates = {
            "sensitivity_ci": list(share_interval(called, positive, groups) or ()),
            "specificity_ci": list(share_interval(~called, ~positive, groups) or ()),
        }
        scores, positive = _scores(tested, run.classes.index(name), value["temperature"])
        flagged = scores >= point.threshold
        value["classes"][name] = {
            **point.to_json(),
            **rates,
            "band": list(choice.band) if choice.band else None,
            "chosen_by": choice.words,
            "flagged_right": [int((flagged & positive).sum()), int(flagged.sum())],
            "flagged_ci": list(share_interval(positive, flagged, tested.groups) or ()),
            "flagged_split": split,
        }
    return _checked(run, value)


def read_operating(run: Run) -> dict[str, Any]:
    """What was saved for the run, or :func:`default_operating` where nobody has chosen.

    Raises:
        PathError: code ``damaged``.
        ConfigError: The file holds what cannot be used.
        RunError: code ``no-predictions``: nothing was saved and the run has not ended.
    """
    file = run.folder / FILE
    return _checked(run, read_json(file)) if file.exists() else default_operating(run)


def write_operating(run: Run, value: Mapping[str, Any]) -> None:
    """Saves it in the run's folder, in one step.

    Raises:
        ConfigError: codes ``temperature``, ``class``, ``threshold`` and ``band``.
        PathError: code ``cannot-write``.
    """
    write_json(run.folder / FILE, _checked(run, value))


def save_choice(run: Run, name: str, choice: Choice) -> dict[str, Any]:
    """Saves the operating point of one class, beside those of the others; what is saved now.

    Raises:
        ConfigError, DatasetError, RunError: See :func:`make_operating`.
        PathError: code ``cannot-write``.
    """
    made = make_operating(run, {name: choice})
    before = read_operating(run)
    same = before["temperature"] == made["temperature"]  # else the others mean something else now
    value = {**made, "classes": {**(before["classes"] if same else {}), **made["classes"]}}
    write_operating(run, value)
    return value


def forget_choice(run: Run, name: str) -> None:
    """Removes the saved operating point of one class."""
    value = read_operating(run)
    value["classes"].pop(name, None)
    write_operating(run, value)


def _scores(judged: Judged, place: int, temperature: float) -> tuple[Any, Any]:
    scaled = with_temperature(judged.probabilities, temperature)[:, place]
    return scaled, np.equal(judged.labels, place)


def _checked(run: Run, value: Mapping[str, Any]) -> dict[str, Any]:
    try:
        result = {**value, "classes": {k: dict(v) for k, v in value["classes"].items()}}
        with_temperature([[0.5, 0.5]], float(value["temperature"]))
        for name, chosen in result["classes"].items():
            if name not in run.classes:
                raise _no_class(name, run)
            _check_threshold(name, float(chosen["threshold"]), chosen["band"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"The operating point of the run {run.id} lacks something ({error!r})",
            expected="a temperature, and a threshold and a band for each class that has one",
            remedy=f"choose it again on the Results page, or delete {FILE}",
            code="operating-point",
        ) from None
    return result


def _check_threshold(name: str, threshold: float, band: Any) -> None:
    # A little over 1 is "flags nothing": just above the highest score.
    if not (math.isfinite(threshold) and 0 <= threshold <= 1 + 1e-9):
        raise ConfigError(
            f"The threshold of {name} is {threshold}",
            expected="a probability from 0 to 1",
            remedy="choose another threshold",
            code="threshold",
        )
    if band is not None and not 0 <= float(band[0]) <= threshold <= float(band[1]) <= 1 + 1e-9:
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
