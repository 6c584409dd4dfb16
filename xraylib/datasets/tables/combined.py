"""Several tables of one set -> one: further rows, or further columns of the same rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.tables.matching import last_part
from xraylib.datasets.tables.proposal import image_column
from xraylib.datasets.tables.table import Table, refuse_table

Places = NDArray[np.int64]

_SAME: Final = 0.8
"""Tables that share so many of their columns hold further rows of one."""
_MOST_ROWS: Final = 5_000_000
_NUMBER: Final = r"^0*(\d+?)(?:\.0+)?$"
_KEY: Final = re.compile(
    r".*(^|[ _-])(id|uid|path|name|to[ _-]image)|.*(image|file|path|patient|subject|study|dicom).*"
)


def combined(first: Table, second: Table, paths: Sequence[str]) -> Table:
    """Two tables as one.

    Where both have the same columns, or nearly, the rows of the second stand below those of the
    first. Else rows belong together that agree in the columns of numbers and names which both have,
    or, without such, that name the same image; each pair of them makes a row, and a row without a
    partner stays, with empty cells. In a column that both have the first goes before.

    Args:
        first: The one that tells labels.
        second: One that belongs to it.
        paths: Of the images.

    Raises:
        DatasetError: code ``table``: nothing tells which rows belong together, or they make too
            many.
    """
    names = [table.name for table in (*first.sources, *second.sources)]
    name = f"{', '.join(names[:-1])} and {names[-1]}"
    if not first.has_header and not second.has_header and len(first.columns) == len(second.columns):
        return _below(first, second, name)
    mine = {column.casefold(): column for column in first.columns}
    theirs = [mine.get(column.casefold(), column) for column in second.columns]
    cells = second.cells.rename_columns(theirs)
    shared = [column for column in theirs if column in first.columns]
    if len(shared) >= _SAME * max(len(first.columns), len(theirs)):
        return _below(first, replace(second, cells=cells), name)
    keys = [column for column in shared if _KEY.fullmatch(column.casefold())] or shared
    if keys:
        one, two = _keys(first.cells, cells, keys)
    else:
        columns = [image_column(table, paths) for table in (first, second)]
        if None in columns:
            raise refuse_table(
                f"Nothing tells which rows of {first.name} and {second.name} belong together",
                "a column that both have, such as the name of the image, of the study or patient",
                "leave one of them out",
            )
        one, two = (
            pa.array([last_part(text) for text in table.cells[str(column)].to_pylist()])
            for table, column in zip((first, second), columns, strict=True)
        )
    ours, others = _pairs(one, two, name)
    made = {column: _taken(first.cells[column], ours) for column in first.columns}
    for column in theirs:
        found = _taken(cells[column], others)
        if column in made:
            found = pc.if_else(pc.equal(made[column], ""), found, made[column])
        made[column] = found
    return replace(first, name=name, cells=pa.table(made), parts=(*first.sources, *second.sources))


def _below(first: Table, second: Table, name: str) -> Table:
    if not first.has_header:
        second = replace(second, cells=second.cells.rename_columns(list(first.columns)))
    columns = dict.fromkeys((*first.columns, *second.columns))
    made = {
        column: pa.concat_arrays(
            [
                *(_whole(table, column) for table in (first, second)),
            ]
        )
        for column in columns
    }
    return replace(first, name=name, cells=pa.table(made), parts=(*first.sources, *second.sources))


def _whole(table: Table, column: str) -> pa.Array:
    """A column in one piece; of empty cells where the table has none of this name."""
    if column not in table.columns:
        return pa.array([""] * len(table), pa.string())
    pieces = table.cells[column].chunks
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.string())


def _keys(
    one: pa.Table, two: pa.Table, columns: Sequence[str]
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """What the rows of two tables are known by: ``007``, ``7`` and ``7.0``, which a spreadsheet or
    pandas made of it, are one number where neither table tells them apart."""
    keys: tuple[list[pa.ChunkedArray], list[pa.ChunkedArray]] = ([], [])
    for name in columns:
        told = one[name], two[name]
        plain = [pc.replace_substring_regex(texts, _NUMBER, r"\1") for texts in told]
        lost = any(
            pc.count_distinct(short).as_py() < pc.count_distinct(texts).as_py()
            for short, texts in zip(plain, told, strict=True)
        )
        for key, texts in zip(keys, told if lost else plain, strict=True):
            key.append(texts)
    made = [pc.binary_join_element_wise(*key, "\x1f") for key in keys]
    return made[0], made[1]


def _pairs(one: pa.Array, two: pa.Array, name: str) -> tuple[Places, Places]:
    """Rows that belong together, and -1 where a row of either has no partner."""
    known = pc.unique(pc.fill_null(pa.concat_arrays([*_pieces(one), *_pieces(two)]), ""))
    left, right = (pc.index_in(side, value_set=known).to_numpy() for side in (one, two))
    order = np.argsort(right, kind="stable")
    starts = np.searchsorted(right[order], np.arange(len(known) + 1))
    counts = np.diff(starts)[left]
    if counts.sum() > _MOST_ROWS:
        raise refuse_table(
            f"The rows of {name} belong together in {counts.sum():,} ways",
            f"at most {_MOST_ROWS:,}: a row of one should have one of the other, or a few",
            "leave one of them out",
        )
    pairs = np.maximum(counts, 1)
    ours = np.repeat(np.arange(len(left)), pairs)
    offsets = np.arange(pairs.sum()) - np.repeat(np.cumsum(pairs) - pairs, pairs)
    has = np.repeat(counts > 0, pairs)
    others = np.full(len(ours), -1, np.int64)
    others[has] = order[(np.repeat(starts[left], pairs) + offsets)[has]]
    alone = np.setdiff1d(np.arange(len(right)), others)
    nobody = np.full(len(alone), -1, np.int64)
    return np.append(ours, nobody), np.append(others, alone)


def _pieces(side: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return side.chunks if isinstance(side, pa.ChunkedArray) else [side]


def _taken(column: pa.ChunkedArray, rows: Places) -> pa.ChunkedArray:
    """The cells of these rows; empty ones of -1."""
    return pc.fill_null(column.take(pa.array(rows, pa.int64(), mask=rows < 0)), "")
