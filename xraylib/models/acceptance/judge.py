"""How a model does on labelled images of another place, and whether it may be tried there.

A threshold and a temperature are chosen anew on one half of the patients and judged on the other,
so that what is told of them was not chosen to look good.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject
from xraylib.metrics.calibration import HIGHEST, fit_temperature, with_temperature
from xraylib.metrics.checked_images import patient_numbers
from xraylib.metrics.evaluation import Evaluation, evaluate_predictions
from xraylib.metrics.intervals import Z95, Interval
from xraylib.metrics.measured import Score
from xraylib.metrics.scores import log_losses
from xraylib.metrics.thresholds import for_sensitivity
from xraylib.metrics.uncertainty.jackknife import standard_error
from xraylib.metrics.uncertainty.resampling import share_interval
from xraylib.models.acceptance.verdict import Facts, Verdict, verdict_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_TO_FIT: Final = 30
"""Images under which no temperature is fitted."""
_AT_THE_END: Final = 0.99
"""Of the highest temperature that is looked for: there is no valley before it."""


@dataclass(frozen=True, kw_only=True)
class LocalThreshold:
    """A threshold that was chosen on one half of the patients, judged on the other.

    Attributes:
        threshold: An image is flagged for the class from this probability.
        wanted: The sensitivity that it was chosen for.
        rests_on: Images of the class that it was chosen on.
        sensitivity, specificity: On the other half, with 95 % intervals by patient.
    """

    threshold: float
    wanted: float
    rests_on: int
    sensitivity: Score
    specificity: Score

    def to_json(self) -> JsonObject:
        """Intervals as ``…_ci``."""
        return {
            "threshold": self.threshold,
            "wanted": self.wanted,
            "rests_on": self.rests_on,
            "sensitivity": self.sensitivity.value,
            "sensitivity_ci": list(self.sensitivity.interval or ()),
            "specificity": self.specificity.value,
            "specificity_ci": list(self.specificity.interval or ()),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        return cls(
            threshold=float(value["threshold"]),
            wanted=float(value["wanted"]),
            rests_on=int(value["rests_on"]),
            sensitivity=_score(value, "sensitivity"),
            specificity=_score(value, "specificity"),
        )


@dataclass(frozen=True, kw_only=True)
class LocalTemperature:
    """A temperature that was fitted on one half of the patients, judged on the other.

    Attributes:
        temperature: On top of the model's own; 1 where none is worth while.
        fitted: What the fit came to; None where there were too few images, or none to settle it.
        change: Of the log loss on the other half, with its 95 % interval by patient; below 0 is
            better. Not defined where nothing was fitted.
    """

    temperature: float
    fitted: float | None
    change: Score

    def to_json(self) -> JsonObject:
        """The interval as ``change_ci``."""
        return {
            "temperature": self.temperature,
            "fitted": self.fitted,
            "change": self.change.value,
            "change_ci": list(self.change.interval or ()),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        fitted = value["fitted"]
        return cls(
            temperature=float(value["temperature"]),
            fitted=None if fitted is None else float(fitted),
            change=_score(value, "change"),
        )


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """A model on images of another place.

    Attributes:
        here: How good it is there, as it was published.
        strange: Share of the images that are unlike those it learned from, with its interval; not
            defined for a model that does not notice.
        chosen_on, judged_on: Images of the two halves.
        temperature: Fitted on the first, judged on the second.
        thresholds: By class, likewise; classes without images on both sides are not there.
        verdict: What follows.
    """

    here: Evaluation
    strange: Score
    chosen_on: int
    judged_on: int
    temperature: LocalTemperature
    thresholds: Mapping[str, LocalThreshold]
    verdict: Verdict

    def to_json(self) -> JsonObject:
        """The verdict first."""
        return {
            "verdict": self.verdict.to_json(),
            "here": self.here.to_json(),
            "strange": self.strange.value,
            "strange_ci": list(self.strange.interval or ()),
            "chosen_on": self.chosen_on,
            "judged_on": self.judged_on,
            "temperature": self.temperature.to_json(),
            "thresholds": {name: one.to_json() for name, one in self.thresholds.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError, DatasetError: It is none.
        """
        return cls(
            here=Evaluation.from_json(value["here"]),
            strange=_score(value, "strange"),
            chosen_on=int(value["chosen_on"]),
            judged_on=int(value["judged_on"]),
            temperature=LocalTemperature.from_json(value["temperature"]),
            thresholds={
                name: LocalThreshold.from_json(one) for name, one in value["thresholds"].items()
            },
            verdict=Verdict.from_json(value["verdict"]),
        )


