"""DatasetIndex -> the images of one gallery page: filtered, sorted, and cut out.

A page of 100,000 images must cost what a page of 300 costs. So filters are masks over whole
columns, the order of a column is found once, the answer to a query is remembered, and only the
rows that are shown become Python values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.arguments import checked_fields
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.grey_notes import noted
from xraylib.datasets.image_row import SCHEMA, place_of
from xraylib.errors import DatasetError

SORT_COLUMNS: Final[tuple[str, ...]] = tuple(SCHEMA.names)
_REMEMBERED: Final = 16

Rows = NDArray[np.int64]


@checked_fields
@dataclass(frozen=True, kw_only=True)
class ImageQuery:
    """Which images to show, and in which order.

    Attributes:
        split: ``"train"``, ``"val"`` or ``"test"``; None for all.
        label: A class; None for all.
        text: Words that must all be in the path or in the patient, in any case.
        paths: Only these images, for example those of a finding; None for all. Paths that are
            not in the index are passed over.
        note: Only images with this note about their greys; None for all.
        view: Only images that were taken from there, for example ``"lateral"``; None for all.
        finding: ``(name, value)``: only images of which the data set's table says this: 1, 0, -1 or
            -2, as in `Findings`; None for all.
        readable: True for images, False for files that cannot be read, None for both.
        sort: One of `SORT_COLUMNS`. Equal images follow each other by path.
        descending: The largest first.
    """

    split: str | None = None
    label: str | None = None
    text: str = ""
    paths: frozenset[str] | None = None
    note: str | None = None
    view: str | None = None
    finding: tuple[str, int] | None = None
    readable: bool | None = True
    sort: str = "path"
    descending: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ImagePage:
    """One page of the images that pass a query.

    Attributes:
        rows: Row numbers of the index, int64 ``(shown,)``, in the order of the query.
        number: Of this page, from 1.
        pages: How many there are, at least 1.
        first: Position of the first image shown among all that pass, from 0.
        total: How many images pass.
    """

    rows: Rows
    number: int
    pages: int
    first: int
    total: int


def find_images(index: DatasetIndex, query: ImageQuery) -> Rows:
    """Row numbers of every image that passes, in order: int64 ``(images,)``, read-only.

    Raises:
        DatasetError: codes ``no-such-films`` (there is no such split or class) and
            ``no-such-column``.
    """
    answers: dict[ImageQuery, Rows] = index.memo.setdefault("queries", {})
    found = answers.pop(query, None)
    if found is None:
        found = _find(index, query)
        found.setflags(write=False)
    answers[query] = found  # the last one asked for is the last one forgotten
    for old in list(answers)[:-_REMEMBERED]:
        answers.pop(old, None)
    return found


def image_page(
    index: DatasetIndex, query: ImageQuery, number: int = 1, size: int = 24
) -> ImagePage:
    """One page of the images that pass.

    Args:
        index: The data set.
        query: Filters and order.
        number: Of the page, from 1; one that is not there becomes the nearest that is.
        size: Images a page.

    Raises:
        DatasetError: As `find_images`.
    """
    if size < 1:
        raise DatasetError(
            f"A page of {size} images shows nothing",
            expected="at least 1 image a page",
            remedy="choose a larger page",
            code="page-size",
        )
    found = find_images(index, query)
    pages = max(1, -(-len(found) // size))
    number = min(max(int(number), 1), pages)
    first = (number - 1) * size
    return ImagePage(
        rows=found[first : first + size],
        number=number,
        pages=pages,
        first=first,
        total=len(found),
    )


def rows_of(index: DatasetIndex, paths: Iterable[str]) -> Rows:
    """Row numbers of the images with these paths, ascending; others are passed over."""
    return np.flatnonzero(_among(index, paths))


def neighbours(index: DatasetIndex, row: int, count: int = 6) -> tuple[Rows, NDArray[np.int64]]:
    """The images that look most like one, nearest first, by their perceptual hashes.

    Args:
        index: The data set.
        row: The image.
        count: How many at most.

    Returns:
        Their rows, int64 ``(images,)``, and how many of the 64 bits differ, int64 ``(images,)``:
        0 to about 8 for copies, about 32 for images that have nothing in common. Images without
        any structure, whose hash is 0, and unreadable ones are no neighbours.
    """
    if "hashes" not in index.memo:
        index.memo["hashes"] = np.asarray(index.table["phash"].to_numpy(), dtype=np.uint64)
    hashes: NDArray[np.uint64] = index.memo["hashes"]
    others = index.readable & (hashes != 0)
    others[row] = False
    rows = np.flatnonzero(others)
    if not hashes[row] or not index.readable[row]:
        rows = rows[:0]
    bits = np.bitwise_count(hashes[rows] ^ hashes[row]).astype(np.int64)
    nearest = np.argsort(bits, kind="stable")[: max(0, count)]
    return rows[nearest], bits[nearest]


def _find(index: DatasetIndex, query: ImageQuery) -> Rows:
    mask = np.ones(len(index), dtype=np.bool_)
    if query.readable is not None:
        mask &= index.readable if query.readable else ~index.readable
    if query.split is not None:
        mask &= index.in_split(query.split)
    if query.label is not None:
        mask &= index.in_class(query.label)
    for word in query.text.split():
        mask &= _holds(index, word)
    if query.paths is not None:
        mask &= _among(index, query.paths)
    if query.note is not None:
        mask &= _among(index, noted(index).get(query.note, ()))
    if query.view is not None:
        words = pc.fill_null(index.table["view"], "")
        mask &= _mask(pc.match_substring_regex(words, rf"\b{re.escape(query.view)}\b"))
    if query.finding is not None:
        mask &= _has(index, *query.finding)
    order = _order(index, query.sort, query.descending)
    return np.flatnonzero(mask) if order is None else order[mask[order]]


def _order(index: DatasetIndex, column: str, descending: bool) -> Rows | None:
    """All rows in the order of a column; None where that is the order they have."""
    if column not in index.table.schema.names:
        raise DatasetError(
            f"There is no column named {column[:80]!r} to sort by",
            expected=f"one of: {', '.join(index.table.schema.names)}",
            remedy="choose another column",
            code="no-such-column",
        )
    if column == "path" and not descending:
        return None
    key = ("order", column, descending)
    if key not in index.memo:
        way = "descending" if descending else "ascending"
        values = _whole(index.table[column])
        order = pc.array_sort_indices(values, order=way, null_placement="at_end")
        index.memo[key] = order.to_numpy().astype(np.int64)
    found: Rows = index.memo[key]
    return found


def _holds(index: DatasetIndex, word: str) -> NDArray[np.bool_]:
    """Which rows have the word in their path or patient."""
    if "lower" not in index.memo:
        path, patient = index.table["path"], index.table["patient"]
        both = pc.if_else(  # an image without a known patient has its path for one
            pc.equal(path, patient), path, pc.binary_join_element_wise(path, patient, "\n")
        )
        index.memo["lower"] = _whole(pc.utf8_lower(both))
    found = pc.match_substring(index.memo["lower"], pc.utf8_lower(word).as_py())
    return _mask(found)


def _among(index: DatasetIndex, paths: Iterable[str]) -> NDArray[np.bool_]:
    wanted = [path for path in set(paths) if path.isascii() or _encodable(path)]
    return _mask(pc.is_in(index.table["path"], value_set=pa.array(wanted, pa.string())))


def _encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _mask(values: Any) -> NDArray[np.bool_]:
    return np.asarray(_whole(values).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _whole(column: Any) -> Any:
    """A column as one piece."""
    if isinstance(column, pa.ChunkedArray):
        return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return column


def _has(index: DatasetIndex, name: str, value: int) -> NDArray[np.bool_]:
    findings = index.findings
    place = place_of(name, () if findings is None else findings.names, "finding")
    assert findings is not None  # else there is no such finding
    return np.equal(findings.values[:, place], value)
