"""Patients from a table: a CSV file with a column of images and one of patients."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from xraylib.arguments import PathLike, as_path, checked_fields
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA
from xraylib.errors import DatasetError, PathError
from xraylib.workspace import resolve_inside

MOST_BYTES: Final = 64 * 1024 * 1024
_ENDINGS: Final = (".csv", ".tsv")
_MARKS: Final = ",;\t|"
_MOST_TABLES: Final = 50


@checked_fields
@dataclass(frozen=True, kw_only=True)
class PatientColumn:
    """Where the patients of a data set stand.

    Attributes:
        file: A CSV file, relative to the data set's folder, with ``/``.
        image: Its column that names the images: by path relative to the folder, by file name, or by
            file name without its ending.
        patient: Its column that tells the patients.
    """

    file: str
    image: str
    patient: str

    def to_json(self) -> dict[str, str]:
        """``{"file", "image", "patient"}``."""
        return {"file": self.file, "film": self.image, "patient": self.patient}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PatientColumn:
        """What `to_json` wrote."""
        return cls(file=value["file"], image=value["film"], patient=value["patient"])


def find_tables(root: PathLike) -> list[str]:
    """CSV and TSV files in a folder and right below it, relative, sorted; links are passed over."""
    folder = as_path(root, "root")
    found = [
        file.relative_to(folder).as_posix()
        for pattern in ("*", "*/*")
        for file in folder.glob(pattern)
        if file.suffix.lower() in _ENDINGS and file.is_file() and not file.is_symlink()
    ]
    return sorted(found)[:_MOST_TABLES]


def table_columns(root: PathLike, file: str) -> tuple[str, ...]:
    """The names of a table's columns.

    Raises:
        DatasetError: code ``patient-column``: the table cannot be read.
    """
    return tuple(_lines(as_path(root, "root"), file)[0])


def with_patients(index: DatasetIndex, column: PatientColumn) -> DatasetIndex:
    """The same images with the patients of a table.

    An image is looked for by its path, then by its file name, then by that without its ending; a
    name that stands for several images means all of them. Images that are not in the table, or have
    an empty patient there, keep the patient of their file name.

    Raises:
        DatasetError: code ``patient-column``: the table cannot be read, has no such column, or
            names no image of the data set.
    """
    names, *lines = _lines(index.root, column.file)
    for name in (column.image, column.patient):
        if name not in names:
            raise _refuse(
                f"The table {column.file} has no column {name!r}",
                f"one of: {', '.join(names)}",
                "choose another column",
            )
    image, patient = names.index(column.image), names.index(column.patient)
    told: dict[str, str] = {}
    for number, line in enumerate(lines, start=2):
        if len(line) <= max(image, patient) or not line[patient].strip():
            continue
        name, whose = line[image].strip(), line[patient].strip()
        if told.setdefault(name, whose) != whose:
            raise _refuse(
                f"The table {column.file} names {name!r} twice, with the patients "
                f"{told[name]!r} and {whose!r} (line {number})",
                "one patient for each image",
                "mend the table",
            )
    paths = index.table["path"].to_pylist()
    found = [_told(path, told) for path in paths]
    if not any(found):
        raise _refuse(
            f"The column {column.image!r} of {column.file} names no image of this data set",
            f"paths or file names, for example {paths[0]!r}",
            "choose another column or another table",
        )
    before = index.table["patient"].to_pylist()
    patients = [new or old for new, old in zip(found, before, strict=True)]
    at = SCHEMA.get_field_index("patient")
    table = index.table.set_column(at, SCHEMA.field(at), pa.array(patients, pa.string()))
    return replace(index, table=table)


def _told(path: str, told: Mapping[str, str]) -> str | None:
    name = path.rpartition("/")[2]
    for key in (path, name, name.rpartition(".")[0]):
        if key and key in told:
            return told[key]
    return None


def _lines(root: Path, file: str) -> list[list[str]]:
    """The table's lines, that with the names first."""
    try:
        path = resolve_inside(root, file)
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise _refuse(
                f"The table {file} has {size:,} bytes",
                f"at most {MOST_BYTES:,}",
                "leave only the columns of images and patients in it",
            )
        text = path.read_text(encoding="utf-8-sig")
        head = text[: text.find("\n")] if "\n" in text else text
        mark = max(_MARKS, key=head.count)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except PathError as error:
        raise _refuse(error.what, error.expected, error.remedy) from None
    except (OSError, ValueError, csv.Error) as error:
        raise _refuse(
            f"The table {file} cannot be read ({error})",
            "a CSV file in UTF-8 whose first line names the columns",
            "check the file, or choose another one",
        ) from None
    if not lines or not any(lines[0]):
        raise _refuse(
            f"The table {file} is empty",
            "a CSV file in UTF-8 whose first line names the columns",
            "check the file, or choose another one",
        )
    return lines


def _refuse(what: str, expected: str, remedy: str) -> DatasetError:
    return DatasetError(what, expected=expected, remedy=remedy, code="patient-column")
