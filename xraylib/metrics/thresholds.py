"""Where to draw the line: thresholds, and what follows from them. NumPy only.

One class against the rest throughout: an image is flagged where its score is at least the
threshold. Thresholds are chosen on validation images; what is chosen says how many images it rests
on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject, JsonValue
from xraylib.metrics.curves import both_sides, roc_points
from xraylib.metrics.intervals import Interval
from xraylib.metrics.uncertainty.shares import interval_of_share
from xraylib.rounding import about_people, outward, people_base

Floats = NDArray[np.float64]

FEW = 30
"""Images of a side under which a choice says "too few"."""
_DRAWS = 20_000


@dataclass(frozen=True, kw_only=True)
class OperatingPoint:
    """A threshold and what it does on the images that it was chosen on.

    Attributes:
        threshold: An image is flagged where its score is at least this.
        flagged_right, positives: Images of the class that are flagged, of how many.
        passed_right, negatives: Images of other classes that are not flagged, of how many.
        rests_on: Images that the choice rests on: the positives for a wanted sensitivity, the
            negatives for a wanted specificity, the fewer of both for cost.
    """

    threshold: float
    flagged_right: int
    positives: int
    passed_right: int
    negatives: int
    rests_on: int

    @property
    def sensitivity(self) -> float:
        return self.flagged_right / self.positives

    @property
    def specificity(self) -> float:
        return self.passed_right / self.negatives

    @property
    def too_few(self) -> bool:
        """Whether the choice rests on fewer than 30 images."""
        return self.rests_on < FEW

    def to_json(self) -> JsonObject:
        """All of it, and both rates with 95 % intervals."""
        return {
            "threshold": self.threshold,
            "sensitivity": self.sensitivity,
            "sensitivity_ci": self._bounds(self.flagged_right, self.positives),
            "specificity": self.specificity,
            "specificity_ci": self._bounds(self.passed_right, self.negatives),
            "positives": self.positives,
            "negatives": self.negatives,
            "rests_on": self.rests_on,
            "too_few": self.too_few,
        }

    def _bounds(self, hits: int, of: int) -> JsonValue:
        """Of a share of images of the class, or of the others, of which either may be few."""
        fewest = min(self.positives, self.negatives)
        return [*interval_of_share(hits / of, of, images=fewest)] if of else []


@dataclass(frozen=True, kw_only=True)
class PredictiveValues:
    """What a flag, and no flag, mean where a share of the people have it.

    Attributes:
        prevalence: That share.
        ppv: Of those flagged, the share that has it; None where nobody would be flagged.
        ppv_interval: Of that, 95 %.
        npv: Of those not flagged, the share that does not; None where everybody would be flagged.
        npv_interval: Of that, 95 %.
        sentences: The same in natural frequencies.
    """

    prevalence: float
    ppv: float | None
    ppv_interval: Interval | None
    npv: float | None
    npv_interval: Interval | None
    sentences: tuple[str, str]

    def to_json(self) -> JsonObject:
        """``prevalence``, ``ppv``, ``ppv_ci``, ``npv``, ``npv_ci`` and ``sentences``."""
        return {
            "prevalence": self.prevalence,
            "ppv": self.ppv,
            "ppv_ci": self.ppv_interval and list(self.ppv_interval),
            "npv": self.npv,
            "npv_ci": self.npv_interval and list(self.npv_interval),
            "sentences": list(self.sentences),
        }


def at_threshold(positive: ArrayLike, scores: ArrayLike, threshold: float) -> OperatingPoint:
    """What a threshold that the user sets does.

    Raises:
        DatasetError: code ``one-sided``: no image of the class, or no other.
    """
    truth, s = both_sides(positive, scores)
    flagged = s >= threshold
    m, n = int(truth.sum()), int((~truth).sum())
    return OperatingPoint(
        threshold=float(threshold),
        flagged_right=int((flagged & truth).sum()),
        positives=m,
        passed_right=int((~flagged & ~truth).sum()),
        negatives=n,
        rests_on=min(m, n),
    )


def for_sensitivity(positive: ArrayLike, scores: ArrayLike, wanted: float) -> OperatingPoint:
    """The highest threshold that still flags the wanted share of the class's images."""
    _check_share("sensitivity", wanted)
    curve = roc_points(positive, scores)
    place = int(np.argmax(curve.y >= wanted - 1e-12))
    return _at(positive, scores, curve.thresholds[place], rests_on="positives")


def for_specificity(positive: ArrayLike, scores: ArrayLike, wanted: float) -> OperatingPoint:
    """The lowest threshold that still passes the wanted share of the other images."""
    _check_share("specificity", wanted)
    curve = roc_points(positive, scores)
    place = int(np.flatnonzero(1 - curve.x >= wanted - 1e-12)[-1])
    return _at(positive, scores, curve.thresholds[place], rests_on="negatives")


