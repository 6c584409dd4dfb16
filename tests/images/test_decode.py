"""PNG and JPEG bytes become pixels exactly, or a refusal that says why."""

from __future__ import annotations

import io
import os
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from made_images import encoded, picture
from PIL import Image, ImageOps

from xraylib.errors import ConfigError, ImageError
from xraylib.images.decode import IMAGE_ERROR_CODES, Radiograph, read_image
from xraylib.images.radiograph import refuse

RAMP = np.tile(np.arange(256, dtype=np.uint8), (4, 1))


def refusal(data: bytes | Path) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    assert caught.value.code in IMAGE_ERROR_CODES
    return caught.value


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bare_png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_a_grey_ramp_keeps_every_value_in_every_eight_bit_png_mode(mode: str) -> None:
    image = read_image(encoded(Image.fromarray(RAMP).convert(mode)))
    assert (image.mode, image.format, image.bit_depth) == (mode, "PNG", 8)
    assert image.pixels.shape == (4, 256)
    np.testing.assert_array_equal(image.pixels, RAMP)
    assert (image.width, image.height) == (256, 4)


def test_one_bit_png_becomes_black_and_white() -> None:
    image = read_image(encoded(Image.fromarray(RAMP > 99)))
    assert image.mode == "1"
    np.testing.assert_array_equal(image.pixels, np.where(RAMP > 99, 255, 0))


