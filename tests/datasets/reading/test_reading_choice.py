"""What is decided by hand about a folder, and that it is kept and obeyed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from made_images import encoded, picture

from xraylib.datasets.catalog import add_dataset, change_dataset, find_dataset, open_dataset
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.reading.plan import ReadingPlan
from xraylib.datasets.reading.reading_choice import ReadingChoice, pairs
from xraylib.datasets.scan import scan
from xraylib.errors import ConfigError, DatasetError
from xraylib.workspace import Workspace

CHOICE = ReadingChoice(
    root="data",
    splits={"extra": "test"},
    classes={"NORMAL": "Normal"},
    leave_out=("docs",),
    keep=("masks",),
    folds=False,
    merge=False,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, name in enumerate(("train/A", "train/B", "test/A", "extra/B")):
        file = tmp_path / "images" / name / f"person{number}_1.png"
        file.parent.mkdir(parents=True)
        file.write_bytes(encoded(picture(number)))
        file.with_name(f"person{number}_2.png").write_bytes(encoded(picture(9 + number)))
    return tmp_path / "images"


def test_a_choice_is_written_and_read_and_can_be_a_key() -> None:
    assert ReadingChoice.from_json(CHOICE.to_json()) == CHOICE
    assert hash(ReadingChoice.from_json(CHOICE.to_json())) == hash(CHOICE)
    assert ReadingChoice.from_json({}) == ReadingChoice()
    assert not ReadingChoice()
    assert CHOICE
    assert Curation.from_json(Curation(reading=CHOICE).to_json()).reading == CHOICE
    assert "reading" not in Curation().to_json()


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigError, match="is to be the split"):
        ReadingChoice(splits={"a": "training"})
    with pytest.raises(ConfigError, match="valid=val"):
        pairs(["valid"], "--split")
    assert pairs(["valid=val", "a = b"], "--split") == {"valid": "val", "a": "b"}


def test_a_folder_that_is_not_there_is_refused(folder: Path) -> None:
    for choice in (
        ReadingChoice(root="nowhere"),
        ReadingChoice(splits={"nowhere": "val"}),
        ReadingChoice(leave_out=("nowhere",)),
    ):
        with pytest.raises(DatasetError) as caught:
            scan(folder, reading=choice)
        assert caught.value.code == "reading"
        assert "nowhere" in caught.value.message


def test_a_plan_that_leaves_nothing_is_refused(folder: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        scan(folder, reading=ReadingChoice(leave_out=("train", "test", "extra")))
    assert caught.value.code == "no-films"
    assert "all 8 are left out" in caught.value.message


def test_a_data_set_keeps_what_was_decided(folder: Path, tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "workspace")
    name = add_dataset(folder, workspace=workspace).name
    assert open_dataset(name, workspace=workspace).counts() == {
        "train": {"A": 2, "B": 2},
        "test": {"A": 2, "B": 0},
    }
    choice = ReadingChoice(splits={"extra": "test"}, classes={"B": "Covid"})
    change_dataset(name, curation=Curation(reading=choice), workspace=workspace)
    for rescan in (False, True):
        index = open_dataset(name, rescan=rescan, workspace=workspace)
        assert index.counts() == {
            "train": {"A": 2, "Covid": 2},
            "test": {"A": 2, "Covid": 2},
        }
        assert index.reading.choice == choice
    assert find_dataset(name, workspace=workspace).curation.reading == choice


def test_an_index_keeps_its_plan(folder: Path, tmp_path: Path) -> None:
    index = scan(folder)
    assert index.reading.patients == "person<N>_ in file names"
    assert index.image(0).patient == "person2"
    index.save(tmp_path / "index.parquet")
    again = DatasetIndex.load(tmp_path / "index.parquet")
    assert again.reading == index.reading
    assert again.same_as(index)
    assert ReadingPlan.from_json(index.reading.to_json()) == index.reading
    assert scan(folder, previous=again).same_as(index)


def test_links_to_a_data_root_are_followed_and_never_loop(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "linked"
    root.mkdir()
    (root / "A").symlink_to(folder / "train/A")
    (root / "B").symlink_to(folder / "train/B")
    (folder / "train/A/up").symlink_to(folder / "train")
    assert len(scan(root).rows()) == 0
    monkeypatch.setenv("XRAYLIB_DATA_ROOTS", os.fspath(folder))
    index = scan(root)
    assert index.counts() == {"train": {"A": 2, "B": 2}}
    assert index.read(0).pixels.ndim == 2
