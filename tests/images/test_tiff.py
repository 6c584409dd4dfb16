"""TIFF: every value stays, and 0 is white where the file says so."""

from __future__ import annotations

import io
import struct
from typing import Any, Literal

import numpy as np
import pytest
from made_images import XMP, encoded, picture
from PIL import Image

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.sandbox.decoder import Decoder

RNG = np.random.default_rng(0)
EIGHT = RNG.integers(0, 256, (64, 80), dtype=np.uint8)
SIXTEEN = RNG.integers(0, 65_536, (64, 80), dtype=np.uint16)


def written(pixels: np.ndarray, **options: Any) -> bytes:
    """A file by another library than the one that reads."""
    from tifffile import imwrite

    stream = io.BytesIO()
    imwrite(stream, pixels, **options)
    return stream.getvalue()


def by_hand(
    rows: bytes, bits: int, photometric: int, order: Literal["<", ">"], **more: int
) -> bytes:
    """One page of 16 × 16 pixels, uncompressed."""
    tags = {256: 16, 257: 16, 258: bits, 259: 1, 273: 200, 277: 1, 278: 16, 279: len(rows)}
    tags |= {int(name[1:]): value for name, value in more.items()}
    if photometric >= 0:
        tags[262] = photometric
    entries = b"".join(struct.pack(f"{order}HHIHxx", tag, 3, 1, tags[tag]) for tag in sorted(tags))
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    head += struct.pack(f"{order}H", len(tags)) + entries + bytes(4)
    return head.ljust(200, b"\0") + rows


def refusal(data: bytes) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return caught.value


@pytest.mark.parametrize("pixels", [EIGHT, SIXTEEN], ids=["8 bit", "16 bit"])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("tile", [None, (32, 32)])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_every_grey_value_stays_and_black_is_0(
    pixels: np.ndarray, photometric: str, byteorder: str, tile: Any, compression: str | None
) -> None:
    data = written(
        pixels, photometric=photometric, byteorder=byteorder, tile=tile, compression=compression
    )
    image = read_image(data)
    top = np.iinfo(pixels.dtype).max
    assert (image.format, image.bit_depth) == ("TIFF", 8 * pixels.dtype.itemsize)
    np.testing.assert_array_equal(
        image.pixels, top - pixels if photometric == "miniswhite" else pixels
    )


