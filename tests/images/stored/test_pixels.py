"""A compressed picture that is not as its header says: decoded as it is, or refused as it is."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import gdcm
import numpy as np
import pydicom
import pytest
from made_images import dicom, encoded, picture, recompressed
from PIL import Image
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.stored.codestream import codestream

RNG = np.random.default_rng(5)
SHAPE = (40, 24)
GDCM = {
    RLELossless: gdcm.TransferSyntax.RLELossless,
    JPEGLosslessSV1: gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    JPEGLSLossless: gdcm.TransferSyntax.JPEGLSLossless,
    JPEG2000Lossless: gdcm.TransferSyntax.JPEG2000Lossless,
    JPEGBaseline8Bit: gdcm.TransferSyntax.JPEGBaselineProcess1,
}
LOSSLESS = [JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless]


def noise(bits: int, *, signed: bool = False, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    """Every value that fits, the ends among them."""
    low = -(2 ** (bits - 1)) if signed else 0
    values = RNG.integers(low, low + 2**bits, shape)
    values.flat[:2] = low, low + 2**bits - 1
    kind = {(False, False): "u2", (True, False): "i2", (False, True): "u1", (True, True): "i1"}
    return values.astype(kind[signed, bits <= 8])


def packed(values: np.ndarray, syntax: UID, folder: Path, bits: int, **elements: Any) -> bytes:
    """A file compressed by GDCM, whose header then says what ``elements`` do."""
    photometric = "RGB" if values.ndim == 3 else "MONOCHROME2"
    data = recompressed(dicom(values, bits=bits, photometric=photometric), GDCM[syntax], folder)
    return changed(data, **elements)


def by_dcmtk(values: np.ndarray, syntax: UID, folder: Path, bits: int) -> bytes:
    """A file compressed by dcmtk, in a stream of exactly as many bits as are stored."""
    tool = ["dcmcjpls", "+pc"] if syntax == JPEGLSLossless else ["dcmcjpeg", "+e1", "+pl"]
    if shutil.which(tool[0]) is None:
        pytest.skip(f"no {tool[0]} on this machine (apt-get install dcmtk)")
    source, target = folder / "plain.dcm", folder / "packed.dcm"
    source.write_bytes(dicom(values, bits=bits))
    subprocess.run([*tool, "-q", str(source), str(target)], check=True)
    return target.read_bytes()


def changed(data: bytes, **elements: Any) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(data))
    for name, value in elements.items():
        setattr(dataset, name, value)
    stream = io.BytesIO()
    dataset.save_as(stream)
    return stream.getvalue()


def refusal(data: bytes) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return caught.value


@pytest.mark.parametrize("syntax", [*LOSSLESS, JPEGBaseline8Bit])
@pytest.mark.parametrize(
    ("rows", "columns"), [(40, 12), (20, 24), (24, 40), (48, 20), (80, 24), (40, 48), (1, 1)]
)
def test_a_stream_of_another_size_is_refused_with_both(
    syntax: UID, rows: int, columns: int, tmp_path: Path
) -> None:
    data = packed(noise(8), syntax, tmp_path, 8, Rows=rows, Columns=columns)
    error = refusal(data)
    assert (error.code, error.what) == (
        "damaged",
        f"The compressed picture has 24 × 40 pixels, the header says {columns} × {rows}",
    )


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize(("rows", "columns"), [(20, 24), (41, 24), (40, 12), (39, 24), (1, 1)])
def test_an_rle_picture_of_another_size_is_refused(
    bits: int, rows: int, columns: int, tmp_path: Path
) -> None:
    data = packed(noise(bits), RLELossless, tmp_path, bits, Rows=rows, Columns=columns)
    error = refusal(data)
    assert error.code == "damaged"
    assert error.what.startswith(f"The compressed picture holds {1 if bits == 8 else 2} × ")


def test_an_rle_picture_of_other_bytes_a_pixel_is_refused(tmp_path: Path) -> None:
    data = packed(noise(12), RLELossless, tmp_path, 12, BitsAllocated=8, BitsStored=8, HighBit=7)
    assert refusal(data).what == (
        "The compressed picture holds 2 × 960 bytes, the header tells of 1 × 960"
    )
    more = {"BitsAllocated": 16, "BitsStored": 12, "HighBit": 11}
    assert refusal(packed(noise(8), RLELossless, tmp_path, 8, **more)).code == "damaged"


@pytest.mark.parametrize(
    ("syntax", "held", "said"),
    [
        *((syntax, held, said) for syntax in LOSSLESS for held, said in ((12, 16), (8, 12))),
        *((syntax, held, said) for syntax in LOSSLESS[1:] for held, said in ((10, 12), (9, 16))),
    ],
)
def test_a_stream_of_fewer_bits_keeps_its_own_range(
    syntax: UID, held: int, said: int, tmp_path: Path
) -> None:
    values = noise(held)
    if held == 8:
        data = packed(values, syntax, tmp_path, held)
    elif syntax == JPEG2000Lossless:  # GDCM writes 16 bits: their middle is moved to that of fewer
        moved = values + np.uint16(2**15 - 2 ** (held - 1))
        data = packed(moved, syntax, tmp_path, 16)
        place = data.index(b"\xff\x4f\xff\x51") + 42
        assert data[place] == 15
        data = data[:place] + bytes([held - 1]) + data[place + 1 :]
    else:
        data = by_dcmtk(values, syntax, tmp_path, held)
    stream = next(generate_frames(pydicom.dcmread(io.BytesIO(data)).PixelData, number_of_frames=1))
    found = codestream(stream)
    assert found is not None
    assert found.bits == held
    image = read_image(changed(data, BitsAllocated=16, BitsStored=said, HighBit=said - 1))
    assert (image.bit_depth, image.notes) == (held, ("stream-differs",))
    np.testing.assert_array_equal(image.pixels, values)


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("said", [9, 12, 15])
def test_a_deeper_stream_whose_values_fit_is_as_the_header_says(
    syntax: UID, signed: bool, said: int, tmp_path: Path
) -> None:
    values = noise(said, signed=signed)
    data = packed(values, syntax, tmp_path, 16, BitsStored=said, HighBit=said - 1)
    image = read_image(data)
    assert (image.bit_depth, image.notes) == (said, ())
    np.testing.assert_array_equal(image.pixels, values.astype(int) + signed * 2 ** (said - 1))


@pytest.mark.parametrize("syntax", LOSSLESS)
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("said", [8, 12, 15])
def test_a_deeper_stream_whose_values_do_not_fit_keeps_them_all(
    syntax: UID, signed: bool, said: int, tmp_path: Path
) -> None:
    values = noise(16, signed=signed)
    image = read_image(packed(values, syntax, tmp_path, 16, BitsStored=said, HighBit=said - 1))
    assert (image.bit_depth, image.notes) == (16, ("stream-differs",))
    np.testing.assert_array_equal(image.pixels, values.astype(int) + signed * 32_768)


def test_what_lossy_compression_carries_beyond_the_range_comes_back_to_its_end() -> None:
    values = np.kron(noise(1, shape=(8, 8)), np.ones((8, 8), np.uint16)) * np.uint16(4095)
    lossy = {"no_jp2": True, "irreversible": True, "quality_layers": [12]}
    frame = encoded(values, "JPEG2000", **lossy)
    beyond = np.asarray(Image.open(io.BytesIO(frame)))
    assert beyond.max() > 4095  # by its 12 bits alone this would be black
    image = read_image(dicom(values, syntax=JPEG2000, frame=frame))
    assert (image.bit_depth, image.notes) == (12, ())
    np.testing.assert_array_equal(image.pixels, np.minimum(beyond, 4095))


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("signed", [False, True])
def test_the_sign_of_a_jpeg_2000_stream_counts(bits: int, signed: bool, tmp_path: Path) -> None:
    values = noise(bits, signed=signed)
    data = packed(values, JPEG2000Lossless, tmp_path, bits)
    wrong = changed(data, PixelRepresentation=int(not signed))
    one, other = read_image(data), read_image(wrong)
    np.testing.assert_array_equal(one.pixels, values.astype(int) + signed * 2 ** (bits - 1))
    np.testing.assert_array_equal(one.pixels, other.pixels)
    assert (one.notes, other.notes) == ((), ("stream-differs",))


@pytest.mark.parametrize("syntax", [*LOSSLESS, JPEGBaseline8Bit])
def test_a_grey_stream_whose_header_says_colour_is_grey(syntax: UID, tmp_path: Path) -> None:
    values = picture(0, SHAPE)
    data = packed(values, syntax, tmp_path, 8)
    colour = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    one, other = read_image(data), read_image(changed(data, **colour))
    np.testing.assert_array_equal(one.pixels, other.pixels)
    assert (other.mode, other.notes) == ("DICOM MONOCHROME2", ("stream-differs",))


@pytest.mark.parametrize("syntax", [*LOSSLESS, JPEGBaseline8Bit])
def test_a_colour_stream_whose_header_says_grey_is_refused(syntax: UID, tmp_path: Path) -> None:
    if syntax == JPEGBaseline8Bit:
        frame = encoded(picture(0, (*SHAPE, 3)), "JPEG")
        data = dicom(picture(0, SHAPE), bits=8, syntax=syntax, frame=frame)
    else:
        grey = {"SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2"}
        data = packed(picture(0, (*SHAPE, 3)), syntax, tmp_path, 8, **grey)
    error = refusal(data)
    assert (error.code, error.what) == (
        "damaged",
        "The compressed picture has 3 samples a pixel, the header says 1",
    )


def test_an_eight_bit_jpeg_whose_header_says_twelve_is_one_of_eight() -> None:
    grey = picture(0, SHAPE)
    for syntax in (JPEGBaseline8Bit, JPEGExtended12Bit):
        frame = encoded(grey, "JPEG", quality=95)
        image = read_image(dicom(grey.astype(np.uint16), bits=12, syntax=syntax, frame=frame))
        assert (image.bit_depth, image.notes) == (8, ("stream-differs",))
        assert np.abs(image.pixels.astype(int) - grey).max() < 12


@pytest.mark.parametrize(
    ("says", "marked", "notes"),
    [
        ("YBR_FULL_422", "YCbCr", ()),
        ("YBR_FULL_422", "Adobe YCbCr", ()),
        ("RGB", "Adobe RGB", ()),
        ("RGB", "YCbCr", ("stream-differs",)),
        ("YBR_FULL", "Adobe RGB", ("stream-differs",)),
        ("YBR_FULL", "unmarked", ()),
    ],
)
def test_the_colours_of_a_jpeg_are_those_that_it_tells(
    says: str, marked: str, notes: tuple[str, ...]
) -> None:
    grey = picture(0, SHAPE)
    colour = np.dstack([grey, grey // 2, 255 - grey])
    frame = encoded(colour, "JPEG", quality=95, subsampling=0, keep_rgb=marked == "Adobe RGB")
    adobe = b"\xff\xee\0\x0eAdobe\0d\0\0\0\0\x01"
    if marked == "Adobe YCbCr":
        frame = frame[:2] + adobe + frame[2:].replace(frame[2:20], b"", 1)
    elif marked == "unmarked":
        frame = frame.replace(frame[2:20], b"", 1)
    data = dicom(colour, bits=8, photometric=says, syntax=JPEGBaseline8Bit, frame=frame)
    image = read_image(data)
    assert np.abs(image.pixels.astype(int) - colour).max() < 12
    assert image.notes == notes


@pytest.mark.parametrize(
    ("says", "transformed", "notes"),
    [
        ("RGB", 0, ()),
        ("YBR_RCT", 1, ()),
        ("RGB", 1, ()),
        ("YBR_FULL", 1, ("stream-differs",)),
    ],
)
def test_the_colours_of_a_jpeg_2000_stream_are_those_that_it_tells(
    says: str, transformed: int, notes: tuple[str, ...]
) -> None:
    colour = RNG.integers(0, 256, (*SHAPE, 3), dtype=np.uint8)
    frame = encoded(colour, "JPEG2000", no_jp2=True, irreversible=False, mct=transformed)
    data = dicom(colour, bits=8, photometric=says, syntax=JPEG2000Lossless, frame=frame)
    image = read_image(data)
    np.testing.assert_array_equal(image.pixels, colour)
    assert image.notes == notes


def test_unmarked_samples_are_what_the_header_says() -> None:
    grey = picture(0, SHAPE)
    colour = np.dstack([grey, grey // 2, 255 - grey])
    frame = encoded(Image.fromarray(colour, "YCbCr"), "JPEG", quality=95, subsampling=0)
    frame = frame.replace(frame[2:20], b"", 1)
    assert b"JFIF" not in frame
    data = dicom(colour, bits=8, photometric="RGB", syntax=JPEGBaseline8Bit, frame=frame)
    assert np.abs(read_image(data).pixels.astype(int) - colour).max() < 12


@pytest.mark.parametrize("held", [*LOSSLESS, JPEGBaseline8Bit])
@pytest.mark.parametrize("said", [*LOSSLESS, JPEGBaseline8Bit])
def test_another_compression_than_said_is_refused(held: UID, said: UID, tmp_path: Path) -> None:
    data = packed(noise(8), held, tmp_path, 8)
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.file_meta.TransferSyntaxUID = said
    stream = io.BytesIO()
    dataset.save_as(stream)
    if held == said:
        assert read_image(stream.getvalue()).notes == ()
    else:
        error = refusal(stream.getvalue())
        assert error.code == "damaged"
        assert error.what.startswith(f"The DICOM file says {said.name}, its pixels are JPEG")


@pytest.mark.parametrize("bits", [2, 5, 6, 7])
def test_a_jpeg_ls_stream_of_few_bits_is_refused_by_name(bits: int, tmp_path: Path) -> None:
    data = packed(noise(8), JPEGLSLossless, tmp_path, 8)
    place = data.index(b"\xff\xf7") + 4
    error = refusal(data[:place] + bytes([bits]) + data[place + 1 :])
    assert (error.code, error.what) == (
        "unsupported-compression",
        f"The DICOM file is encoded as JPEG-LS Lossless Image Compression, {bits} bit",
    )


@pytest.mark.parametrize("bits", [2, 5, 6, 7])
def test_few_bits_in_a_jpeg_ls_stream_of_eight_are_read(bits: int, tmp_path: Path) -> None:
    values = noise(bits)
    few = {"BitsStored": bits, "HighBit": bits - 1}
    image = read_image(packed(values, JPEGLSLossless, tmp_path, 8, **few))
    wanted = np.floor(values * (255 / (2**bits - 1)) + 0.5)
    np.testing.assert_array_equal(image.pixels, wanted)
    assert image.notes == ()


@pytest.mark.parametrize("syntax", [RLELossless, JPEGBaseline8Bit, JPEG2000Lossless])
def test_two_pictures_where_the_header_tells_of_one_are_refused(
    syntax: UID, tmp_path: Path
) -> None:
    data = packed(noise(8), syntax, tmp_path, 8)
    dataset = pydicom.dcmread(io.BytesIO(data))
    frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
    dataset.PixelData = encapsulate([frame, frame])
    stream = io.BytesIO()
    dataset.save_as(stream)
    error = refusal(stream.getvalue())
    assert (error.code, error.what) == (
        "several-frames",
        "The DICOM file's pixel data holds 2 pictures, its header tells of one",
    )


@pytest.mark.parametrize("table", ["none", "empty", "right", "wrong", "extended", "wrong extended"])
@pytest.mark.parametrize("fragments", [1, 3])
@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless, JPEGLSLossless])
def test_no_offset_table_is_needed_or_believed(
    table: str, fragments: int, syntax: UID, tmp_path: Path
) -> None:
    data = packed(noise(8), syntax, tmp_path, 8)
    dataset = pydicom.dcmread(io.BytesIO(data))
    frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
    made = encapsulate([frame], fragments_per_frame=fragments, has_bot=table in ("right", "wrong"))
    if table == "wrong":
        made = made[:8] + b"\x77\0\0\0" + made[12:]
    dataset.PixelData = made
    if "extended" in table:
        dataset.ExtendedOffsetTable = (0 if table == "extended" else 99).to_bytes(8, "little")
        dataset.ExtendedOffsetTableLengths = len(frame).to_bytes(8, "little")
    stream = io.BytesIO()
    dataset.save_as(stream)
    np.testing.assert_array_equal(read_image(stream.getvalue()).pixels, read_image(data).pixels)


def test_a_jpeg_that_lacks_its_end_or_more() -> None:
    grey = picture(0, SHAPE)
    frame = encoded(grey, "JPEG")
    whole = read_image(dicom(grey, bits=8, syntax=JPEGBaseline8Bit, frame=frame))
    image = read_image(dicom(grey, bits=8, syntax=JPEGBaseline8Bit, frame=frame[:-2]))
    np.testing.assert_array_equal(image.pixels, whole.pixels)
    assert image.notes == ("cut-end",)
    cut = dicom(grey, bits=8, syntax=JPEGBaseline8Bit, frame=frame[:-40])
    assert refusal(cut).code == "damaged"


@pytest.mark.parametrize("high", [11, 12, 13, 14, 15])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_values_may_stand_in_any_bits(high: int, signed: bool, syntax: UID, tmp_path: Path) -> None:
    values = noise(12, signed=signed)
    stored = (values.astype(np.uint16) << (high - 11)).view(values.dtype)
    rest = RNG.integers(0, 2 ** (high - 11), SHAPE, dtype=np.uint16)  # overlays, say
    data = dicom(stored | rest.view(values.dtype), bits=16)
    if syntax == RLELossless:
        data = recompressed(data, GDCM[syntax], tmp_path)
    image = read_image(changed(data, BitsStored=12, HighBit=high))
    np.testing.assert_array_equal(image.pixels, values.astype(int) + signed * 2048)
    assert image.notes == ()


def test_pixels_that_are_left_over_are_said() -> None:
    values = noise(12)
    data = dicom(values)
    assert read_image(changed(data, Rows=40)).notes == ()
    image = read_image(changed(data, Rows=39))
    np.testing.assert_array_equal(image.pixels, values[:39])
    assert image.notes == ("pixels-left-over",)


def test_colour_without_a_word_of_planes_is_read_pixel_by_pixel() -> None:
    colour = RNG.integers(0, 256, (*SHAPE, 3), dtype=np.uint8)
    dataset = pydicom.dcmread(io.BytesIO(dicom(colour, bits=8, photometric="RGB")))
    del dataset.PlanarConfiguration
    stream = io.BytesIO()
    dataset.save_as(stream)
    np.testing.assert_array_equal(read_image(stream.getvalue()).pixels, colour)
