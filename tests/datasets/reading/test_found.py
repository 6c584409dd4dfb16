"""Folders under the data roots that look like data sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from xraylib.datasets.reading.found import find_folders

LAYOUTS = {
    "kaggle": ("chest_xray/train/NORMAL/1.jpeg", "chest_xray/test/NORMAL/1.jpeg", "read.me"),
    "radiography": ("COVID/images/1.png", "COVID/masks/1.png", "Normal/images/1.png"),
    "folds": ("fold_1/Normal/1.png", "fold_2/Normal/1.png"),
    "shards": ("images_001/images/1.png", "images_002/images/2.png"),
    "patients": ("Sick/patient01/1.dcm", "Sick/patient02/1.dcm", "Well/patient03/1.dcm",
                 "Well/patient04/1.dcm"),
    "flat": ("1.png", "2.png"),
    "repository": ("data/Normal/1.png", "data/Covid/1.png", "static/logo.png"),
}  # fmt: skip


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return folder


def test_each_layout_below_a_root_is_one_data_set_with_its_images(tmp_path: Path) -> None:
    for name, files in LAYOUTS.items():
        touch(tmp_path / name, *files)
    touch(tmp_path / "notes", "a.txt")
    found = {one.path: one.images for one in find_folders([tmp_path])}
    pictures = {
        name: sum(not file.endswith(".me") for file in files) for name, files in LAYOUTS.items()
    }
    assert found == pictures


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_root_that_is_a_data_set_is_found_itself(tmp_path: Path, name: str) -> None:
    touch(tmp_path, *LAYOUTS[name])
    found = [one.path for one in find_folders([tmp_path])][:1]  # its classes may follow
    assert found == {"kaggle": ["chest_xray"], "repository": ["data"]}.get(name, [""])


def test_folders_beside_each_other_in_one_folder_are_each_found(tmp_path: Path) -> None:
    touch(tmp_path / "mine", "one/train/a/1.png", "two/train/a/1.png", "two/test/a/1.png")
    found = find_folders([tmp_path, tmp_path / "gone"])
    assert [(one.path, one.images) for one in found] == [("mine/one", 1), ("mine/two", 2)]
    assert found[0].folder == tmp_path / "mine" / "one"


def test_a_search_that_is_cut_short_says_so(tmp_path: Path) -> None:
    for name in "abcdefgh":
        touch(tmp_path / name / "Normal", "1.png")
    found = find_folders([tmp_path], most_folders=12)  # the root, 8 sets, 3 of their folders
    assert len(found) == 3
    touch(tmp_path / found[0].path / "Covid" / "first", "1.png")
    assert not find_folders([tmp_path], most_folders=12)[0].complete
    assert find_folders([tmp_path], most_seconds=-1) == ()
