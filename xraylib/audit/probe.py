"""Can a label be told from a table of numbers? A ridge classifier, cross-validated by patient.

What both checks for shortcuts are made of: features that should not matter, folds that keep
patients and copies together, and labels of whole patients shuffled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xraylib.audit.copies import Copies
from xraylib.audit.descriptors import Descriptors
from xraylib.datasets.dataset import DatasetIndex

_MOST_IMAGES: Final = 3000
_FOLDS: Final = 5
_PERMUTATIONS: Final = 999
_BINS: Final = 5
_RIDGE: Final = 0.03

Table = NDArray[np.float64]


class Asked(NamedTuple):
    """Images that a check looks at: their places in the descriptors, rows, and groups."""

    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    groups: NDArray[np.int64]


def asked_images(
    index: DatasetIndex,
    descriptors: Descriptors,
    copies: Sequence[Copies],
    rng: np.random.Generator,
) -> Asked:
    """All images, or 3,000 drawn where there are more."""
    places = np.arange(len(descriptors.rows))
    if len(places) > _MOST_IMAGES:
        places = np.sort(rng.choice(places, _MOST_IMAGES, replace=False))
    rows = descriptors.rows[places]
    return Asked(places, rows, groups_of(index, rows, copies))


def without_anatomy(
    index: DatasetIndex, descriptors: Descriptors, places: NDArray[np.int64]
) -> dict[str, Table]:
    """What should not matter, :func:`expanded`, by name; without what is alike in all images."""
    return {
        name: table
        for name, values in _measured(index, descriptors, places).items()
        if (table := expanded(values)).shape[1]
    }


def _measured(
    index: DatasetIndex, descriptors: Descriptors, places: NDArray[np.int64]
) -> dict[str, Table]:
    """``(images, columns)`` by name."""
    rows = pa.array(descriptors.rows[places])
    column = {
        name: index.table[name].take(rows).to_numpy()
        for name in ("bytes", "width", "height", "mode", "bit_depth")
    }
    size, width, height = (
        np.log(np.maximum(column[name].astype(np.float64), 1.0))
        for name in ("bytes", "width", "height")
    )
    modes = column["mode"].astype(str)
    kinds = [modes == kind for kind in np.unique(modes)] + [column["bit_depth"]]
    box = descriptors.box[places].astype(np.float64)
    box[:, 2:] = 1.0 - box[:, 2:]
    corners = np.sort(descriptors.corners[places].astype(np.float64), axis=1)
    return {
        "file size": np.column_stack([size, size - width - height]),
        "image size": np.column_stack([width, height, width - height]),
        "storage mode": np.column_stack(kinds).astype(np.float64),
        "margins": box,
        "mean brightness": descriptors.mean[places, None].astype(np.float64),
        "spread of brightness": descriptors.sd[places, None].astype(np.float64),
        "corners": np.column_stack([descriptors.corners[places], corners]).astype(np.float64),
        "printed letters": np.minimum(descriptors.letters[places, None], 8).astype(np.float64),
    }


def expanded(values: Table) -> Table:
    """Each column standardised, and cut at its quantiles so that steps can be seen too."""
    columns = []
    for value in values.T:
        if np.ptp(value) < 1e-6:
            continue
        columns.append(value)
        edges = np.unique(np.quantile(value, np.linspace(0, 1, _BINS + 1)[1:-1]))
        columns += [(value > edge).astype(np.float64) for edge in edges]
    kept = [column for column in columns if column.std() > 1e-9]
    if not kept:
        return np.zeros((len(values), 0))
    table = np.column_stack(kept)
    standard: Table = (table - table.mean(axis=0)) / table.std(axis=0)
    return standard


def groups_of(
    index: DatasetIndex, rows: NDArray[np.int64], copies: Sequence[Copies]
) -> NDArray[np.int64]:
    """A number for each image; equal for images of one patient and for copies."""
    patients = np.array(index.patients(rows), dtype=object).astype(str)
    _, number = np.unique(patients, return_inverse=True)
    place = {row: at for at, row in enumerate(rows.tolist())}
    for group in copies:
        members = [place[row] for row in group.rows if row in place]
        if len(members) > 1:
            joined = np.isin(number, number[members])
            number[joined] = number[members[0]]
    _, number = np.unique(number, return_inverse=True)
    return number.astype(np.int64)


def folds_of(
    groups: NDArray[np.int64], labels: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """The fold of each image: whole groups, each class spread evenly."""
    count = groups.max() + 1
    first = np.zeros(count, dtype=np.int64)
    first[groups[::-1]] = labels[::-1]
    fold = np.zeros(count, dtype=np.int64)
    for label in np.unique(first):
        members = rng.permutation(np.flatnonzero(first == label))
        fold[members] = (np.arange(len(members)) + label) % _FOLDS
    return fold[groups]


def shuffled_labels(
    labels: NDArray[np.int64], groups: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """``(images, permutations)``: each group gets the classes of another group, repeated as needed.

    Where a patient has one class, whole patients change classes; where classes were given to
    images one by one, so they are here.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(groups.max() + 2))
    sizes = np.diff(starts)
    within = np.empty(len(labels), dtype=np.int64)
    within[order] = np.arange(len(labels)) - starts[groups[order]]
    result = np.empty((len(labels), _PERMUTATIONS), dtype=np.int64)
    for number in range(_PERMUTATIONS):
        other = rng.permutation(len(sizes))[groups]
        result[:, number] = labels[order[starts[other] + within % sizes[other]]]
    return result


