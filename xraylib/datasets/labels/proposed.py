"""The table that labels images which no folder names a class for, where there can be no doubt."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.forms import known_form
from xraylib.datasets.labels.join import labelled_once, open_table
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.tables import find_label_tables
from xraylib.errors import DatasetError, PathError

_MOST_TABLES: Final = 20
"""So many are looked at."""


def proposed_table(index: DatasetIndex) -> LabelChoice | None:
    """The one table beside the images with the header of a published set that names some of them.

    None where labels are known, by folders or a table, and where there is no such table or more
    than one.

    Args:
        index: As the folders have it.
    """
    if index.classes != ("",) or index.findings is not None:
        return None
    if "proposed table" not in index.memo:
        tables = find_label_tables(index)
        found = [LabelChoice(file=file) for file in tables[:_MOST_TABLES] if _labels(index, file)]
        index.memo["proposed table"] = found[0] if len(found) == 1 else None
    proposed: LabelChoice | None = index.memo["proposed table"]
    return proposed


def _labels(index: DatasetIndex, file: str) -> bool:
    """Whether the table has a published header and can be joined."""
    with suppress(DatasetError, PathError):
        if known_form(open_table(index.root, file).columns) is not None:
            labelled_once(index, LabelChoice(file=file))
            return True
    return False
