"""How the lines of a text table are to be read: its separator, its header, what stands above it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xraylib.datasets.names import is_picture_name

_SEPARATORS: Final = (",", ";", "\t", "|")
NONE: Final = "\x1f"  # a mark that is in no file: each line is one value
_SAID: Final = re.compile(r'"?sep=(.)"?[,;\t ]*(?:\n|$)', re.IGNORECASE)
_SAMPLE: Final = 65_536
_MOST_ABOVE: Final = 20
_AGREE: Final = 0.5


@dataclass(frozen=True, kw_only=True)
class TableLayout:
    """How a text is read as a table.

    Attributes:
        separator: Between the columns; `NONE` where each line is one value.
        start: Where in the text its first row begins.
        above: How many lines stand above that.
        has_header: Whether the first row names the columns.
    """

    separator: str
    start: int
    above: int
    has_header: bool


def find_layout(text: str) -> TableLayout:
    """The layout of a text: a first line ``sep=;`` decides, else what most lines agree about."""
    start = above = 0
    said = _SAID.match(text)
    if said:
        start, above = said.end(), 1
    sample = text[start : start + _SAMPLE]
    if len(text) > start + _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    separator = said[1] if said else _separator(sample)
    rows = split_rows(sample, separator)
    skipped = _above(rows)
    for _ in range(skipped):
        start = text.index("\n", start) + 1
    while text.startswith("\n", start):
        start, above = start + 1, above + 1
    first = rows[skipped] if len(rows) > skipped else []
    return TableLayout(
        separator=separator,
        start=start,
        above=above + skipped,
        has_header=not any(_names_an_image(value) for value in first),
    )


def split_rows(text: str, separator: str) -> list[list[str]]:
    """The rows of a text, without empty ones."""
    if separator == NONE:
        return [[line] for line in text.split("\n") if line]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return [row for row in rows if row]


def _separator(sample: str) -> str:
    best, most = NONE, (0.0, 1)
    for mark in _SEPARATORS:
        if mark not in sample:
            continue
        try:
            rows = split_rows(sample, mark)
        except csv.Error:
            continue
        columns, agree = _agreement(rows)
        if columns > 1 and agree >= _AGREE and (agree, columns) > most:
            best, most = mark, (agree, columns)
    if best == NONE and _blanks_separate(sample):
        return " "
    return best


def _agreement(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """How many columns most rows have, and the share of these rows."""
    counted = Counter(len(row) for row in rows)
    if not counted:
        return 0, 0.0
    columns, number = max(counted.items(), key=lambda item: (item[1], item[0]))
    return columns, number / len(rows)


def _blanks_separate(sample: str) -> bool:
    """Whether blanks stand between columns: as many in each line, and after the image's name, for
    a name itself may have blanks."""
    rows = split_rows(sample, " ")
    columns, agree = _agreement(rows)
    if columns < 2 or agree < 1:
        return False
    places = [
        place for place in range(columns) if all(_names_an_image(row[place]) for row in rows[1:])
    ]
    return len(rows) > 1 and bool(places) and places[-1] < columns - 1


def _above(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the table, as a title does: one cell that says something."""
    filled = [sum(bool(value.strip()) for value in row) for row in rows]
    if 2 * sum(number > 1 for number in filled) < len(rows):
        return 0
    for number, row in enumerate(rows[:_MOST_ABOVE]):
        if filled[number] > 1 or any(_names_an_image(value) for value in row):
            return number
    return 0


def _names_an_image(value: str) -> bool:
    return is_picture_name(value.strip()) and "." in value