@pytest.mark.parametrize("depth", [2, 4])
def test_two_and_four_bit_grey_png_use_the_full_range(depth: int) -> None:
    values = np.arange(2**depth, dtype=np.uint8)
    bits = "".join(f"{value:0{depth}b}" for value in values)
    row = int(bits, 2).to_bytes(len(bits) // 8, "big")
    image = read_image(bare_png(len(values), 1, depth, 0, b"\0" + row))
    np.testing.assert_array_equal(image.pixels[0], values * (255 // (2**depth - 1)))


def test_a_sixteen_bit_ramp_is_scaled_and_never_clipped() -> None:
    ramp = np.arange(65_536, dtype=np.uint16).reshape(256, 256)
    image = read_image(encoded(ramp))
    assert (image.mode, image.bit_depth, image.pixels.dtype) == ("I;16", 16, np.uint16)
    np.testing.assert_array_equal(image.pixels, ramp)
    by_hand = np.floor(ramp.astype(np.float64) * 255 / 65_535 + 0.5)
    np.testing.assert_array_equal(image.as_uint8(), by_hand)
    assert len(np.unique(image.as_uint8())) == 256


def test_sixteen_bit_colour_keeps_the_high_byte() -> None:
    sample = struct.pack(">HHH", 0xFFFF, 0x8012, 0x00FF)
    image = read_image(bare_png(1, 1, 16, 2, b"\0" + sample))
    np.testing.assert_array_equal(image.pixels, [[[0xFF, 0x80, 0x00]]])


def test_colour_stays_colour() -> None:
    colour = np.dstack([RAMP, RAMP[:, ::-1], RAMP])
    np.testing.assert_array_equal(read_image(encoded(colour)).pixels, colour)


def test_transparency_is_laid_over_black() -> None:
    alpha = np.tile(np.array([0, 255, 51, 255], dtype=np.uint8), (4, 64))
    image = read_image(encoded(Image.fromarray(np.dstack([RAMP, RAMP, RAMP, alpha]))))
    by_hand = np.floor(RAMP.astype(np.float64) * alpha / 255 + 0.5)
    np.testing.assert_array_equal(image.pixels, by_hand)


@pytest.mark.parametrize("alpha", [0, 7, 255])
def test_an_alpha_channel_that_is_the_same_everywhere_says_nothing(alpha: int) -> None:
    flat = np.full_like(RAMP, alpha)
    image = read_image(encoded(Image.fromarray(np.dstack([RAMP, flat]))))
    assert image.mode == "LA"
    np.testing.assert_array_equal(image.pixels, RAMP)


def test_a_transparent_palette_entry_becomes_black() -> None:
    image = Image.fromarray(RAMP).convert("P")
    image = read_image(encoded(image, transparency=200))
    assert set(image.pixels[:, 200].ravel()) == {0}
    np.testing.assert_array_equal(image.pixels[:, :200], RAMP[:, :200])


def test_jpeg_agrees_with_pillow() -> None:
    data = encoded(picture(1), "JPEG", quality=90)
    image = read_image(data)
    assert (image.mode, image.format) == ("L", "JPEG")
    np.testing.assert_array_equal(image.pixels, np.asarray(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_image_stands_as_a_viewer_shows_it(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture(2), kind, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    np.testing.assert_array_equal(read_image(data).pixels, expected)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")  # Pillow's word about this very block
def test_a_broken_exif_block_does_not_cost_the_image() -> None:
    data = encoded(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f broken")
    assert read_image(data).pixels.shape == (48, 40)


def test_a_path_and_its_bytes_give_the_same_image(tmp_path: Path) -> None:
    path = tmp_path / "image.txt"  # the name is never asked
    path.write_bytes(encoded(picture()))
    np.testing.assert_array_equal(read_image(path).pixels, read_image(path.read_bytes()).pixels)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty", "The file is empty"),
        (b"hello, I am a text file\n", "not-an-image", "The file is text"),
        (b"\x89PN", "not-an-image", "The file is too short to be an image"),
        (bytes(range(200, 256)), "not-an-image", "The file is of an unknown kind"),
        (b"%PDF-1.7\n", "not-an-image", "The file is a PDF document"),
        (b"GIF89a", "not-an-image", "The file is a GIF image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "not-an-image", "The file is an HEIC image"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "not-an-image", "The file is an HEIC image"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "not-an-image", "The file is an AVIF image"),
        (b"\xff\x0a\0", "not-an-image", "The file is a JPEG XL image"),
        (b"\x5c\x01\0\0" + bytes(340) + b"n+1\0", "not-an-image", "The file is a NIfTI volume"),
        (b"ObjectType = Image\nNDims = 3\n", "not-an-image", "The file is a MetaImage file"),
        (b"NRRD0004\n", "not-an-image", "The file is an NRRD file"),
        (b"P5\n2 2\n255\n1234", "not-an-image", "The file is a Netpbm image"),
        (b"BMW and other words\n" * 3, "not-an-image", "The file is text"),
        (b"\xff\xd8\xff\xe0", "damaged", "The JPEG file is damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "damaged", "The image has 0 × 0 pixels"),
    ],
)
def test_what_is_no_image_is_refused_by_name(data: bytes, code: str, words: str) -> None:
    error = refusal(data)
    assert error.code == code
    assert error.what.startswith(words)


@pytest.mark.parametrize(("kind", "name"), [("GIF", "a GIF"), ("AVIF", "an AVIF")])
def test_other_image_formats_are_named(kind: str, name: str) -> None:
    error = refusal(encoded(picture(), kind))
    assert error.code == "not-an-image"
    assert error.message == (
        f"The file is {name} image. Expected a PNG, JPEG, TIFF, WebP, BMP or DICOM file. "
        "Do this: export the image as PNG, JPEG, TIFF, WebP, BMP or DICOM."
    )


def test_of_a_volume_the_slice_is_asked_for() -> None:
    error = refusal(b"NRRD0004\n")
    words = "export each slice that is an X-ray as PNG, JPEG, TIFF, WebP, BMP or DICOM"
    assert error.remedy == words


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_truncated_file_is_damaged(kind: str) -> None:
    data = encoded(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8), kind)
    for length in (60, len(data) // 2, len(data) - 20):
        assert refusal(data[:length]).code == "damaged"


def test_a_wrong_checksum_is_damaged() -> None:
    data = bytearray(encoded(picture()))
    data[data.index(b"IDAT") - 5 - 4] ^= 1  # the header's checksum
    assert refusal(bytes(data)).code == "damaged"


def test_forty_megapixels_are_refused_before_they_are_unpacked() -> None:
    error = refusal(bare_png(8000, 5000, 8, 0, b""))
    assert error.code == "too-large"
    assert error.message == (
        "The image has 8000 × 5000 = 40.0 megapixels. Expected at most 64 MiB and "
        "25 megapixels. Do this: export the image at a smaller size."
    )


def test_a_jpeg_of_sixty_thousand_pixels_a_side_is_refused() -> None:
    data = bytearray(encoded(picture(), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 60_000, 60_000)
    assert refusal(bytes(data)).code == "too-large"


def test_an_animation_is_refused() -> None:
    frames = [Image.fromarray(picture(seed)) for seed in (0, 1)]
    data = encoded(frames[0], save_all=True, append_images=frames[1:])
    assert refusal(data).code == "several-frames"


def test_a_four_ink_jpeg_is_refused() -> None:
    error = refusal(encoded(Image.fromarray(picture()).convert("CMYK"), "JPEG"))
    assert (error.code, error.what) == (
        "unsupported-pixels",
        "The image stores its pixels as CMYK",
    )


def test_files_that_cannot_be_opened_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.png").code == "missing"
    assert refusal(tmp_path).code == "cannot-open"
    big = tmp_path / "big.png"
    with big.open("wb") as file:
        file.truncate(64 * 2**20 + 1)
    assert refusal(big).code == "too-large"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert refusal(tmp_path / "pipe.png").code == "cannot-open"


def test_there_are_at_most_fifteen_codes_and_each_message_is_well_formed() -> None:
    assert len(IMAGE_ERROR_CODES) <= 15
    made = [refuse(code, "It happened") for code in IMAGE_ERROR_CODES - {"not-an-image"}]
    for error in (*made, refusal(b"hello\n")):
        assert re.fullmatch(
            r"[A-Z][^.]*\. Expected [a-z0-9U][^.]*\. Do this: [a-z][^.]*\.", error.message
        ), error.message


def test_a_radiograph_refuses_pixels_that_are_none() -> None:
    for pixels, depth in [
        (np.zeros((2, 2), np.float32), 8),
        (np.zeros((2, 2, 4), np.uint8), 8),
        (np.zeros((0, 2), np.uint8), 8),
        (np.zeros((2, 2), np.uint8), 12),
        (np.full((2, 2), 4096, np.uint16), 12),
    ]:
        with pytest.raises(ConfigError, match=r"argument (pixels|bit_depth) of Radiograph"):
            Radiograph(pixels=pixels, bit_depth=depth, mode="L", format="PNG")


def test_the_lessons_images_are_grey_inside_four_channels(real_data: Path) -> None:
    path = next((real_data / "codecademy_covid19/test/Normal").glob("*.png"))
    image = read_image(path)
    assert (image.mode, image.pixels.shape) == ("RGBA", (256, 256))
    np.testing.assert_array_equal(image.pixels, np.asarray(Image.open(path))[:, :, 0])
