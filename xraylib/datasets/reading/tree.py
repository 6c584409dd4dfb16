"""What a walk through a folder found, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.reading.plan import ReadingPlan

PLACE: Final = pa.schema(
    [
        ("path", pa.string()),
        ("label", pa.string()),
        ("split", pa.string()),
        ("bytes", pa.int64()),
        ("mtime_ns", pa.int64()),
        ("error_code", pa.string()),
        ("error_reason", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """What `walk` found, in columns: 100,000 images are too many to be 100,000 objects.

    Attributes:
        table: A row for each file that is, or means to be, an image, sorted by path, with the
            columns of `PLACE`: ``path`` relative to the root with ``/`` (bytes that are not UTF-8
            are written ``\\xNN``), class folder, split, size in bytes, time of the last change,
            and why it cannot be an image (code and words), ``""`` if it may be one.
        passed_over: How many files there are that are no images.
        plan: How the folder was understood.
    """

    table: pa.Table
    passed_over: int
    plan: ReadingPlan

    def __len__(self) -> int:
        return int(self.table.num_rows)


def unchanged(known: pa.Table | None, files: pa.Table) -> NDArray[np.int64]:
    """For each file its row among the ``known`` ones of the same size and time; -1 without.

    Args:
        known: Columns ``path``, ``bytes`` and ``mtime_ns``; each path once.
        files: The same columns.
    """
    if known is None or not len(known) or not len(files):
        return np.full(len(files), -1, np.int64)
    if files["path"].equals(known["path"]):
        rows = np.arange(len(files))
    else:
        found = pc.index_in(files["path"], value_set=known["path"])
        rows = np.asarray(found.fill_null(-1).to_numpy(), dtype=np.int64)
    same = rows >= 0
    for column in ("bytes", "mtime_ns"):
        same &= np.equal(files[column].to_numpy(), known[column].to_numpy()[rows])
    return np.where(same, rows, -1)
