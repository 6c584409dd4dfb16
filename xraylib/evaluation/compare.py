"""Is one run really better than another, or is it chance? NumPy only.

Runs are compared on the films that all of them were judged on, film by film: what counts is where
one is right and the other wrong. McNemar 1947 (exact) asks whether that could be chance; whole
patients drawn with replacement say how large the difference is; Holm 1979 allows for the number
of pairs. Always in the comparison: naming the most frequent class every time, and the lesson's
feed-forward network where the workspace has one that was judged on the same films.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import Judged, stored_predictions
from xraylib.evaluation.intervals import Z95, Interval, bootstrap_weights, wilson_interval

if TYPE_CHECKING:
    from xraylib.training.runs import Run
    from xraylib.workspace import Workspace

BASELINE = "lesson-dense"
SIGNIFICANT = 0.05


def mcnemar_exact(first_right: ArrayLike, second_right: ArrayLike) -> float:
    """How probable a disagreement at least as uneven is if both are equally good; two-sided.

    The exact binomial form. Films count as independent.

    Args:
        first_right: ``(n,)`` whether the first named the true class of each film.
        second_right: The same of the second.

    Returns:
        0..1; 1 where they never disagree.
    """
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    one, other = int((first & ~second).sum()), int((~first & second).sum())
    n = one + other
    logs = [
        math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) - n * math.log(2)
        for i in range(min(one, other) + 1)
    ]
    return min(1.0, 2 * math.fsum(math.exp(value) for value in logs))


def difference_interval(
    first_right: ArrayLike,
    second_right: ArrayLike,
    groups: NDArray[np.int64],
    *,
    repeats: int = 2000,
    seed: int = 0,
) -> Interval | None:
    """95 % interval of the difference in accuracy, from a paired bootstrap of patients.

    The bootstrap gives the standard error; it is widened by the number of patients, because
    resampling few of them understates it. Where the two never disagree nothing varies, and the
    interval is Tango's (1998) for no disagreement.

    Args:
        first_right: ``(n,)`` whether the first named the true class of each film.
        second_right: The same of the second.
        groups: ``(n,)`` patient of each film, numbered from 0.
        repeats: Resamplings; fewer for very many films.
        seed: Same seed, same interval.

    Returns:
        Bounds of accuracy(first) - accuracy(second); None with fewer than two patients.
    """
    gap = np.asarray(first_right, np.float64) - np.asarray(second_right, np.float64)
    patients = int(groups.max()) + 1 if len(groups) else 0
    if patients < 2:
        return None
    if not gap.any():
        half = Z95**2 / (patients + Z95**2)
        return -half, half
    times = int(np.clip(120_000_000 // len(gap), 200, repeats))
    drawn = np.concatenate(
        [w @ gap / w.sum(axis=1) for w in bootstrap_weights(groups, repeats=times, seed=seed)]
    )
    half = Z95 * float(drawn.std(ddof=1)) * math.sqrt(patients / (patients - 1))
    middle = float(gap.mean())
    return max(-1.0, middle - half), min(1.0, middle + half)


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values that allow for their number (Holm 1979), in the order given."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def compare_predictions(
    y_true: ArrayLike,
    predicted: Mapping[str, ArrayLike],
    classes: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    seed: int = 0,
) -> dict[str, Any]:
    """Each against each, and each against the majority class, on the same films.

    Args:
        y_true: ``(n,)`` positions in ``classes``; at least one film.
        predicted: ``(n,)`` positions by name.
        classes: Class names.
        patients: Whose film each is; without it every film counts as a patient.
        seed: Of the bootstrap.

    Returns:
        ``n``, ``patients``, ``classes``, ``entries`` (``name``, ``accuracy``, ``accuracy_ci``,
        ``right``) with the majority class last, ``pairs`` (``first``, ``second``, ``difference``,
        ``difference_ci``, ``only_first_right``, ``only_second_right``, ``p``, ``p_holm``,
        ``better``: a name or None, ``verdict``) and ``notes``.
    """
    true = np.asarray(y_true, np.int64)
    n = len(true)
    names = np.arange(n) if patients is None else np.asarray(patients, dtype=str)
    groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
    most = int(np.bincount(true, minlength=len(classes)).argmax())
    right = {name: np.asarray(values, np.int64) == true for name, values in predicted.items()}
    right[f"always {classes[most]}"] = true == most
    couples = list(combinations(right, 2))
    p_values = [mcnemar_exact(right[a], right[b]) for a, b in couples]
    clusters = int(groups.max()) + 1
    pairs = [
        _pair(a, b, right[a], right[b], groups, p, adjusted, seed)
        for (a, b), p, adjusted in zip(couples, p_values, holm(p_values), strict=True)
    ]
    notes = []
    if clusters < n:
        notes.append(
            f"{n} films come from {clusters} patients: McNemar's test takes films as independent; "
            "the interval does not"
        )
    return {
        "n": n,
        "patients": clusters,
        "classes": list(classes),
        "entries": [
            {
                "name": name,
                "accuracy": float(hits.mean()),
                "accuracy_ci": list(wilson_interval(int(hits.sum()), n) or ()),
                "right": int(hits.sum()),
            }
            for name, hits in right.items()
        ],
        "pairs": pairs,
        "notes": notes,
    }


def compare_runs(
    runs: Sequence[Run], *, split: str = "test", workspace: Workspace | None = None
) -> dict[str, Any]:
    """Runs against each other, the majority class and the feed-forward baseline. No TensorFlow.

    Args:
        runs: One or more that have ended. They are compared on the films that all of them were
            judged on: the same path, the same bytes, the same class.
        split: ``"test"`` or ``"val"``.
        workspace: Where to look for a run of the lesson's feed-forward network.

    Returns:
        What :func:`compare_predictions` returns; entries also have ``run``; and ``split``,
        ``baseline`` (the run of the feed-forward network, or None) and ``left_out``: films that
        not all of the runs were judged on.

    Raises:
        RunError: code ``no-predictions``: a run has not ended.
        DatasetError: codes ``no-films`` and ``nothing-in-common``.
    """
    unique = list({run.id: run for run in runs}.values())
    judged = {run.id: _by_film(run, split) for run in unique}
    common = _common(list(judged.values()))
    if not common or len({tuple(run.classes) for run in unique}) > 1:
        raise DatasetError(
            f"The runs were not judged on the same {split} films",
            expected="runs of one data set with the same classes",
            remedy="choose runs of the same data set, or train one of them again on it",
            code="nothing-in-common",
        )
    baseline = _baseline(unique, common, split, workspace)
    if baseline is not None and baseline.id not in judged:
        unique.append(baseline)
        judged[baseline.id] = _by_film(baseline, split)
    first = judged[unique[0].id]
    classes = list(unique[0].classes)
    result = compare_predictions(
        [first[film][0] for film in common],
        {run.id: [judged[run.id][film][1] for film in common] for run in unique},
        classes,
        [first[film][2] for film in common],
    )
    labels = {run.id: run.name or run.spec.name for run in unique}
    for entry in result["entries"]:
        entry["run"] = entry["name"] if entry["name"] in judged else None
        entry["label"] = labels.get(entry["name"], entry["name"])
    if baseline is None:
        result["notes"].append(
            f"no {BASELINE} was judged on these films: train one to see what the lesson's "
            "feed-forward network reaches"
        )
    every = set().union(*judged.values())
    return {
        **result,
        "split": split,
        "baseline": baseline.id if baseline else None,
        "left_out": len(every) - len(common),
    }


_Film = tuple[str, str, str]
_ByFilm = dict[_Film, tuple[int, int, str]]


def _by_film(run: Run, split: str) -> _ByFilm:
    """``{(path, SHA-256, class): (true, said, patient)}`` of the films it was judged on."""
    from xraylib.data.films import DatasetIndex

    found: Judged = stored_predictions(run, split=split)
    table = DatasetIndex.load(run.folder / "index.parquet").table
    sums = dict(zip(table["path"].to_pylist(), table["sha256"].to_pylist(), strict=True))
    said = found.probabilities.argmax(axis=1)
    return {
        (path, str(sums.get(path, "")), run.classes[true]): (int(true), int(call), patient)
        for path, true, call, patient in zip(
            found.paths, found.labels, said, found.patients, strict=True
        )
    }


def _common(judged: Sequence[_ByFilm]) -> list[_Film]:
    return sorted(set(judged[0]).intersection(*judged[1:]))


def _baseline(
    runs: Sequence[Run], common: Sequence[_Film], split: str, workspace: Workspace | None
) -> Run | None:
    """The newest run of the feed-forward network that was judged on all these films."""
    from xraylib.training.runs import list_runs

    own = [run for run in runs if run.spec.name == BASELINE]
    if own or workspace is None:
        return own[0] if own else None
    for run in list_runs(workspace):
        same = run.data["fingerprint"] == runs[0].data["fingerprint"]
        if not same or run.spec.name != BASELINE or run.predictions() is None:
            continue
        try:
            judged = _by_film(run, split)
        except DatasetError:  # it has no films of this split
            continue
        if set(common) <= set(judged):
            return run
    return None


def _pair(
    first: str,
    second: str,
    first_right: NDArray[np.bool_],
    second_right: NDArray[np.bool_],
    groups: NDArray[np.int64],
    p: float,
    adjusted: float,
    seed: int,
) -> dict[str, Any]:
    difference = float(first_right.mean() - second_right.mean())
    interval = difference_interval(first_right, second_right, groups, seed=seed)
    sure = interval is not None and not interval[0] <= 0 <= interval[1]
    better = (first if difference > 0 else second) if sure and adjusted <= SIGNIFICANT else None
    n = len(first_right)
    return {
        "first": first,
        "second": second,
        "difference": difference,
        "difference_ci": list(interval) if interval else None,
        "only_first_right": int((first_right & ~second_right).sum()),
        "only_second_right": int((~first_right & second_right).sum()),
        "p": p,
        "p_holm": adjusted,
        "better": better,
        "verdict": f"{better} is better on these {n} films"
        if better
        else f"not distinguishable on these {n} films",
    }
