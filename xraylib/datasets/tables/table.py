"""A file -> a table of text, whichever program wrote it: the one place where tables are opened."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from xraylib.datasets.tables import excel
from xraylib.datasets.tables.decoding import decode_text, unpacked
from xraylib.datasets.tables.excel_apart import text_apart
from xraylib.datasets.tables.json_lines import lines_of_json
from xraylib.datasets.tables.layout import NONE, find_layout, split_rows
from xraylib.errors import DatasetError
from xraylib.parquet import read_parquet
from xraylib.regular import read_regular

MOST_BYTES: Final = 256 * 1024 * 1024
_MOST_COLUMNS: Final = 1000
_MOST_UNPACKED: Final = 2 * MOST_BYTES
_BLOCK: Final = 8 * 1024 * 1024
ENDINGS: Final = ("csv", "tsv", "txt", "parquet", *excel.ENDINGS)
"""Of files that `read_table` opens."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """What stands in a table, as text.

    Attributes:
        name: Of the file, for messages.
        cells: A column of text for each of the table's, without blanks around; ``""`` for an empty
            cell, never null. Each name is there once.
        has_header: Whether its first row named the columns; else they are ``column 1``, ….
        encoding: ``"utf-8"``, ``"utf-16"``, ``"cp1252"`` …; ``"parquet"``, ``"json"`` or
            ``"workbook"`` where that tells.
        separator: Between the columns; ``""`` where there is none.
        first_row: Where, counted from 1 as spreadsheets do, the first row below the header stands.
        uneven: Such numbers of rows that have more or fewer cells than the others; what is missing
            is empty, what is too much is left out.
        sheets_left: Sheets of a workbook with rows that are not in it.
        parts: The tables that it was put together from; none for one that is a file.
    """

    name: str
    cells: pa.Table
    has_header: bool = True
    encoding: str = "utf-8"
    separator: str = ","
    first_row: int = 2
    uneven: tuple[int, ...] = ()
    sheets_left: tuple[str, ...] = ()
    parts: tuple[Table, ...] = ()

    def __len__(self) -> int:
        return int(self.cells.num_rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(self.cells.column_names)

    @property
    def sources(self) -> tuple[Table, ...]:
        """The tables that are files: those it was put together from, or itself."""
        return self.parts or (self,)

    def column(self, name: str) -> pa.ChunkedArray:
        """One column.

        Raises:
            DatasetError: code ``table``: there is none of this name.
        """
        if name not in self.columns:
            raise refuse_table(
                f"The table {self.name} has no column {name!r}",
                f"one of: {', '.join(self.columns)}",
                "choose another column",
            )
        return self.cells[name]

    def headless(self) -> Table:
        """The same table; its first row does not name the columns but is one like the others."""
        heads = pa.table([[name] for name in self.columns], names=self.columns)
        cells = pa.concat_tables([heads, self.cells])
        names = [f"column {place}" for place in range(1, len(self.columns) + 1)]
        return replace(
            self,
            cells=cells.rename_columns(names),
            has_header=False,
            first_row=self.first_row - 1,
        )


def read_table(file: Path, *, shown: str = "") -> Table:
    """Opens a CSV, TSV, text or Parquet file, lines of JSON, or a workbook of Excel or LibreOffice;
    packed by gzip or not.

    Args:
        file: The file.
        shown: Its name in messages; its own if not given.

    Raises:
        DatasetError: code ``table``: it cannot be read, is too large, empty or no table.
    """
    shown = shown or file.name
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise refuse_table(
                f"The table {shown} has {size:,} bytes",
                f"at most {MOST_BYTES:,}",
                "leave only the columns in it that are needed",
            )
        data = read_regular(file, MOST_BYTES)
    except (OSError, ValueError) as error:
        raise _unreadable(shown, getattr(error, "strerror", None) or error) from None
    return parse_table(data, shown)


def parse_table(data: bytes, shown: str) -> Table:
    """A file's content as a table.

    Raises:
        DatasetError: code ``table``: it is empty or no table.
    """
    try:
        data = unpacked(data, MOST_BYTES)
        if data.startswith(b"PAR1"):
            table = _parquet(data, shown)
        elif excel.is_workbook(data):
            table = _workbook(data, shown)
        elif data.lstrip()[:1] == b"{":
            table = _lines(data, shown)
        else:
            text, encoding = decode_text(data)
            table = _text(text, encoding, shown)
    except (ValueError, pa.ArrowException, csv.Error) as error:
        raise _unreadable(shown, next(iter(str(error).splitlines()), "it is no table")) from None
    if not table.columns or not any(table.columns):
        raise refuse_table(f"The table {shown} is empty")
    return table


_EXPECTED: Final = "a CSV, TSV, Excel or Parquet file, the first row of which names the columns"
_REMEDY: Final = "check the file, or choose another one"


def refuse_table(what: str, expected: str = _EXPECTED, remedy: str = _REMEDY) -> DatasetError:
    """The error for a table that cannot be used."""
    return DatasetError(what, expected=expected, remedy=remedy, code="table")


def _unreadable(shown: str, why: object) -> DatasetError:
    return refuse_table(f"The table {shown} cannot be read ({why})")


def _any(text: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(text, pattern), min_count=0).as_py())


def _parquet(data: bytes, shown: str) -> Table:
    return _typed(read_parquet(data, most=_MOST_UNPACKED), "parquet", shown)


def _lines(data: bytes, shown: str) -> Table:
    """An object of JSON a line, one a row."""
    return _typed(lines_of_json(data, _MOST_COLUMNS), "json", shown)


def _typed(table: pa.Table, written: str, shown: str) -> Table:
    _check_width(table.num_columns)
    texts = []
    for column in table.itercolumns():
        try:
            text = _as_text(column)
        except pa.ArrowException:  # a list, a picture: no cell of a table
            text = pa.chunked_array([pa.array([""] * len(table), pa.string())])
        texts.append(_trimmed(text))
    names = _unique(table.column_names)
    cells = pa.table(texts, names=names)
    return Table(name=shown, cells=cells, encoding=written, separator="")


def _workbook(data: bytes, shown: str) -> Table:
    text, left = text_apart(data)
    table = _text(text, "workbook", shown)
    return replace(  # a line that names the separator stands above the rows of the sheet
        table,
        separator="",
        sheets_left=left,
        first_row=table.first_row - 1,
        uneven=tuple(number - 1 for number in table.uneven),
    )


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of Parquet as text; lists with ``|`` between what is in them."""
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        kind = pa.list_(pa.string())
        return pc.binary_join(pc.cast(column, kind), "|")
    return pc.cast(column, pa.string())


