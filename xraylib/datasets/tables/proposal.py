"""Which columns of a table name the images, the patients and the splits, as far as one can see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.reading.folder_names import split_of
from xraylib.datasets.tables.matching import last_part
from xraylib.datasets.tables.table import Table

_SAMPLE: Final = 2000
_IMAGE: Final = re.compile(r".*(image|file|path|dicom|img|scan|film).*")
_WHO: Final = (
    re.compile(r"(anon\w*[ _-]?)?(patient|subject|person|pat)s?[ _-]?(id|no|nr|number|key|code)?"),
    re.compile(r"mrn|pid|case[ _-]?(id|number)|.*(patient|subject|person).*"),
)
_SPLIT: Final = re.compile(r"(data)?[ _-]?(split|set|subset|partition|phase|usage|fold)s?")


def image_column(table: Table, paths: Sequence[str]) -> str | None:
    """The column that names most images, by the last parts of names; None where none does.

    Args:
        table: The table.
        paths: Of the images, relative, with ``/``.
    """
    ours = {last_part(path) for path in paths} - {""}
    some = pa.array(range(0, len(table), max(1, len(table) // _SAMPLE)), pa.int64())
    for cells in (table.cells.take(some), table.cells):
        best: str | None = None
        most = (0, False)
        for name in table.columns:
            texts: list[str] = pc.unique(cells[name]).to_pylist()
            found = sum(last_part(text) in ours for text in texts if text)
            said = bool(_IMAGE.fullmatch(name.casefold()))
            if found and (found, said) > most:
                best, most = name, (found, said)
        if best is not None:
            return best
    return None


def patient_column(columns: Sequence[str]) -> str | None:
    """The column whose name says that it tells patients."""
    return _named(columns, *_WHO)


def split_column(cells: pa.Table) -> str | None:
    """The column that is named as one of splits, if all that it says are names of splits."""
    names: list[str] = cells.column_names
    for name in names:
        if _SPLIT.fullmatch(name.strip().casefold()):
            said = [text for text in pc.unique(cells[name]).to_pylist() if text]
            if said and len(said) <= 12 and all(split_of(text) for text in said):
                return name
    return None


def _named(columns: Sequence[str], *patterns: re.Pattern[str]) -> str | None:
    for pattern in patterns:
        for name in columns:
            if pattern.fullmatch(name.strip().casefold()):
                return name
    return None
