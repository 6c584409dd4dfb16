"""A split as it was written: by paths, so that it outlives the index it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from xraylib.arguments import PathLike, as_path
from xraylib.records import MOST_TABLE, as_damage, read_bytes

COLUMNS: Final = ("path", "label", "split", "patient")


@dataclass(frozen=True, kw_only=True)
class SplitTable:
    """A split as it was written: by paths, so that it outlives the index it was made from.

    Attributes:
        path: Of each image, relative to the data set's folder; the others in the same order.
        label: Class.
        split: ``"train"``, ``"val"`` or ``"test"``.
        patient: As read from the file name.
    """

    path: tuple[str, ...]
    label: tuple[str, ...]
    split: tuple[str, ...]
    patient: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.path)


def from_csv(path: PathLike) -> SplitTable:
    """Reads what `Split.to_csv` wrote.

    Raises:
        PathError: codes ``missing`` and ``damaged``.
    """
    table = read_table(as_path(path))
    return SplitTable(**{name: tuple(table[name].to_pylist()) for name in COLUMNS})


def read_table(path: Path) -> pa.Table:
    """The same as columns of Arrow, where a hundred thousand names would fill the memory.

    Raises:
        PathError: codes ``missing`` and ``damaged``.
    """
    from pyarrow import csv as arrow_csv

    raw = read_bytes(path, MOST_TABLE)
    with as_damage(path, pa.ArrowException):
        table = arrow_csv.read_csv(
            pa.BufferReader(raw),
            read_options=arrow_csv.ReadOptions(use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(COLUMNS, pa.string())
            ),
        )
        if tuple(table.column_names) != COLUMNS:
            raise ValueError("it is no table of path, label, split and patient")
    return table
