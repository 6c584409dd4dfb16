"""Which rows of a table of labels are about which images, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.labels.cells import coded
from xraylib.datasets.labels.plan import LabelPlan, refuse
from xraylib.datasets.tables.matching import Matches, match_bare, match_folders, match_names
from xraylib.datasets.tables.table import Table


@dataclass(frozen=True, kw_only=True, eq=False)
class Partners:
    """Rows and images that belong together.

    Attributes:
        rows: int64 ``(pairs,)``: rows of the table, ascending.
        images: int64 ``(pairs,)``: the image of each.
        alone: Names of the table that are no image's, each once.
        by_folder: Whether names are those of the folders that images are in.
        by_number: How many names agree in their number alone.
    """

    rows: NDArray[np.int64]
    images: NDArray[np.int64]
    alone: tuple[str, ...]
    by_folder: bool
    by_number: int


def find_partners(table: Table, plan: LabelPlan, paths: Sequence[str]) -> Partners:
    """Which rows are about which images.

    Raises:
        DatasetError: code ``label-table``: none is about any.
    """
    places, texts = coded(table.cells[plan.image])
    names = [text.removesuffix(plan.form.ending) for text in texts]
    if plan.form.folders and plan.form.patient:
        places, names = coded(_studies(table, plan))
    found: Matches | None = None
    if not plan.form.folders:
        found = match_bare(names, paths) or match_names(names, paths)
    by_folder = found is None or not len(found)
    if found is None or by_folder:
        found = match_folders(names, paths)
    kept = np.array([bool(name) for name in names], np.bool_)[found.rows]
    keys, images = found.rows[kept], found.images[kept]
    if not len(keys):
        raise refuse(
            f"The column {plan.image!r} of {table.name} names no image of this data set; it has "
            f"{next((name for name in names if name), '')!r}",
            f"paths or file names, for example {paths[0]!r}" if paths else "a data set with images",
            "choose another table, or say which column names the images (--column image=NAME)",
        )
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(names) + 1))
    counts = starts[keys + 1] - starts[keys]
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows, of = order[np.repeat(starts[keys], counts) + offsets], np.repeat(images, counts)
    by_row = np.argsort(rows, kind="stable")
    alone = np.setdiff1d(np.arange(len(names)), keys).tolist()
    return Partners(
        rows=rows[by_row],
        images=of[by_row],
        alone=tuple(names[place] for place in alone if names[place]),
        by_folder=by_folder,
        by_number=found.by_number,
    )


def _studies(table: Table, plan: LabelPlan) -> pa.ChunkedArray:
    """The folders of studies, ``p<subject>/s<study>`` as far as both are told, whether the table
    has their numbers, writes them as folders, or with a decimal point as pandas does."""
    parts = [
        pc.replace_substring_regex(table.cells[column], rf"^{sign}?(\d+)(\.0+)?$", rf"{sign}\1")
        for sign, column in (("p", plan.patient), ("s", plan.image))
        if column
    ]
    return parts[0] if len(parts) == 1 else pc.binary_join_element_wise(*parts, "/")
