"""Every kind and encoding of image that is promised is read; every value of a hand-made ramp stays.

The ramp holds each stored value exactly once, so nothing that is clipped, rounded or exchanged
can pass unseen.
"""

from __future__ import annotations

import io
from pathlib import Path

import gdcm
import numpy as np
import pydicom
import pytest
from made_images import dicom, make_folder, picture, recompressed
from pydicom.uid import JPEGExtended12Bit

from xraylib.datasets.report import scan_report
from xraylib.datasets.scan import scan
from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.prepare import Preparation, prepare

LOSSLESS = {
    "RLELossless": "RLE Lossless",
    "JPEGLosslessProcess14": "JPEG Lossless, Non-Hierarchical (Process 14)",
    "JPEGLosslessProcess14_1": "JPEG Lossless, Non-Hierarchical, First-Order Prediction "
    "(Process 14 [Selection Value 1])",
    "JPEGLSLossless": "JPEG-LS Lossless Image Compression",
    "JPEG2000Lossless": "JPEG 2000 Image Compression (Lossless Only)",
}
KINDS = {
    "1.2.840.10008.5.1.4.1.1.1": "Computed Radiography Image Storage",
    "1.2.840.10008.5.1.4.1.1.1.1": "Digital X-Ray Image Storage - For Presentation",
    "1.2.840.10008.5.1.4.1.1.1.1.1": "Digital X-Ray Image Storage - For Processing",
    "1.2.840.10008.5.1.4.1.1.7": "Secondary Capture Image Storage",
}


def ramp(bits: int) -> np.ndarray:
    """Every value of that many bits once, in rows of 64 or more."""
    kind = np.uint8 if bits == 8 else np.uint16
    return np.arange(2**bits, dtype=kind).reshape(-1, 64 if bits < 16 else 256)


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("name", LOSSLESS)
def test_a_ramp_survives_every_lossless_encoding(bits: int, name: str, tmp_path: Path) -> None:
    data = recompressed(dicom(ramp(bits), bits=bits), getattr(gdcm.TransferSyntax, name), tmp_path)
    image = read_image(data)
    assert image.attributes["TransferSyntax"] == LOSSLESS[name]
    assert image.bit_depth == bits
    np.testing.assert_array_equal(image.pixels, ramp(bits))


@pytest.mark.parametrize("bits", [12, 16])
def test_the_network_sees_the_whole_ramp_scaled_and_never_clipped(bits: int) -> None:
    image = read_image(dicom(ramp(bits), bits=bits))
    size = image.pixels.shape
    seen = prepare(image, Preparation(image_size=size))[:, :, 0]
    by_hand = np.floor(ramp(bits).astype(float) * 255 / (2**bits - 1) + 0.5)
    np.testing.assert_array_equal(seen, by_hand)
    assert np.bincount(seen.ravel(), minlength=256).min() > 0  # each of 256 levels occurs
    assert (seen == 255).sum() <= 2**bits // 256  # and white is no heap of clipped values


@pytest.mark.parametrize("name", ["JPEGLSNearLossless", "JPEG2000"])
def test_lossy_encodings_of_deep_images_stay_near(name: str, tmp_path: Path) -> None:
    smooth = np.add.outer(np.arange(64) * 30, np.arange(64) * 30).astype(np.uint16)  # 0 to 3780
    packed = recompressed(dicom(smooth), getattr(gdcm.TransferSyntax, name), tmp_path)
    image = read_image(packed)
    assert image.bit_depth == 12
    assert np.abs(image.pixels.astype(int) - smooth).max() <= 40


@pytest.mark.parametrize("uid", KINDS)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_every_kind_of_radiograph_is_read(uid: str, photometric: str) -> None:
    stored = ramp(12)
    image = read_image(dicom(stored, SOPClassUID=uid, photometric=photometric))
    assert image.attributes["Kind"] == KINDS[uid]
    expected = 4095 - stored if photometric == "MONOCHROME1" else stored
    np.testing.assert_array_equal(image.pixels, expected)


def test_a_colour_secondary_capture_is_read() -> None:
    colour = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    image = read_image(dicom(colour, bits=8, photometric="RGB", SOPClassUID=list(KINDS)[3]))
    np.testing.assert_array_equal(image.pixels, colour)


def test_twelve_bit_extended_jpeg_is_refused_by_name(tmp_path: Path) -> None:
    twelve = gdcm.TransferSyntax.JPEGExtendedProcess2_4
    packed = recompressed(dicom(ramp(12)), twelve, tmp_path)  # a real one, made by GDCM
    made = pydicom.dcmread(io.BytesIO(packed))
    assert (made.file_meta.TransferSyntaxUID, made.BitsStored) == (JPEGExtended12Bit, 12)
    with pytest.raises(ImageError) as caught:
        read_image(packed)
    assert (caught.value.code, caught.value.message) == (
        "unsupported-compression",
        "The DICOM file is encoded as JPEG Extended (Process 2 and 4), 12 bit. Expected "
        "uncompressed, RLE, JPEG (8 bit or lossless), JPEG-LS or JPEG 2000 pixels. Do this: "
        "export the image uncompressed (Explicit VR Little Endian) or as PNG.",
    )


def test_a_folder_of_files_without_endings_in_all_encodings_is_a_data_set(tmp_path: Path) -> None:
    plain = dicom(ramp(12))
    files = {"a/IM0000": plain, "b/IM0009": dicom(picture(), bits=8)}
    for number, name in enumerate(LOSSLESS, start=1):
        syntax = getattr(gdcm.TransferSyntax, name)
        files[f"a/IM{number:04}"] = recompressed(plain, syntax, tmp_path)
    index = scan(make_folder(tmp_path / "images", files))
    assert scan_report(index)["splits"] == {"train": {"a": 6, "b": 1}}
    means = [image.mean for image in index.images(index.rows("train", "a"))]
    assert means == pytest.approx([127.5] * 6, abs=0.01)
