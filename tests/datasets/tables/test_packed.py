"""Tables packed by gzip, and lines of JSON."""

from __future__ import annotations

import gzip
import json

import pytest

from xraylib.datasets.tables.decoding import unpacked
from xraylib.datasets.tables.table import parse_table
from xraylib.errors import DatasetError

pytestmark = pytest.mark.fast

TEXT = b"image,Mass\n" + b"".join(b"%d.png,%d\n" % (n, n % 2) for n in range(3000))


@pytest.mark.parametrize(
    "data", [gzip.compress(TEXT), gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:])]
)
def test_a_packed_table_is_the_same_as_unpacked_by_the_standard_library(data: bytes) -> None:
    assert gzip.decompress(data) == TEXT
    assert parse_table(data, "t.csv.gz").cells.equals(parse_table(TEXT, "t.csv").cells)


def test_the_first_bytes_are_unpacked_from_the_first_bytes() -> None:
    data = gzip.compress(TEXT)
    assert TEXT.startswith(unpacked(data[: len(data) // 2], 500, whole=False)[:500])
    assert len(unpacked(data[: len(data) // 2], 500, whole=False)) > 400


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (gzip.compress(TEXT)[:-20], "it was packed by gzip and ends too early"),
        (gzip.compress(TEXT)[:40] + b"xxxx" + gzip.compress(TEXT)[44:], "Error -3"),
    ],
)
def test_what_is_damaged_or_too_much_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(DatasetError) as refused:
        parse_table(data, "t.csv.gz")
    assert refused.value.code == "table"
    assert why in refused.value.what


def test_no_more_is_unpacked_than_a_table_may_have() -> None:
    data = gzip.compress(bytes(1_000_000))
    assert unpacked(data, 1_000_000) == bytes(1_000_000)
    with pytest.raises(ValueError, match="it has more than 999,999 bytes when it is unpacked"):
        unpacked(data, 999_999)


def test_an_object_a_line_is_a_row() -> None:
    lines = ({"path": "a", "Mass": 1.0, "names": ["x", "y"]}, {"path": "b", "Mass": None})
    table = parse_table("\n".join(map(json.dumps, lines)).encode(), "t.json")
    assert table.cells.to_pydict() == {
        "path": ["a", "b"],
        "Mass": ["1", ""],
        "names": ["x|y", ""],
    }
    with pytest.raises(DatasetError):
        parse_table(b'{"path": ', "t.json")
