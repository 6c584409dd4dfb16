"""Single numbers of predictions: confusion, losses, calibration error, mean AUC. NumPy only.

Shapes: ``n`` images, ``k`` classes; labels are positions of classes; probabilities are ``(n, k)``
with rows that sum to 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.metrics.intervals import roc_auc

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CALIBRATION_BINS = 15


def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, classes: int) -> Ints:
    """Counts ``(classes, classes)``: true class by row, predicted class by column."""
    true, pred = np.asarray(y_true, np.int64), np.asarray(y_pred, np.int64)
    counts = np.bincount(true * classes + pred, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def log_loss(y_true: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean of -ln of the true class's probability, in nats; 0 is perfect.

    Probabilities are kept 2.2e-16 away from 0, as scikit-learn does.
    """
    return float(log_losses(y_true, probabilities).mean())


def brier_score(y_true: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean squared distance of the probabilities from the truth; 0 is perfect.

    Summed over classes (0 to 2; Brier 1950), but for two classes the ordinary one of the second
    class (0 to 1), as in scikit-learn.
    """
    return float(brier_losses(y_true, probabilities).mean())


def calibration_error(
    y_true: ArrayLike, probabilities: ArrayLike, bins: int = CALIBRATION_BINS
) -> float:
    """Expected calibration error: mean gap of confidence and accuracy over equal-width bins.

    Confidence is the highest probability of an image. The value is biased upwards on few images: a
    perfectly calibrated model does not score 0 (Guo et al. 2017, Roelofs et al. 2022).
    """
    p = np.asarray(probabilities, np.float64)
    true = np.asarray(y_true, np.int64)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == true
    gap = np.bincount(bin_of(confidence, bins), weights=right - confidence, minlength=bins)
    return float(np.abs(gap).sum() / len(true))


def bin_of(confidence: Floats, bins: int = CALIBRATION_BINS) -> Ints:
    """``(n,)`` bins of equal width from 0; a confidence on an edge belongs to the lower one."""
    return np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)


def macro_auc(y_true: ArrayLike, probabilities: ArrayLike) -> float | None:
    """Mean over classes of one-versus-rest AUC; with two classes the ordinary AUC.

    None if a class has no image or all images.
    """
    p = np.asarray(probabilities, np.float64)
    true = np.asarray(y_true, np.int64)
    columns = [1] if p.shape[1] == 2 else range(p.shape[1])
    values = [roc_auc(true == k, p[:, k]) for k in columns]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    return float(np.average(known))


def log_losses(y_true: ArrayLike, probabilities: ArrayLike) -> Floats:
    """``(n,)``: what :func:`log_loss` is the mean of."""
    p, true = np.asarray(probabilities, np.float64), np.asarray(y_true, np.int64)
    eps = float(np.finfo(np.float64).eps)
    losses: Floats = -np.log(np.clip(p[np.arange(len(true)), true], eps, 1.0))
    return losses


def brier_losses(y_true: ArrayLike, probabilities: ArrayLike) -> Floats:
    """``(n,)``: what :func:`brier_score` is the mean of."""
    p, true = np.asarray(probabilities, np.float64), np.asarray(y_true, np.int64)
    squares: Floats = (p - np.eye(p.shape[1])[true]) ** 2
    return squares[:, 1] if p.shape[1] == 2 else squares.sum(axis=1)
