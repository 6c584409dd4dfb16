"""Workbooks of Excel and LibreOffice -> the text of a table, read after the archive was looked at.

A workbook is a zip archive that may unpack to far more than it says, so every entry is counted
before a reader gets it. A formula counts as the value that was saved with it.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from xraylib.datasets.archives.strict_zip import ArchiveLimits, content, members
from xraylib.errors import DatasetError
from xraylib.markup import csv_text

ENDINGS: Final = ("xlsx", "xlsm", "xls", "ods")
"""Of files that hold workbooks."""
NEEDED_ROWS: Final = 2
_MARKS: Final = (b"PK\3\4", b"\xd0\xcf\x11\xe0")
_LIMITS: Final = ArchiveLimits(
    archive_bytes=128 * 1024 * 1024, entries=2000, unpacked_bytes=512 * 1024 * 1024, ratio=400
)
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_NO_VALUE: Final = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v/>|<v></v>)?</c>'
)


def is_workbook(data: bytes) -> bool:
    """Whether the first bytes are those of a workbook."""
    return data.startswith(_MARKS)


def workbook_text(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The sheet with most rows, as lines of values with commas between them, those of other sheets
    with the same header below; and the names of sheets with rows that are not in it.

    A value that stands in several merged cells stands in each of them.

    Raises:
        ValueError: It is no workbook, unpacks to too much, needs a password, holds no table, or
            formulas without the values that they come to.
    """
    if data.startswith(_MARKS[0]):
        _look(data)
    from python_calamine import CalamineError, load_workbook

    tables: dict[str, list[list[object]]] = {}
    try:
        with load_workbook(io.BytesIO(data)) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                rows = [list[object](row) for row in sheet.to_python(skip_empty_area=False)]
                if len(rows) >= NEEDED_ROWS and any(len(row) > 1 for row in rows):
                    tables[name] = _spread(rows, sheet.merged_cell_ranges or ())
    except (CalamineError, OSError) as error:
        raise ValueError(" ".join(str(error).split()) or "it is no workbook") from None
    if not tables:
        raise ValueError("no sheet of it holds a table")
    best = max(tables, key=lambda name: len(tables[name]))
    rows = tables.pop(best)
    head = _head(rows)
    left = []
    for name, others in tables.items():
        if _named(others[_head(others)]) == _named(rows[head]):
            rows = [*rows, *others[_head(others) + 1 :]]
        else:
            left.append(name)
    return _lines(rows), tuple(left)


def _spread(
    rows: list[list[object]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> list[list[object]]:
    """The rows with the value of merged cells of one column in each of these."""
    for (top, left), (bottom, right) in ranges:
        if left == right:
            for row in rows[top + 1 : bottom + 1]:
                row[left] = rows[top][left]
    return rows


def _head(rows: Sequence[Sequence[object]]) -> int:
    """The first row that says something in more than one cell."""
    return next((at for at, row in enumerate(rows) if len(_named(row)) > 1), 0)


def _named(row: Sequence[object]) -> list[str]:
    return [text for value in row if (text := _cell(value).strip().casefold())]


def _look(data: bytes) -> None:
    """Unpacks everything once, counted; and looks for formulas whose values were not saved."""
    file = io.BytesIO(data)
    try:
        for member in members(file, _LIMITS):
            if member.is_folder:
                continue
            sheet = _SHEET.fullmatch(member.name) is not None
            pieces = [piece if sheet else b"" for piece in content(file, member, _LIMITS)]
            found = _NO_VALUE.search(b"".join(pieces)) if sheet else None
            if found:
                raise ValueError(
                    f"the cell {found[1].decode()} holds a formula without its value; open it in a "
                    "spreadsheet program and save it"
                )
    except DatasetError as error:
        raise ValueError(error.what[:1].lower() + error.what[1:]) from None


def _lines(rows: Iterable[Iterable[object]]) -> str:
    return "sep=,\n" + csv_text([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value)
