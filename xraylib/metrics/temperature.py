"""Is a temperature worth applying? Only where it helps on images that it was not fitted on.

A temperature is one number (Guo et al. 2017), yet on few validation images even one number follows
their chance. So it is cross-fitted: patients are dealt into ten parts, for each part the
temperature is fitted on the other nine, and its log loss is compared with that at temperature 1 on
the part that was held out. What this saves, summed by patient, must be more than chance: a
sign-flip permutation test of patients (Fisher 1935), two-sided, at 5 %. NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.calibration import FEW, fit_temperature, with_temperature
from xraylib.metrics.comparing.paired import p_words
from xraylib.metrics.scores import log_losses
from xraylib.rounding import rounded

PARTS: Final = 10
LEVEL: Final = 0.05
_FLIPS: Final = 4999
_EXACT: Final = 12
"""Patients up to which every pattern of signs is tried."""


@dataclass(frozen=True, kw_only=True)
class TemperatureChoice:
    """A temperature, and whether it is applied.

    Attributes:
        fitted: Of least log loss on all validation images; None where they do not settle one.
        applied: What the logits are divided by: ``fitted``, or 1.
        images: Validation images.
        gain: Log loss that cross-fitted temperatures save an image, in nats; below 0 they cost.
        p: Chance of so large a gain or loss where there is neither; None where it was not tested.
        reason: Why it is not applied, as a clause; empty where it is.
    """

    fitted: float | None
    applied: float
    images: int
    gain: float | None = None
    p: float | None = None
    reason: str = ""

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {**vars(self)}


def choose_temperature(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    groups: NDArray[np.int64] | None = None,
    *,
    seed: int = 0,
) -> TemperatureChoice:
    """The temperature of validation images, applied only where it helps on images held out.

    Args:
        y_true: ``(n,)`` positions of the true classes.
        probabilities: ``(n, k)`` before any temperature.
        groups: ``(n,)`` patient of each image, numbered from 0; by default each has one image.
        seed: Of the parts and the signs.
    """
    true, p = np.asarray(y_true, np.int64), np.asarray(probabilities, np.float64)
    n = len(true)
    people = np.arange(n) if groups is None else np.asarray(groups, np.int64)
    fitted = fit_temperature(true, p)
    if fitted is None:
        why = "there are no validation images"
        if n:
            why = f"all {n} validation images were called right: they do not settle a temperature"
        return TemperatureChoice(fitted=None, applied=1.0, images=n, reason=why)
    if n < FEW:
        why = f"{n} validation images are too few to rely on a temperature (at least {FEW})"
        return TemperatureChoice(fitted=fitted, applied=1.0, images=n, reason=why)
    saved = held_out_gain(true, p, people, seed=seed)
    gain, chance = float(saved.sum() / n), sign_flip_p(saved, seed=seed)
    why = ""
    if gain <= 0:
        why = "on validation images that it was not fitted on it makes the log loss worse"
    elif chance > LEVEL:
        why = (
            "on validation images that it was not fitted on it lowers the log loss by "
            f"{rounded(gain, 3)}, which is within chance ({p_words(chance)})"
        )
    return TemperatureChoice(
        fitted=fitted,
        applied=1.0 if why else fitted,
        images=n,
        gain=gain,
        p=chance,
        reason=why,
    )


def held_out_gain(
    true: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    groups: NDArray[np.int64],
    *,
    seed: int = 0,
) -> NDArray[np.float64]:
    """``(patients,)``: log loss that temperatures fitted on others save each patient's images."""
    patients = int(groups.max()) + 1
    rng = np.random.default_rng([seed, 7])
    part = (rng.permutation(patients) % min(PARTS, patients))[groups]
    gain = np.zeros(len(true))
    for number in np.unique(part):
        held = part == number
        found = fit_temperature(true[~held], probabilities[~held])
        cooled = with_temperature(probabilities[held], 1.0 if found is None else found)
        gain[held] = log_losses(true[held], probabilities[held]) - log_losses(true[held], cooled)
    by_patient: NDArray[np.float64] = np.bincount(groups, gain, minlength=patients).astype(float)
    return by_patient


def sign_flip_p(gains: NDArray[np.float64], *, seed: int = 0) -> float:
    """Two-sided p of a sum of gains, were each as likely a loss of the same size.

    Every pattern of signs up to 12 gains, else 4,999 drawn ones and the one that was seen.
    """
    n, total = len(gains), abs(float(gains.sum())) - 1e-12
    if n <= _EXACT:
        signs = 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        return float((np.abs(signs @ gains) >= total).mean())
    rng = np.random.default_rng([seed, 8])
    as_high = 1
    for start in range(0, _FLIPS, 500):
        size = min(500, _FLIPS - start)
        signs = 1.0 - 2.0 * rng.integers(0, 2, (size, n))
        as_high += int((np.abs(signs @ gains) >= total).sum())
    return as_high / (_FLIPS + 1)
