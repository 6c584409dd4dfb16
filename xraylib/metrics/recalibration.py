"""Slope and intercept of calibration, of each class against the rest. NumPy only.

Logistic recalibration (Cox 1958): the logit of a class's true rate is modelled as
intercept + slope · logit of the probability that was said. A slope under 1 means that
probabilities are too extreme, over 1 too timid. The intercept is told with the slope held at 1
("calibration in the large"): under 0 the class is said too often on average. Both are what TRIPOD
asks for (Van Calster et al. 2019, BMC Medicine 17, 230).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Z95, Interval
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.quantiles import patients_worth, widening

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_SMALLEST: Final = 1e-12
_STEPS: Final = 60
_FARTHEST: Final = 50.0
"""A slope beyond this is on its way to infinity: one threshold tells the class apart."""


@dataclass(frozen=True, kw_only=True)
class ClassCalibration:
    """How the probabilities of one class are to be taken.

    Attributes:
        positives: Images of the class.
        negatives: Other images.
        slope: 1 is right.
        intercept: With the slope held at 1; 0 is right.
    """

    positives: int
    negatives: int
    slope: Score
    intercept: Score

    def to_json(self) -> JsonObject:
        """Intervals as ``…_ci``, reasons as ``…_reason`` where there is no value."""
        found: JsonObject = {"positives": self.positives, "negatives": self.negatives}
        for name, score in (("slope", self.slope), ("intercept", self.intercept)):
            found[name] = score.value
            found[f"{name}_ci"] = None if score.interval is None else [*score.interval]
            if score.reason:
                found[f"{name}_reason"] = score.reason
        return found


def class_calibration(positive: Bools, probabilities: Floats, groups: Ints) -> ClassCalibration:
    """Slope and intercept of one class, with 95 % intervals.

    Intervals are Wald's; where patients have several images their error is robust against that
    (Liang and Zeger 1986) and widened by how few patients there are.

    Args:
        positive: ``(n,)``: whether the image is of the class.
        probabilities: ``(n,)`` of the class.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    m = int(positive.sum())
    n = len(positive) - m
    if not m or not n:
        why = "no image is of the class" if not m else "every image is of the class"
        return ClassCalibration(
            positives=m, negatives=n, slope=Score(None, None, why), intercept=Score(None, None, why)
        )
    p = np.clip(probabilities, _SMALLEST, 1 - _SMALLEST)
    logits = np.log(p / (1 - p))
    ones = np.ones((len(p), 1))
    both = np.concatenate([ones, logits[:, None]], axis=1)
    return ClassCalibration(
        positives=m,
        negatives=n,
        slope=_fitted(positive, both, np.zeros(len(p)), groups),
        intercept=_fitted(positive, ones, logits, groups),
    )


def _fitted(positive: Bools, columns: Floats, offset: Floats, groups: Ints) -> Score:
    """The last coefficient of a logistic regression, by Newton's method, with its interval."""
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        return Score(None, None, "the probabilities of all images are the same")
    truth = positive.astype(np.float64)
    found: Floats = np.zeros(columns.shape[1])
    step: Floats = found
    for _ in range(_STEPS):
        rates = 1 / (1 + np.exp(-np.clip(offset + columns @ found, -700, 700)))
        curvature = (columns * (rates * (1 - rates))[:, None]).T @ columns
        try:
            step = np.asarray(np.linalg.solve(curvature, columns.T @ (truth - rates)), np.float64)
        except np.linalg.LinAlgError:
            break
        found = found + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        if np.abs(step).max() < 1e-10 or np.abs(found).max() > _FARTHEST:
            break
    if not np.isfinite(found).all() or np.abs(found).max() > _FARTHEST or np.abs(step).max() > 1e-6:
        why = "these images do not settle it: one probability parts the class from the others"
        return Score(None, None, why)
    rates = 1 / (1 + np.exp(-(offset + columns @ found)))
    try:
        covariance = np.linalg.inv((columns * (rates * (1 - rates))[:, None]).T @ columns)
    except np.linalg.LinAlgError:
        return Score(None, None, "these images do not settle it")
    times = Z95
    patients = int(groups.max()) + 1
    if patients < 2:
        return Score(float(found[-1]), None, "", "all images are of one patient")
    if patients < len(groups):
        scores = columns * (truth - rates)[:, None]
        sums = np.stack([np.bincount(groups, weights=one) for one in scores.T], axis=1)
        covariance = covariance @ (sums.T @ sums) @ covariance * patients / (patients - 1)
        times *= widening(groups)
    error = float(np.sqrt(covariance[-1, -1]))
    if patients_worth(groups) <= columns.shape[1]:
        return Score(float(found[-1]), None, "", "too few patients")
    value = float(found[-1])
    return Score(value, Interval(value - times * error, value + times * error))
