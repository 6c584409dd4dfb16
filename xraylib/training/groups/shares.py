"""Shares of the training images that lie in each other, by whole patients, of one mixture."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.split import units_of
from xraylib.errors import DatasetError


def nested_shares(
    index: DatasetIndex,
    rows: NDArray[np.int64],
    shares: Sequence[float],
    *,
    seed: int,
    together: Sequence[Sequence[int]] = (),
) -> list[NDArray[np.int64]]:
    """The rows of each share of the patients; the smaller share lies in the larger one.

    Patients of each kind (their rarest class, or their rarest finding) are put in an order that
    depends on the seed and their name alone, and the kinds are spread evenly along one line, so
    that each beginning of it has the mixture of the whole.

    Args:
        index: The images.
        rows: Those that may train, ascending.
        shares: Ascending, above 0, at most 1.
        seed: Of the order.
        together: Rows that must stay together; see `Split`.

    Raises:
        DatasetError: code ``too-few-patients``: the smallest share has no image of some class.
    """
    units = np.array(units_of(index, rows, together), dtype=object)
    names, unit = np.unique(units, return_inverse=True)
    shown = _shown(index, rows)
    has = np.zeros((len(names), shown.shape[1]), bool)
    np.logical_or.at(has, unit, shown)
    rare = np.where(has, has.sum(axis=0), len(names) + 1)
    kind = np.where(has.any(axis=1), rare.argmin(axis=1), shown.shape[1])
    line = np.zeros(len(names))
    for one in np.unique(kind):
        places = np.flatnonzero(kind == one)
        drawn = sorted(places.tolist(), key=lambda place: _drawn(seed, str(names[place])))
        line[drawn] = (np.arange(len(drawn)) + 0.5) / len(drawn)
    order = sorted(
        range(len(names)), key=lambda place: (line[place], _drawn(seed, str(names[place])))
    )
    place_of = np.empty(len(names), np.int64)
    place_of[order] = np.arange(len(names))
    found = [rows[place_of[unit] < round(share * len(names))] for share in shares]
    missing = shown.any(axis=0) & ~shown[np.isin(rows, found[0])].any(axis=0)
    if missing.any() or not len(found[0]):
        raise DatasetError(
            f"{shares[0]:.0%} of the {len(names)} training patients hold no image of some class",
            expected="every class in the smallest share",
            remedy="begin with a larger share, for example 20,40,70,100",
            code="too-few-patients",
        )
    return found


def _shown(index: DatasetIndex, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    """``(rows, classes or findings)``: what each image shows."""
    several = index.multilabel
    if several is not None:
        return np.asarray(several.values[rows] == 1)
    return np.asarray(index.label_numbers[rows][:, None] == np.arange(len(index.classes)))


def _drawn(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}:{name}".encode()).digest()
