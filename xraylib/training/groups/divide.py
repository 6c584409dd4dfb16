"""Images -> folds of a cross-validation: as their folders say, or patients divided evenly."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.stratify import divide_findings
from xraylib.datasets.reading.folds import folds_in_paths
from xraylib.datasets.split import units_of
from xraylib.errors import DatasetError


def given_folds(index: DatasetIndex, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | None:
    """The fold of each of these images as its folder says; None where folders say none."""
    return folds_in_paths(index.reading, index.table["path"].take(rows).to_pylist())


def divide(
    index: DatasetIndex,
    rows: npt.NDArray[np.int64],
    folds: int,
    *,
    seed: int,
    together: Sequence[Sequence[int]] = (),
) -> npt.NDArray[np.int64]:
    """The fold (0 to folds - 1) of each of these images; all images of a patient are in one.

    So are patients who share a picture: see `units_of`.

    Patients with many images come first, equal ones in an order that depends on the seed and
    their name alone; each goes where its classes are furthest below their share. Images with
    several findings are divided by these in place of classes.

    Raises:
        DatasetError: code ``too-few-patients``.
    """
    units = np.array(units_of(index, rows, together), dtype=object)
    names, patient = np.unique(units, return_inverse=True)
    if len(names) < folds:
        raise DatasetError(
            f"The {len(rows)} images are of {len(names)} patient(s)",
            expected=f"at least one patient for each of the {folds} folds",
            remedy="use fewer folds, or check the patient pattern",
            code="too-few-patients",
        )
    several = index.multilabel
    if several is not None:
        shares = (1 / folds,) * folds
        return divide_findings(several, rows, units.tolist(), shares, seed=seed)
    counts = np.zeros((len(names), len(index.classes)))
    np.add.at(counts, (patient, index.label_numbers[rows]), 1)
    share = np.maximum(counts.sum(axis=0) / folds, 1e-9)
    order = sorted(
        range(len(names)),
        key=lambda p: (-counts[p].sum(), hashlib.sha256(f"{seed}:{names[p]}".encode()).digest()),
    )
    filled = np.zeros((folds, len(index.classes)))
    place = np.zeros(len(names), np.int64)
    for p in order:
        after = (((filled + counts[p]) / share) ** 2).sum(axis=1) - ((filled / share) ** 2).sum(
            axis=1
        )
        place[p] = int(np.lexsort((filled.sum(axis=1), after))[0])
        filled[place[p]] += counts[p]
    return place[patient]
