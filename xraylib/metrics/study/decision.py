"""Is acting on a probability better than treating all or none? Decision curves. NumPy only.

Net benefit (Vickers and Elkin 2006): at a threshold t people with a probability of at least t are
treated, and a false alarm counts t / (1 - t) of a hit, because who treats at a chance of t holds
1 - t of one right treatment worth t of one wrong one. Where a share π of the people have it,

    net benefit = sensitivity · π - (1 - specificity) · (1 - π) · t / (1 - t)

so that a test set with far more disease than a waiting room can be read for the waiting room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.metrics.curves import both_sides
from xraylib.metrics.intervals import Interval
from xraylib.metrics.uncertainty.resampling import share_interval

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STEPS: Final = 60
_WIDEST: Final = 0.99


@dataclass(frozen=True, kw_only=True)
class DecisionPoint:
    """One threshold.

    Attributes:
        threshold: The chance of disease from which one would act, 0 to 1.
        net_benefit: Of acting on the model, in hits a person.
        interval: Of that, 95 %, of this threshold by itself.
        treat_all: Net benefit of treating everybody; that of treating nobody is 0.
        sensitivity, specificity: Of the model at this threshold.
    """

    threshold: float
    net_benefit: float
    interval: Interval
    treat_all: float
    sensitivity: float
    specificity: float

    @property
    def better(self) -> bool:
        """Whether the interval lies above treating all and treating none."""
        return self.interval.low > max(self.treat_all, 0.0)

    @property
    def worse(self) -> bool:
        """Whether the interval lies below the better of treating all and treating none."""
        return self.interval.high < max(self.treat_all, 0.0)

    def to_json(self) -> JsonObject:
        """The interval as ``net_benefit_ci``."""
        return {
            "threshold": self.threshold,
            "net_benefit": self.net_benefit,
            "net_benefit_ci": list(self.interval),
            "treat_all": self.treat_all,
            "sensitivity": self.sensitivity,
            "specificity": self.specificity,
        }


@dataclass(frozen=True, kw_only=True)
class DecisionCurve:
    """Net benefit by threshold, for a prevalence.

    Attributes:
        prevalence: Share of the people who have it.
        points: By rising threshold.
        positives, negatives: Images of the class and others that it was measured on.
        patients: Whose they are.
        corrected_from: The share of the class among the training images, where probabilities were
            corrected for the prevalence; else None.
    """

    prevalence: float
    points: tuple[DecisionPoint, ...]
    positives: int
    negatives: int
    patients: int
    corrected_from: float | None

    @property
    def useful(self) -> tuple[tuple[float, float], ...]:
        """From which to which threshold acting on the model is shown to be better than both."""
        return self._ranges([one.better for one in self.points])

    @property
    def harmful(self) -> tuple[tuple[float, float], ...]:
        """From which to which threshold it is shown to be worse than the better of both."""
        return self._ranges([one.worse for one in self.points])

    def _ranges(self, chosen: list[bool]) -> tuple[tuple[float, float], ...]:
        found: list[tuple[float, float]] = []
        start: float | None = None
        for one, here in zip(self.points, chosen, strict=True):
            if here and start is None:
                start = one.threshold
            if here and start is not None:
                last = one.threshold
            if not here and start is not None:
                found.append((start, last))
                start = None
        return tuple(found if start is None else [*found, (start, last)])

    def to_json(self) -> JsonObject:
        """The fields, with ``useful`` and ``harmful``."""
        return {
            "prevalence": self.prevalence,
            "positives": self.positives,
            "negatives": self.negatives,
            "patients": self.patients,
            "corrected_from": self.corrected_from,
            "useful": [list(pair) for pair in self.useful],
            "harmful": [list(pair) for pair in self.harmful],
            "points": [one.to_json() for one in self.points],
        }


def decision_curve(
    positive: ArrayLike,
    scores: ArrayLike,
    prevalence: float,
    *,
    groups: NDArray[np.int64] | None = None,
    thresholds: ArrayLike | None = None,
    learned_at: float | None = None,
) -> DecisionCurve:
    """Net benefit of acting on probabilities of one class against the rest.

    The interval is MOVER's (Zou and Donner 2008) from those of sensitivity and specificity, which
    are of different images and know patients: so a sensitivity of 1 of few patients is as unsure
    here as everywhere. The prevalence is taken as it is given.

    Args:
        positive: ``(n,)`` truth.
        scores: ``(n,)`` probabilities.
        prevalence: Share of the people who have it, between 0 and 1 and neither.
        groups: ``(n,)`` patient of each image, numbered from 0; by default each has one image.
        thresholds: Between 0 and 1; 60 up to :func:`highest_threshold` if not given.
        learned_at: Share of the class among the training images: the probabilities are corrected
            for the prevalence, :func:`at_prevalence`. None takes them as they are.

    Raises:
        ConfigError: codes ``share`` and ``threshold``.
        DatasetError: code ``one-sided``: no image of the class, or no other.
    """
    for share in (prevalence, *(() if learned_at is None else (learned_at,))):
        _check_share(share)
    truth, p = both_sides(positive, scores)
    if learned_at is not None:
        p = at_prevalence(p, learned_at, prevalence)
    cuts = _cuts(prevalence) if thresholds is None else np.asarray(thresholds, np.float64).ravel()
    if not len(cuts) or cuts.min() <= 0 or cuts.max() >= 1:
        raise ConfigError(
            "A threshold is not between 0 and 1",
            expected="numbers over 0 and under 1",
            remedy="leave out 0, at which everybody is treated, and 1, at which nobody is",
            code="threshold",
        )
    whose = np.arange(len(truth)) if groups is None else groups
    cuts = np.sort(cuts)
    flagged = p[:, None] >= cuts
    hits, alarms = flagged[truth].mean(axis=0), flagged[~truth].mean(axis=0)
    price = cuts / (1 - cuts)
    benefit = prevalence * hits - (1 - prevalence) * price * alarms
    treat_all = prevalence - (1 - prevalence) * price
    return DecisionCurve(
        prevalence=prevalence,
        points=tuple(
            DecisionPoint(
                threshold=float(cuts[i]),
                net_benefit=float(benefit[i]),
                interval=_interval(truth, flagged[:, i], whose, prevalence, float(price[i])),
                treat_all=float(treat_all[i]),
                sensitivity=float(hits[i]),
                specificity=float(1 - alarms[i]),
            )
            for i in range(len(cuts))
        ),
        positives=int(truth.sum()),
        negatives=int((~truth).sum()),
        patients=len(np.unique(whose)),
        corrected_from=learned_at,
    )


def at_prevalence(scores: ArrayLike, learned_at: float, prevalence: float) -> Floats:
    """Probabilities corrected for another prevalence, by Bayes' rule on the odds (Elkan 2001).

    Args:
        scores: ``(n,)`` probabilities.
        learned_at: Share of the class where they were learned, between 0 and 1 and neither.
        prevalence: Share of the class where they are used, likewise.

    Raises:
        ConfigError: code ``share``.
    """
    for share in (learned_at, prevalence):
        _check_share(share)
    p = np.asarray(scores, np.float64)
    factor = prevalence / (1 - prevalence) * (1 - learned_at) / learned_at
    corrected: Floats = p * factor / (p * factor + 1 - p)
    return corrected


def highest_threshold(prevalence: float) -> float:
    """The highest threshold that is worth a look: above four times the prevalence nobody acts."""
    return min(_WIDEST, max(0.04, 4 * prevalence))


def _cuts(prevalence: float) -> Floats:
    top = highest_threshold(prevalence)
    return np.linspace(0, top, STEPS + 1)[1:]


def _interval(
    truth: Bools, flagged: Bools, groups: NDArray[np.int64], prevalence: float, price: float
) -> Interval:
    """Of a net benefit: it falls and rises with how many are found and how many are left alone."""
    value, below, above = 0.0, 0.0, 0.0
    for side, weight in ((truth, prevalence), (~truth, -(1 - prevalence) * price)):
        share = float(flagged[side].mean())
        low, high = share_interval(flagged, side, groups) or (0.0, 1.0)
        arms = [weight * (share - low), weight * (high - share)]
        value += weight * share
        below, above = math.hypot(below, arms[weight < 0]), math.hypot(above, arms[weight > 0])
    return Interval(value - below, min(value + above, prevalence))


def _check_share(value: float) -> None:
    if not 0 < value < 1:
        raise ConfigError(
            f"The prevalence is {value}",
            expected="a number between 0 and 1, neither of them",
            remedy="write 5 % as 0.05",
            code="share",
        )
