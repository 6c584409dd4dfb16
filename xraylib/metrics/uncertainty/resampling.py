"""Values and intervals of metrics; intervals know patients.

A metric's interval is made by its formula, or from its standard error on the metric's scale, so
that no bound leaves what is possible. The error is computed where the metric says how far each
image moves it (:mod:`xraylib.metrics.uncertainty.jackknife`), and else drawn: whole patients, again
and again. Few patients understate it and leave it unsure: it is widened by their number and by
Student's t. A share has Wilson's interval for as many images as its error says that they are worth
(Korn and Graubard 1998), of few images Clopper and Pearson's: the same wherever it is shown. NumPy
only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Generic

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError
from xraylib.metrics.intervals import (
    Z95,
    Interval,
    bootstrap_weights,
    moderated_skew,
    skewed_interval,
)
from xraylib.metrics.measured import Score
from xraylib.metrics.metric import Metric, Seen
from xraylib.metrics.predictions import Counted, Images, OneClass
from xraylib.metrics.uncertainty.jackknife import ratio, skewness, standard_error
from xraylib.metrics.uncertainty.quantiles import patients_worth, widening
from xraylib.metrics.uncertainty.shares import interval_of_share

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_ROUNDING: Final = 1e-9
_UNSEEN: Final = 3
"""Patients that are reckoned with beside those who were seen, where these have several images."""
MANY: Final = 20_000
"""Images from which on errors are computed in place of drawn."""


def measure(
    images: Images,
    metrics: Sequence[Metric[Counted]],
    class_metrics: Sequence[Metric[OneClass]] = (),
    *,
    seed: int = 0,
    places: Sequence[int] | None = None,
) -> tuple[dict[str, Score], list[dict[str, Score]]]:
    """Each metric with its 95 % interval, all on the same draws of patients.

    Args:
        images: What was said about them.
        metrics: Of all images.
        class_metrics: Of each class against the rest.
        seed: Of the draws.
        places: Of which classes; all if not given.

    Returns:
        Scores by name, and for each of these classes scores by name.

    Raises:
        ConfigError: code ``metric``: a function does not give one number a counting.
    """
    once = Counted(images)
    with np.errstate(invalid="ignore", divide="ignore"):
        every = [_Asked(metric, lambda counted: counted, once) for metric in metrics]
        by_class = [
            [_Asked(metric, partial(_one, place), once) for metric in class_metrics]
            for place in (range(len(images.classes)) if places is None else places)
        ]
        _find_errors(images, [*every, *(one for row in by_class for one in row)], seed)
        return (
            {one.metric.name: one.score() for one in every},
            [{one.metric.name: one.score() for one in row} for row in by_class],
        )


class _Asked(Generic[Seen]):
    """A metric, of all images or of a class, and what is found out about it."""

    metric: Metric[Seen]
    once: Seen
    _view: Callable[[Counted], Seen]

    def __init__(
        self, metric: Metric[Seen], view: Callable[[Counted], Seen], once: Counted
    ) -> None:
        self.metric = metric
        self.images = once.images
        self.once = view(once)
        (value,) = self.values(once.total, self.once)
        self.value = float(value) if np.isfinite(value) else None
        self.error = 0.0
        self.skew = 0.0
        self.why_no_error = ""
        self._view = view
        self._drawn: list[Floats] = []

    def values(self, total: Floats, seen: Seen) -> Floats:
        found = np.asarray(self.metric.function(seen), np.float64)
        if found.shape != total.shape:
            raise ConfigError(
                f"The function of the metric {self.metric.name} gave an array of shape "
                f"{found.shape} for {len(total)} countings",
                expected=f"one number a counting: shape {total.shape}",
                remedy="keep the first axis, for example with sum(axis=1)",
                code="metric",
            )
        return found

    @property
    def wants_error(self) -> bool:
        metric = self.metric
        by_formula = metric.share is not None or metric.formula is not None
        return metric.has_interval and not by_formula and self.value is not None

    def computes(self) -> bool:
        """Whether the error was computed, because the metric says how far each image moves it."""
        if self.metric.influence is None:
            return False
        moved = self.metric.influence(self.once)
        self.error = standard_error(moved, self.images.groups)
        self.skew = skewness(moved, self.images.groups)
        return True

    def draw(self, counted: Counted) -> None:
        self._drawn.append(self.values(counted.total, self._view(counted)))

    def end_of_draws(self) -> None:
        drawn = np.concatenate(self._drawn)
        good = drawn[np.isfinite(drawn)]
        if len(good) >= max(2, len(drawn) / 2):
            error = float(good.std(ddof=1))  # of equal values a little of rounding is left
            self.error = error if error > _ROUNDING * abs(self.value or 0.0) else 0.0
        else:
            self.why_no_error = "too few images: it is not defined in most draws of them"

    def score(self) -> Score:
        metric, value = self.metric, self.value
        if value is None:
            why = metric.why_undefined(self.once)
            return Score(None, None, why, why if metric.has_interval else "")
        if not metric.has_interval:
            return Score(value)
        interval = self._interval(value)
        return Score(value, interval, "", "" if interval else self._why_no_interval(value))

    def _interval(self, value: float) -> Interval | None:
        metric = self.metric
        if metric.share is not None:
            seen = self.once
            of_class = seen.positive if isinstance(seen, OneClass) else None
            return share_interval(*metric.share(seen), self.images.groups, of_class=of_class)
        patients = self.images.patients
        if patients < 2:
            return None
        if metric.formula is not None:
            return metric.formula(self.once)
        error, wider = (
            self.error * math.sqrt(patients / (patients - 1)),
            widening(self.images.groups),
        )
        if metric.skewed:
            spread = self.error * math.sqrt(patients) / value if value > 0 else 0.0
            skew = moderated_skew(self.skew, spread, patients)
            return skewed_interval(value, error, skew, patients, Z95 * wider)
        return metric.interval(value, error * wider)

    def _why_no_interval(self, value: float) -> str:
        if len(self.images.true) == 1:
            return "there is only one image"
        if self.images.patients == 1:
            return "all images are of one patient"
        if self.metric.at_an_end(value):
            return f"the value is {value:g} on these images: no interval can be computed from them"
        return self.why_no_error or "every draw of the images gives the same value"


def _one(place: int, counted: Counted) -> OneClass:
    return counted.one(place)


def _find_errors(
    images: Images, asked: Sequence[_Asked[Counted] | _Asked[OneClass]], seed: int
) -> None:
    """Gives those that want one their standard error."""
    wanted = [one for one in asked if one.wants_error]
    if images.patients < 2:
        return
    wanted = [one for one in wanted if not one.computes()]
    if not wanted:
        return
    repeats = _repeats(images.probabilities.size)
    for weights in bootstrap_weights(images.groups, repeats=repeats, seed=seed):
        counted = Counted(images, weights)
        for one in wanted:
            one.draw(counted)
    for one in wanted:
        one.end_of_draws()


def worth_of(hits: NDArray[np.bool_], of: NDArray[np.bool_], groups: Ints) -> float:
    """How many independent images the images of a share are worth, when patients have several.

    Args:
        hits: ``(n,)`` images that count for the share.
        of: ``(n,)`` images that it is a share of; at least one.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    images, own = int(of.sum()), int(np.count_nonzero(np.bincount(groups[of])))
    if own == images:
        return float(images)
    value = float((hits & of).sum() / images)
    error = standard_error(ratio(hits & of, of), groups) * math.sqrt(own / max(own - 1, 1))
    # A share of 0 or 1, or of one patient's images, says nothing of how much patients differ: then
    # its images are worth as many as they have patients.
    if own == 1 or error <= _ROUNDING:
        return float(own)
    # Of few patients the error is unsure, which Student's t allows for, and it tells nothing of a
    # those who are not among them: whichever takes more. But images that are all alike are still
    # worth their patients, less the one that the error costs.
    worth = min(value * (1 - value) / error**2, float(images))
    return max(worth_of_few(worth, groups[of]), patients_worth(groups[of]) - 1)


