"""A folder becomes an index; what cannot be read is listed and stops nothing."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from made_images import dicom, encoded, make_folder, picture

from xraylib.datasets import scan as index_module
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.index.file import read_index, write_index
from xraylib.datasets.report import scan_report
from xraylib.datasets.scan import scan
from xraylib.errors import DatasetError, ImageError
from xraylib.images.file_stats import FileStats, file_stats, perceptual_hash
from xraylib.images.sandbox.decoder import Decoder

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's file names and links")


def images(*names: str) -> dict[str, bytes]:
    return {name: encoded(picture(seed)) for seed, name in enumerate(names)}


def test_split_and_class_folders_are_counted(tmp_path: Path) -> None:
    root = make_folder(
        tmp_path,
        images(
            "train/Covid/p001_1.png",
            "train/Covid/p001_2.png",
            "train/Normal/deep/er/p002_1.png",
            "validation/Covid/p003_1.png",
            "TEST/Normal/p004_1.png",
            "models/Covid/p9_1.png",  # not a split: beside split folders nothing else is images
        ),
    )
    index = scan(root)
    report = scan_report(index)
    assert report.pop("layout") == index.reading.to_json()
    assert report == {
        "root": str(root),
        "classes": ["Covid", "Normal"],
        "splits": {
            "train": {"Covid": 2, "Normal": 1},
            "val": {"Covid": 1, "Normal": 0},
            "test": {"Covid": 0, "Normal": 1},
        },
        "unreadable": [],
        "passed_over": 0,
        "notes": {},
        "views": {},
        "grey_range": None,
    }
    assert [(part.path, part.images) for part in index.reading.left_out] == [("models", 1)]
    assert [image.patient for image in index.images(index.rows("train"))] == [
        "p001",
        "p001",
        "p002",
    ]


def test_class_folders_alone_are_all_training_images(tmp_path: Path) -> None:
    index = scan(make_folder(tmp_path, images("b/1.png", "a/1.png", "a/2.png")))
    assert index.counts() == {"train": {"a": 2, "b": 1}}
    assert [image.path for image in index.images(range(3))] == ["a/1.png", "a/2.png", "b/1.png"]


def test_a_folder_without_class_folders_is_one_class(tmp_path: Path) -> None:
    index = scan(make_folder(tmp_path, images("1.png", "2.png") | {"notes/readme.txt": b"hello"}))
    assert (index.classes, index.counts()) == (("",), {"train": {"": 2}})
    assert index.passed_over == 1
    index = scan(make_folder(tmp_path / "split", images("test/1.png", "test/2.png")))
    assert index.counts() == {"test": {"": 2}}


def test_images_beside_class_folders_have_no_class_and_are_left_out(tmp_path: Path) -> None:
    index = scan(make_folder(tmp_path, images("a/1.png", "b/1.png", "loose.png")))
    assert (index.counts(), index.passed_over) == ({"train": {"a": 1, "b": 1}}, 0)
    assert [(part.path, part.images) for part in index.reading.left_out] == [("*", 1)]


def test_a_row_holds_the_facts_of_its_file(tmp_path: Path) -> None:
    pixels = picture(4, (30, 20))
    root = make_folder(tmp_path, {"Covid/p12_a.png": encoded(pixels)})
    image = scan(root).image(0)
    file = root / "Covid/p12_a.png"
    assert (image.path, image.label, image.split, image.patient) == (
        "Covid/p12_a.png",
        "Covid",
        "train",
        "p12",
    )
    assert (image.bytes, image.mtime_ns) == (file.stat().st_size, file.stat().st_mtime_ns)
    assert (image.width, image.height, image.mode, image.bit_depth) == (20, 30, "L", 8)
    assert image.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert image.phash == perceptual_hash(pixels)
    assert (image.mean, image.sd) == pytest.approx((pixels.mean(), pixels.std()), rel=1e-6)
    assert (image.error_code, image.error_reason) == ("", "")


def test_files_that_are_no_images_are_passed_over_and_counted(tmp_path: Path) -> None:
    clutter = {
        ".DS_Store": b"x" * 6148,
        "a/.DS_Store": b"x" * 6148,
        "a/Thumbs.db": b"x" * 500,
        "a/._1.png": b"x" * 500,
        "a/placeholder": b"\n",
        "a/notes.txt": b"image 1 is blurred\n" * 20,
        "a/no_extension_no_image": b"x" * 500,
    }
    index = scan(make_folder(tmp_path, images("a/1.png", "b/2.png") | clutter))
    assert (index.counts(), index.passed_over) == ({"train": {"a": 1, "b": 1}}, 7)
    assert index.unreadable() == []


def test_a_folder_of_clutter_is_no_class(tmp_path: Path) -> None:
    index = scan(make_folder(tmp_path, images("a/1.png") | {"docs/readme.md": b"# hello\n" * 50}))
    assert index.classes == ("a",)


def test_unreadable_files_are_listed_with_their_reasons_and_stop_nothing(tmp_path: Path) -> None:
    files = images("a/good.png") | {
        "a/cut.png": encoded(np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8))[:900],
        "a/empty.jpg": b"",
        "a/text.png": b"I am no picture",
        "a/scan.gif": encoded(picture(), "GIF"),
        "b/report.dcm": dicom(None),
    }
    index = scan(make_folder(tmp_path, files))
    report = scan_report(index)
    assert report["splits"] == {"train": {"a": 1, "b": 0}}
    assert [(item["path"], item["code"]) for item in report["unreadable"]] == [
        ("a/cut.png", "damaged"),
        ("a/empty.jpg", "empty"),
        ("a/scan.gif", "not-an-image"),
        ("a/text.png", "not-an-image"),
        ("b/report.dcm", "no-pixels"),
    ]
    assert report["unreadable"][1]["reason"] == (
        "The file is empty. Expected a file with an image in it. "
        "Do this: copy the file again from where it came from."
    )


def test_dicom_files_without_an_ending_are_images(tmp_path: Path) -> None:
    ramp = np.arange(4096, dtype=np.uint16).reshape(64, 64)
    root = make_folder(
        tmp_path, {"a/IM0001": dicom(ramp), "a/IM0002": dicom(ramp), "a/DICOMDIR": b"x" * 400}
    )
    index = scan(root)
    assert (index.counts(), index.passed_over) == ({"train": {"a": 2}}, 1)
    assert index.image(0).mode == "DICOM MONOCHROME2"
    again = scan(root, previous=index)
    assert again.same_as(index)


@linux
def test_names_with_spaces_and_emoji_are_images_and_broken_ones_are_listed(tmp_path: Path) -> None:
    root = make_folder(tmp_path, images("A class/my image 🩻.png", "A class/ü.png"))
    broken = os.fsencode(root) + b"/A class/\xff\xfe.png"
    Path(os.fsdecode(broken)).write_bytes(encoded(picture()))
    index = scan(root)
    assert index.counts() == {"train": {"A class": 2}}
    [image] = index.unreadable()
    assert (image.path, image.error_code) == ("A class/\\xff\\xfe.png", "file-name")
    index.save(tmp_path / "index.parquet")
    assert DatasetIndex.load(tmp_path / "index.parquet").same_as(index)


@linux
def test_links_never_lead_out_and_never_loop(tmp_path: Path) -> None:
    outside = make_folder(tmp_path / "outside", images("secret.png", "Class/secret.png"))
    root = make_folder(tmp_path / "root", images("a/1.png"))
    (root / "a/loop").symlink_to(root)
    (root / "a/self").symlink_to("self")
    (root / "a/out.png").symlink_to(outside / "secret.png")
    (root / "b").symlink_to(outside / "Class")
    (root / "a/gone.png").symlink_to("nowhere.png")
    (root / "a/copy.png").symlink_to("1.png")
    index = scan(root)
    assert [image.path for image in index.images(index.rows())] == ["a/1.png", "a/copy.png"]
    assert {(image.path, image.error_code) for image in index.unreadable()} == {
        ("a/out.png", "outside"),
        ("b", "outside"),
        ("a/gone.png", "missing"),
        ("a/self", "cannot-open"),
    }
    assert index.counts() == {"train": {"a": 2, "b": 0}}
    assert index.passed_over == 1  # the loop


def test_a_folder_that_is_none_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file.png").write_bytes(b"x")
    (tmp_path / "empty/class").mkdir(parents=True)
    (tmp_path / "empty/.DS_Store").write_bytes(b"x")
    messages = {}
    for name in ("gone", "file.png", "empty"):
        with pytest.raises(DatasetError) as caught:
            scan(tmp_path / name)
        messages[caught.value.code] = caught.value.message
    assert messages == {
        "folder-missing": f"There is no folder {str(tmp_path / 'gone')!r}. Expected a folder with "
        "images. Do this: check the spelling, or choose another folder.",
        "not-a-folder": f"{str(tmp_path / 'file.png')!r} is a file. Expected a folder with one "
        "folder of images for each class. Do this: choose the folder that the images are in.",
        "no-films": f"There are no images in {str(tmp_path / 'empty')!r}, only 1 other file. "
        "Expected PNG, JPEG, TIFF, WebP, BMP or DICOM files in one folder for each class. "
        "Do this: choose the folder that holds the class folders.",
    }


@pytest.mark.parametrize("pattern", ["(", "p\\d+", "x" * 201])
def test_a_patient_pattern_of_no_use_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(DatasetError) as caught:
        scan(make_folder(tmp_path, images("a/1.png")), patient_pattern=pattern)
    assert caught.value.code == "patient-pattern"
    assert caught.value.message.startswith(f"The patient pattern {pattern[:200]!r} cannot be used")


def test_the_patient_is_read_from_the_name_or_from_the_path(tmp_path: Path) -> None:
    root = make_folder(tmp_path, images("a/p1_dir/p2_x.png", "a/p1_dir/y.png"))
    assert [image.patient for image in scan(root).images([0, 1])] == ["p2", "a/p1_dir/y.png"]
    by_folder = scan(root, patient_pattern=r"/(?P<patient>p\d+)_dir/")
    assert [image.patient for image in by_folder.images([0, 1])] == ["p1", "p1"]


def test_a_rescan_reads_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_folder(tmp_path, images("a/1.png", "a/2.png", "a/3.png", "b/1.png"))
    (root / "b/bad.png").write_bytes(b"no picture")
    first = scan(root)
    (root / "a/2.png").write_bytes(encoded(picture(77)))
    os.utime(root / "a/2.png", ns=(1, 1))
    (root / "a/3.png").unlink()
    (root / "c").mkdir()
    (root / "c/new.png").write_bytes(encoded(picture(78)))
    read: list[str] = []
    original = Decoder.file_stats

    def counting(decoder: Decoder, files: list[Path], *rest: Any, **named: Any) -> object:
        read.extend(path.name for path in files)
        return original(decoder, files, *rest, **named)

    monkeypatch.setattr(Decoder, "file_stats", counting)
    second = scan(root, previous=first)
    assert read == ["2.png", "new.png"]
    assert second.classes == ("a", "b", "c")
    assert second.same_as(scan(root))
    assert second.fingerprint != first.fingerprint


def test_progress_is_told_from_the_first_to_the_last_image(tmp_path: Path) -> None:
    root = make_folder(tmp_path, images("a/1.png", "a/2.png", "a/3.png"))
    told: list[tuple[int, int]] = []
    index = scan(root, progress=lambda done, total: told.append((done, total)))
    assert (told[0], told[-1]) == ((0, 3), (3, 3))
    told.clear()
    scan(root, previous=index, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 3)]


@pytest.mark.slow
@pytest.mark.parametrize("count", [10, 60])  # one child, and several
def test_an_interrupted_scan_goes_on_where_it_was(tmp_path: Path, count: int) -> None:
    root = make_folder(tmp_path, images(*(f"a/{number:03d}.png" for number in range(count))))
    kept: list[DatasetIndex] = []

    def stop(done: int, total: int) -> None:
        if done == total // 2 or done == total:
            raise KeyboardInterrupt

    index_module_seconds = index_module._REPORT_SECONDS
    index_module._REPORT_SECONDS = 0.0
    try:
        with pytest.raises(KeyboardInterrupt):
            scan(root, progress=stop, keep=kept.append, workers=2)
    finally:
        index_module._REPORT_SECONDS = index_module_seconds
    [half] = kept
    assert not half.complete
    assert count // 2 <= len(half) < count
    told: list[int] = []
    whole = scan(root, previous=half, progress=lambda done, _: told.append(done))
    assert told[0] == len(half)
    assert whole.complete
    assert whole.same_as(scan(root))


def test_children_find_the_same_facts_as_this_process(tmp_path: Path) -> None:
    names = [f"{label}/{number}.png" for label in "ab" for number in range(12)]
    root = make_folder(tmp_path, images(*names) | {"a/bad.png": b"\x89PNG\r\n\x1a\nbad"})
    for workers in (1, 2):
        for image in scan(root, workers=workers):
            here = file_stats(root / image.path)
            for name in FileStats.__slots__:
                told, known = getattr(image, name), getattr(here, name)
                known = np.float32(known) if isinstance(known, float) else known
                assert told == known, (image.path, name)


def test_an_index_is_saved_and_loaded(tmp_path: Path) -> None:
    index = scan(make_folder(tmp_path / "root", images("a/1.png", "b/2.png")))
    index.save(tmp_path / "index.parquet")
    again = DatasetIndex.load(tmp_path / "index.parquet")
    assert again.same_as(index)
    assert again.fingerprint == index.fingerprint
    (tmp_path / "index.parquet").write_bytes(b"PAR1 broken PAR1")
    with pytest.raises(DatasetError) as caught:
        DatasetIndex.load(tmp_path / "index.parquet")
    assert (caught.value.code, caught.value.remedy) == ("index", "scan the folder again")


def test_brightness_is_on_one_scale_whatever_the_depth(tmp_path: Path) -> None:
    grey = picture(3)
    deep = (grey.astype(np.uint32) * 4095 // 255).astype(np.uint16)
    files = {
        "a/colour.png": encoded(np.dstack([grey] * 3)),
        "a/deep.dcm": dicom(deep),
        "a/grey.png": encoded(grey),
        "b/no.png": b"no picture",
    }
    images = scan(make_folder(tmp_path, files)).images(range(4))
    assert [image.mean for image in images[:3]] == pytest.approx([grey.mean()] * 3, abs=0.1)
    assert [image.sd for image in images[:3]] == pytest.approx([grey.std()] * 3, abs=0.1)
    assert (images[3].mean, images[3].sd) == (0, 0)


def test_an_index_without_brightness_is_read_and_made_anew_by_the_next_scan(
    tmp_path: Path,
) -> None:
    index = scan(make_folder(tmp_path / "root", images("a/1.png", "b/2.png")))
    index.save(tmp_path / "new.parquet")
    (table, *_), about = read_index(tmp_path / "new.parquet")
    newer = ["mean", "sd", "lowest", "highest", "view", "notes"]
    write_index(tmp_path / "index.parquet", table.drop_columns(newer), {**about, "version": 1})
    loaded = DatasetIndex.load(tmp_path / "index.parquet")
    assert loaded.image(0).mean is None
    assert loaded.fingerprint == index.fingerprint
    assert scan(index.root, previous=loaded).same_as(index)


def test_the_fingerprint_depends_on_content_and_names_not_on_time(tmp_path: Path) -> None:
    root = make_folder(tmp_path, images("a/1.png", "b/2.png"))
    before = scan(root).fingerprint
    os.utime(root / "a/1.png", ns=(5, 5))
    assert scan(root).fingerprint == before
    (root / "a/1.png").rename(root / "a/3.png")
    assert scan(root).fingerprint != before


def test_an_image_that_vanished_or_changed_is_refused(tmp_path: Path) -> None:
    root = make_folder(tmp_path, images("a/1.png", "a/2.png"))
    index = scan(root)
    np.testing.assert_array_equal(index.read(0).pixels, picture(0))
    (root / "a/1.png").unlink()
    (root / "a/2.png").write_bytes(encoded(picture(9)))
    codes = []
    for row in (0, 1):
        with pytest.raises(ImageError) as caught:
            index.read(row)
        codes.append(caught.value.code)
    assert codes == ["missing", "changed"]


def test_images_can_be_left_out(tmp_path: Path) -> None:
    index = scan(make_folder(tmp_path, images("a/1.png", "a/2.png", "b/1.png")))
    fewer = index.without(["a/1.png", "not/there.png"])
    assert [image.path for image in fewer.images(range(len(fewer)))] == ["a/2.png", "b/1.png"]
    assert fewer.classes == index.classes
    assert fewer.fingerprint != index.fingerprint


def test_rows_are_chosen_by_split_and_class(tmp_path: Path) -> None:
    index = scan(make_folder(tmp_path, images("train/a/1.png", "train/b/1.png", "test/a/1.png")))
    assert index.rows("train", "b").tolist() == [2]
    assert index.rows(label="a").tolist() == [0, 1]
    assert index.label_numbers[index.rows()].tolist() == [0, 0, 1]
    for chosen in ({"label": "c"}, {"split": "validation"}):
        with pytest.raises(DatasetError) as caught:
            index.rows(**chosen)
        assert caught.value.code == "no-such-films"


def test_a_perceptual_hash_survives_what_hardly_changes_the_picture() -> None:
    image = picture(11, (200, 200))
    versions = {
        "smaller": cv2.resize(image, (120, 120), interpolation=cv2.INTER_AREA),
        "brighter": np.clip(image * 0.8 + 20, 0, 255).astype(np.uint8),
        "jpeg": cv2.imdecode(cv2.imencode(".jpg", image, [1, 40])[1], cv2.IMREAD_GRAYSCALE),
        "sixteen bit": image.astype(np.uint16) * 257,
        "colour": np.dstack([image] * 3),
    }
    mine = perceptual_hash(image)
    for name, version in versions.items():
        assert (perceptual_hash(version) ^ mine).bit_count() <= 4, name
    others = [perceptual_hash(picture(seed, (200, 200))) for seed in range(20, 40)]
    assert min((other ^ mine).bit_count() for other in others) >= 12
    assert perceptual_hash(np.full((50, 50), 7, np.uint8)) == 0


def test_the_lessons_set_is_counted(real_data: Path) -> None:
    index = scan(real_data / "codecademy_covid19")
    report = scan_report(index)
    assert report["classes"] == ["Covid", "Normal", "Pneumonia"]
    assert report["splits"] == {
        "train": {"Covid": 111, "Normal": 70, "Pneumonia": 70},
        "test": {"Covid": 26, "Normal": 20, "Pneumonia": 20},
    }
    assert (report["unreadable"], report["passed_over"]) == ([], 0)
    sums = index.table["sha256"].to_pylist()
    assert len(set(sums)) < len(sums)  # it is known to hold copies


def test_three_of_the_four_real_dicom_files_are_images(real_data: Path) -> None:
    report = scan_report(scan(real_data / "dicom"))
    assert report["splits"] == {"train": {"": 3}}
    [broken] = report["unreadable"]
    assert (broken["path"], broken["code"]) == ("chest_broken_header.dcm", "damaged")
