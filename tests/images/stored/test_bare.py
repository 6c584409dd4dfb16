"""DICOM without its beginning: read where it is sure, named where it is not."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from made_images import dicom, encoded, make_folder, picture
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from xraylib.datasets.report import scan_report
from xraylib.datasets.scan import scan
from xraylib.errors import ImageError
from xraylib.images.decode import image_format, read_image
from xraylib.images.stored.bare import is_dicom, with_beginning

RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)
META = dicom(RAMP)[132:]


def bare(syntax: str = ImplicitVRLittleEndian, **elements: object) -> bytes:
    """The data set alone, as it comes over the network."""
    dataset = pydicom.dcmread(io.BytesIO(dicom(RAMP, **elements)))
    if syntax == ExplicitVRBigEndian:
        dataset["PixelData"].value = RAMP.astype(">u2").tobytes()
    stream = io.BytesIO()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    pydicom.dcmwrite(
        stream,
        dataset,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=False,
    )
    return stream.getvalue().removeprefix(bytes(128) + b"DICM")


def refusal(data: bytes) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return caught.value


@pytest.mark.parametrize("before", [b"", b"DICM"])
def test_a_file_without_its_preamble_is_read(before: bytes) -> None:
    image = read_image(before + META)
    np.testing.assert_array_equal(image.pixels, RAMP)
    assert image.notes == ()  # nothing had to be guessed


@pytest.mark.parametrize(
    "begins", [b"II*\0", b"MM\0*", b"BM", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"]
)
def test_a_preamble_in_which_another_format_begins_is_anybodys(begins: bytes) -> None:
    file = begins.ljust(128, b"\0") + b"DICM" + META
    image = read_image(file)
    assert image.format == "DICOM"
    np.testing.assert_array_equal(image.pixels, RAMP)
    np.testing.assert_array_equal(pydicom.dcmread(io.BytesIO(file)).pixel_array, RAMP)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
)
@pytest.mark.parametrize("preamble", [b"", bytes(128) + b"DICM"])
def test_a_bare_data_set_is_read_and_said(syntax: str, preamble: bytes) -> None:
    for elements in (
        {},
        {"ImageType": ["DERIVED", "SECONDARY"], "SpecificCharacterSet": "ISO_IR 100"},
    ):
        image = read_image(preamble + bare(syntax, **elements))
        np.testing.assert_array_equal(image.pixels, RAMP)
        assert image.notes == ("no-beginning",)


def test_a_scan_lists_files_without_beginning_whatever_they_are_called(tmp_path: Path) -> None:
    files = {
        "a/one.dcm": META,
        "a/IM0001": bare(),
        "b/IM0002": bare(ExplicitVRLittleEndian),
        "b/note": b"\x08\0 is how this letter begins, and it is no image." * 9,
    }
    report = scan_report(scan(make_folder(tmp_path, files)))
    assert report["splits"] == {"train": {"a": 2, "b": 1}}


def test_a_name_of_an_image_without_certainty_is_listed_with_the_reason(tmp_path: Path) -> None:
    unsure = bare()[:20] + bytes(200)
    index = scan(make_folder(tmp_path, {"a/one.dcm": unsure, "a/two.png": encoded(picture())}))
    (listed,) = index.unreadable()
    assert listed.error_code == "not-an-image"
    assert "perhaps DICOM, without the beginning that would make it certain" in listed.error_reason


def test_compressed_pixels_without_a_word_of_how_are_refused() -> None:
    dataset = pydicom.dcmread(io.BytesIO(dicom(RAMP)))
    dataset.compress(pydicom.uid.RLELossless)
    stream = io.BytesIO()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    pydicom.dcmwrite(stream, dataset, implicit_vr=False, little_endian=True)
    error = refusal(stream.getvalue())
    assert (error.code, error.what) == (
        "unsupported-compression",
        "The DICOM file's pixels are compressed, and it does not say how",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"\x08\0\x05\0CS\x05\0ABCDE" + bytes(130),  # an odd length
        b"\x08\0\x05\0CS\x04\0ab\x01\x02" + bytes(130),  # no code string
        b"\x08\0\x08\0CS\x02\0AB\x08\0\x05\0CS\x02\0AB\x08\0\x60\0CS\x02\0AB" + bytes(130),
        b"\x08\0\x05\0CS\x02\0AB\x10\0\x10\0PN\x02\0AB" + bytes(130),  # too little
        b"\x02\0\x10\0CS\x02\0AB" + bytes(130),  # another representation
        b"\x02\0\0\0\x04\0\0\0" + bytes(130),
        b"\x08\0\0\0" * 40,
        bytes(160),
        b"\0\x08\0\x05\0\x04ISO " + bytes(130),
    ],
)
def test_what_only_looks_a_little_like_it_is_no_dicom(data: bytes) -> None:
    assert not is_dicom(data)
    assert image_format(data[:132]) is None
    assert with_beginning(data) == (data, False)


def test_every_beginning_of_random_bytes_is_left_alone() -> None:
    rng = np.random.default_rng(0)
    for first in (b"\x02\0", b"\x08\0", b"\0\x08", b"\x08\0\x05\0", b"\x08\0\x16\0UI"):
        for _ in range(2000):
            assert not is_dicom(first + rng.bytes(132 - len(first)))
