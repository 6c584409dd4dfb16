"""Dividing what has several labels at once: iterative stratification, whole patients at a time.

Sechidis, Tsoumakas and Vlahavas 2011, "On the stratification of multi-label data" (ECML PKDD,
Lecture Notes in Computer Science 6913, 145): the label with the fewest images left is dealt out
first, each image to the part that wants that label most. Here whole patients are dealt out, those
with most images of the label first, so that small ones even out what large ones left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.datasets.labels.findings import PRESENT, Findings
from xraylib.errors import ConfigError, DatasetError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def stratify(
    present: ArrayLike, patients: Sequence[str], shares: Sequence[float], *, seed: int = 0
) -> Ints:
    """Deals images out to parts, so that each part gets its share of each label's images.

    Wherever a label has as many patients as there are parts, every part gets at least one of them.
    Equal patients are taken in an order that depends on the seed and their names alone.

    Args:
        present: ``(images, labels)``: whether the image has the label; it need not have any.
        patients: Whose image each is; a patient's images stay together.
        shares: What each part should get, above 0; they sum to 1.
        seed: Another seed deals equal patients out in another order.

    Returns:
        ``(images,)`` parts, from 0.

    Raises:
        ConfigError: code ``shares``.
        DatasetError: codes ``labels`` (shapes do not fit) and ``too-few-patients`` (fewer than
            parts).
    """
    table, wanted = np.asarray(present, bool), np.asarray(shares, np.float64)
    if wanted.ndim != 1 or len(wanted) < 2 or wanted.min() <= 0 or abs(wanted.sum() - 1) > 1e-9:
        raise ConfigError(
            f"The images are to be divided into shares of {list(shares)}",
            expected="at least two numbers above 0 that sum to 1",
            remedy="use for example 0.8 and 0.2",
            code="shares",
        )
    if table.ndim != 2 or len(table) != len(patients):
        raise DatasetError(
            f"There are labels of shape {table.shape} and {len(patients)} patients",
            expected="a row of labels and a patient for each image",
            remedy="give both for the same images",
            code="labels",
        )
    names, whose = np.unique(np.array(patients, dtype=object), return_inverse=True)
    if len(names) < len(wanted):
        raise DatasetError(
            f"The {len(table)} images are of {len(names)} patient(s)",
            expected=f"at least one patient for each of the {len(wanted)} parts",
            remedy="divide them into fewer parts, or check how patients are told",
            code="too-few-patients",
        )
    counts = np.zeros((len(names), table.shape[1] + 1))  # the last column: all images
    np.add.at(counts[:, :-1], whose, table)
    counts[:, -1] = np.bincount(whose, minlength=len(names))
    luck = [hashlib.sha256(f"{seed}:{name}".encode("utf-8", "surrogateescape")) for name in names]
    order = np.empty(len(names), np.int64)
    order[np.argsort(np.array([one.digest() for one in luck], dtype="S32"))] = np.arange(len(names))
    part = _dealt(counts, wanted, order)
    _leave_none_out(part, counts, order, len(wanted))
    return part[whose]


def _dealt(counts: Floats, shares: Floats, order: Ints) -> Ints:
    """The part of each patient.

    Args:
        counts: ``(patients, labels + 1)`` images of each label, at the end all images.
        shares: ``(parts,)``.
        order: ``(patients,)`` places in the order of equal ones.
    """
    wants = shares[:, None] * counts.sum(axis=0)
    part = np.full(len(counts), -1, np.int64)
    left = counts[:, :-1].sum(axis=0)
    while True:
        some = np.flatnonzero(left > 0)
        # The rarest label first; at the end those without labels, by the sizes of the parts.
        label = int(some[left[some].argmin()]) if some.size else counts.shape[1] - 1
        open_ones = np.flatnonzero((part < 0) & (counts[:, label] > 0))
        for one in open_ones[np.lexsort((order[open_ones], -counts[open_ones, label]))]:
            place = int(np.lexsort((-wants[:, -1], -wants[:, label]))[0])
            part[one] = place
            wants[place] -= counts[one]
            left = left - counts[one, :-1]
        if not some.size:
            return part


def _leave_none_out(part: Ints, counts: Floats, order: Ints, parts: int) -> None:
    """Gives a part that lacks a label, or any image, the smallest patient that others can spare."""
    held = np.zeros((parts, counts.shape[1]), np.int64)  # patients
    has = counts > 0
    for place in range(parts):
        held[place] = has[part == place].sum(axis=0)
    scarce_first = np.argsort(has.sum(axis=0), kind="stable")
    for label in scarce_first[has.sum(axis=0)[scarce_first] >= parts]:
        for place in np.flatnonzero(held[:, label] == 0).tolist():
            spare = [
                one
                for one in np.flatnonzero(has[:, label]).tolist()
                if (held[part[one]][has[one]] > 1).all()
            ]
            if spare:
                moved = min(spare, key=lambda one: (counts[one, -1], order[one]))
                held[part[moved]] -= has[moved]
                held[place] += has[moved]
                part[moved] = place


def divide_findings(
    findings: Findings,
    rows: Ints,
    units: Sequence[str],
    shares: Sequence[float],
    *,
    seed: int = 0,
) -> Ints:
    """The part of each of these images, from 0, so that each part gets its share of each finding.

    Args:
        findings: Of all images of a data set.
        rows: ``(images,)`` those to divide.
        units: Of each the patient, or what else must stay together.
        shares: See `stratify`, likewise the seed.

    Raises:
        DatasetError: code ``too-few-patients``.
    """
    return stratify(findings.values[rows] == PRESENT, units, shares, seed=seed)


def one_sided(findings: Findings, **parts: Ints) -> tuple[str, ...]:
    """Sentences about findings that all images of a part show, or none.

    Args:
        findings: Of all images of a data set.
        parts: Rows of ``train`` and of ``val``.
    """
    what = {"train": "to train on", "val": "to validate on"}
    return tuple(
        f"{finding} has no image that {shows} it {what[name]}"
        for name, rows in parts.items()
        if len(rows)
        for finding, counts in findings.take(rows).counts().items()
        for side, shows in (("present", "shows"), ("absent", "does not show"))
        if not counts[side]
    )
