"""Workbooks as tables."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pytest
from published_tables import index_of
from workbooks import workbook

from xraylib.datasets.labels.join import label_images
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.tables import excel
from xraylib.datasets.tables.table import parse_table
from xraylib.errors import DatasetError

ROWS = [["id", "Covid", "age"], ["a 1", 1, 63.5], ["b,2", 0, 70], ['c "3"', None, None]]


def refusal(data: bytes) -> str:
    with pytest.raises(DatasetError) as refused:
        parse_table(data, "t.xlsx")
    assert refused.value.code == "table"
    assert refused.value.expected.startswith("a CSV, TSV, Excel or Parquet file")
    return refused.value.what


def test_a_sheet_is_read_as_the_same_table_in_text() -> None:
    table = parse_table(workbook(ROWS), "t.xlsx")
    assert table.cells.to_pydict() == {
        "id": ["a 1", "b,2", 'c "3"'],
        "Covid": ["1", "0", ""],
        "age": ["63.5", "70", ""],
    }
    assert (table.encoding, table.separator, table.first_row) == ("workbook", "", 2)


def test_merged_cells_of_a_column_hold_their_value_in_each_row() -> None:
    rows = [
        ["Export of 2020", None, None],
        ["id", "patient", "Covid"],
        ["a", "P1", 1],
        ["b", None, 0],
        ["c", None, 0],
        ["d", "P2", 1],
    ]
    table = parse_table(workbook(rows, merged=["A1:C1", "B3:B5"]), "t.xlsx")
    assert table.columns == ("id", "patient", "Covid")
    assert table.cells["patient"].to_pylist() == ["P1", "P1", "P1", "P2"]


def test_the_sheet_with_most_rows_is_read_with_those_of_its_header_and_others_are_named() -> None:
    legend = [["column", "meaning"], ["Covid", "seen by two"]]
    later = [["2021", None, None], ROWS[0], ["d", 1, 50]]
    table = parse_table(workbook(legend, ROWS, later), "t.xlsx")
    assert table.cells["id"].to_pylist() == ["a 1", "b,2", 'c "3"', "d"]
    assert table.sheets_left == ("S1",)


def test_the_first_sheet_that_holds_a_table_is_read_without_the_title_above_it() -> None:
    titled = [["Chest X-rays of 2020", None, None], *ROWS]
    table = parse_table(workbook([["about this file"]], titled), "t.xlsx")
    assert table.columns == ("id", "Covid", "age")
    assert table.first_row == 3


def test_a_formula_counts_as_the_value_that_was_saved_with_it() -> None:
    rows = [["id", "Covid"], ["a", "<f>IF(1,1,0)</f><v>1</v>"]]
    assert parse_table(workbook(rows), "t.xlsx").cells["Covid"].to_pylist() == ["1"]


@pytest.mark.parametrize("cell", ["<f>A2</f>", "<f>A2</f><v></v>", "<f>A2</f><v/>"])
def test_a_formula_without_its_value_is_refused(cell: str) -> None:
    data = workbook([["id", "Covid"], ["a", cell]])
    assert refusal(data) == (
        "The table t.xlsx cannot be read (the cell B2 holds a formula without its value; open it "
        "in a spreadsheet program and save it)"
    )


def test_a_workbook_that_unpacks_to_far_more_than_it_is_opens_nothing() -> None:
    data = workbook(ROWS, more={"xl/media/bomb.bin": bytes(3_000_000)})
    assert refusal(data) == (
        "The table t.xlsx cannot be read (the entry 'xl/media/bomb.bin' of the archive unpacks "
        f"from {_packed(data, 'xl/media/bomb.bin'):,} to 3,000,000 bytes)"
    )


@pytest.mark.parametrize("data", [b"PK\3\4 no archive", b"\xd0\xcf\x11\xe0 no workbook"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    assert refusal(data).startswith("The table t.xlsx cannot be read (")


def test_a_workbook_without_a_table_is_refused() -> None:
    said = "The table t.xlsx cannot be read (no sheet of it holds a table)"
    assert refusal(workbook([["alone"]])) == said


def test_labels_come_from_a_workbook(tmp_path: Path) -> None:
    rows = [["file", "class"], ["0001", "A"], ["0002", "B"]]
    (tmp_path / "labels.xlsx").write_bytes(workbook(rows))
    index = index_of(tmp_path, ["x/0001.png", "x/0002.png"])
    assert label_images(index, LabelChoice(file="labels.xlsx")).index.classes == ("A", "B")


def test_a_day_is_written_without_its_midnight() -> None:
    assert excel._cell(datetime.datetime(2020, 1, 22)) == "2020-01-22"


def _packed(data: bytes, name: str) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.getinfo(name).compress_size
