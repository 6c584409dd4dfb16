"""Data sets by name; images are never touched, and what is kept can be made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_images import dicom, encoded, make_folder, picture

from xraylib.datasets import catalog, thumbnails
from xraylib.datasets.catalog import (
    add_dataset,
    change_dataset,
    find_dataset,
    list_datasets,
    open_dataset,
    remove_dataset,
)
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.dataset_ref import DatasetRef
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import DatasetError, ImageError, PathError
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace


@pytest.fixture
def images(tmp_path: Path) -> Path:
    names = ("train/a/p1_1.png", "train/a/p2_1.png", "train/b/p3_1.png", "test/b/p4_1.png")
    files = {name: encoded(picture(seed, (200, 100))) for seed, name in enumerate(names)}
    return make_folder(tmp_path / "My images", files | {"train/b/bad.png": b"no picture"})


def test_the_sample_data_are_always_there_and_first(workspace: Workspace, images: Path) -> None:
    sample = DatasetRef(name="sample", root=SAMPLE_DATA, shipped=True)
    assert list_datasets(workspace=workspace) == [sample]
    assert not workspace.root.exists()  # looking writes nothing
    add_dataset(images, "a-first-name", workspace=workspace)
    assert [ref.name for ref in list_datasets(workspace=workspace)] == ["sample", "a-first-name"]


def test_a_folder_is_remembered_under_a_name_made_from_its_own(
    workspace: Workspace, images: Path, tmp_path: Path
) -> None:
    ref = add_dataset(images, workspace=workspace)
    assert (ref.name, ref.root, ref.shipped) == ("My-images", images, False)
    assert add_dataset(images, workspace=workspace) == ref  # it is known already
    other = make_folder(tmp_path / "other" / "My images", {"a/1.png": encoded(picture())})
    assert add_dataset(other, workspace=workspace).name == "My-images-2"
    assert find_dataset("My-images", workspace=workspace) == ref


@pytest.mark.parametrize(
    ("name", "error", "code"),
    [
        ("SAMPLE", DatasetError, "name-taken"),
        ("my-IMAGES", DatasetError, "name-taken"),
        ("../evil", PathError, "name"),
        ("", PathError, "name"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(
    workspace: Workspace, images: Path, name: str, error: type[DatasetError], code: str
) -> None:
    add_dataset(images, workspace=workspace)
    with pytest.raises(error) as caught:
        add_dataset(images, name, workspace=workspace)
    assert caught.value.code == code


def test_a_folder_that_is_none_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        add_dataset(tmp_path / "gone", workspace=workspace)
    assert caught.value.code == "folder-missing"


def test_opening_scans_once_and_then_only_looks(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_dataset(images, "mine", workspace=workspace)
    first = open_dataset("mine", workspace=workspace)
    assert first.counts() == {"train": {"a": 2, "b": 1}, "test": {"a": 0, "b": 1}}
    saved = workspace.datasets / "mine/index.parquet"
    stamp = saved.stat().st_mtime_ns
    monkeypatch.setattr("xraylib.images.sandbox.decoder.Decoder.file_stats", None)
    assert open_dataset("mine", workspace=workspace).same_as(first)
    assert saved.stat().st_mtime_ns == stamp
    (images / "test/b/p4_1.png").unlink()
    assert open_dataset("mine", rescan=False, workspace=workspace).same_as(first)
    assert len(open_dataset("mine", workspace=workspace)) == len(first) - 1


def test_a_damaged_index_is_made_again(workspace: Workspace, images: Path) -> None:
    add_dataset(images, "mine", workspace=workspace)
    first = open_dataset("mine", workspace=workspace)
    (workspace.datasets / "mine/index.parquet").write_bytes(b"rubbish")
    assert open_dataset("mine", workspace=workspace).same_as(first)
    assert DatasetIndex.load(workspace.datasets / "mine/index.parquet").same_as(first)


def test_another_patient_pattern_needs_no_decoding(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_dataset(images, "mine", workspace=workspace)
    open_dataset("mine", workspace=workspace)
    change_dataset("mine", patient_pattern=r"(?P<patient>p)\d", workspace=workspace)
    monkeypatch.setattr("xraylib.images.sandbox.decoder.Decoder.file_stats", None)
    index = open_dataset("mine", rescan=False, workspace=workspace)
    assert set(index.patients(index.rows())) == {"p"}
    with pytest.raises(DatasetError) as caught:
        change_dataset("mine", patient_pattern="(", workspace=workspace)
    assert caught.value.code == "patient-pattern"


def test_images_left_out_are_remembered_also_for_the_sample_data(
    workspace: Workspace, images: Path
) -> None:
    add_dataset(images, "mine", workspace=workspace)
    for name in ("mine", "sample"):
        change_dataset(
            name,
            curation=Curation(
                excluded=(
                    "b/2.png",
                    "a/1.png",
                    "a/1.png",
                )
            ),
            workspace=workspace,
        )
        assert find_dataset(name, workspace=workspace).curation.excluded == ("a/1.png", "b/2.png")
    assert [ref.name for ref in list_datasets(workspace=workspace)] == ["sample", "mine"]
    assert find_dataset("sample", workspace=workspace).root == SAMPLE_DATA


def test_removing_forgets_and_leaves_every_image(workspace: Workspace, images: Path) -> None:
    before = sorted(images.rglob("*"))
    add_dataset(images, "mine", workspace=workspace)
    index = open_dataset("mine", workspace=workspace)
    thumbnail("mine", index, int(index.rows()[0]), workspace=workspace)
    remove_dataset("mine", workspace=workspace)
    assert sorted(images.rglob("*")) == before
    assert not (workspace.datasets / "mine").exists()
    with pytest.raises(DatasetError) as caught:
        open_dataset("mine", workspace=workspace)
    assert caught.value.message == (
        "There is no data set named 'mine'. Expected one of: sample. "
        "Do this: choose one of these, or add its folder first."
    )
    with pytest.raises(DatasetError) as caught:
        remove_dataset("sample", workspace=workspace)
    assert caught.value.code == "shipped"


def test_a_damaged_record_hides_only_its_own_data_set(workspace: Workspace, images: Path) -> None:
    add_dataset(images, "mine", workspace=workspace)
    for text in ("{", "{}", "[]"):
        make_folder(workspace.datasets, {"broken/dataset.json": text.encode()})
        listed = list_datasets(workspace=workspace)
        assert [ref.name for ref in listed] == ["sample", "broken", "mine"]
        assert [ref.problem and ref.problem.file for ref in listed] == [None, "dataset.json", None]
        with pytest.raises(PathError) as caught:
            open_dataset("broken", workspace=workspace)
        assert caught.value.code == "damaged"
    remove_dataset("broken", workspace=workspace)
    assert [ref.name for ref in list_datasets(workspace=workspace)] == ["sample", "mine"]


def test_a_thumbnail_is_made_once_and_kept(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_dataset(images, "mine", workspace=workspace)
    index = open_dataset("mine", workspace=workspace)
    row = int(index.rows("train", "a")[0])
    first = thumbnail("mine", index, row, size=64, workspace=workspace)
    decoded = cv2.imdecode(np.frombuffer(first, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded.shape == (64, 32)
    expected = cv2.resize(picture(0, (200, 100)), (32, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(decoded.astype(int) - expected).mean() < 3
    monkeypatch.setattr(thumbnails, "small_jpeg", None)
    again = open_dataset("mine", workspace=workspace)
    assert thumbnail("mine", again, row, size=64, workspace=workspace) == first
    (file,) = (workspace.datasets / "mine").rglob("*-64.jpg")
    file.unlink()  # those looked at last are in memory as well
    assert thumbnail("mine", again, row, size=64, workspace=workspace) == first


def test_few_thumbnails_are_kept_in_memory(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_dataset(images, "mine", workspace=workspace)
    index = open_dataset("mine", workspace=workspace)
    monkeypatch.setattr(thumbnails, "_IN_MEMORY", 2)
    rows = index.rows()[:3].tolist()
    made = [thumbnail("mine", index, row, workspace=workspace) for row in rows]
    assert list(index.memo["thumbnails"].values()) == made[1:]


def test_a_deep_image_and_a_colour_image_have_thumbnails(
    workspace: Workspace, tmp_path: Path
) -> None:
    red = np.zeros((40, 40, 3), np.uint8)
    red[..., 0] = 255
    ramp = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    root = make_folder(tmp_path / "f", {"a/1.dcm": dicom(ramp), "b/2.png": encoded(red)})
    add_dataset(root, "mine", workspace=workspace)
    index = open_dataset("mine", workspace=workspace)
    deep, colour = (
        cv2.imdecode(
            np.frombuffer(thumbnail("mine", index, row, workspace=workspace), np.uint8), -1
        )
        for row in (0, 1)
    )
    assert (deep.shape, int(deep.max()) > 240) == ((64, 64), True)
    assert colour[20, 20, 2] > 240  # OpenCV's order is blue, green, red
    assert colour[20, 20, :2].max() < 10


def test_an_unreadable_image_has_no_thumbnail(workspace: Workspace, images: Path) -> None:
    add_dataset(images, "mine", workspace=workspace)
    index = open_dataset("mine", workspace=workspace)
    [row] = np.flatnonzero(~index.readable)
    with pytest.raises(ImageError) as caught:
        thumbnail("mine", index, int(row), workspace=workspace)
    assert caught.value.code == "not-an-image"


def test_a_workspace_that_cannot_be_written_to_only_costs_time(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.root.parent.mkdir(parents=True, exist_ok=True)
    workspace.root.write_bytes(b"")  # a file stands where the folder should be: nobody can write
    monkeypatch.setattr(catalog, "SAMPLE_DATA", images)
    index = open_dataset("sample", workspace=workspace)
    assert index.counts()["train"] == {"a": 2, "b": 1}
    assert thumbnail("sample", index, int(index.rows()[0]), workspace=workspace)[:2] == b"\xff\xd8"
    with pytest.raises(PathError) as caught:
        add_dataset(images / "train", workspace=workspace)
    assert caught.value.code == "cannot-write"


def test_a_folder_that_went_away_keeps_its_index(workspace: Workspace, images: Path) -> None:
    add_dataset(images, "mine", workspace=workspace)
    first = open_dataset("mine", workspace=workspace)
    moved = images.with_name("moved")
    images.rename(moved)
    with pytest.raises(DatasetError) as caught:
        open_dataset("mine", workspace=workspace)
    assert caught.value.code == "folder-missing"
    shutil.move(moved, images)
    assert open_dataset("mine", rescan=False, workspace=workspace).same_as(first)
