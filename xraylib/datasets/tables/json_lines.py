"""Lines of JSON -> columns of text.

Arrow's reader (26.0) ends the process at lists nested a million times, and makes a cell of every
name in every line, so a few thousand lines of which each has a name of its own fill any memory.
"""

from __future__ import annotations

import io
import json
from typing import Any, Final

import pyarrow as pa

MOST_CELLS: Final = 16_000_000


def lines_of_json(data: bytes, most_columns: int) -> pa.Table:
    """A column of text for each name, ``""`` where an object lacks it; lists with ``|`` between
    what is in them, and nothing of what is nested further.

    Args:
        data: An object a line.
        most_columns: Names that there may be.

    Raises:
        ValueError: A line is no object, or there are too many names or cells.
    """
    columns: dict[str, list[str]] = {}
    rows = 0
    for number, line in enumerate(io.BytesIO(data), start=1):
        if not line.strip():
            continue
        for name, value in _object(line, number).items():
            column = columns.setdefault(name, [])
            column.extend([""] * (rows - len(column)))
            column.append(_cell(value))
        rows += 1
        if len(columns) > most_columns:
            raise ValueError(f"it has more than {most_columns:,} columns")
        if rows * len(columns) > MOST_CELLS:
            raise ValueError(f"it has more than {MOST_CELLS:,} cells")
    for column in columns.values():
        column.extend([""] * (rows - len(column)))
    return pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except RecursionError:
        raise ValueError(f"line {number:,} is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"line {number:,} is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"line {number:,} is no object")
    return value


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return "|".join(map(_cell, value))
    return ""
