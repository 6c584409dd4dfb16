"""Does 0.9 mean right in 9 of 10 cases? Curve, error, and temperature scaling. NumPy only.

The expected calibration error is biased upwards on few images, so it gets no interval: beside it
stands what a perfectly calibrated model with the same confidences would show by chance alone.
Temperature scaling (Guo et al. 2017) is fitted on validation images, and what it does is measured
on others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Interval
from xraylib.metrics.recalibration import ClassCalibration, class_calibration
from xraylib.metrics.scores import (
    CALIBRATION_BINS,
    bin_of,
    brier_score,
    calibration_error,
    log_loss,
)
from xraylib.metrics.uncertainty.resampling import MANY, share_interval

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.05, 20.0
"""Temperatures beyond which nobody looks."""
FEW = 30
SMALLEST = 1e-12
"""What a probability counts as at least before its logarithm is taken."""
TELLING: Final = 0.05
"""The largest gap by chance with which images can say that probabilities fit."""
Judgement = Literal["off", "fits", "too-few"]
_GOLDEN = (math.sqrt(5) - 1) / 2


@dataclass(frozen=True, kw_only=True)
class ReliabilityBin:
    """Images whose confidence lies between two bounds.

    Attributes:
        low, high: The bounds; an image on an edge belongs to the lower bin.
        n: Images, at least one.
        confidence: Their mean highest probability.
        accuracy: The share of them that was called right.
        interval: Of that, 95 % (Wilson).
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    interval: Interval

    def to_json(self) -> JsonObject:
        """The interval as ``accuracy_ci``."""
        return {
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "confidence": self.confidence,
            "accuracy": self.accuracy,
            "accuracy_ci": list(self.interval),
        }


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Whether probabilities can be taken at their word.

    Attributes:
        ece: Expected calibration error.
        ece_expected: What a perfectly calibrated model would show by chance alone, on average.
        ece_expected_95: What 95 of 100 such models stay below.
        brier, log_loss: Of the same probabilities.
        curve: Accuracy by confidence.
        per_class: Slope and intercept of each class against the rest, by its name.
    """

    ece: float
    ece_expected: float
    ece_expected_95: float
    brier: float
    log_loss: float
    curve: tuple[ReliabilityBin, ...]
    per_class: Mapping[str, ClassCalibration] = field(default_factory=dict)

    @property
    def judgement(self) -> Judgement:
        """What these images can say.

        ``off``: the gap is larger than chance makes it. ``fits``: it is not, and chance makes it
        no larger than 0.05. Else ``too-few``: chance alone could hide a gap that matters.
        """
        if self.ece > self.ece_expected_95:
            return "off"
        return "fits" if self.ece_expected_95 <= TELLING else "too-few"

    @property
    def confidence_gap(self) -> float:
        """Mean confidence less accuracy: above 0 the model is too sure."""
        n = sum(one.n for one in self.curve)
        return sum(one.n * (one.confidence - one.accuracy) for one in self.curve) / n

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {
            "ece": self.ece,
            "ece_expected": self.ece_expected,
            "ece_expected_95": self.ece_expected_95,
            "brier": self.brier,
            "log_loss": self.log_loss,
            "curve": [one.to_json() for one in self.curve],
            "judgement": self.judgement,
            "per_class": {name: one.to_json() for name, one in self.per_class.items()},
        }


def with_temperature(probabilities: ArrayLike, temperature: float) -> Floats:
    """Probabilities ``(n, k)`` at a temperature: softmax(ln p / T). 1 changes nothing.

    The order of the classes stays. For two classes it is the sigmoid of the logit / T. A
    probability under 1e-12 counts as 1e-12, because single precision may have made it 0.

    Raises:
        ConfigError: code ``temperature``: not a positive number.
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise ConfigError(
            f"The temperature is {temperature}",
            expected="a positive number",
            remedy="fit it on validation images, or use 1",
            code="temperature",
        )
    p = np.asarray(probabilities, np.float64)
    if temperature == 1.0:
        return p
    logits = np.log(np.maximum(p, SMALLEST)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    scaled: Floats = powers / powers.sum(axis=1, keepdims=True)
    return scaled


def fit_temperature(y_true: ArrayLike, probabilities: ArrayLike) -> float | None:
    """The temperature of least log loss, by golden section on its logarithm.

    The log loss is convex in 1 / T, so that there is one valley.

    Args:
        y_true: ``(n,)`` positions of the true classes.
        probabilities: ``(n, k)`` of validation images.

    Returns:
        0.05 to 20; None where the images do not settle it: there are none, or all were called
        right, so that only ever greater confidence would look better.
    """
    true, p = np.asarray(y_true, np.int64), np.asarray(probabilities, np.float64)
    if not len(true) or bool((p.argmax(axis=1) == true).all()):
        return None

    def loss(place: float) -> float:
        return log_loss(true, with_temperature(p, math.exp(place)))

    low, high = math.log(LOWEST), math.log(HIGHEST)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-7:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = loss(right)
    return math.exp((low + high) / 2)


def expected_error(
    probabilities: ArrayLike,
    *,
    bins: int = CALIBRATION_BINS,
    repeats: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """The calibration error that chance alone gives a perfectly calibrated model.

    Each image is right with its own confidence; that is drawn ``repeats`` times.

    Args:
        probabilities: ``(n, k)``, at least one image.
        bins: Of equal width, as in ``calibration_error``.
        repeats: Draws.
        seed: Same seed, same values.

    Returns:
        The mean, and the value that 95 of 100 such models stay below.
    """
    confidence = np.asarray(probabilities, np.float64).max(axis=1)
    n = len(confidence)
    place = bin_of(confidence, bins)
    rng = np.random.default_rng(seed)
    if n > MANY:  # the sum of so many in a bin is drawn from the normal distribution
        spread = np.bincount(place, weights=confidence * (1 - confidence), minlength=bins)
        values = np.abs(rng.normal(size=(repeats, bins)) * np.sqrt(spread)).sum(axis=1) / n
        return float(values.mean()), float(np.quantile(values, 0.95))
    values = np.empty(repeats)
    for i in range(repeats):
        gap = np.bincount(place, weights=(rng.random(n) < confidence) - confidence, minlength=bins)
        values[i] = np.abs(gap).sum() / n
    return float(values.mean()), float(np.quantile(values, 0.95))


def reliability_curve(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    bins: int = CALIBRATION_BINS,
    *,
    groups: NDArray[np.int64] | None = None,
) -> tuple[ReliabilityBin, ...]:
    """Accuracy by confidence, in bins of equal width; empty bins are left out.

    Args:
        y_true: ``(n,)`` classes.
        probabilities: ``(n, classes)``.
        bins: From 0 to 1.
        groups: ``(n,)`` patient of each image, numbered from 0; by default each has one image.
    """
    p, true = np.asarray(probabilities, np.float64), np.asarray(y_true, np.int64)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == true
    place = bin_of(confidence, bins)
    patients = np.arange(len(true)) if groups is None else groups
    curve = []
    for number in np.unique(place):
        own = place == number
        n, hits = int(own.sum()), int(right[own].sum())
        curve.append(
            ReliabilityBin(
                low=float(number / bins),
                high=float((number + 1) / bins),
                n=n,
                confidence=float(confidence[own].mean()),
                accuracy=hits / n,
                interval=share_interval(right, own, patients) or Interval(0.0, 1.0),
            )
        )
    return tuple(curve)


def calibration(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    *,
    groups: NDArray[np.int64] | None = None,
    classes: Sequence[str] = (),
) -> Calibration:
    """Calibration of probabilities ``(n, k)``, beside what chance alone would show.

    Args:
        y_true: ``(n,)`` positions of the true classes.
        probabilities: ``(n, k)``, at least one image.
        groups: ``(n,)`` patient of each image, numbered from 0; by default each has one image.
        classes: The ``k`` names; without them nothing is said of each class.
    """
    mean, top = expected_error(probabilities)
    true, p = np.asarray(y_true, np.int64), np.asarray(probabilities, np.float64)
    whose = np.arange(len(true)) if groups is None else groups
    return Calibration(
        ece=calibration_error(y_true, probabilities),
        ece_expected=mean,
        ece_expected_95=top,
        brier=brier_score(y_true, probabilities),
        log_loss=log_loss(y_true, probabilities),
        curve=reliability_curve(y_true, probabilities, groups=groups),
        per_class={
            name: class_calibration(true == place, p[:, place], whose)
            for place, name in enumerate(classes)
        },
    )