@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize("bits", [1, 4, 8, 12, 16])
def test_every_depth_uses_its_full_range(photometric: int, bits: int) -> None:
    values = np.arange(256).reshape(16, 16) * (2**bits - 1) // 255
    planes = np.unpackbits(values[:, :, None].astype(">u2").view(np.uint8), axis=2)[:, :, -bits:]
    rows = np.packbits(planes.reshape(16, -1), axis=1)
    if bits == 16:
        rows = rows.view(">u2").astype("<u2").view(np.uint8)
    image = read_image(by_hand(rows.tobytes(), bits, photometric, "<"))
    top = 2**bits - 1
    wanted = top - values if photometric == 0 else values
    np.testing.assert_array_equal(image.pixels, wanted * (255 // top if bits < 8 else 1))
    assert image.bit_depth == max(8, bits)


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
@pytest.mark.parametrize("pixels", [EIGHT, SIXTEEN], ids=["8 bit", "16 bit"])
def test_every_lossless_compression_keeps_every_value(compression: str, pixels: np.ndarray) -> None:
    image = read_image(encoded(pixels, "TIFF", compression=compression))
    np.testing.assert_array_equal(image.pixels, pixels)


@pytest.mark.parametrize("options", [{"bigtiff": True}, {"compression": "zlib", "predictor": True}])
def test_large_files_and_differences_are_read(options: dict[str, Any]) -> None:
    image = read_image(written(SIXTEEN, photometric="miniswhite", **options))
    np.testing.assert_array_equal(image.pixels, 65_535 - SIXTEEN)


@pytest.mark.parametrize("apart", [False, True])
def test_colour_is_read_together_or_in_planes(apart: bool) -> None:
    colour = RNG.integers(0, 256, (64, 80, 3), dtype=np.uint8)
    stored = np.ascontiguousarray(np.moveaxis(colour, 2, 0)) if apart else colour
    data = written(stored, photometric="rgb", planarconfig="separate" if apart else "contig")
    np.testing.assert_array_equal(read_image(data).pixels, colour)


def test_a_palette_and_transparency_are_read_like_those_of_png() -> None:
    palette = Image.fromarray(picture()).convert("RGB").quantize(200)
    grey = np.dstack([EIGHT, EIGHT[::-1]])
    for image in (palette, Image.fromarray(grey, "LA")):
        found, same = read_image(encoded(image, "TIFF")), read_image(encoded(image))
        np.testing.assert_array_equal(found.pixels, same.pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("pixels", [EIGHT, SIXTEEN], ids=["8 bit", "16 bit"])
def test_a_page_stands_as_it_should(orientation: int, pixels: np.ndarray) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    found = read_image(encoded(pixels, "TIFF", tiffinfo={274: orientation}))
    np.testing.assert_array_equal(found.pixels, read_image(encoded(pixels, exif=exif)).pixels)


def test_an_orientation_in_a_text_is_none() -> None:
    image = read_image(encoded(EIGHT, "TIFF", tiffinfo={700: XMP.encode()}))
    np.testing.assert_array_equal(image.pixels, EIGHT)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (written(SIXTEEN.astype(np.float32)), "unsupported-pixels", "1 × 32 floating-point bits"),
        (written(SIXTEEN.astype(np.int16)), "unsupported-pixels", "1 × 16 signed bits of grey"),
        (written(SIXTEEN.astype(np.uint32)), "unsupported-pixels", "1 × 32 bits of grey"),
        (
            encoded(Image.fromarray(EIGHT).convert("CMYK"), "TIFF"),
            "unsupported-pixels",
            "4 × 8 bits of CMYK",
        ),
        (by_hand(bytes(512), 16, -1, "<"), "damaged", "does not say whether 0 is black"),
        (by_hand(bytes(512), 10, 1, "<"), "unsupported-pixels", "1 × 10 bits of grey"),
        (written(np.stack([EIGHT, EIGHT])), "several-frames", "The TIFF file has 2 pages"),
        (written(np.zeros((6000, 5000), np.uint8), compression="zlib"), "too-large", "30.0 megap"),
    ],
)
def test_what_is_not_read_is_refused_with_its_reason(data: bytes, code: str, words: str) -> None:
    error = refusal(data)
    assert error.code == code
    assert words in error.what


def test_a_reduced_copy_is_no_page() -> None:
    from tifffile import TiffWriter

    for full_first in (True, False):
        stream = io.BytesIO()
        with TiffWriter(stream) as writer:
            pages = [(SIXTEEN, 0), (SIXTEEN[::4, ::4], 1)]
            for pixels, kind in pages if full_first else pages[::-1]:
                writer.write(pixels, subfiletype=kind, photometric="miniswhite")
        np.testing.assert_array_equal(read_image(stream.getvalue()).pixels, 65_535 - SIXTEEN)


@pytest.mark.filterwarnings("ignore:Truncated File Read", "ignore:Corrupt EXIF data")
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_cut_file_is_damaged(compression: str | None) -> None:
    data = written(SIXTEEN, compression=compression)
    for length in (10, 100, len(data) // 2, len(data) - 50):
        assert refusal(data[:length]).code == "damaged"


def test_a_density_that_is_not_square_is_said() -> None:
    assert read_image(encoded(EIGHT, "TIFF", dpi=(204, 98))).notes == ("density-unequal",)
    assert read_image(encoded(EIGHT, "TIFF", dpi=(98, 98))).notes == ()


def test_a_child_process_reads_the_same() -> None:
    with Decoder() as decoder:
        image = decoder.decode(written(SIXTEEN, photometric="miniswhite"))
    np.testing.assert_array_equal(image.pixels, 65_535 - SIXTEEN)