def _text(text: str, encoding: str, shown: str) -> Table:
    if not text.strip():
        raise refuse_table(f"The table {shown} is empty")
    layout = find_layout(text)
    if not text[layout.start :].strip():
        raise refuse_table(f"The table {shown} is empty")
    columns = len(split_rows(text[layout.start :].partition("\n")[0], layout.separator)[0])
    _check_width(columns)
    odd: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        odd.append((row.number, row.text))
        return "skip"

    cells = arrow_csv.read_csv(
        pa.BufferReader(text[layout.start :].encode()),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, autogenerate_column_names=True, block_size=_BLOCK
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.separator,
            quote_char=False if layout.separator == NONE else '"',
            newlines_in_values=layout.separator != NONE,
            invalid_row_handler=keep,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types={f"f{place}": pa.string() for place in range(_MOST_COLUMNS)},
            strings_can_be_null=False,
        ),
    )
    uneven: tuple[int, ...] = ()
    if odd:
        cells, uneven = _put_back(cells, odd, layout.separator)
    if layout.has_header:
        heads = [str(column[0]) for column in cells.itercolumns()]
        cells = cells.slice(1)
    else:
        heads = [""] * cells.num_columns
    cells = pa.table([_trimmed(column) for column in cells.itercolumns()], names=_unique(heads))
    empty = [
        name
        for name, head in zip(cells.column_names, heads, strict=True)
        if not head.strip() and layout.has_header and not _any(cells[name], ".")
    ]
    return Table(
        name=shown,
        cells=cells.drop_columns(empty),
        has_header=layout.has_header,
        encoding=encoding,
        separator="" if layout.separator == NONE else layout.separator,
        first_row=layout.above + (2 if layout.has_header else 1),
        uneven=tuple(number + layout.above for number in uneven),
    )


def _put_back(
    cells: pa.Table, odd: Sequence[tuple[int, str]], separator: str
) -> tuple[pa.Table, tuple[int, ...]]:
    """The table with its uneven rows in their places; those that lost or miss something."""
    rows, uneven = [], []
    for number, text in odd:
        (row, *_) = split_rows(text, separator) or [[""]]
        if any(value.strip() for value in row[cells.num_columns :]) or (
            any(row) and len(row) < (cells.num_columns)
        ):
            uneven.append(number)
        rows.append([*row, *[""] * cells.num_columns][: cells.num_columns])
    numbers = np.array([number for number, _ in odd])
    others = np.setdiff1d(np.arange(1, len(cells) + len(odd) + 1), numbers, assume_unique=True)
    more = pa.table(
        [pa.array(column, pa.string()) for column in zip(*rows, strict=True)],
        names=cells.column_names,
    )
    order = np.argsort(np.concatenate([others, numbers]), kind="stable")
    return pa.concat_tables([cells, more]).take(pa.array(order)), tuple(uneven)


def _trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.utf8_trim_whitespace(column), "")


def _check_width(columns: int) -> None:
    if columns > _MOST_COLUMNS:
        raise ValueError(f"it has {columns:,} columns, more than {_MOST_COLUMNS:,}")


def _unique(heads: Sequence[str]) -> list[str]:
    """A name for each column, each once."""
    made: list[str] = []
    for place, head in enumerate(heads, start=1):
        plain = name = " ".join(head.split()) or f"column {place}"
        number = 1
        while name in made:
            number += 1
            name = f"{plain} ({number})"
        made.append(name)
    return made
