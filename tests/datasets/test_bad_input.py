"""What goes wrong with folders, files and disks: a message with a remedy, and nothing is lost."""

from __future__ import annotations

import errno
import os
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_images import encoded, make_folder, picture
from small_disk import fill, make_read_only, small_disk

from xraylib.augmentation.augment import AugmentConfig
from xraylib.datasets.archives.archive import add_archive
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
from xraylib.datasets.patients import PatientColumn, read_patients
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.report import scan_report
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import DatasetError, PathError
from xraylib.images.prepare import Preparation
from xraylib.images.sandbox.decoder import Decoder
from xraylib.networks.presets import preset
from xraylib.training.config import TrainConfig
from xraylib.training.run.create import create_run
from xraylib.training.run.runs import list_runs
from xraylib.workspace import Workspace

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's file names and links")


def images(*names: str) -> dict[str, bytes]:
    return {name: encoded(picture(seed)) for seed, name in enumerate(names)}


def start(workspace: Workspace, index: DatasetIndex) -> None:
    """What a click on Train does first."""
    create_run(
        spec=preset("lesson-dense", input_shape=(16, 16, 1), classes=max(2, len(index.classes))),
        train=TrainConfig(),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=(16, 16)),
        augment=AugmentConfig(),
        workspace=workspace,
    )


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        scan(tmp_path)
    assert (caught.value.code, caught.value.message) == (
        "no-films",
        f"There are no images in {str(tmp_path)!r}. Expected PNG, JPEG, TIFF, WebP, BMP or DICOM "
        "files in one folder for each class. Do this: choose the folder that holds the class "
        "folders.",
    )