def judge(
    labels: NDArray[np.int64],
    probabilities: Floats,
    classes: Sequence[str],
    patients: Sequence[str],
    *,
    strange: Bools | None,
    testing: Mapping[str, Any],
    unanswered: int = 0,
    same_images: bool = False,
    patients_told: bool = True,
    sensitivity: float = 0.9,
    seed: int = 0,
) -> Acceptance:
    """What labelled images of another place say of a model.

    Args:
        labels: ``(n,)`` true classes, positions in ``classes``; at least one image.
        probabilities: ``(n, classes)`` as the model shows them.
        classes: Their names.
        patients: Whose images they are.
        strange: ``(n,)`` which are unlike the training images; None where the model cannot tell.
        testing: ``Bundle.metrics``: how it did in its own testing.
        unanswered: How many of the images the model gives no answer to; what it would have said
            of them counts here.
        same_images: Whether these are the images that it was made with.
        patients_told: Whether a name or a table tells any patient.
        sensitivity: That the thresholds are chosen for.
        seed: Of how patients are halved.

    Raises:
        ConfigError: code ``share``.
    """
    groups = patient_numbers(patients, len(labels))
    every = np.ones(len(labels), bool)
    here = evaluate_predictions(labels, probabilities, list(classes), list(patients))
    odd = Score(None, None, "the model does not notice images of another kind")
    if strange is not None:
        odd = Score(float(strange.mean()), share_interval(strange, every, groups))
    choose = halves(labels, groups, seed)
    temperature = _temperature(labels, probabilities, groups, choose)
    p = with_temperature(probabilities, temperature.temperature)
    thresholds = {}
    for place, name in enumerate(classes):
        one = _threshold(labels == place, p[:, place], groups, choose, sensitivity)
        if one is not None:
            thresholds[name] = one
    facts = Facts(
        here=here,
        strange=odd,
        testing=testing,
        unanswered=unanswered,
        same_images=same_images,
        patients_told=patients_told,
    )
    return Acceptance(
        here=here,
        strange=odd,
        chosen_on=int(choose.sum()),
        judged_on=int((~choose).sum()),
        temperature=temperature,
        thresholds=thresholds,
        verdict=verdict_of(facts),
    )


def halves(labels: NDArray[np.int64], groups: NDArray[np.int64], seed: int) -> Bools:
    """``(n,)``: the images to choose on: half of the patients, of each class every second one."""
    rng = np.random.default_rng(seed)
    _, first = np.unique(groups, return_index=True)
    chosen = np.zeros(len(first), bool)
    start = 0
    for label in np.unique(labels[first]):
        members = rng.permutation(np.flatnonzero(labels[first] == label))
        chosen[members[start::2]] = True
        start = (start + len(members)) % 2
    return chosen[groups]


def _temperature(
    labels: NDArray[np.int64], p: Floats, groups: NDArray[np.int64], choose: Bools
) -> LocalTemperature:
    few = Score(None, None, f"under {FEWEST_TO_FIT} X-rays to fit it on")
    if choose.sum() < FEWEST_TO_FIT or choose.all():
        return LocalTemperature(temperature=1.0, fitted=None, change=few)
    fitted = fit_temperature(labels[choose], p[choose])
    if fitted is None:
        nothing = Score(None, None, "all X-rays to fit it on were called right")
        return LocalTemperature(temperature=1.0, fitted=None, change=nothing)
    if fitted > _AT_THE_END * HIGHEST:
        flat = Score(None, None, "the flatter its probabilities the better: they tell nothing here")
        return LocalTemperature(temperature=1.0, fitted=None, change=flat)
    rest = ~choose
    before = log_losses(labels[rest], p[rest])
    moved = log_losses(labels[rest], with_temperature(p[rest], fitted)) - before
    whose = np.unique(groups[rest], return_inverse=True)[1]
    patients = int(whose.max()) + 1
    error = standard_error(moved - moved.mean(), whose)
    error *= math.sqrt(patients / max(patients - 1, 1))
    change = float(moved.mean())
    interval = Interval(change - Z95 * error, change + Z95 * error)
    worth = interval.high < 0
    return LocalTemperature(
        temperature=fitted if worth else 1.0, fitted=fitted, change=Score(change, interval)
    )


def _threshold(
    positive: Bools, scores: Floats, groups: NDArray[np.int64], choose: Bools, wanted: float
) -> LocalThreshold | None:
    try:
        point = for_sensitivity(positive[choose], scores[choose], wanted)
    except DatasetError:  # one side has no image
        return None
    rest, flagged = ~choose, scores >= point.threshold
    return LocalThreshold(
        threshold=point.threshold,
        wanted=wanted,
        rests_on=point.positives,
        sensitivity=_share(flagged, rest & positive, groups),
        specificity=_share(~flagged, rest & ~positive, groups),
    )


def _share(hits: Bools, of: Bools, groups: NDArray[np.int64]) -> Score:
    if not of.any():
        return Score(None, None, "there are no such X-rays in the other half")
    return Score(float(hits[of].mean()), share_interval(hits, of, groups))


def _score(value: Mapping[str, Any], name: str) -> Score:
    number, ends = value[name], value[f"{name}_ci"]
    return Score(
        None if number is None else float(number), Interval(*map(float, ends)) if ends else None
    )
