"""How good predictions are, with how sure one can be of it. NumPy only.

Shapes: ``n`` images, ``k`` classes; labels are positions in ``classes``; probabilities are
``(n, k)`` with rows that sum to 1. A value that is not defined is ``None`` and its reason stands
in ``undefined``; it is never a 0 or a 1 that nobody measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.arguments import check_whole, checked
from xraylib.errors import DatasetError
from xraylib.metrics.intervals import delong_interval, roc_auc, wilson_interval
from xraylib.metrics.resampling import resampled_intervals
from xraylib.metrics.scores import (
    CALIBRATION_BINS,
    brier_losses,
    calibration_error,
    confusion_matrix,
    log_losses,
    macro_auc,
    weighted_class_auc,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_RATES = ("recall", "precision", "specificity", "npv", "f1", "auc")


@checked
def evaluate_predictions(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    classes: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Everything the Results page and ``xraylib evaluate`` say about one set of predictions.

    Args:
        y_true: ``(n,)`` positions in ``classes``.
        probabilities: ``(n, k)``; the predicted class is the highest, the first of equals.
        classes: The ``k`` names.
        patients: Whose image each is; without it every image counts as a patient. Where patients
            have several images, intervals take these for as many as they are worth; else shares
            have Wilson's, the AUC of a class DeLong's, and images are drawn for the rest.
        seed: Of the draws.

    Returns:
        A value that can be written as JSON: ``n``, ``patients``, ``accuracy``, ``auc`` (macro,
        one-versus-rest), ``auc_weighted`` (by the classes' images), ``balanced_accuracy``,
        ``log_loss``, ``brier``, each with ``…_ci``; ``ece``, ``majority``, ``per_class``
        (``precision``, ``recall``, ``specificity``, ``f1``, ``support``, ``predicted``, ``auc``
        and their intervals ``…_ci``), ``confusion``, ``classes``, ``undefined`` (reasons by
        name, for example ``per_class.Covid.precision``), ``methods`` and ``notes``. Intervals
        are ``[low, high]`` at 95 %.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are no probabilities.
        ConfigError: code ``argument``.
    """
    check_whole(seed, "seed", least=0)
    true, p = _checked(y_true, probabilities, classes)
    n, k = p.shape
    groups = patient_numbers(patients, n)
    undefined: dict[str, str] = {}

    def keep(name: str, value: Any, reason: str) -> Any:
        if value is None:
            undefined[name] = reason
        return list(value) if isinstance(value, tuple) else value

    predicted = p.argmax(axis=1) if n else np.zeros(0, np.int64)
    matrix = confusion_matrix(true, predicted, k)
    right = int(np.trace(matrix))
    none = "there are no images"
    per_class = {
        name: _one_class(name, matrix, i, true == i, p[:, i], keep)
        for i, name in enumerate(classes)
    }
    losses = {"brier": brier_losses(true, p), "log_loss": log_losses(true, p)}
    missing = [name for name, row in zip(classes, matrix, strict=True) if row.sum() == 0]
    absent = "no images of class " + ", ".join(missing) if missing else "there is only one class"
    values: dict[str, float | None] = {
        "accuracy": right / n if n else None,
        "auc": macro_auc(true, p) if n else None,
        "auc_weighted": weighted_class_auc(true, p) if n else None,
        "balanced_accuracy": float(np.mean(np.diag(matrix) / matrix.sum(axis=1)))
        if n and not missing
        else None,
        **{name: float(loss.mean()) if n else None for name, loss in losses.items()},
    }
    clusters = int(groups.max()) + 1 if n else 0
    # Images of one patient are not independent: then the patients are drawn for every figure.
    drawn = _RATES if clusters < n else ("f1",)
    of_class = {
        f"{rate}.{i}": per_class[name][rate] for i, name in enumerate(classes) for rate in drawn
    }
    intervals = resampled_intervals(
        true, p, predicted, losses, groups, {**values, **of_class}, seed=seed
    )
    for i, name in enumerate(classes):
        for rate in drawn:
            place, row = f"per_class.{name}.{rate}", per_class[name]
            why = _why_no_interval(row[rate], undefined.get(place, ""))
            undefined.pop(f"{place}_ci", None)
            row[f"{rate}_ci"] = keep(f"{place}_ci", intervals[f"{rate}.{i}"], why)
    if clusters == n:
        intervals["accuracy"] = wilson_interval(right, n)
    overall: dict[str, Any] = {}
    for name, value in values.items():
        why = none if name in ("accuracy", *losses) else absent
        overall[name] = keep(name, value, why)
        overall[f"{name}_ci"] = keep(f"{name}_ci", intervals[name], _why_no_interval(value, why))
    largest = int(matrix.sum(axis=1).argmax())
    drawing = "patients" if clusters < n else "images"
    shares = "Wilson" + ("" if clusters == n else " of as many images as the patients' are worth")
    return {
        "n": n,
        "patients": clusters,
        **overall,
        "ece": keep("ece", calibration_error(true, p) if n else None, none),
        "majority": {
            "class": classes[largest] if n else None,
            "accuracy": keep(
                "majority.accuracy", float(matrix[largest].sum() / n) if n else None, none
            ),
        },
        "per_class": per_class,
        "confusion": matrix.tolist(),
        "classes": list(classes),
        "undefined": undefined,
        "methods": {
            "accuracy_ci": shares,
            "per_class rates": shares,
            "per_class auc_ci": "DeLong, logit scale"
            if clusters == n
            else "bootstrap of patients, logit scale",
            "auc_ci": f"bootstrap of {drawing}, logit scale",
            "log_loss_ci": "the same bootstrap, logarithmic scale",
            "ece": f"{CALIBRATION_BINS} bins of equal width",
        },
        "notes": [f"{n} images come from {clusters} patients: whole patients are drawn"]
        if clusters < n
        else [],
    }