def for_cost(
    positive: ArrayLike, scores: ArrayLike, *, missed: float, false_alarm: float
) -> OperatingPoint:
    """The threshold of least cost on these images; of equals the one that flags more.

    Args:
        positive: ``(n,)`` truth.
        scores: ``(n,)``.
        missed: Cost of an image of the class that is not flagged.
        false_alarm: Cost of another image that is flagged, in the same unit.
    """
    for name, value in (("missed", missed), ("false alarm", false_alarm)):
        if not (math.isfinite(value) and value > 0):
            raise ConfigError(
                f"The cost of a {name} image is {value}",
                expected="a positive number",
                remedy="give both costs in the same unit, for example 5 and 1",
                code="cost",
            )
    truth, _ = both_sides(positive, scores)
    curve = roc_points(positive, scores)
    m, n = int(truth.sum()), int((~truth).sum())
    costs = np.round((1 - curve.y) * m) * missed + np.round(curve.x * n) * false_alarm
    place = int(np.flatnonzero(np.isclose(costs, costs.min(), rtol=1e-12, atol=0))[-1])
    return _at(positive, scores, curve.thresholds[place], rests_on="both")


def predictive_values(
    point: OperatingPoint,
    prevalence: float,
    *,
    worth: tuple[float, float] | None = None,
    seed: int = 0,
) -> PredictiveValues:
    """What a flag means where ``prevalence`` of the people have it.

    Bayes' rule on sensitivity and specificity. The 95 % intervals come from draws of both rates,
    each from its Jeffreys posterior, so that a rate of 0 or 1 on few images is not taken as sure.

    Args:
        point: The operating point.
        prevalence: Share of people who have it, between 0 and 1 and neither.
        worth: How many independent images those of the class and the others are worth, where
            patients have several (:func:`xraylib.metrics.uncertainty.resampling.worth_of`).
        seed: Of the draws.

    Raises:
        ConfigError: code ``share``.
    """
    if not 0 < prevalence < 1:
        raise _no_share("prevalence", prevalence, "a number between 0 and 1, neither of them")
    rng = np.random.default_rng(seed)
    m, n = worth or (point.positives, point.negatives)
    hits, passed = point.sensitivity * m, point.specificity * n
    found = rng.beta(hits + 0.5, m - hits + 0.5, _DRAWS)
    alarms = rng.beta(n - passed + 0.5, passed + 0.5, _DRAWS)
    ppv = _share(point.sensitivity * prevalence, (1 - point.specificity) * (1 - prevalence))
    npv = _share(point.specificity * (1 - prevalence), (1 - point.sensitivity) * prevalence)
    ppv_ci = _middle(found * prevalence, alarms * (1 - prevalence))
    npv_ci = _middle((1 - alarms) * (1 - prevalence), (1 - found) * prevalence)
    # Draws never reach a rate that is 0 or 1; an estimate lies in its own interval.
    if ppv is not None:
        ppv_ci = Interval(min(ppv_ci[0], ppv), max(ppv_ci[1], ppv))
    if npv is not None:
        npv_ci = Interval(min(npv_ci[0], npv), max(npv_ci[1], npv))
    sentences = _flagged_words(point, ppv, ppv_ci), _passed_words(point, npv, npv_ci)
    return PredictiveValues(
        prevalence=prevalence,
        ppv=ppv,
        ppv_interval=None if ppv is None else ppv_ci,
        npv=npv,
        npv_interval=None if npv is None else npv_ci,
        sentences=sentences,
    )


def _flagged_words(point: OperatingPoint, ppv: float | None, ends: tuple[float, float]) -> str:
    if ppv is None:
        return "nobody would be flagged"
    if ppv == 1:
        base = people_base(ends[0])
        low, _ = outward(*ends, base)
        return (
            f"of {base:,} people flagged, at least {low:,} have it; none of the "
            f"{point.negatives:,} others was flagged, which are too few to say more"
        )
    base = people_base(ppv)
    low, high = outward(*ends, base)
    count = about_people(ppv, base)
    return f"of {base:,} people flagged, {count} have it ({low:,} to {high:,})"


def _passed_words(point: OperatingPoint, npv: float | None, ends: tuple[float, float]) -> str:
    if npv is None:
        return "everybody would be flagged"
    least, most = 1 - ends[1], 1 - ends[0]
    if npv == 1:
        base = people_base(most)
        _, high = outward(least, most, base)
        return (
            f"of {base:,} people not flagged, at most {high:,} have it all the same; none of the "
            f"{point.positives:,} images of it was missed, which are too few to say more"
        )
    base = people_base(1 - npv)
    low, high = outward(least, most, base)
    return (
        f"of {base:,} people not flagged, {about_people(1 - npv, base)} have it all the same "
        f"({low:,} to {high:,})"
    )


def _at(
    positive: ArrayLike, scores: ArrayLike, threshold: float, *, rests_on: str
) -> OperatingPoint:
    if math.isinf(threshold):  # nothing is flagged: just above every score
        threshold = float(np.nextafter(np.max(np.asarray(scores, np.float64)), np.inf))
    point = at_threshold(positive, scores, float(threshold))
    sides = {"positives": point.positives, "negatives": point.negatives, "both": point.rests_on}
    return OperatingPoint(**{**vars(point), "rests_on": sides[rests_on]})


def _check_share(name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise _no_share(f"wanted {name}", value, "a number over 0 and at most 1")


def _no_share(name: str, value: float, expected: str) -> ConfigError:
    return ConfigError(
        f"The {name} is {value}", expected=expected, remedy="write 5 % as 0.05", code="share"
    )


def _share(part: float, rest: float) -> float | None:
    return part / (part + rest) if part + rest > 0 else None


def _middle(part: Floats, rest: Floats) -> Interval:
    low, high = np.quantile(part / (part + rest), [0.025, 0.975])
    return Interval(float(low), float(high))