def test_one_class_can_be_looked_at_and_is_refused_before_a_run_starts(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = make_folder(tmp_path / "images", images("Covid/p1_1.png", "Covid/p2_1.png"))
    index = scan(root)
    assert index.counts() == {"train": {"Covid": 2}}
    with pytest.raises(DatasetError) as caught:
        start(workspace, index)
    assert (caught.value.code, caught.value.message) == (
        "too-few-classes",
        "All training images are of one class, 'Covid'. Expected readable images of at least two "
        "classes, each in a folder of its own. Do this: choose a folder with one subfolder for "
        "each class.",
    )
    assert list_runs(workspace=workspace) == []


def test_a_class_with_one_image_is_trained_on_and_said_so(
    workspace: Workspace, tmp_path: Path
) -> None:
    names = (*(f"Covid/p{number}_1.png" for number in range(8)), "Rare/p99_1.png")
    index = scan(make_folder(tmp_path / "images", images(*names)))
    split = make_split(index)
    assert split.summary(index)["train"].classes["Rare"] == 1
    assert split.notes == ("Rare has one patient to train on and none to validate on",)
    start(workspace, index)
    assert len(list_runs(workspace=workspace)) == 1


@linux
def test_names_with_spaces_emoji_and_odd_bytes_are_images_or_listed(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = make_folder(
        tmp_path / "my images 🩻", images("Class Ä/p1 image 🩻.png", "Class Ä/ p2.png", "b/p3.png")
    )
    Path(os.fsdecode(os.fsencode(root) + b"/b/\xff\xfe.png")).write_bytes(encoded(picture()))
    add_dataset(root, "mine", workspace=workspace)
    index = open_dataset("mine", workspace=workspace)
    assert index.counts() == {"train": {"Class Ä": 2, "b": 1}}
    for row in index.rows().tolist():
        assert thumbnail("mine", index, row, workspace=workspace)[:2] == b"\xff\xd8"
    [image] = index.unreadable()
    assert (image.path, image.error_code, image.error_reason) == (
        "b/\\xff\\xfe.png",
        "file-name",
        "The path holds a backslash or bytes that are not UTF-8. Expected a file name in valid "
        "UTF-8. Do this: rename the file.",
    )
    assert open_dataset("mine", workspace=workspace).same_as(index)


@linux
def test_links_in_a_loop_and_links_out_are_listed_and_never_followed(tmp_path: Path) -> None:
    secret = make_folder(tmp_path / "outside", images("secret.png"))
    root = make_folder(tmp_path / "root", images("a/1.png", "b/2.png"))
    (root / "a/up").symlink_to("..")
    (root / "a/one").symlink_to("two")
    (root / "a/two.png").symlink_to("three.png")
    (root / "a/three.png").symlink_to("two.png")
    (root / "b/out.png").symlink_to(secret / "secret.png")
    index = scan(root)
    assert index.counts() == {"train": {"a": 1, "b": 1}}
    reasons = {image.path: image.error_reason for image in index.unreadable()}
    assert reasons["b/out.png"] == (
        "This link leads out of the data set's folder. Expected a file inside the data set's "
        "folder. Do this: copy the file itself into the folder in place of the link."
    )
    assert re.fullmatch(
        r"It cannot be opened \(.*\)\. Expected .* Do this: .*", reasons["a/two.png"]
    )
    assert scan(root, previous=index).same_as(index)


def test_a_file_that_vanishes_while_the_folder_is_listed_was_never_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_folder(tmp_path, images("a/1.png", "a/2.png", "a/IM3"))
    real = os.scandir

    class Vanishing:
        """A listing whose files 2.png and IM3 are removed after it was made."""

        def __init__(self, folder: str) -> None:
            self.entries = sorted(real(folder), key=lambda entry: entry.name)

        def __enter__(self) -> list[os.DirEntry[str]]:
            for entry in self.entries:
                if entry.name in ("2.png", "IM3"):
                    Path(entry.path).unlink(missing_ok=True)
            return self.entries

        def __exit__(self, *_: object) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr("xraylib.datasets.reading.walk.os.scandir", Vanishing)
    assert scan_report(scan(root))["unreadable"] == []


def test_a_file_that_vanishes_before_it_is_read_is_listed_and_then_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_folder(tmp_path, images("a/1.png", "a/2.png"))
    original = Decoder.file_stats

    def vanishing(decoder: Decoder, files: list[Path], *rest: Any, **named: Any) -> object:
        for path in files:
            if path.name == "2.png":
                path.unlink(missing_ok=True)
        return original(decoder, files, *rest, **named)

    monkeypatch.setattr(Decoder, "file_stats", vanishing)
    index = scan(root)
    [image] = index.unreadable()
    assert (image.path, image.error_code, image.error_reason) == (
        "a/2.png",
        "missing",
        "The file is no longer there. Expected a file that is still where it was found. "
        "Do this: put the file back or scan the folder again.",
    )
    assert [image.path for image in scan(root, previous=index).images([0])] == ["a/1.png"]


def test_a_file_that_changes_while_it_is_read_is_read_again_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_folder(tmp_path, images("a/1.png"))
    original = Decoder.file_stats

    def changing(decoder: Decoder, files: list[Path], *rest: Any, **named: Any) -> object:
        stats = original(decoder, files, *rest, **named)
        for path in files:
            path.write_bytes(encoded(picture(99, (20, 20))))
        return stats

    monkeypatch.setattr(Decoder, "file_stats", changing)
    first = scan(root)
    monkeypatch.setattr(Decoder, "file_stats", original)
    assert first.image(0).width == 40
    assert scan(root, previous=first).image(0).width == 20


def test_forty_megapixels_are_listed_without_being_unpacked(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = zlib.compress(bytes(8001 * 5000), 9)
    header = struct.pack(">IIBBBBB", 8000, 5000, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    index = scan(make_folder(tmp_path, images("a/1.png") | {"a/big.png": png}))
    [image] = index.unreadable()
    assert (image.error_code, image.error_reason) == (
        "too-large",
        "The image has 8000 × 5000 = 40.0 megapixels. Expected at most 64 MiB and 25 megapixels. "
        "Do this: export the image at a smaller size.",
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_truncated_files_are_listed_wherever_they_are_cut(tmp_path: Path, kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    data = encoded(noise, kind)
    cuts = [1, 20, 140, len(data) // 2, len(data) - 30]
    files = {f"a/{cut}.{kind.lower()}": data[:cut] for cut in cuts}
    index = scan(make_folder(tmp_path, files | images("a/good.png")))
    assert len(index.rows()) == 1
    for image in index.unreadable():
        assert image.error_code in ("damaged", "not-an-image"), image
        assert " Do this: " in image.error_reason


@linux
def test_in_a_read_only_workspace_everything_but_adding_works(tmp_path: Path) -> None:
    root = make_folder(tmp_path / "images", images("a/p1_1.png", "b/p2_1.png"))
    with small_disk(tmp_path / "disk", 2048) as disk:
        workspace = Workspace(disk / "workspace")
        add_dataset(root, "mine", workspace=workspace)
        first = open_dataset("mine", workspace=workspace)
        make_folder(root, images("b/p3_1.png"))
        make_read_only(disk)
        index = open_dataset("mine", workspace=workspace)  # what is new is found, and not kept
        assert (len(first), len(index)) == (2, 3)
        assert thumbnail("mine", index, 0, workspace=workspace)[:2] == b"\xff\xd8"
        curation = Curation(excluded=("a/p1_1.png",))
        refused = {
            "add": lambda: add_dataset(root, "again", workspace=workspace),
            "change": lambda: change_dataset("mine", curation=curation, workspace=workspace),
            "remove": lambda: remove_dataset("mine", workspace=workspace),
            "train": lambda: start(workspace, index),
        }
        for name, action in refused.items():
            with pytest.raises(PathError) as caught:
                action()
            assert caught.value.code == "cannot-write", name
            assert "Read-only file system" in caught.value.what, name
        assert len(list_datasets(workspace=workspace)) == 2


@linux
def test_on_a_full_disk_nothing_that_was_there_is_lost(tmp_path: Path) -> None:
    root = make_folder(
        tmp_path / "images", images(*(f"{c}/p{n}_1.png" for c in "ab" for n in "1234"))
    )
    with small_disk(tmp_path / "disk", 512) as disk:
        workspace = Workspace(disk / "workspace")
        add_dataset(root, "mine", workspace=workspace)
        change_dataset("mine", curation=Curation(excluded=("a/p1_1.png",)), workspace=workspace)
        first = open_dataset("mine", workspace=workspace)
        fill(disk)
        before = sorted(path for path in disk.rglob("*"))
        (root / "b/p4_1.png").write_bytes(encoded(picture(50)))
        index = open_dataset("mine", workspace=workspace)
        assert not index.same_as(first)
        assert thumbnail("mine", index, 0, workspace=workspace)[:2] == b"\xff\xd8"
        for action in (
            lambda: change_dataset(
                "mine", curation=Curation(excluded=("b/p2_1.png",)), workspace=workspace
            ),
            lambda: add_dataset(root, "again", workspace=workspace),
            lambda: start(workspace, index),
        ):
            with pytest.raises(PathError) as caught:
                action()
            assert caught.value.code == "cannot-write"
            assert "No space left on device" in caught.value.what
            assert caught.value.remedy == (
                "free some space or choose another workspace with XRAYLIB_WORKSPACE"
            )
        assert find_dataset("mine", workspace=workspace).curation.excluded == ("a/p1_1.png",)
        assert open_dataset("mine", rescan=False, workspace=workspace).same_as(first)
        assert [path for path in sorted(disk.rglob("*")) if path.is_file()] == [
            path for path in before if path.is_file()
        ]
        assert list_runs(workspace=workspace) == []


@linux
def test_an_archive_that_fills_the_disk_leaves_the_room_it_took(tmp_path: Path) -> None:
    import io
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for number in range(200):
            noise = np.random.default_rng(number).integers(0, 256, (64, 64), dtype=np.uint8)
            made.writestr(f"a/{number}.png", encoded(noise))
    with small_disk(tmp_path / "disk", 512) as disk:
        workspace = Workspace(disk / "workspace")
        with pytest.raises(PathError) as caught:
            add_archive(stream.getvalue(), "mine", workspace=workspace)
        assert caught.value.what == "The archive cannot be unpacked (No space left on device)"
        assert [path for path in disk.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_said_also_where_none_can_be_mounted(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_folder(tmp_path / "images", images("a/p1_1.png", "b/p2_1.png"))
    ref = add_dataset(root, "mine", workspace=workspace)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("xraylib.workspace.os.fsync", full)
    index = open_dataset("mine", workspace=workspace)
    assert len(index) == 2
    with pytest.raises(PathError) as caught:
        change_dataset("mine", curation=Curation(excluded=("a/p1_1.png",)), workspace=workspace)
    assert caught.value.code == "cannot-write"
    assert find_dataset("mine", workspace=workspace) == ref
    assert [path.name for path in (workspace.datasets / "mine").iterdir()] == ["dataset.json"]


def test_nothing_that_looks_like_an_image_is_passed_over_in_silence(tmp_path: Path) -> None:
    """By its ending or by its content, whatever it is called."""
    (tmp_path / "read.png").write_bytes(encoded(picture()))
    contents = {
        "phone.heic": b"\0\0\0\x18ftypheic" + bytes(400),
        "IMG_0001": b"\0\0\0\x18ftypavif" + bytes(400),
        "scan.jxl": b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(400),
        "brain.nii.gz": b"\x1f\x8b" + bytes(400),
        "volume": bytes(344) + b"n+1\0" + bytes(2000),
        "film.mha": b"ObjectType = Image\nNDims = 2\n" + bytes(400),
        "film.pgm": b"P5\n# made by a scanner\n8 8\n255\n" + bytes(64),
        "netpbm": b"P5 8 8 255\n" + bytes(400),
        "JPCLN001.IMG": bytes(4096),
        "array.npy": b"\x93NUMPY\1\0" + bytes(400),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "notes.txt").write_text("P1 came on Monday\n" * 40)  # looks like none
    index = scan(tmp_path)
    told = {image.path: image.error_code for image in index.unreadable()}
    assert told == dict.fromkeys(contents, "not-an-image")
    assert index.passed_over == 1
    words = {image.path: image.error_reason for image in index.unreadable()}
    assert words["IMG_0001"].startswith("The file is an AVIF image. Expected a PNG, JPEG,")
    assert "Do this: export each slice that is an X-ray" in words["volume"]


def test_a_plan_that_leaves_nothing_is_refused_with_the_number(tmp_path: Path) -> None:
    make_folder(tmp_path / "images", {"a/1.png": b"", "b/2.png": b""})
    choice = ReadingChoice(leave_out=("a", "b"))
    with pytest.raises(DatasetError, match=r"that are read: all \d+ are left out") as caught:
        scan(tmp_path / "images", reading=choice)
    assert caught.value.code == "no-films"


@pytest.mark.long
def test_ten_thousand_folders_and_a_table_of_a_million_rows(tmp_path: Path) -> None:
    """A patient a folder, and a table that names them and a million others."""
    for number in range(10_000):
        folder = tmp_path / f"set/patient{number:05}"
        folder.mkdir(parents=True)
        (folder / "view1.png").write_bytes(b"meant to be a picture")
    rows = [f"D:\\old\\patient{number:05}\\view1.jpg;{number // 2}" for number in range(1_000_000)]
    table = tmp_path / "set/who.csv"
    table.write_text("sep=;\nFile;Patient ID\n" + "\n".join(rows), encoding="cp1252")
    index = scan(tmp_path / "set")
    assert index.classes == ("",)
    assert next(hint.code for hint in index.reading.hints) == "folders-look-like"
    found = read_patients(index, PatientColumn(file="who.csv"))
    assert (found.rows, len(found.rows_alone), found.images_alone) == (1_000_000, 990_000, ())
    assert len(set(found.index.table["patient"].to_pylist())) == 5_000
