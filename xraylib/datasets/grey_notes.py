"""DatasetIndex -> what had to be decided about its images' greys, and the range that they need."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.dataset import DatasetIndex
from xraylib.images.grey_range import GreyRange
from xraylib.images.notes import NOTES

LOW_RANGE: Final = "low-range"


def noted(index: DatasetIndex) -> dict[str, list[str]]:
    """``{name: paths}``: each note that readable images have, and which, in the order of `NOTES`.

    Empty for an index of before version 3, which does not know them.
    """
    if "noted" not in index.memo:
        index.memo["noted"] = _noted(index)
    known: dict[str, list[str]] = index.memo["noted"]
    return known


def _noted(index: DatasetIndex) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    table = index.table.filter(pa.array(with_notes(index)))
    for path, notes in zip(table["path"].to_pylist(), table["notes"].to_pylist(), strict=True):
        for name in dict.fromkeys(notes.split()):
            found.setdefault(name, []).append(path)
    return {name: found[name] for name in NOTES if name in found}


def with_notes(index: DatasetIndex) -> NDArray[np.bool_]:
    """``(rows,)``: which rows are readable images with a note."""
    if "with notes" not in index.memo:
        some = pc.fill_null(pc.not_equal(index.table["notes"], ""), False)
        index.memo["with notes"] = np.asarray(some, dtype=np.bool_) & index.readable
    found: NDArray[np.bool_] = index.memo["with notes"]
    return found


def views(index: DatasetIndex) -> dict[str, int]:
    """``{view: readable images}`` for the views that files tell, the most frequent first."""
    told = index.table["view"].filter(pa.array(index.readable)).to_pylist()
    counts: dict[str, int] = {}
    for view in told:
        if view:
            counts[view] = counts.get(view, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def needed_range(index: DatasetIndex) -> GreyRange | None:
    """The grey values that all images of a set need, where that is a small part of their range.

    One range for all images of one depth, 9 to 16 bits: the deepest that has images with the note
    `LOW_RANGE`. None where there are none, or where some image of that depth needs much of the
    range: then no range is right for all.
    """
    columns = ("bit_depth", "lowest", "highest")
    depth, lowest, highest = (
        np.asarray(index.table[name].fill_null(0).to_numpy(), dtype=np.int64) for name in columns
    )
    names = index.table["notes"].to_pylist() if with_notes(index).any() else []
    low = np.array([LOW_RANGE in (name or "").split() for name in names], dtype=np.bool_)
    if not low.any():
        return None
    bits = int(depth[low].max())
    those = index.readable & (depth == bits)
    return GreyRange.around(int(lowest[those].min()), int(highest[those].max()), bits)
