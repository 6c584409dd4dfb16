"""Zip archives of images, in memory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from xraylib.errors import DatasetError
from xraylib.models.classify import uploads
from xraylib.models.classify.uploads import is_archive, open_archive
from xraylib.settings import SAMPLE_DATA

IMAGE = sorted((SAMPLE_DATA / "test" / "Normal").glob("*.png"))[0].read_bytes()
DICOM = sorted(SAMPLE_DATA.rglob("*.dcm"))[0].read_bytes()


def packed(**files: bytes) -> bytes:
    return packed_names({name.replace("__", "/"): data for name, data in files.items()})


def packed_names(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_images_are_found_by_ending_or_content_and_the_rest_is_passed_over() -> None:
    archive = open_archive(
        packed_names(
            {
                "ward/": b"",
                "ward/image.png": IMAGE,
                "ward/IM0001": DICOM,
                "ward/letter.txt": b"Dear colleague",
                "__MACOSX/ward/._image.png": b"resource fork",
                "ward/.DS_Store": b"\0",
                "ward/broken.jpg": b"not a picture",
            }
        )
    )
    assert archive.names == ("ward/image.png", "ward/IM0001", "ward/broken.jpg")
    assert archive.read(0) == IMAGE
    assert archive.read(1) == DICOM


def test_an_archive_in_the_archive_is_not_passed_over_but_refused() -> None:
    archive = open_archive(packed_names({"one.png": IMAGE, "more.zip": packed(two_png=IMAGE)}))
    assert archive.names == ("one.png", "more.zip")
    assert archive.read(0) == IMAGE
    with pytest.raises(DatasetError) as refused:
        archive.read(1)
    assert refused.value.code == "archive-nested"
    assert "'more.zip' of the archive is an archive itself" in refused.value.message


def test_nothing_is_written_to_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    data = packed(ward__image_png=IMAGE)
    monkeypatch.setattr("builtins.open", refused)
    monkeypatch.setattr(Path, "open", refused)
    monkeypatch.setattr("os.open", refused)
    assert open_archive(data).read(0) == IMAGE


def test_an_archive_is_told_by_its_first_bytes() -> None:
    assert is_archive(packed(image=IMAGE))
    assert is_archive(packed())
    assert not is_archive(IMAGE)
    assert not is_archive(b"")


def test_an_archive_without_images_is_refused_with_its_reason() -> None:
    with pytest.raises(DatasetError) as caught:
        open_archive(packed_names({"letter.txt": b"Dear colleague"}))
    assert str(caught.value) == (
        "There are no images among the 1 entries of the archive. Expected PNG, JPEG, "
        "TIFF, WebP, BMP or DICOM files. Do this: pack the images themselves."
    )
    assert caught.value.code == "no-films"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"../image.png": IMAGE}, "archive-name"),
        ({"/image.png": IMAGE}, "archive-name"),
        ({"bomb.png": bytes(2**22)}, "archive-ratio"),
    ],
)
def test_a_hostile_archive_is_refused_before_its_images_are_read(
    files: dict[str, bytes], code: str
) -> None:
    with pytest.raises(DatasetError) as caught:
        open_archive(packed_names(files))
    assert caught.value.code == code


def test_a_member_larger_than_an_image_may_be_is_refused_when_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "MAX_BYTES", 1000)
    with pytest.raises(DatasetError) as caught:
        open_archive(packed(image_png=IMAGE)).read(0)
    assert caught.value.code == "archive-unpacked"


def test_a_changed_byte_in_a_member_is_refused_when_read() -> None:
    data = bytearray(packed_names({"image.png": IMAGE}))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(DatasetError) as caught:
        open_archive(bytes(data)).read(0)
    assert caught.value.code == "archive-damaged"
