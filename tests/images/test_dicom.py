"""DICOM: grey levels as the standard orders them, and refusals that name the reason."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import gdcm
import numpy as np
import pydicom
import pytest
from made_images import dicom, encoded, picture, recompressed
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.sequence import Sequence
from pydicom.uid import (
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
)

from xraylib.errors import ImageError
from xraylib.images.decode import read_image

RAMP12 = np.arange(4096, dtype=np.uint16).reshape(64, 64)


def refusal(data: bytes) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return caught.value


@pytest.mark.parametrize("bits", [8, 10, 12, 15, 16])
def test_a_ramp_keeps_every_value_at_the_depth_that_was_stored(bits: int) -> None:
    kind = np.uint8 if bits == 8 else np.uint16
    ramp = np.arange(2**bits, dtype=kind).reshape(16, -1)
    image = read_image(dicom(ramp, bits=bits))
    assert (image.mode, image.format, image.bit_depth) == ("DICOM MONOCHROME2", "DICOM", bits)
    np.testing.assert_array_equal(image.pixels, ramp)
    by_hand = np.floor(ramp.astype(float) * 255 / (2**bits - 1) + 0.5)
    np.testing.assert_array_equal(image.as_uint8(), by_hand)


def test_monochrome1_is_inverted() -> None:
    image = read_image(dicom(RAMP12, photometric="MONOCHROME1"))
    assert image.mode == "DICOM MONOCHROME1"
    np.testing.assert_array_equal(image.pixels, 4095 - RAMP12)


def test_a_few_bits_are_scaled_to_eight() -> None:
    ramp = np.arange(64, dtype=np.uint8).reshape(8, 8)
    image = read_image(dicom(ramp, bits=6))
    np.testing.assert_array_equal(image.pixels, np.floor(ramp.astype(float) * 255 / 63 + 0.5))


def test_signed_values_keep_their_order_and_their_full_range() -> None:
    signed = (RAMP12.astype(np.int32) - 2048).astype(np.int16)
    np.testing.assert_array_equal(read_image(dicom(signed)).pixels, RAMP12)


def test_bits_above_those_stored_are_no_part_of_the_value() -> None:
    overlaid = RAMP12 | (RAMP12 & 1) << 15
    np.testing.assert_array_equal(read_image(dicom(overlaid)).pixels, RAMP12)


@pytest.mark.parametrize(("slope", "expected"), [(2.5, RAMP12), (-1.0, 4095 - RAMP12)])
def test_a_rescale_without_a_window_clips_nothing(slope: float, expected: np.ndarray) -> None:
    image = read_image(dicom(RAMP12, RescaleSlope=slope, RescaleIntercept=-1024))
    np.testing.assert_array_equal(image.pixels, expected)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_window_agrees_with_pydicom(function: str, photometric: str) -> None:
    data = dicom(
        RAMP12,
        photometric=photometric,
        RescaleSlope=2,
        RescaleIntercept=-1000,
        WindowCenter=[2000, 100],
        WindowWidth=[1500, 50],
        VOILUTFunction=function,
    )
    dataset = pydicom.dcmread(io.BytesIO(data))
    value = apply_modality_lut(RAMP12, dataset)
    windowed = apply_voi_lut(value, dataset, index=0)
    share = (windowed - windowed.min()) / (windowed.max() - windowed.min())
    if function == "SIGMOID":
        share = 1 / (1 + np.exp(-4 * (value - 2000) / 1500))  # PS3.3 C.11.2.1.3.1
    if photometric == "MONOCHROME1":
        share = 1 - share
    np.testing.assert_allclose(read_image(data).pixels / 4095, share, atol=0.6 / 4095)


def test_a_window_of_no_use_is_ignored() -> None:
    for width in (0, -5):
        image = read_image(dicom(RAMP12, WindowCenter=100, WindowWidth=width))
        np.testing.assert_array_equal(image.pixels, RAMP12)


def test_a_window_of_width_one_is_a_threshold() -> None:
    image = read_image(dicom(RAMP12, WindowCenter=1000, WindowWidth=1))
    np.testing.assert_array_equal(image.pixels, np.where(RAMP12 > 999.5, 4095, 0))


def lookup_table(entries: np.ndarray, first: int, bits: int) -> Sequence:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries) % 65_536, first, bits])
    item.add_new("LUTData", "US", entries.tolist())
    item.ModalityLUTType = "US"
    return Sequence([item])


def test_lookup_tables_agree_with_pydicom() -> None:
    curve = np.round(np.sqrt(np.arange(3000)) * 1190).astype(np.uint16)  # up to 65,168
    voi = np.round(65_535 * (np.arange(30_000) / 29_999) ** 2).astype(np.uint16)
    modality = dicom(RAMP12, ModalityLUTSequence=lookup_table(curve, 500, 16))
    value = apply_modality_lut(RAMP12, pydicom.dcmread(io.BytesIO(modality)))
    by_hand = np.floor(value / 65_535 * 4095 + 0.5)
    np.testing.assert_array_equal(read_image(modality).pixels, by_hand)
    both = dicom(
        RAMP12,
        ModalityLUTSequence=lookup_table(curve, 500, 16),
        VOILUTSequence=lookup_table(voi, 1000, 16),
        WindowCenter=1,
        WindowWidth=2,
    )
    shown = apply_voi_lut(value, pydicom.dcmread(io.BytesIO(both)))
    by_hand = np.floor(shown / 65_535 * 4095 + 0.5)
    np.testing.assert_array_equal(read_image(both).pixels, by_hand)


@pytest.mark.parametrize("packed", [False, True])
def test_a_lookup_table_of_bytes_is_read_one_or_two_to_a_word(packed: bool) -> None:
    curve = np.round(255 * np.sqrt(np.arange(4096) / 4095)).astype(np.uint8)
    words = curve.view("<u2") if packed else curve
    table = lookup_table(words, 0, 8)
    table[0].LUTDescriptor = [4096, 0, 8]
    image = read_image(dicom(RAMP12, VOILUTSequence=table))
    np.testing.assert_array_equal(image.pixels, np.floor(curve[RAMP12] / 255 * 4095 + 0.5))


def test_padding_is_black_whichever_way_the_image_is_stored() -> None:
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        data = dicom(
            RAMP12,
            photometric=photometric,
            PixelPaddingValue=4000,
            PixelPaddingRangeLimit=4010,
        )
        pixels = read_image(data).pixels
        padded = (RAMP12 >= 4000) & (RAMP12 <= 4010)
        assert set(pixels[padded]) == {0}
        straight = 4095 - RAMP12 if photometric == "MONOCHROME1" else RAMP12
        np.testing.assert_array_equal(pixels[~padded], straight[~padded])


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_every_uncompressed_encoding_is_read(syntax: str) -> None:
    swapped = RAMP12.byteswap() if syntax == ExplicitVRBigEndian else RAMP12
    stream = io.BytesIO()
    dataset = pydicom.dcmread(io.BytesIO(dicom(RAMP12)))
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = swapped.tobytes()
    pydicom.dcmwrite(
        stream,
        dataset,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=syntax == ImplicitVRLittleEndian,
        force_encoding=True,
    )
    np.testing.assert_array_equal(read_image(stream.getvalue()).pixels, RAMP12)


@pytest.mark.parametrize(
    "name", ["RLELossless", "JPEGLosslessProcess14_1", "JPEGLSLossless", "JPEG2000Lossless"]
)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_lossless_compression_loses_nothing(name: str, photometric: str, tmp_path: Path) -> None:
    plain = dicom(RAMP12, photometric=photometric)
    packed = recompressed(plain, getattr(gdcm.TransferSyntax, name), tmp_path)
    syntax = pydicom.dcmread(io.BytesIO(packed)).file_meta.TransferSyntaxUID
    assert syntax.is_compressed
    image = read_image(packed)
    np.testing.assert_array_equal(image.pixels, read_image(plain).pixels)
    assert image.attributes["TransferSyntax"] == syntax.name


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGExtended12Bit])
def test_eight_bit_jpeg_is_decoded(syntax: str) -> None:
    pixels = picture(1)
    image = read_image(dicom(pixels, bits=8, syntax=syntax, frame=encoded(pixels, "JPEG")))
    assert np.abs(image.pixels.astype(int) - pixels).mean() < 6


def test_colour_is_rgb_and_grey_where_it_has_no_colour() -> None:
    colour = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    image = read_image(dicom(colour, bits=8, photometric="RGB"))
    assert (image.mode, image.bit_depth) == ("DICOM RGB", 8)
    np.testing.assert_array_equal(image.pixels, colour)
    grey = picture(0, (20, 30, 3))
    assert read_image(dicom(grey, bits=8, photometric="RGB")).pixels.shape == (20, 30)


def test_colour_jpeg_is_converted_from_its_own_colour_space() -> None:
    red = np.zeros((32, 32, 3), np.uint8)
    red[:, :, 0] = 200
    frame = encoded(red, "JPEG", quality=95)
    image = read_image(
        dicom(red, bits=8, photometric="YBR_FULL_422", syntax=JPEGBaseline8Bit, frame=frame)
    )
    assert np.abs(image.pixels.astype(int) - red).max() <= 4


def test_only_technical_attributes_are_kept() -> None:
    image = read_image(dicom(RAMP12, ViewPosition="PA", BodyPartExamined="CHEST"))
    assert dict(image.attributes) == {
        "TransferSyntax": "Explicit VR Little Endian",
        "Modality": "CR",
        "Kind": "Computed Radiography Image Storage",
        "PhotometricInterpretation": "MONOCHROME2",
        "BodyPartExamined": "CHEST",
        "View": "PA",
        "ViewPosition": "PA",
        "Shown": "full range",
        "BitsAllocated": 16,
        "BitsStored": 12,
        "PixelRepresentation": 0,
    }


def test_a_deflated_file_is_refused_before_it_is_inflated() -> None:
    plain = dicom(RAMP12)
    start = plain.index(b"\x08\x00\x05\x00") if b"\x08\x00\x05\x00" in plain else 400
    meta = dicom(None, syntax=DeflatedExplicitVRLittleEndian)[:start]
    bomb = zlib.compressobj(6, zlib.DEFLATED, -15)
    data = meta + bomb.compress(bytes(40_000_000)) + bomb.flush()
    assert len(data) < 1_000_000
    error = refusal(data)
    assert error.code == "unsupported-compression"
    assert error.message == (
        "The DICOM file is encoded as Deflated Explicit VR Little Endian. Expected uncompressed, "
        "RLE, JPEG (8 bit or lossless), JPEG-LS or JPEG 2000 pixels. Do this: export the image "
        "uncompressed (Explicit VR Little Endian) or as PNG."
    )


def test_what_cannot_be_decoded_is_refused_by_name() -> None:
    extended = dicom(RAMP12, syntax=JPEGExtended12Bit, frame=b"\xff\xd8\xff\xd9")
    assert refusal(extended).what == (
        "The DICOM file is encoded as JPEG Extended (Process 2 and 4), 12 bit"
    )
    image = dicom(RAMP12, syntax=MPEG2MPML, frame=b"\0\0")
    assert refusal(image).code == "unsupported-compression"
    high_throughput = dicom(RAMP12, syntax=HTJ2KLossless, frame=b"\0\0")
    assert refusal(high_throughput).code == "unsupported-compression"


def test_a_report_without_pixels_is_refused_by_its_kind() -> None:
    report = dicom(None, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11")
    error = refusal(report)
    assert error.message == (
        "This DICOM file has no pixel data (it is Basic Text SR Storage). Expected a DICOM file "
        "that holds an image. Do this: choose the file of the image series instead."
    )


@pytest.mark.parametrize(
    ("elements", "code", "words"),
    [
        ({"NumberOfFrames": 3}, "several-frames", "The DICOM file has 3 frames"),
        (
            {"Rows": 6000, "Columns": 5000},
            "too-large",
            "The image has 5000 × 6000 = 30.0 megapixels",
        ),
        ({"Rows": 0}, "damaged", "The DICOM image has 64 × 0 pixels"),
        (
            {"PhotometricInterpretation": "PALETTE COLOR"},
            "unsupported-pixels",
            "The DICOM image stores 1 × 12 bits of PALETTE COLOR",
        ),
        ({"BitsStored": 17}, "unsupported-pixels", "The DICOM image stores 17 of 16 bits"),
        (
            {"HighBit": 16},
            "unsupported-pixels",
            "The DICOM image keeps its bits in an unusual place",
        ),
    ],
)
def test_headers_that_promise_trouble_are_refused_before_decoding(
    elements: dict[str, object], code: str, words: str
) -> None:
    error = refusal(dicom(RAMP12, **elements))
    assert (error.code, error.what) == (code, words)


def test_pixels_cut_short_are_damaged() -> None:
    for missing in (1, 1000):
        error = refusal(dicom(RAMP12)[:-missing])
        assert (error.code, error.what) == (
            "damaged",
            f"The DICOM file has {8192 - missing} bytes of pixels, the header tells of 8192",
        )


def test_without_the_dicom_mark_nothing_is_forced() -> None:
    data = dicom(RAMP12)
    assert refusal(data[:128] + b"DICX" + data[132:]).code == "not-an-image"
    assert refusal(data[140:]).code == "not-an-image"


def test_the_real_images_are_read_and_the_broken_one_is_refused(real_data: Path) -> None:
    facts = {}
    for path in sorted((real_data / "dicom").glob("*.dcm")):
        try:
            image = read_image(path)
            facts[path.stem] = (image.mode, image.bit_depth, image.width, image.height)
        except ImageError as error:
            facts[path.stem] = (error.code, error.what)
    assert facts == {
        "chest_broken_header": (
            "damaged",
            "The DICOM file's pixel data (JPEG 2000 Image Compression (Lossless Only)) cannot be "
            "decoded: the stream is broken or cut short",
        ),
        "chest_mono1_10bit_uncompressed": ("DICOM MONOCHROME1", 10, 440, 440),
        "chest_mono1_15bit_jpeg2000": ("DICOM MONOCHROME1", 15, 1841, 1955),
        "chest_mono2_8bit_jpeg": ("DICOM MONOCHROME2", 8, 1024, 1024),
    }


def test_lungs_are_darker_than_the_spine_in_every_real_image(real_data: Path) -> None:
    for name in (
        "chest_mono1_10bit_uncompressed",
        "chest_mono1_15bit_jpeg2000",
        "chest_mono2_8bit_jpeg",
    ):
        pixels = read_image(real_data / f"dicom/{name}.dcm").as_uint8()
        height, width = pixels.shape
        band = slice(int(height * 0.35), int(height * 0.5))
        spine = pixels[band, int(width * 0.47) : int(width * 0.53)].mean()
        lung = pixels[band, int(width * 0.2) : int(width * 0.3)].mean()
        assert lung < spine - 20, name
