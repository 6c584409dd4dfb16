"""An index as a value: counted, iterated, indexed, and shown in a notebook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_images import encoded, picture
from scanned import scanned

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.split import make_split
from xraylib.errors import ConfigError, DatasetError


@pytest.fixture
def index(tmp_path: Path) -> DatasetIndex:
    for split, count in (("train", 3), ("test", 1)):
        for seed, label in enumerate(("A & B", "Normal")):
            folder = tmp_path / "chest" / split / label
            folder.mkdir(parents=True)
            for number in range(count):
                data = encoded(picture(10 * seed + number))
                (folder / f"p{seed}{number}_{split}.png").write_bytes(data)
    (tmp_path / "chest" / "train" / "Normal" / "broken.png").write_bytes(b"no picture")
    return scanned(tmp_path / "chest")


def test_an_index_is_a_sequence_of_rows(index: DatasetIndex) -> None:
    assert len(index) == 9
    rows = list(index)
    assert [row.path for row in rows] == index.table["path"].to_pylist()
    assert index[0] == rows[0] == index.image(0)
    assert index[-1] == rows[-1] == index[8]
    assert index[2:5] == rows[2:5]
    assert index[::-2] == rows[::-2]
    assert index[100:] == []
    assert rows[3] in index
    assert list(reversed(index)) == rows[::-1]


@pytest.mark.parametrize("row", [9, -10, 10**9])
def test_a_row_that_is_not_there_is_refused(index: DatasetIndex, row: int) -> None:
    for ask in (index.__getitem__, index.image, index.file, index.read):
        with pytest.raises(DatasetError) as refused:
            ask(row)
        assert refused.value.code == "no-such-row"
        assert refused.value.message == (
            f"There is no row {row} among 9 images. Expected a number from -9 to 8. Do this: ask "
            "for a row that is there."
        )


@pytest.mark.parametrize("place", ["path", 1.5, None, slice("a", "b"), slice(0, 5, 0)])
def test_what_is_no_place_is_refused(index: DatasetIndex, place: object) -> None:
    with pytest.raises(ConfigError) as refused:
        index[place]  # type: ignore[call-overload]
    assert refused.value.code == "argument"


def test_an_index_says_in_one_line_what_it_holds(index: DatasetIndex) -> None:
    assert repr(index) == f"DatasetIndex({str(index.root)!r}: 9 images of A & B, Normal)"


def test_a_notebook_shows_a_table_and_a_few_small_pictures(index: DatasetIndex) -> None:
    page = index._repr_html_()
    assert "chest: 9 images, 1 of them unreadable" in page
    assert "<th>train</th><th>test</th>" in page
    cells = re.findall(r"<tr>(.*?)</tr>", page)[1]
    assert re.findall(r">([^<]+)</td>", cells) == ["A &amp; B", "3", "1"]
    shown = re.findall(r'src="data:image/jpeg;base64,[A-Za-z0-9+/=]+" alt="([^"]+)"', page)
    assert shown == ["A &amp; B"] * 4 + ["Normal"] * 4
    assert "<script" not in page


def test_pictures_whose_files_are_gone_are_passed_over(index: DatasetIndex) -> None:
    for row in index.rows("train", "Normal").tolist():
        index.file(row).unlink()
    assert index._repr_html_().count("<img") == 5


def test_never_more_than_a_dozen_pictures_are_shown(tmp_path: Path) -> None:
    for label in range(20):
        (tmp_path / f"class{label:02d}").mkdir()
        (tmp_path / f"class{label:02d}" / "p1_0.png").write_bytes(encoded(picture(label)))
    assert scanned(tmp_path)._repr_html_().count("<img") == 12


def test_a_split_shows_its_sizes(index: DatasetIndex) -> None:
    split = make_split(index, seed=3)
    assert repr(split) == "Split(train 4, val 2, test 2; seed 3)"
    page = split._repr_html_()
    assert re.findall(r">(\w+)</td>", page) == ["train", "4", "val", "2", "test", "2"]
