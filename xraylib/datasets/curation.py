"""What somebody decided about a data set: whom images belong to, which are left out or of another
class, how they are divided. Images are never changed or deleted; this only makes another index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa

from xraylib.arguments import known_fields, refused_argument
from xraylib.datasets.correction.decided import Correction, labels_given, with_classes
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA
from xraylib.datasets.labels.dicom import with_dicom_metadata
from xraylib.datasets.labels.join import Labelled, labelled_once
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.proposed import proposed_table
from xraylib.datasets.names import SPLITS
from xraylib.datasets.patients import PatientColumn, with_patients
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.split import units_of
from xraylib.datasets.tables.split_lists import with_split_lists
from xraylib.errors import ConfigError, DatasetError
from xraylib.images.grey_range import GreyRange
from xraylib.json_values import JsonObject
from xraylib.records import texts
from xraylib.type_hints import is_a

Division = Literal["folders", "by-patient"]
DIVISIONS: Final[tuple[Division, ...]] = ("folders", "by-patient")


@known_fields("argument", "part of a curation")
@dataclass(frozen=True, kw_only=True)
class Curation:
    """Whose images these are, which are left out and how the others are divided.

    Attributes:
        excluded: Paths relative to the data set's folder, sorted.
        split: ``"folders"`` as they are, or ``"by-patient"``: see `split_by_patient`.
        patients: The table that tells the patients; None where the file names do.
        grey_range: The grey values that its images need, which training and use then prepare them
            with; None for the full range of each image's depth.
        reading: Which folders are splits, classes or nothing of the data, where that was decided by
            hand. It is obeyed while the folder is scanned: see `scan`.
        corrections: Images with another class than that of their folder, with tags, or with a
            reason why they are left out; sorted by path, one an image.
        label_table: The table that tells labels; None where the folders do.
        dicom_metadata: Whether sex, age, view and device are read from DICOM headers; only where
            somebody asks for it on their own machine, see `with_dicom_metadata`.

    Raises:
        ConfigError: A value of another type (code ``argument``) or no such division.
    """

    excluded: tuple[str, ...] = ()
    split: Division = "folders"
    patients: PatientColumn | None = None
    grey_range: GreyRange | None = None
    reading: ReadingChoice = field(default_factory=ReadingChoice)
    corrections: tuple[Correction, ...] = ()
    label_table: LabelChoice | None = None
    dicom_metadata: bool = False

    def __post_init__(self) -> None:
        if not is_a(self.excluded, tuple[str, ...]):
            raise refused_argument("excluded", self.excluded, "a tuple of paths", of="Curation")
        if not is_a(self.patients, PatientColumn | None):
            expected = "a PatientColumn or None"
            raise refused_argument("patients", self.patients, expected, of="Curation")
        if not isinstance(self.grey_range, GreyRange | None):
            expected = "a GreyRange or None"
            raise refused_argument("grey_range", self.grey_range, expected, of="Curation")
        if not is_a(self.reading, ReadingChoice):
            raise refused_argument("reading", self.reading, "a ReadingChoice", of="Curation")
        if not is_a(self.corrections, tuple[Correction, ...]):
            expected = "a tuple of Corrections"
            raise refused_argument("corrections", self.corrections, expected, of="Curation")
        if not isinstance(self.label_table, LabelChoice | None):
            expected = "a LabelChoice or None"
            raise refused_argument("label_table", self.label_table, expected, of="Curation")
        object.__setattr__(self, "excluded", tuple(sorted(set(self.excluded))))
        last = {one.path: one for one in self.corrections}
        object.__setattr__(self, "corrections", tuple(last[path] for path in sorted(last)))
        if self.split not in DIVISIONS:
            raise ConfigError(
                f"The division of the images is {self.split!r}",
                expected="'folders' or 'by-patient'",
                remedy="choose one of these",
            )

    def over(self, before: Curation) -> Curation:
        """What was decided here, and what was decided before where nothing is said here."""
        return replace(
            before,
            excluded=(*before.excluded, *self.excluded),
            split=before.split if self.split == "folders" else self.split,
            patients=self.patients or before.patients,
            grey_range=self.grey_range or before.grey_range,
            reading=self.reading.over(before.reading),
            corrections=(*before.corrections, *self.corrections),
            label_table=self.label_table or before.label_table,
            dicom_metadata=self.dicom_metadata or before.dicom_metadata,
        )

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """``((path, class), …)`` of the images that were given another class, by path."""
        return labels_given(self.corrections)

    def table_of(self, index: DatasetIndex) -> LabelChoice | None:
        """The table that tells labels: the one that was named, or for images without classes the
        one beside them of which there can be no doubt; None where the folders do."""
        return self.label_table or proposed_table(index)

    def labelled(self, index: DatasetIndex) -> Labelled | None:
        """What the table of labels makes of an index; None without one. It is joined once.

        Raises:
            DatasetError: As `label_images`.
        """
        table = self.table_of(index)
        if table is None:
            return None
        said = self.reading
        return labelled_once(index, table, said.classes, merge=said.merge)

    def whose(self, index: DatasetIndex) -> DatasetIndex:
        """The index with the labels, patients and classes told here, and nothing moved or left out
        on purpose.

        Raises:
            DatasetError: As `label_images`, `with_split_lists`, `with_patients` and `in_order`.
        """
        labelled = self.labelled(index)
        told = index if labelled is None else labelled.index
        if self.dicom_metadata:
            if "dicom metadata" not in told.memo:  # every header is opened
                told.memo["dicom metadata"] = with_dicom_metadata(told)
            told = told.memo["dicom metadata"]
        told = with_split_lists(told, self.reading.split_files)
        if self.patients is not None:
            told = with_patients(told, self.patients)
        return in_order(with_classes(told, self.corrections), self.reading.order)

    def apply(self, index: DatasetIndex) -> DatasetIndex:
        """The index after this curation; the files stay where they are.

        Raises:
            DatasetError: As `whose`.
        """
        return self.choose(self.whose(index))

    def choose(self, whole: DatasetIndex) -> DatasetIndex:
        """What takes part of an index from `whose`, divided as decided; itself if that is all."""
        left = whole.without(self.excluded) if self.excluded else whole
        return split_by_patient(left) if self.split == "by-patient" else left

    def to_json(self) -> JsonObject:
        """``{"excluded", "split", "patients"}``; ``grey_range``, ``reading``, ``corrections``,
        ``label_table`` and ``dicom_metadata`` where decided."""
        told: JsonObject = {
            "excluded": list(self.excluded),
            "split": self.split,
            "patients": None if self.patients is None else {**self.patients.to_json()},
        }
        if self.grey_range is not None:
            told["grey_range"] = self.grey_range.to_json()
        if self.corrections:
            told["corrections"] = [one.to_json() for one in self.corrections]
        if self.reading:
            told["reading"] = self.reading.to_json()
        if self.label_table is not None:
            told["label_table"] = self.label_table.to_json()
        if self.dicom_metadata:
            told["dicom_metadata"] = True
        return told

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Curation:
        """What `to_json` wrote; absent keys have their defaults."""
        patients, ranged, labels = (
            value.get(name) for name in ("patients", "grey_range", "label_table")
        )
        return cls(
            excluded=texts(value.get("excluded", [])),
            split=value.get("split", "folders"),
            patients=None if patients is None else PatientColumn.from_json(patients),
            grey_range=None if ranged is None else GreyRange.from_json(ranged),
            reading=ReadingChoice.from_json(value.get("reading") or {}),
            corrections=tuple(Correction.from_json(one) for one in value.get("corrections", ())),
            label_table=None if labels is None else LabelChoice.from_json(labels),
            dicom_metadata=value.get("dicom_metadata", False) is True,
        )


def in_order(index: DatasetIndex, order: tuple[str, ...]) -> DatasetIndex:
    """The index with its classes in the order asked for; ``()`` leaves them as they are.

    Raises:
        DatasetError: code ``classes``: the order leaves one out, or names one that is not there.
    """
    if not order or order == index.classes:
        return index
    if set(order) == set(index.classes):
        return replace(index, classes=order)
    raise DatasetError(
        f"The order of the classes is {', '.join(order)}, and the classes are "
        f"{', '.join(name or '(none)' for name in index.classes)}",
        expected="each of the classes once",
        remedy="name all of them in the order that you want, for example --classes "
        + ",".join(index.classes),
        code="classes",
    )


def split_by_patient(index: DatasetIndex) -> DatasetIndex:
    """The same images, each patient in the one split that has most of its images.

    With equally many, ``test`` goes before ``val`` and ``val`` before ``train``, so that no split
    is emptied. Images whose patient is not known stay where they are, but for equal files, which
    stand on one side as the images of a patient do.
    """
    rows = index.rows()
    units = units_of(index, rows)
    splits = index.table["split"].to_pylist()
    counts: dict[str, dict[str, int]] = {}
    for row, unit in zip(rows.tolist(), units, strict=True):
        held = counts.setdefault(unit, {})
        held[splits[row]] = held.get(splits[row], 0) + 1
    moved = list(splits)
    for row, unit in zip(rows.tolist(), units, strict=True):
        held = counts[unit]
        moved[row] = max(held, key=lambda split: (held[split], SPLITS.index(split)))
    if moved == splits:
        return index
    at = SCHEMA.get_field_index("split")
    column = pa.array(np.array(moved, dtype=object), pa.string())
    return replace(index, table=index.table.set_column(at, SCHEMA.field(at), column))