def _one_class(
    name: str,
    matrix: Ints,
    index: int,
    positive: NDArray[np.bool_],
    scores: Floats,
    keep: Callable[[str, Any, str], Any],
) -> dict[str, Any]:
    """Rates of one class against the rest, each with its interval."""
    total = int(matrix.sum())
    tp = int(matrix[index, index])
    support, called = int(matrix[index].sum()), int(matrix[:, index].sum())
    others, true_negatives = total - support, total - support - called + tp
    no_positive = f"no image is truly {name}"
    no_negative = f"every image is truly {name}" if total else "there are no images"
    reasons = {
        "recall": no_positive,
        "precision": f"no image was called {name}",
        "specificity": no_negative,
        "npv": f"every image was called {name}" if total else "there are no images",
    }
    counts = {
        "recall": (tp, support),
        "precision": (tp, called),
        "specificity": (true_negatives, others),
        "npv": (true_negatives, total - called),
    }
    row: dict[str, Any] = {"support": support, "predicted": called}
    for rate, (hits, of) in counts.items():
        place = f"per_class.{name}.{rate}"
        row[rate] = keep(place, hits / of if of else None, reasons[rate])
        row[f"{rate}_ci"] = keep(f"{place}_ci", wilson_interval(hits, of), reasons[rate])
    row["f1"] = keep(
        f"per_class.{name}.f1",
        2 * tp / (support + called) if support + called else None,
        f"no image is truly {name} and none was called {name}",
    )
    auc = roc_auc(positive, scores)
    why = no_positive if support == 0 else no_negative
    row["auc"] = keep(f"per_class.{name}.auc", auc, why)
    interval = delong_interval(positive, scores)
    row["auc_ci"] = keep(f"per_class.{name}.auc_ci", interval, _why_no_interval(auc, why))
    return row


def _why_no_interval(value: float | None, absent: str) -> str:
    if value is None:
        return absent
    if value in (0.0, 1.0):
        return f"the value is {value:.0f} on these images: no interval can be computed from them"
    return "too few images for an interval"


def _numbers(values: ArrayLike) -> Floats:
    """An array of numbers; what is none becomes NaN without a shape, which nothing accepts."""
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError):
        return np.array(np.nan)


def _checked(
    y_true: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]
) -> tuple[Ints, Floats]:
    k = len(classes)
    p, labels = _numbers(probabilities), _numbers(y_true)
    if k == 0 or labels.ndim != 1 or p.shape != (len(labels), k):
        n = len(labels) if labels.ndim else 0
        raise DatasetError(
            f"There are {n} labels and probabilities of shape {p.shape} for {k} classes",
            expected=f"probabilities of shape ({n}, {k})",
            remedy="give one row of probabilities for each label",
            code="predictions",
        )
    if labels.size and (not np.all(labels == labels.astype(np.int64)) or labels.min() < 0):
        raise DatasetError(
            "Some labels are not positions of a class",
            expected=f"whole numbers from 0 to {k - 1}",
            remedy="leave out images without a label",
            code="predictions",
        )
    if labels.size and labels.max() >= k:
        raise DatasetError(
            f"A label is {int(labels.max())}",
            expected=f"whole numbers from 0 to {k - 1} for {k} classes",
            remedy="use the same classes for labels and probabilities",
            code="predictions",
        )
    rows = p.sum(axis=1)
    if (
        not np.all(np.isfinite(p))
        or p.min(initial=0) < -1e-6
        or np.abs(rows - 1).max(initial=0) > 1e-3
    ):
        raise DatasetError(
            "Some rows are no probabilities (not a number, negative, or a sum other than 1)",
            expected="numbers from 0 to 1 that sum to 1 in each row",
            remedy="check the network's last activation, or train with a lower learning rate",
            code="predictions",
        )
    return labels.astype(np.int64), p


def patient_numbers(patients: Sequence[str] | None, n: int) -> Ints:
    """``(n,)`` patients numbered from 0 by their names; without names each image is one.

    Raises:
        DatasetError: code ``predictions``: there are not ``n`` names.
    """
    if patients is None:
        return np.arange(n, dtype=np.int64)
    if len(patients) != n:
        raise DatasetError(
            f"There are {len(patients)} patients for {n} images",
            expected="one patient for each image",
            remedy="give each image's patient, or none",
            code="predictions",
        )
    return np.unique(np.asarray(patients, dtype=str), return_inverse=True)[1].astype(np.int64)
