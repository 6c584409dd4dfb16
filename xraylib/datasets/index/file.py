"""The file of an index: Parquet, with what is true of all its rows in the schema's metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, TypedDict

import pyarrow as pa
import pyarrow.parquet as pq

from xraylib.datasets.image_row import SCHEMA
from xraylib.datasets.index import arrow_memory
from xraylib.datasets.labels.columns import without_labels
from xraylib.datasets.labels.findings import Findings
from xraylib.errors import DatasetError, PathError, XrayError
from xraylib.json_values import JsonObject
from xraylib.parquet import read_parquet
from xraylib.records import MOST_TABLE, WRONG, read_bytes
from xraylib.workspace import write_atomic

_VERSION: Final = 3
_REPEATED: Final = [  # few values, often
    "label",
    "split",
    "mode",
    "view",
    "notes",
    "error_code",
    "error_reason",
]
_SINCE: Final = {
    **dict.fromkeys(("mean", "sd"), 2),
    **dict.fromkeys(("lowest", "highest", "view", "notes"), 3),
}
"""In which version a column came."""


class IndexMetadata(TypedDict):
    """What is true of all rows of an index; see `DatasetIndex`."""

    root: str
    classes: list[str]
    passed_over: int
    patient_pattern: str
    complete: bool
    reading: JsonObject
    labels: JsonObject | None


Rows = tuple[pa.Table, Findings | None, pa.Table | None]
"""The rows, what a table says of their findings, and what else it says of them."""


def write_index(file: Path, table: pa.Table, about: IndexMetadata) -> None:
    """Writes the rows and what is true of all of them, atomically.

    Raises:
        PathError: code ``cannot-write``.
    """
    buffer = pa.BufferOutputStream()
    told = json.dumps({"version": _VERSION, **about})
    pq.write_table(
        table.replace_schema_metadata({"xraylib": told}),
        buffer,
        compression="zstd",
        use_dictionary=_REPEATED,
    )
    write_atomic(file, buffer.getvalue().to_pybytes())
    del buffer
    arrow_memory.give_back(len(table))


def read_index(file: Path) -> tuple[Rows, IndexMetadata]:
    """The rows and what is true of all of them, also of versions before; unknown columns are null.

    Raises:
        DatasetError: code ``index``: the file is missing, damaged or of another version.
    """
    arrow_memory.use_little()
    try:
        # Not `read_table`, which loads pandas: half a second of every command.
        table = read_parquet(read_bytes(file, MOST_TABLE))
        about: dict[str, Any] = json.loads(table.schema.metadata[b"xraylib"])
        if about["version"] not in range(1, _VERSION + 1):
            raise ValueError(f"version {about['version']}, not {_VERSION}")
        for at, field in enumerate(SCHEMA):
            if _SINCE.get(field.name, 1) > about["version"]:
                unknown = pa.nulls(table.num_rows, field.type)
                table = table.add_column(at, field, unknown)
        table, findings, metadata = without_labels(table, about.get("labels"))
        if table.schema.names != SCHEMA.names:
            raise ValueError("other columns")
        if table.schema.types != SCHEMA.types:
            raise ValueError("columns of other types")
        arrow_memory.give_back(len(table))
        told = IndexMetadata(
            root=str(about["root"]),
            classes=[str(name) for name in about["classes"]],
            passed_over=int(about["passed_over"]),
            patient_pattern=str(about["patient_pattern"]),
            complete=bool(about["complete"]),
            reading=dict(about.get("reading") or {}),
            labels=about.get("labels"),
        )
    except PathError as error:
        raise _unusable(file, error.what) from None
    except (*WRONG, OSError, pa.ArrowException, XrayError) as error:
        raise _unusable(file, f"{type(error).__name__}: {error}") from None
    return (table, findings, metadata), told


def _unusable(file: Path, problem: str) -> DatasetError:
    """The error for an index that cannot be read."""
    return DatasetError(
        f"The index {file.name} cannot be used ({problem})",
        expected=f"an index of version {_VERSION}",
        remedy="scan the folder again",
        code="index",
    )
