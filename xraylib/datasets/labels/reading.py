"""What the labels of a table say, for each way in which they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.labels.cells import names_in
from xraylib.datasets.labels.told import Told, told_by_columns, told_by_names

Read = Callable[[pa.Table, tuple[str, ...]], Told]
"""What makes of the cells and the columns of labels what they say."""

_LOOKED_AT: Final = 400


def columns(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_columns(cells, labels)


def chexpert(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    spared = [name for name in labels if name.casefold() == "support devices"]
    return told_by_columns(cells, labels, spared=spared)


def names(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]])


def listed(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]], mark=list_mark(cells[labels[0]]) or "|")


def barred(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return listed(cells, labels)  # who saved the table anew may have put commas there


def padchest(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(
        cells[labels[0]],
        mark="|",  # as lists in a column of Parquet become
        ignored=("unchanged", "suboptimal study"),
        unusable=("exclude",),
    )


def rsna(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    told = told_by_columns(cells, labels, together="any")
    return Told(names=("Pneumonia",), values=told.values, together="any")


def vindr(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]], together="any")


def opacity(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    """``opacity 1 789.3 582.4 …`` with its boxes, or ``none 1 0 0 1 1``."""
    first = pc.replace_substring_regex(cells[labels[0]], r" .*", "")
    there = pc.replace_substring_regex(first, "^opacity$", "1")
    flags = pc.replace_substring_regex(there, "^none$", "0")
    return told_by_columns(pa.table({"opacity": flags}), ("opacity",))


def levels(cells: pa.Table, labels: tuple[str, ...]) -> Told:
    return told_by_names(cells[labels[0]], mark=",", levels=True)


def list_mark(column: pa.ChunkedArray) -> str | None:
    """What stands between the names in the cells of a column; None where each holds one.

    ``|`` and brackets always mean several. A name may have ``;`` or ``,`` in it: these count if
    most of the cells that have one share a part with another cell.
    """
    if pc.any(pc.match_substring_regex(column, r"^\[.*\]$|\|")).as_py():
        return "|"
    texts: list[str] = pc.unique(column).slice(0, _LOOKED_AT).to_pylist()
    for mark in (";", ","):
        parts = {text: names_in(text, mark) for text in texts if text}
        met = Counter(part.casefold() for found in parts.values() for part in set(found))
        several = [found for found in parts.values() if len(found) > 1]
        shared = sum(any(met[part.casefold()] > 1 for part in found) for found in several)
        if several and 2 * shared > len(several):
            return mark
    return None