def cross_validated(
    table: Table, folds: NDArray[np.int64], labels: NDArray[np.int64]
) -> dict[str, float]:
    """Ridge regression onto the classes, for the true labels and shuffled ones at once.

    The guess is the class whose score is largest against its share of the training images.

    Args:
        table: ``(images, columns)``, standardised.
        folds: Of each image.
        labels: ``(images, tries)`` from 0; the first column is the truth.

    Returns:
        ``balanced`` and ``accuracy`` of the truth, and ``p``: the share of tries, the truth
        among them, with a balanced accuracy at least as high.
    """
    tries = labels.shape[1]
    classes = int(labels.max()) + 1
    labels = labels.astype(np.int16)
    hits = np.zeros((classes, tries))
    sizes = np.zeros((classes, tries))
    right = 0
    for fold in np.unique(folds):
        held = folds == fold
        known, there, truth = table[~held], labels[~held], labels[held]
        gram = known.T @ known + _RIDGE * len(known) * np.eye(table.shape[1])
        sums = known.sum(axis=0)[:, None]
        best = np.full(truth.shape, -np.inf)
        guess = np.zeros(truth.shape, dtype=np.int16)
        first = np.empty((classes, len(truth)))
        for label in range(classes):
            target = (there == label).astype(np.float64)
            share = np.maximum(np.ones(len(target)) @ target / len(target), 1e-9)
            scores = table[held] @ np.linalg.solve(gram, known.T @ target - sums * share)
            scores += share
            first[label] = scores[:, 0]
            scores /= share
            guess[scores > best] = label
            np.maximum(best, scores, out=best)
        right += int((first.argmax(axis=0) == truth[:, 0]).sum())
        for label in range(classes):
            mine = truth == label
            hits[label] += (mine & (guess == label)).sum(axis=0)
            sizes[label] += mine.sum(axis=0)
    balanced = (hits / np.maximum(sizes, 1.0)).mean(axis=0)
    return {
        "balanced": float(balanced[0]),
        "accuracy": right / len(labels),
        "p": float((balanced >= balanced[0] - 1e-12).mean()),
    }


def held_out_scores(table: Table, folds: NDArray[np.int64], target: NDArray[np.bool_]) -> Table:
    """``(images,)``: what ridge regression says of each image from those of the other folds.

    Args:
        table: ``(images, columns)``, standardised.
        folds: Of each image.
        target: ``(images,)`` whether it has what is to be told.
    """
    scores = np.zeros(len(target))
    for fold in np.unique(folds):
        held = folds == fold
        known, truth = table[~held], target[~held].astype(np.float64)
        gram = known.T @ known + _RIDGE * len(known) * np.eye(table.shape[1])
        mean = float(truth.mean()) if len(truth) else 0.0
        scores[held] = mean + table[held] @ np.linalg.solve(gram, known.T @ (truth - mean))
    return scores
