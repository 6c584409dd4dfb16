"""The table that labels images which no folder names a class for, where there can be no doubt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.forms import known_form, set_without_labels
from xraylib.datasets.labels.join import labelled_once
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.sources import open_table
from xraylib.errors import DatasetError, PathError

_LISTS: Final = re.compile(r"(train|val|valid|test|covid|labels?|metadata).*\.txt", re.IGNORECASE)

_MOST_TABLES: Final = 20
"""So many are looked at."""


def proposed_table(index: DatasetIndex) -> LabelChoice | None:
    """The one table beside the images with the header of a published set that names some of them,
    or all such tables with the same header if no two of them name one image; and what else that set
    tells in tables beside it.

    None where labels are known, by folders or a table, and where there is no such table, or more of
    which another could be meant.

    Args:
        index: As the folders have it.
    """
    if index.classes != ("",) or index.findings is not None:
        return None
    if "proposed table" not in index.memo:
        index.memo["proposed table"] = _proposed(index, find_label_tables(index)[:_MOST_TABLES])
    proposed: LabelChoice | None = index.memo["proposed table"]
    return proposed


def _proposed(index: DatasetIndex, files: Sequence[str]) -> LabelChoice | None:
    headers: dict[str, tuple[str, ...]] = {}
    for file in files:
        with suppress(DatasetError, PathError):
            headers[file] = open_table(index.root, file).columns
    known = {file: known_form(columns) for file, columns in headers.items()}
    sets = tuple(
        file
        for file, columns in headers.items()
        if known[file] is None and set_without_labels(columns)
    )
    named: dict[str, set[str]] = {}
    for file, form in known.items():
        found = form and (_named(index, file, sets) or _named(index, file, ()))
        if found:
            named[file] = found
    several = len({headers[file] for file in named}) > 1
    if not named or several or sum(map(len, named.values())) > len(set().union(*named.values())):
        return None
    file, *more = named
    for beside in ((*more, *sets), tuple(more)):
        if _named(index, file, beside):
            return LabelChoice(file=file, beside=beside)
    return None


def _named(index: DatasetIndex, file: str, beside: tuple[str, ...]) -> set[str]:
    """Images of which these tables have a row; none where they cannot be joined."""
    with suppress(DatasetError, PathError):
        told = labelled_once(index, LabelChoice(file=file, beside=beside))
        return set(index.table["path"].to_pylist()) - set(told.report.images_alone)
    return set()


def find_label_tables(index: DatasetIndex) -> list[str]:
    """Tables that the scan saw, and text files in the data set's folder that are named like lists
    of training, test or labels: paths relative to it."""
    texts = [
        file.name
        for file in sorted(index.root.glob("*.txt"))
        if _LISTS.fullmatch(file.name) and file.is_file() and not file.is_symlink()
    ]
    return list(dict.fromkeys((*index.reading.tables, *texts)))
