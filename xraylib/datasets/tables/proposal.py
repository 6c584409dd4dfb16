"""Which columns of a table name the images, the patients and the splits, as far as one can see."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.reading.folder_names import split_of
from xraylib.datasets.tables.matching import last_part, whole_number
from xraylib.datasets.tables.table import Table

_SAMPLE: Final = 2000
_IMAGE: Final = re.compile(r".*(image|file|path|dicom|img|scan|film|bild|datei).*")
_WHO: Final = (
    re.compile(r"(anon\w*[ _-]?)?(patient|subject|person|pat)s?[ _-]?(id|no|nr|number|key|code)?"),
    re.compile(r"mrn|pid|case[ _-]?(id|number)|.*(patient|subject|person).*"),
)
_SPLIT: Final = re.compile(
    r"(data)?[ _-]?(split|set|subset|partition|phase|usage|fold)s?|data[ _-]?set[ _-]?type"
)
_EXACT: Final = re.compile(r"(image|file|img|path)([ _-]?(name|id|path|file))?|(file|path)s")


def image_column(table: Table, paths: Sequence[str]) -> str | None:
    """The column that names most images, by the last parts of names; None where none does.

    Args:
        table: The table.
        paths: Of the images, relative, with ``/``.
    """
    ours = {last_part(path) for path in paths} - {""}
    for cells in (_sampled(table), table.cells):
        found = {name: _named_there(cells[name], ours) for name in table.columns}
        best = max(found, key=lambda name: (found[name], *_said_to_be(name)), default=None)
        if best is not None and found[best]:
            return best
    return None


def rival_columns(table: Table, paths: Sequence[str], image: str) -> tuple[str, ...]:
    """Columns that name as many images as this one, but others in the same rows."""
    ours = {last_part(path) for path in paths} - {""}
    cells = _sampled(table)
    chosen, most = _last_parts(cells[image]), _named_there(cells[image], ours)
    return tuple(
        name
        for name in table.columns
        if most
        and name != image
        and _named_there(cells[name], ours) >= most
        and _last_parts(cells[name]) != chosen
    )


def number_column(table: Table, paths: Sequence[str]) -> str | None:
    """The column of different numbers most of which are names of images without zeros in front,
    as `match_names` finds them; None without one.

    Args:
        table: The table.
        paths: Of the images.
    """
    numbers = {whole_number(last_part(path)) for path in paths} - {""}
    best, most = None, (0, False, False)
    for name in table.columns if numbers else ():
        texts: list[str] = table.cells[name].to_pylist()
        found = len({whole_number(text) for text in texts} & numbers)
        if len(set(texts)) == len(texts) and (found, *_said_to_be(name)) > most and found:
            best, most = name, (found, *_said_to_be(name))
    return best


def _sampled(table: Table) -> pa.Table:
    some = range(0, len(table), max(1, len(table) // _SAMPLE))
    return table.cells.take(pa.array(some, pa.int64()))


def _last_parts(column: pa.ChunkedArray) -> list[str]:
    return [last_part(text) for text in column.to_pylist()]


def _named_there(column: pa.ChunkedArray, ours: set[str]) -> int:
    """How many different cells name one of these."""
    texts: list[str] = pc.unique(column).to_pylist()
    return sum(last_part(text) in ours for text in texts if text)


def _said_to_be(name: str) -> tuple[bool, bool]:
    """Whether a column's name says that it names images, in just these words and at all."""
    plain = name.strip().casefold()
    return bool(_EXACT.fullmatch(plain)), bool(_IMAGE.fullmatch(plain))


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
