"""Lists of a split: offered, obeyed, and refused where they say nothing or two things."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xraylib.cli import main
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.split_file import SplitFile, said_split
from xraylib.datasets.scan import scan
from xraylib.datasets.tables.split_lists import with_split_lists
from xraylib.errors import DatasetError


@pytest.fixture
def index(tmp_path: Path) -> DatasetIndex:
    """Two shards of images that only mean to be some, and lists of them."""
    for number in range(6):
        file = tmp_path / f"set/images_00{1 + number // 3}/images/0000000{number}_000.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"meant to be a picture")
    names = [f"0000000{number}_000.png" for number in range(6)]
    (tmp_path / "set/train_val_list.txt").write_text("\n".join(names[:3]))
    (tmp_path / "set/test_list.txt").write_text("\r\n".join([*names[3:5], "gone.png", ""]))
    rows = [f"films\\{name};{split}" for name, split in zip(names, ["valid", "TEST"], strict=False)]
    (tmp_path / "set/more.csv").write_text("sep=;\nFile;Data split\n" + "\n".join(rows))
    return scan(tmp_path / "set")


def splits(index: DatasetIndex) -> list[str]:
    told: list[str] = index.table["split"].to_pylist()
    return told


def test_lists_are_offered_by_their_names_and_obeyed(index: DatasetIndex) -> None:
    (offered,) = [hint for hint in index.reading.hints if hint.code == "split-lists"]
    assert offered.remedy == (
        "use them as lists of the splits "
        "(--split-file test_list.txt --split-file train_val_list.txt)"
    )
    files = (SplitFile(file="train_val_list.txt"), SplitFile(file="test_list.txt"))
    curation = Curation(reading=ReadingChoice(split_files=files))
    assert Curation.from_json(curation.to_json()) == curation
    read = curation.apply(index)
    assert splits(read) == ["train", "train", "train", "test", "test", "train"]
    assert [hint.message for hint in read.reading.hints if hint.code == "split-file"] == [
        "1 rows of test_list.txt name no image here: gone.png",
        "1 images are in no list, and stay in the split of their folder: "
        "images_002/images/00000005_000.png",
    ]
    assert read.reading.sentence().endswith(
        ". Splits by train_val_list.txt and test_list.txt: train 4, test 2."
    )


def test_a_column_of_splits_is_found_or_named(index: DatasetIndex) -> None:
    for file in (
        SplitFile.parse("more.csv"),
        SplitFile.parse("more.csv:File:Data split"),
    ):
        read = with_split_lists(index, [file])
        assert splits(read) == ["val", "test", "train", "train", "train", "train"]
    whole = with_split_lists(index, [SplitFile.parse("more.csv=test")])
    assert splits(whole).count("test") == 2


@pytest.mark.parametrize(
    ("files", "what"),
    [
        (["train_val_list.txt", "train_val_list.txt=test"], "'images_001/images/00000000_000.png' "
         "is in train by train_val_list.txt and in test by train_val_list.txt (row 1)"),
        (["names.txt"], "Neither the name of names.txt nor a column of it says a split"),
        (["odd.csv:File:Part"], "The column 'Part' of odd.csv says 'A', 'train_test'"),
        (["none.txt=val"], "No column of none.txt names an image of this data set"),
        (["../out.txt=val"], "The path '../out.txt' is not inside its folder"),
    ],
)  # fmt: skip
def test_a_list_that_does_not_say_it_is_refused(
    index: DatasetIndex, files: list[str], what: str
) -> None:
    (index.root / "names.txt").write_text("00000000_000.png\n")
    (index.root / "none.txt").write_text("other.png\n")
    (index.root / "odd.csv").write_text("File,Part\n00000000_000,A\n00000001_000,train_test\n")
    with pytest.raises(DatasetError) as caught:
        with_split_lists(index, [SplitFile.parse(text) for text in files])
    assert (caught.value.what, caught.value.code) == (what, "split-file")


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("train_val_list", "train"),
        ("TEST", "test"),
        ("Validation set", "val"),
        ("BIMCV-test.v2", "test"),
        ("train_test_split", None),
        ("contest", None),
        ("2", None),
    ],
)
def test_words_say_the_split(text: str, split: str | None) -> None:
    assert said_split(text) == split


@pytest.mark.usefixtures("workspace")
def test_the_command_obeys_lists_beside_the_images_and_elsewhere(
    index: DatasetIndex, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere_val.txt"
    elsewhere.write_text("00000005_000\n")
    words = ["--split-file", "test_list.txt", "--split-file", str(elsewhere), "--name", "mine"]
    assert main(["scan", str(index.root), *words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["layout"]["splits_from"].endswith("train 3, val 1, test 2")
    assert main(["scan", "--dataset", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layout"] == told["layout"]
