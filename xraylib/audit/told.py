"""How well each class or finding can be told from a table of numbers, with interval and p.

What the checks ``shortcut`` (of findings) and ``metadata-shortcut`` are made of: the AUC of what a
ridge regression says of images of other patients, its interval by patient (DeLong 1988), and the
chance that nothing is told.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import erfc, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.audit.probe import Table, folds_of, held_out_scores
from xraylib.datasets.dataset import DatasetIndex
from xraylib.metrics.comparing.paired import holm
from xraylib.metrics.intervals import placements
from xraylib.metrics.uncertainty.jackknife import area_influence, standard_error

LEAST_AUC: Final = 0.6
"""Under which a label is hardly told, however sure that is."""
FEWEST_GROUPS: Final = 10
"""Patients with, and without, a label, under which nothing is said."""
_P: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Told:
    """One label, and how well the metadata tell it."""

    name: str
    place: NDArray[np.int64]
    present: NDArray[np.bool_]
    auc: float
    low: float
    high: float
    p: float


def clearly_told(asked: list[Told]) -> list[Told]:
    """Those with an AUC that counts and a p that holds for all of them (Holm 1979)."""
    corrected = holm([one.p for one in asked])
    return [
        one for one, p in zip(asked, corrected, strict=True) if p <= _P and one.auc >= LEAST_AUC
    ]


def labels_of(
    index: DatasetIndex, rows: NDArray[np.int64]
) -> list[tuple[str, NDArray[np.int64], NDArray[np.bool_]]]:
    """Each class or finding, the places of images of which it is known, and which show it."""
    told = index.multilabel
    if told is not None:
        every = told.values[rows]
        return [
            (name, known, every[known, at] == 1)
            for at, name in enumerate(told.names)
            for known in [np.flatnonzero(every[:, at] >= 0)]
        ]
    numbers = index.label_numbers[rows]
    places = np.arange(len(rows))
    kept = [at for at, name in enumerate(index.classes) if name and (numbers == at).any()]
    if len(kept) == 2:  # the one is what the other is not
        kept = kept[:1]
    return [(index.classes[at], places, numbers == at) for at in kept]


def tell(
    name: str,
    place: NDArray[np.int64],
    present: NDArray[np.bool_],
    table: Table,
    groups: NDArray[np.int64],
    rng: np.random.Generator,
) -> Told | None:
    """How well the table tells a label; None where too few patients have it, or have it not."""
    own = groups[place]
    if min(len(np.unique(own[present])), len(np.unique(own[~present]))) < FEWEST_GROUPS:
        return None
    scores = _scores(table[place], present, own, rng)
    influence, auc = area_influence(present, placements(present, scores))
    patients = len(np.unique(own))
    error = standard_error(influence, own) * sqrt(patients / (patients - 1))  # DeLong 1988
    low, high = max(0.0, auc - 1.96 * error), min(1.0, auc + 1.96 * error)
    p = erfc((auc - 0.5) / max(error, 1e-9) / sqrt(2)) if auc > 0.5 else 1.0
    return Told(name=name, place=place, present=present, auc=auc, low=low, high=high, p=p)


def _scores(
    table: Table, present: NDArray[np.bool_], groups: NDArray[np.int64], rng: np.random.Generator
) -> Table:
    numbered = np.unique(groups, return_inverse=True)[1].astype(np.int64)
    folds = folds_of(numbered, present.astype(np.int64), rng)
    return held_out_scores(table, folds, present)


def area(
    table: Table, present: NDArray[np.bool_], groups: NDArray[np.int64], rng: np.random.Generator
) -> float:
    return float(placements(present, _scores(table, present, groups, rng))[0].mean())


def labels_digest(index: DatasetIndex) -> str:
    """SHA-256 of the findings and metadata that a table told of the images; ``""`` without one."""
    if index.findings is None and index.metadata is None:
        return ""
    digest = hashlib.sha256()
    if index.findings is not None:
        digest.update("\0".join((index.findings.kind, *index.findings.names)).encode())
        digest.update(index.findings.values.tobytes())
    if index.metadata is not None:
        for name, values in index.metadata.to_pydict().items():
            digest.update(f"{name}\0{values!r}".encode())
    return digest.hexdigest()