def worth_of_few(worth: float, groups: Ints) -> float:
    """What images are worth as far as one may rely on their few patients.

    They are taken for less by Student's t, or as if three patients more had been seen, whose images
    are all alike. Then the patients' variance counts as often as they have degrees of freedom, and
    that of one image a patient three times: a variance moderated by what is known beforehand (as by
    Smyth 2004). With one more the interval of a share near 1, which few of thirty patients spoil,
    held the truth in 90 of 100 simulated test sets, with three in 94.

    Args:
        worth: How many images they are worth by their error.
        groups: Patient of each of these images, numbered from 0; more than one.
    """
    patients = patients_worth(groups)
    degrees = patients - 1
    more = (degrees + _UNSEEN) / (degrees / worth + _UNSEEN / patients)
    return min(worth / widening(groups) ** 2, worth, more)


def share_interval(
    hits: NDArray[np.bool_],
    of: NDArray[np.bool_],
    groups: Ints,
    *,
    of_class: NDArray[np.bool_] | None = None,
) -> Interval | None:
    """95 % interval of a share of images, for as many as they are worth; None of no images.

    Args:
        hits: ``(n,)`` images that count for the share.
        of: ``(n,)`` images that it is a share of.
        groups: ``(n,)`` patient of each image, numbered from 0.
        of_class: ``(n,)`` images of the class that the share is about, if it is about one: where
            these, or the others, are few, few can be wrong, and so it rests on few.
    """
    images = int(of.sum())
    if not images:
        return None
    share = int((hits & of).sum()) / images
    of_kinds = () if of_class is None else (int(of_class.sum()), int((~of_class).sum()))
    return interval_of_share(share, worth_of(hits, of, groups), images=min((images, *of_kinds)))


def _repeats(size: int) -> int:
    """1,000 resamplings, fewer for results so large that chance hardly moves them."""
    return int(np.clip(60_000_000 // max(size, 1), 200, 1000))
