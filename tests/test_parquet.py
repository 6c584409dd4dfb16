"""Parquet tables are read on the thread that asks, everywhere by one reader."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xraylib.parquet import read_parquet
from xraylib.settings import PROJECT


def test_all_or_some_columns_are_read() -> None:
    table = pa.table({"a": [1, 2], "b": ["x", None], "c": [0.5, 1.5]})
    file = io.BytesIO()
    pq.write_table(table, file)
    assert read_parquet(file.getvalue()).equals(table)
    assert read_parquet(file.getvalue(), ("c", "a")).column_names == ["c", "a"]
    with pytest.raises(pa.ArrowException):
        read_parquet(b"no table")


def test_nobody_else_reads_one() -> None:
    package = PROJECT / "xraylib"
    readers = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(Path(file).read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("read_table", "ParquetFile")
    }
    assert readers == {"parquet.py"}
