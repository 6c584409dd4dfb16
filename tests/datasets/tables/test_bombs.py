"""Tables of a few thousand bytes that stand for more than memory holds, and cells that trick."""

from __future__ import annotations

import io
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workbooks import workbook

from xraylib.datasets.labels.cells import names_in
from xraylib.datasets.tables import excel_apart
from xraylib.datasets.tables.table import parse_table
from xraylib.errors import DatasetError
from xraylib.images.sandbox.child_limits import CAPPED
from xraylib.parquet import read_parquet


def repeated(value: str, rows: int, groups: int = 1) -> bytes:
    """A Parquet file of two columns that say the same in every row."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([value]))
    table = pa.table({"path": column, "label": column})
    file = io.BytesIO()
    with pq.ParquetWriter(file, table.schema, compression="zstd") as writer:
        for _ in range(groups):
            writer.write_table(table)
    return file.getvalue()


def in_lists(value: str, rows: int, each: int) -> bytes:
    """A Parquet file with a column of long lists of the same text."""
    texts = pa.DictionaryArray.from_arrays(
        pa.array([0] * rows * each, pa.int32()), pa.array([value])
    )
    lists = pa.ListArray.from_arrays(pa.array(range(0, rows * each + 1, each), pa.int32()), texts)
    file = io.BytesIO()
    pq.write_table(pa.table({"path": lists}), file, compression="zstd")
    return file.getvalue()


@pytest.mark.parametrize(
    "make",
    [
        lambda: repeated("x" * 2**20, 1000),
        lambda: repeated("x" * 100, 1_000_000, groups=6),
        lambda: repeated("", 1_000_000, groups=100),
        lambda: in_lists("x" * 2**20, 1, 1000),
    ],
    ids=["long", "many", "empty", "lists"],
)
def test_a_value_that_is_repeated_without_end_is_not_written_out(make: object) -> None:
    data = make()  # type: ignore[operator]
    assert len(data) < 2_000_000
    with pytest.raises(DatasetError, match=r"values have more than|values\)"):
        parse_table(data, "bomb.parquet")


def test_what_is_read_in_pieces_is_the_same_table() -> None:
    table = pa.table(
        {
            "text": pa.array(["a", None, "é", ""] * 50_000),
            "large": pa.array(["a", None] * 100_000, pa.large_string()),
            "lists": pa.array([["p", "q"], [], None, ["z"]] * 50_000),
            "both": pa.array([{"a": "x", "b": [1]}] * 200_000),
            "bytes": pa.array([b"\xff", None] * 100_000),
            "number": pa.array([1.5, None] * 100_000),
            "coded": pa.array(["u", "v"] * 100_000).dictionary_encode(),
            "none": pa.nulls(200_000),
        }
    ).replace_schema_metadata({"xraylib": "1"})
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=70_000)
    found = read_parquet(file.getvalue())
    assert found.equals(pq.read_table(io.BytesIO(file.getvalue())), check_metadata=True)
    assert found.cast(table.schema).combine_chunks().equals(table.combine_chunks())
    some = read_parquet(file.getvalue(), ["number", "text"])
    assert some.equals(table.select(["number", "text"]), check_metadata=True)


def test_columns_of_one_name_in_parquet_get_names_of_their_own() -> None:
    table = pa.Table.from_arrays([pa.array(["1.png"]), pa.array(["x"])], names=["a", "a"])
    file = io.BytesIO()
    pq.write_table(table, file)
    assert parse_table(file.getvalue(), "twice.parquet").columns == ("a", "a (2)")


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}\n",
        b'{"a":' * 1_000_000,
        b"".join(b'{"k%d":1}\n' % number for number in range(60_000)),
        b"{" + b",".join(b'"k%d":1' % number for number in range(900)) + b"}\n" + b"{}\n" * 100_000,
        b'{"a":' + b"9" * 10_000 + b"}\n",
        b'{"a":"\\ud800"}\n',
        b'{"a":1}\n[1]\n',
        b'{"a":\xff}\n',
    ],
    ids=["lists", "objects", "names", "rows", "number", "surrogate", "list", "bytes"],
)
def test_lines_of_json_that_fill_memory_or_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(DatasetError, match="cannot be read") as caught:
        parse_table(data, "lines.jsonl")
    assert caught.value.code == "table"


def test_lines_of_json_are_a_table_of_text() -> None:
    lines = [
        '{"path": "a.png", "age": 40, "labels": ["x", "y"], "in": {"a": 1}}',
        "",
        '{"path": "b.png", "age": 41.5, "urgent": true, "labels": null}',
        '{"age": "unknown", "path": "c.png", "labels": [[1]], "score": 2.0}',
    ]
    table = parse_table("\n".join(lines).encode(), "lines.jsonl")
    assert table.cells.to_pydict() == {
        "path": ["a.png", "b.png", "c.png"],
        "age": ["40", "41.5", "unknown"],
        "labels": ["x|y", "", ""],
        "in": ["", "", ""],
        "urgent": ["", "true", ""],
        "score": ["", "", "2"],
    }


def far_corner() -> bytes:
    """A sheet of which two cells are filled, the first and the last of 17 billion."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["path", "label"]]))) as whole,
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in whole.namelist():
            text = whole.read(name)
            if "worksheets/" in name and name.endswith(".xml"):
                last = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                text = text.replace(b"</sheetData>", last)
                assert last in text
            archive.writestr(name, text)
    return data.getvalue()


@pytest.mark.skipif(not CAPPED, reason="this system limits no process's memory")
def test_a_workbook_that_wants_all_memory_costs_its_reader_and_nobody_else() -> None:
    data = far_corner()
    assert len(data) < 5000
    with pytest.raises(DatasetError, match="its reader crashed or ran out of memory on it"):
        parse_table(data, "corner.xlsx")


def test_a_workbook_that_is_read_for_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_apart, "SECONDS", 0.001)
    with pytest.raises(DatasetError, match="reading it was stopped after"):
        parse_table(workbook([["path", "label"], ["1.png", "x"]]), "slow.xlsx")


@pytest.mark.parametrize(
    "data",
    [
        b"sep=,\n" + b"a" * 200_000 + b",b\n1,2\n",
        b"a,b\n1,2\n3,4\n" + b"x" * 200_000 + b",2,3\n5,6\n",
        b'a,b\n"' + b"x" * 300_000 + b"\n1,2\n",
        b"sep=,",
        b"sep=;\n\n\n",
    ],
    ids=["header", "uneven row", "open quotation", "separator", "blank lines"],
)
def test_a_cell_that_is_too_long_and_a_table_of_nothing_are_refused(data: bytes) -> None:
    with pytest.raises(DatasetError, match=r"cannot be read|is empty") as caught:
        parse_table(data, "odd.csv")
    assert caught.value.code == "table"


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("['a', \"b's\"]", ["a", "b's"]),
        (r"['it\'s', 'c']", ["it's", "c"]),
        ("['a' 'b']", ["a", "b"]),  # as NumPy writes it
        ("[a, b]", ["a", "b"]),
        ("[]", []),
        ("[{[]}]", ["{[]}"]),
        ("[__import__('os')]", ["__import__('os')"]),
        ("['a'] + ['b']", ["a'] + ['b"]),
    ],
)
def test_a_cell_with_a_list_is_read_and_never_evaluated(cell: str, names: list[str]) -> None:
    assert names_in(cell, "|") == names


def test_lists_without_end_are_read_at_once() -> None:
    for cell in ("[" * 100_000 + "]", "[" + "-" * 100_000 + "1]", "[" + "'a" * 50_000 + "]"):
        assert len(names_in(cell, "|")) <= 1
