"""How good predictions are, with how sure one can be of it. NumPy only.

Shapes: ``n`` films, ``k`` classes; labels are positions in ``classes``; probabilities are
``(n, k)`` with rows that sum to 1. A value that is not defined is ``None`` and its reason stands
in ``undefined``; it is never a 0 or a 1 that nobody measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import DatasetError
from xraylib.evaluation.intervals import (
    delong_interval,
    roc_auc,
    wilson_interval,
)
from xraylib.evaluation.resampling import resampled_intervals

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
    return float(_log_losses(y_true, probabilities).mean())


def brier_score(y_true: ArrayLike, probabilities: ArrayLike) -> float:
    """Mean squared distance of the probabilities from the truth; 0 is perfect.

    Summed over classes (0 to 2; Brier 1950), but for two classes the ordinary one of the second
    class (0 to 1), as in scikit-learn.
    """
    return float(_brier_losses(y_true, probabilities).mean())


def calibration_error(
    y_true: ArrayLike, probabilities: ArrayLike, bins: int = CALIBRATION_BINS
) -> float:
    """Expected calibration error: mean gap of confidence and accuracy over equal-width bins.

    Confidence is the highest probability of a film. The value is biased upwards on few films: a
    perfectly calibrated model does not score 0 (Guo et al. 2017, Roelofs et al. 2022).
    """
    p = np.asarray(probabilities, np.float64)
    true = np.asarray(y_true, np.int64)
    confidence, right = p.max(axis=1), p.argmax(axis=1) == true
    place = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    gap = np.bincount(place, weights=right - confidence, minlength=bins)
    return float(np.abs(gap).sum() / len(true))


def macro_auc(y_true: ArrayLike, probabilities: ArrayLike) -> float | None:
    """Mean over classes of one-versus-rest AUC; with two classes the ordinary AUC.

    None if a class has no film or all films.
    """
    return _mean_auc(y_true, probabilities, weighted=False)


def weighted_class_auc(y_true: ArrayLike, probabilities: ArrayLike) -> float | None:
    """Mean of one-versus-rest AUC weighted by the classes' films; with two classes the ordinary.

    None if a class has no film or all films.
    """
    return _mean_auc(y_true, probabilities, weighted=True)


def _mean_auc(y_true: ArrayLike, probabilities: ArrayLike, *, weighted: bool) -> float | None:
    p = np.asarray(probabilities, np.float64)
    true = np.asarray(y_true, np.int64)
    columns = [1] if p.shape[1] == 2 else range(p.shape[1])
    values = [roc_auc(true == k, p[:, k]) for k in columns]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    weights = [int((true == k).sum()) for k in columns] if weighted else None
    return float(np.average(known, weights=weights))


def _log_losses(y_true: ArrayLike, probabilities: ArrayLike) -> Floats:
    p, true = np.asarray(probabilities, np.float64), np.asarray(y_true, np.int64)
    eps = float(np.finfo(np.float64).eps)
    losses: Floats = -np.log(np.clip(p[np.arange(len(true)), true], eps, 1.0))
    return losses


def _brier_losses(y_true: ArrayLike, probabilities: ArrayLike) -> Floats:
    p, true = np.asarray(probabilities, np.float64), np.asarray(y_true, np.int64)
    squares: Floats = (p - np.eye(p.shape[1])[true]) ** 2
    return squares[:, 1] if p.shape[1] == 2 else squares.sum(axis=1)


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
        patients: Whose film each is; without it every film counts as a patient.
        seed: Of the bootstrap behind all intervals but those of Wilson and DeLong.

    Returns:
        A value that can be written as JSON: ``n``, ``patients``, ``accuracy``, ``accuracy_ci``
        (Wilson), ``auc`` (macro, one-versus-rest), ``auc_weighted`` (by the classes' films),
        ``balanced_accuracy``, ``log_loss``, ``brier``, each with ``…_ci``; ``ece``, ``majority``,
        ``per_class``
        (``precision``, ``recall``, ``specificity``, ``f1``, ``support``, ``predicted``, ``auc``
        and their intervals ``…_ci``), ``confusion``, ``classes``, ``undefined`` (reasons by
        name, for example ``per_class.Covid.precision``), ``methods`` and ``notes``. Intervals
        are ``[low, high]`` at 95 %.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are no probabilities.
    """
    true, p = _checked(y_true, probabilities, classes)
    n, k = p.shape
    groups = _patient_numbers(patients, n)
    undefined: dict[str, str] = {}

    def keep(name: str, value: Any, reason: str) -> Any:
        if value is None:
            undefined[name] = reason
        return list(value) if isinstance(value, tuple) else value

    predicted = p.argmax(axis=1) if n else np.zeros(0, np.int64)
    matrix = confusion_matrix(true, predicted, k)
    right = int(np.trace(matrix))
    none = "there are no films"
    per_class = {
        name: _one_class(name, matrix, i, true == i, p[:, i], keep)
        for i, name in enumerate(classes)
    }
    losses = {"brier": _brier_losses(true, p), "log_loss": _log_losses(true, p)}
    missing = [name for name, row in zip(classes, matrix, strict=True) if row.sum() == 0]
    absent = "no films of class " + ", ".join(missing) if missing else "there is only one class"
    auc = macro_auc(true, p) if n else None
    balanced = float(np.mean(np.diag(matrix) / matrix.sum(axis=1))) if n and not missing else None
    weighted = weighted_class_auc(true, p) if n else None
    values: dict[str, float | None] = {
        "auc": auc,
        "auc_weighted": weighted,
        "balanced_accuracy": balanced,
        **{name: float(loss.mean()) if n else None for name, loss in losses.items()},
        **{f"f1.{i}": per_class[name]["f1"] for i, name in enumerate(classes)},
    }
    intervals = resampled_intervals(true, p, predicted, losses, groups, values, seed=seed)
    for i, name in enumerate(classes):
        place, row = f"per_class.{name}.f1", per_class[name]
        why = undefined.get(place, "")
        row["f1_ci"] = keep(f"{place}_ci", intervals[f"f1.{i}"], _why_no_interval(row["f1"], why))
    largest = int(matrix.sum(axis=1).argmax())
    clusters = int(groups.max()) + 1 if n else 0
    notes = []
    if clusters < n:
        notes.append(
            f"{n} films come from {clusters} patients: the Wilson and DeLong intervals take "
            "films as independent and are somewhat too narrow"
        )
    return {
        "n": n,
        "patients": clusters,
        "accuracy": keep("accuracy", right / n if n else None, none),
        "accuracy_ci": keep("accuracy_ci", wilson_interval(right, n), none),
        "auc": keep("auc", auc, absent),
        "auc_ci": keep("auc_ci", intervals["auc"], _why_no_interval(auc, absent)),
        "auc_weighted": keep("auc_weighted", weighted, absent),
        "auc_weighted_ci": keep(
            "auc_weighted_ci", intervals["auc_weighted"], _why_no_interval(weighted, absent)
        ),
        "balanced_accuracy": keep("balanced_accuracy", balanced, absent),
        "balanced_accuracy_ci": keep(
            "balanced_accuracy_ci",
            intervals["balanced_accuracy"],
            _why_no_interval(balanced, absent),
        ),
        "log_loss": keep("log_loss", values["log_loss"], none),
        "log_loss_ci": keep(
            "log_loss_ci", intervals["log_loss"], _why_no_interval(values["log_loss"], none)
        ),
        "brier": keep("brier", values["brier"], none),
        "brier_ci": keep("brier_ci", intervals["brier"], _why_no_interval(values["brier"], none)),
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
            "accuracy_ci": "Wilson",
            "per_class rates": "Wilson",
            "per_class auc_ci": "DeLong, logit scale",
            "auc_ci": f"bootstrap of {'patients' if clusters < n else 'films'}, logit scale",
            "log_loss_ci": "the same bootstrap, logarithmic scale",
            "ece": f"{CALIBRATION_BINS} bins of equal width",
        },
        "notes": notes,
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
    no_positive = f"no film is truly {name}"
    no_negative = f"every film is truly {name}" if total else "there are no films"
    reasons = {
        "recall": no_positive,
        "precision": f"no film was called {name}",
        "specificity": no_negative,
        "npv": f"every film was called {name}" if total else "there are no films",
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
        f"no film is truly {name} and none was called {name}",
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
        return f"the value is {value:.0f} on these films: no interval can be computed from them"
    return "too few films for an interval"


def _checked(
    y_true: ArrayLike, probabilities: ArrayLike, classes: Sequence[str]
) -> tuple[Ints, Floats]:
    k = len(classes)
    p = np.asarray(probabilities, np.float64).reshape(-1, k) if k else np.zeros((0, 0))
    labels = np.asarray(y_true)
    if k == 0 or np.shape(probabilities)[0] != len(labels) or len(p) != len(labels):
        raise DatasetError(
            f"There are {len(labels)} labels and probabilities of shape {np.shape(probabilities)} "
            f"for {k} classes",
            expected=f"probabilities of shape ({len(labels)}, {k})",
            remedy="give one row of probabilities for each label",
            code="predictions",
        )
    if labels.size and (not np.all(labels == labels.astype(np.int64)) or labels.min() < 0):
        raise DatasetError(
            "Some labels are not positions of a class",
            expected=f"whole numbers from 0 to {k - 1}",
            remedy="leave out films without a label",
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


def _patient_numbers(patients: Sequence[str] | None, n: int) -> Ints:
    if patients is None:
        return np.arange(n, dtype=np.int64)
    if len(patients) != n:
        raise DatasetError(
            f"There are {len(patients)} patients for {n} films",
            expected="one patient for each film",
            remedy="give each film's patient, or none",
            code="predictions",
        )
    return np.unique(np.asarray(patients, dtype=str), return_inverse=True)[1].astype(np.int64)
