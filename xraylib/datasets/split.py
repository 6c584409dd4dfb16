"""DatasetIndex -> training, validation and test images: seeded, stratified, by patient."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib import notebook
from xraylib.arguments import PathLike, as_path, checked, checked_fields, refused_argument
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.stratify import divide_findings, one_sided
from xraylib.datasets.names import SPLITS, SplitName
from xraylib.datasets.split_table import COLUMNS
from xraylib.errors import ConfigError, DatasetError
from xraylib.markup import csv_text
from xraylib.workspace import write_atomic


@dataclass(frozen=True, kw_only=True)
class SplitPart:
    """What one part of a split holds.

    Attributes:
        images: How many.
        patients: How many.
        classes: Images of each class.
    """

    images: int
    patients: int
    classes: Mapping[str, int]


@checked_fields
@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """Which rows of an index are trained on, validated on and tested on.

    Attributes:
        train: Row numbers, ascending; likewise the others. Only readable images.
        val: Validation images.
        test: Test images; empty if there is no test folder.
        seed: What the choice of patients depended on.
        made_validation: Whether the validation images were taken from ``train``.
        notes: Sentences about classes and patients that could not be divided, or are not.
        together: Rows that are the same picture, a tuple a group: whoever divides these images
            keeps each group on one side.
    """

    train: NDArray[np.int64]
    val: NDArray[np.int64]
    test: NDArray[np.int64]
    seed: int
    made_validation: bool
    notes: tuple[str, ...] = ()
    together: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        for name in ("train", "val", "test"):
            rows = getattr(self, name)
            if rows.ndim != 1 or rows.dtype.kind not in "iu":
                raise refused_argument(name, rows, "row numbers, int64 (images,)", of="Split")

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name} {len(self.rows(name)):,}" for name in SPLITS)
        return f"Split({sizes}; seed {self.seed})"

    def _repr_html_(self) -> str:
        rows = [(name, len(self.rows(name))) for name in SPLITS]
        notes = "".join(f"<p>{escape(note)}.</p>" for note in self.notes)
        return notebook.table(["split", "images"], rows) + notes

    @checked
    def rows(self, name: SplitName) -> NDArray[np.int64]:
        """The rows of ``"train"``, ``"val"`` or ``"test"``."""
        return {"train": self.train, "val": self.val, "test": self.test}[name]

    @checked
    def summary(self, index: DatasetIndex) -> dict[SplitName, SplitPart]:
        """How many images and patients are in each part, in the order train, val, test."""
        result: dict[SplitName, SplitPart] = {}
        for name in SPLITS:
            rows = self.rows(name)
            images = np.bincount(index.label_numbers[rows], minlength=len(index.classes))
            result[name] = SplitPart(
                images=len(rows),
                patients=len(set(index.patients(rows))),
                classes=dict(zip(index.classes, images.tolist(), strict=True)),
            )
        return result

    @checked
    def to_csv(self, index: DatasetIndex, path: PathLike) -> None:
        """Writes ``path,label,split,patient``, a line an image, sorted by path.

        Raises:
            PathError: code ``cannot-write``.
        """
        lines = [
            (image.path, image.label, name, image.patient)
            for name in SPLITS
            for image in index.images(self.rows(name))
        ]
        write_atomic(as_path(path), csv_text([COLUMNS, *sorted(lines)]))


@checked
def make_split(
    index: DatasetIndex,
    *,
    validation: float = 0.2,
    seed: int = 0,
    together: Sequence[Sequence[int]] = (),
) -> Split:
    """Chooses the validation images, unless a folder of them is there.

    Whole patients are moved from ``train`` to validation, in an order that depends on the seed
    and the patient's name alone, each if it brings the classes closer to their share. Every
    class keeps a training image, and has a validation image wherever it has two patients. Patients
    who share a picture, byte for byte or as ``together`` says, count as one. Images with several
    findings are divided by these in place of classes: see `xraylib.datasets.labels.stratify`.

    Args:
        index: The data set.
        validation: Share of each class's training images, 0 (no validation) to 0.5.
        seed: Another seed chooses other patients.
        together: Groups of rows that are the same picture.

    Raises:
        ConfigError: code ``validation``: the share is not from 0 to 0.5; code ``argument``.
        DatasetError: codes ``no-training-films`` and ``too-few-patients``.
    """
    if not 0.0 <= validation <= 0.5:
        raise ConfigError(
            f"The validation share is {validation}",
            expected="a number from 0 (none) to 0.5 (half)",
            remedy="use 0.2 for a fifth of the training images",
            code="validation",
        )
    train, val, test = (index.rows(name) for name in ("train", "val", "test"))
    if not train.size:
        raise DatasetError(
            f"There are no readable training images in {str(index.root)!r}",
            expected="a folder train/ with a folder for each class, or class folders alone",
            remedy="choose the folder that holds the training images",
            code="no-training-films",
        )
    made = not val.size and validation > 0
    notes = _untrained(index, train)
    several = index.multilabel
    if several is not None:
        if made:
            units, shares = units_of(index, train, together), (1 - validation, validation)
            part = divide_findings(several, train, units, shares, seed=seed)
            train, val = train[part == 0], train[part == 1]
        notes = one_sided(several, train=train, val=val)
    elif made:
        chosen, more = _choose(index, train, validation, seed, together)
        notes += more
        train, val = train[~chosen], train[chosen]
    return Split(
        train=train,
        val=val,
        test=test,
        seed=seed,
        made_validation=made,
        notes=(*notes, *_in_several(index, train=train, val=val, test=test)),
        together=tuple(tuple(int(row) for row in group) for group in together),
    )


def _in_several(index: DatasetIndex, **parts: NDArray[np.int64]) -> tuple[str, ...]:
    """A sentence where patients that a name or a table tells have images in several parts."""
    whose, paths = index.table["patient"], index.table["path"]
    told = pc.not_equal(whose, paths)
    named = [
        set(whose.take(pa.array(rows)).filter(told.take(pa.array(rows))).to_pylist())
        for rows in parts.values()
    ]
    patients = set().union(*named)
    several = sum(sum(one in part for part in named) > 1 for one in patients)
    if not several:
        return ()
    return (
        f"{several:,} of {len(patients):,} patients {'has' if several == 1 else 'have'} images in "
        "more than one of training, validation and test, so figures may be too good: the audit "
        "(patient-leak) divides them again",
    )


def _untrained(index: DatasetIndex, train: NDArray[np.int64]) -> tuple[str, ...]:
    trained_on = set(index.label_numbers[train].tolist())
    return tuple(
        f"{label} has no image to train on"
        for number, label in enumerate(index.classes)
        if number not in trained_on
    )


def units_of(
    index: DatasetIndex, rows: NDArray[np.int64], together: Sequence[Sequence[int]] = ()
) -> list[str]:
    """For each of these rows the name of what must stay on one side of a split with it.

    That is its patient, or the first by name of several patients who share a picture: the same
    file, byte for byte, or the rows of one group of ``together``.
    """
    patients = index.patients(rows)
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while (above := leader.get(name, name)) != name:
            name = above
        return name

    def join(one: str, other: str) -> None:
        low, high = sorted((find(one), find(other)))
        if low != high:
            leader[high] = low

    first: dict[str, str] = {}
    sums = index.table["sha256"].take(pa.array(rows, pa.int64())).to_pylist()
    for content, patient in zip(sums, patients, strict=True):
        join(first.setdefault(content, patient), patient)
    if together:
        whose = dict(zip(rows.tolist(), patients, strict=True))
        for group in together:
            here = [whose[row] for row in group if row in whose]
            for patient in here[1:]:
                join(here[0], patient)
    return [find(patient) for patient in patients] if leader else patients


def _choose(
    index: DatasetIndex,
    train: NDArray[np.int64],
    validation: float,
    seed: int,
    together: Sequence[Sequence[int]],
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Which of the training rows become validation images, and what could not be divided."""
    units = np.array(units_of(index, train, together), dtype=object)
    names, patient = np.unique(units, return_inverse=True)
    counts = np.zeros((len(names), len(index.classes)), dtype=np.int64)
    np.add.at(counts, (patient, index.label_numbers[train]), 1)
    if len(names) < 2:
        raise DatasetError(
            f"All {len(train)} training images are of one patient, {names[0]!r}",
            expected="at least two patients, one to train on and one to validate on",
            remedy="check the patient pattern, or add a folder val/ with images of others",
            code="too-few-patients",
        )
    order = sorted(
        range(len(names)), key=lambda p: hashlib.sha256(f"{seed}:{names[p]}".encode()).digest()
    )
    total = counts.sum(axis=0)
    wanted = total * validation
    moved = np.zeros(len(names), dtype=np.bool_)
    here = np.zeros(len(total))
    for p in order:
        after = here + counts[p]
        closer = np.abs(after - wanted).sum() < np.abs(here - wanted).sum()
        if closer and _leaves_some(after, total):
            moved[p], here = True, after
    notes = []
    for number, label in enumerate(index.classes):
        if total[number] == 0 or here[number] > 0:
            continue
        able = [p for p in order if counts[p, number] and _leaves_some(here + counts[p], total)]
        if able:
            p = min(able, key=lambda p: counts[p].sum())
            moved[p], here = True, here + counts[p]
        else:
            notes.append(
                f"{label or 'The only class'} has one patient to train on and none to validate on"
            )
    if not moved.any():
        raise DatasetError(
            f"No patient can be taken from the {len(train)} training images for validation",
            expected="a class with at least two patients",
            remedy="add images, or a folder val/ with images of other patients",
            code="too-few-patients",
        )
    return moved[patient], tuple(notes)


def _leaves_some(taken: NDArray[Any], total: NDArray[np.int64]) -> bool:
    """Whether every class keeps a training image."""
    return bool(((total == 0) | (taken < total)).all())
