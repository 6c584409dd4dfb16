"""Patients from a table: a column that names the images and one that tells whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from xraylib.arguments import PathLike, as_path, checked_fields
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA
from xraylib.datasets.reading.plan import Hint
from xraylib.datasets.tables.matching import match_names
from xraylib.datasets.tables.proposal import image_column, number_column, patient_column
from xraylib.datasets.tables.table import ENDINGS, Table, read_table
from xraylib.errors import DatasetError, PathError
from xraylib.json_values import JsonObject
from xraylib.workspace import resolve_inside

_ENDINGS: Final = tuple(f".{ending}" for ending in ENDINGS if ending != "txt")
_MOST_TABLES: Final = 50
_FEW: Final = 4
_HINT: Final = "patient-table"


@checked_fields
@dataclass(frozen=True, kw_only=True)
class PatientColumn:
    """Where the patients of a data set stand.

    Attributes:
        file: A CSV, TSV, Excel or Parquet file, relative to the data set's folder, with ``/``; or a
            whole path.
        image: Its column that names the images; see `match_names`. ``""`` for that which names most
            of them.
        patient: Its column that tells the patients; ``""`` for that which is named so.
    """

    file: str
    image: str = ""
    patient: str = ""

    def to_json(self) -> dict[str, str]:
        """``{"file", "image", "patient"}``."""
        return {"file": self.file, "film": self.image, "patient": self.patient}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PatientColumn:
        """What `to_json` wrote."""
        return cls(file=value["file"], image=value["film"], patient=value["patient"])


@dataclass(frozen=True, kw_only=True, eq=False)
class PatientTable:
    """What a table told about an index.

    Attributes:
        column: The columns that were used.
        index: The images with their patients.
        rows: How many rows the table has.
        rows_alone: Names in the table that are no image's, in its order.
        images_alone: Paths of images that no row names.
        untold: Paths of images whose row names no patient.
    """

    column: PatientColumn
    index: DatasetIndex
    rows: int
    rows_alone: tuple[str, ...]
    images_alone: tuple[str, ...]
    untold: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """Everything but the index."""
        return {
            "file": self.column.file,
            "image": self.column.image,
            "patient": self.column.patient,
            "rows": self.rows,
            "rows_without_image": list(self.rows_alone),
            "images_without_row": list(self.images_alone),
            "images_without_patient": list(self.untold),
        }


def find_tables(root: PathLike) -> list[str]:
    """Tables in a folder and right below it, relative, sorted; links are passed over."""
    folder = as_path(root, "root")
    found = [
        file.relative_to(folder).as_posix()
        for pattern in ("*", "*/*")
        for file in folder.glob(pattern)
        if file.suffix.lower() in _ENDINGS and file.is_file() and not file.is_symlink()
    ]
    return sorted(found)[:_MOST_TABLES]


def table_columns(root: PathLike, file: str) -> tuple[str, ...]:
    """The names of the columns of a table in a data set's folder.

    Raises:
        DatasetError: code ``table``: the table cannot be read, or lies outside of the folder.
    """
    return read_table(_inside(as_path(root, "root"), file), shown=file).columns


def with_patients(index: DatasetIndex, column: PatientColumn) -> DatasetIndex:
    """The same images with the patients of a table.

    Images that are not in the table, or have an empty patient there, keep the patient of their file
    name.

    Raises:
        DatasetError: As `read_patients`.
    """
    return read_patients(index, column).index


def read_patients(index: DatasetIndex, column: PatientColumn) -> PatientTable:
    """What a table tells about the patients of an index, and what has no partner on either side.

    Raises:
        DatasetError: code ``table``: the table cannot be read or has no such column;
            ``patient-column``: it names no image of the data set, or two patients for one.
    """
    file = Path(column.file)
    whole = file if file.is_absolute() else _inside(index.root, column.file)
    table = read_table(whole, shown=column.file)
    paths = index.table["path"].to_pylist()
    column = replace(column, image=column.image or _image_column(table, column.file, paths))
    column = replace(column, patient=column.patient or _patient_column(table, column))
    names = table.column(column.image).to_pylist()
    whose = table.column(column.patient).to_pylist()
    matches = match_names(names, paths)
    if not len(matches):
        raise _refuse(
            f"The column {column.image!r} of {column.file} names no image of this data set",
            f"paths or file names, for example {paths[0]!r}" if paths else "a data set with images",
            "choose another column or another table",
        )
    told: dict[int, str] = {}
    for row, image in zip(matches.rows.tolist(), matches.images.tolist(), strict=True):
        if whose[row] and told.setdefault(image, whose[row]) != whose[row]:
            raise _refuse(
                f"The table {column.file} names {names[row]!r} twice, with the patients "
                f"{told[image]!r} and {whose[row]!r} (row {row + table.first_row})",
                "one patient for each image",
                "mend the table",
            )
    before = index.table["patient"].to_pylist()
    patients = [told.get(image, old) for image, old in enumerate(before)]
    at = SCHEMA.get_field_index("patient")
    changed = index.table.set_column(at, SCHEMA.field(at), pa.array(patients, pa.string()))
    named = set(matches.images.tolist())
    found = PatientTable(
        column=column,
        index=index,
        rows=len(table),
        rows_alone=tuple(names[row] for row in matches.rows_alone.tolist()),
        images_alone=tuple(paths[image] for image in matches.images_alone.tolist()),
        untold=tuple(paths[image] for image in sorted(named - told.keys())),
    )
    reading = replace(
        index.reading,
        patients=f"the column {column.patient} of {column.file}",
        hints=(*(one for one in index.reading.hints if one.code != _HINT), *_hints(found)),
    )
    return replace(found, index=replace(index, table=changed, reading=reading))


def _hints(found: PatientTable) -> list[Hint]:
    """What people should know of images and rows without a partner."""
    hints = []
    for what, alone in (
        ("rows of {file} name no image here", found.rows_alone),
        ("images have no row in {file}", found.images_alone),
        ("images have a row without a patient in {file}", found.untold),
    ):
        if alone:
            some = ", ".join(alone[:_FEW]) + (", …" if len(alone) > _FEW else "")
            told = what.format(file=found.column.file)
            hints.append(
                Hint(
                    code=_HINT,
                    message=f"{len(alone):,} {told}: {some}",
                    remedy="look whether the table belongs to these images; an image without a "
                    "patient keeps that of its name",
                    images=0 if alone is found.rows_alone else len(alone),
                )
            )
    return hints


def _image_column(table: Table, file: str, paths: list[str]) -> str:
    found = image_column(table, paths) or number_column(table, paths)
    if found is None:
        raise _refuse(
            f"No column of {file} names an image of this data set",
            f"paths or file names, for example {paths[0]!r}" if paths else "a data set with images",
            "choose another table",
        )
    return found


def _patient_column(table: Table, column: PatientColumn) -> str:
    others = [name for name in table.columns if name != column.image]
    found = patient_column(others)
    if found is None:
        raise _refuse(
            f"It is not clear which column of {column.file} tells the patients",
            f"one of: {', '.join(others)}",
            f"name the columns: {column.file}:{column.image}:COLUMN",
        )
    return found


def _inside(root: Path, file: str) -> Path:
    try:
        return resolve_inside(root, file)
    except PathError as error:
        raise _refuse(error.what, error.expected, error.remedy) from None


def _refuse(what: str, expected: str, remedy: str) -> DatasetError:
    return DatasetError(what, expected=expected, remedy=remedy, code="patient-column")
