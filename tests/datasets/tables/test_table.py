"""Tables as spreadsheet programs write them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xraylib.datasets.tables.table import parse_table, read_table
from xraylib.errors import DatasetError

pytestmark = pytest.mark.fast

WANTED = {"image": ["a.png", "b.png"], "größe": ["1,5", "2"], "who": ["Anna", 'B "x"; y']}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('image;größe;who\r\na.png;1,5;Anna\r\nb.png;2;"B ""x""; y"\r\n', "utf-8-sig"),
        ('image;größe;who\r\na.png;1,5;Anna\r\nb.png;2;"B ""x""; y"\r\n', "cp1252"),
        ('image;größe;who\na.png;1,5;Anna\nb.png;2;"B ""x""; y"\n', "utf-16"),
        ('image;größe;who\na.png;1,5;Anna\nb.png;2;"B ""x""; y"\n', "utf-16-le"),
        ('image;größe;who\na.png;1,5;Anna\nb.png;2;"B ""x""; y"', "utf-16-be"),
        ('image\tgröße\twho\na.png\t1,5\tAnna\nb.png\t2\t"B ""x""; y"\n', "utf-32"),
        ('sep=;\r\nimage;größe;who\r\na.png;1,5;Anna\r\nb.png;2;"B ""x""; y"\r\n', "cp1252"),
        ('"sep=|"\nimage|größe|who\na.png|1,5|Anna\nb.png|2|"B ""x""; y"\n', "utf-8"),
        ('image,größe,who\ra.png,"1,5",Anna\rb.png,2,"B ""x""; y"\r', "utf-8"),
        ('image,größe,who,,\n a.png ,"1,5",Anna,,\n\nb.png,2,"B ""x""; y",,\n', "utf-8"),
        ('Export 2020;;\n\nimage;größe;who\na.png;1,5;Anna\nb.png;2;"B ""x""; y"\n', "utf-8"),
        ('Films of our house\nimage;größe;who\na.png;1,5;Anna\nb.png;2;"B ""x""; y"\n', "utf-8"),
    ],
)
def test_a_table_says_the_same_however_it_was_written(text: str, encoding: str) -> None:
    table = parse_table(text.encode(encoding), "films.csv")
    assert table.cells.to_pydict() == WANTED


def test_a_parquet_file_is_a_table_of_text(tmp_path: Path) -> None:
    columns = {"image": ["a", None], "age": [44, 5], "tags": [["x", "y"], []]}
    pq.write_table(pa.table(columns), tmp_path / "films.parquet")
    table = read_table(tmp_path / "films.parquet")
    assert table.cells.to_pydict() == {"image": ["a", ""], "age": ["44", "5"], "tags": ["x|y", ""]}


def test_a_list_has_one_column_and_no_header() -> None:
    table = parse_table(b"a 1.png\nb, c.png\nd.png\n", "train_val_list.txt")
    assert table.cells.to_pydict() == {"column 1": ["a 1.png", "b, c.png", "d.png"]}
    assert (table.has_header, table.first_row) == (False, 1)


def test_blanks_separate_where_more_follows_the_name_of_the_image() -> None:
    table = parse_table(b"p1 one.png COVID cohen\np2 two.jpg normal rsna\n", "train.txt")
    assert table.columns == ("column 1", "column 2", "column 3", "column 4")


def test_rows_of_another_width_stay_in_their_places_and_are_named() -> None:
    text = 'image,who,age\na,1,2\nb\nc,1,2,3\nd,1,2,,\ne,"x\ny",3\n'
    table = parse_table(text.encode(), "films.csv")
    assert table.cells["image"].to_pylist() == ["a", "b", "c", "d", "e"]
    assert table.cells["age"].to_pylist() == ["2", "", "2", "2", "3"]
    assert table.uneven == (3, 4)


def test_columns_of_one_name_or_none_get_names_of_their_own() -> None:
    table = parse_table(b"image,a,a,\nx,1,2,3\n", "films.csv")
    assert table.columns == ("image", "a", "a (2)", "column 4")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "The table films.csv is empty"),
        (b" \r\n\r\n", "The table films.csv is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "The table films.csv cannot be read (it is no text)"),
        (b"PAR1 no more", "The table films.csv cannot be read ("),
        (b",".join([b"x"] * 1001) + b"\n", "columns, more than 1,000)"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(DatasetError) as caught:
        parse_table(data, "films.csv")
    assert what in caught.value.message
    assert caught.value.code == "table"
