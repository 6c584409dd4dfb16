"""JPEG, WebP and BMP as phones, browsers and programs write them."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from made_images import XMP, encoded, picture
from PIL import Image

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.sandbox.decoder import Decoder

PICTURE = picture(3, (96, 80))
ENDED = b"\xff\xd9"


def refusal(data: bytes) -> ImageError:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    return caught.value


def by_pillow(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.mark.parametrize("size", [(32, 32), (80, 96)], ids=["gain map", "other eye"])
def test_of_a_phones_pictures_the_first_is_read(size: tuple[int, int]) -> None:
    first = Image.fromarray(PICTURE)
    other = Image.fromarray(255 - PICTURE).resize(size)
    data = encoded(first, "MPO", save_all=True, append_images=[other])
    assert Image.open(io.BytesIO(data)).n_frames == 2  # type: ignore[attr-defined]
    image = read_image(data)
    assert (image.format, image.notes) == ("JPEG", ())
    np.testing.assert_array_equal(image.pixels, by_pillow(data))
    bare = encoded(first, "JPEG") + encoded(other, "JPEG")  # without the index of pictures
    np.testing.assert_array_equal(read_image(bare).pixels, by_pillow(bare))


def test_a_broken_index_of_pictures_costs_nothing() -> None:
    images = [Image.fromarray(PICTURE), Image.fromarray(PICTURE)]
    data = bytearray(encoded(images[0], "MPO", save_all=True, append_images=images[1:]))
    place = data.index(b"MPF\0") + 4
    data[place : place + 30] = b"\xee" * 30
    np.testing.assert_array_equal(
        read_image(bytes(data)).pixels, by_pillow(encoded(PICTURE, "JPEG"))
    )


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("kind", ["L", "RGB"])
@pytest.mark.parametrize("tail", [b"", b"\xff"])
def test_a_whole_jpeg_without_its_end_is_read_and_said(
    progressive: bool, kind: str, tail: bytes
) -> None:
    data = encoded(Image.fromarray(PICTURE).convert(kind), "JPEG", progressive=progressive)
    assert data.endswith(ENDED)
    image = read_image(data[:-2] + tail)
    np.testing.assert_array_equal(image.pixels, read_image(data).pixels)
    assert (image.notes, read_image(data).notes) == (("cut-end",), ())


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("kind", ["L", "RGB"])
def test_a_jpeg_that_lacks_bits_is_damaged(progressive: bool, kind: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64), dtype=np.uint8)
    data = encoded(Image.fromarray(noise).convert(kind), "JPEG", progressive=progressive)
    for missing in (4, 5, 8, 20, 100, len(data) // 2):
        error = refusal(data[:-missing])
        assert (error.code, missing) == ("damaged", missing)
        assert error.what == "The JPEG file is damaged (it is cut off)"


def test_a_progressive_jpeg_that_lacks_scans_is_damaged() -> None:
    data = encoded(PICTURE, "JPEG", progressive=True)
    scans = [place for place in range(len(data)) if data[place : place + 2] == b"\xff\xda"]
    assert len(scans) > 3
    for scan in scans[1:]:
        table = data.rfind(b"\xff\xc4", 0, scan)
        for end in {scan, table if table > scans[0] else scan}:
            assert refusal(data[:end]).code == "damaged"


def test_what_stands_behind_the_end_is_nothing() -> None:
    data = encoded(PICTURE, "JPEG")
    image = read_image(data + bytes(5000))
    np.testing.assert_array_equal(image.pixels, by_pillow(data))
    assert image.notes == ()


def test_no_pixel_of_a_jpeg_depends_on_its_texts() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    said = encoded(PICTURE, "JPEG", xmp=XMP.encode(), icc_profile=profile, comment="x" * 60_000)
    np.testing.assert_array_equal(read_image(said).pixels, by_pillow(encoded(PICTURE, "JPEG")))
    webp = encoded(PICTURE, "WEBP", lossless=True, xmp=XMP.encode(), icc_profile=profile)
    np.testing.assert_array_equal(read_image(webp).pixels, PICTURE)


@pytest.mark.parametrize(
    ("process", "bits", "words"),
    [
        (0xC1, 12, "The JPEG file is of 12 bits"),
        (0xC3, 8, "The JPEG file is lossless"),
        (0xC9, 8, "The JPEG file is arithmetic or hierarchical"),
        (0xF7, 8, "The JPEG file is JPEG-LS"),
    ],
)
def test_other_processes_are_refused_by_name(process: int, bits: int, words: str) -> None:
    data = bytearray(encoded(PICTURE, "JPEG"))
    place = data.index(b"\xff\xc0")
    data[place + 1], data[place + 4] = process, bits
    error = refusal(bytes(data))
    assert (error.code, error.what) == ("unsupported-pixels", words)


def test_adobes_colours_are_read_as_they_are_marked() -> None:
    colour = np.dstack([PICTURE, PICTURE // 2, 255 - PICTURE])
    data = encoded(colour, "JPEG", quality=95, keep_rgb=True)
    assert b"Adobe" in data
    np.testing.assert_array_equal(read_image(data).pixels, by_pillow(data))
    assert np.abs(read_image(data).pixels.astype(int) - colour).max() < 20


@pytest.mark.parametrize(
    ("kind", "density", "notes"),
    [
        ("JPEG", (72, 72), ()),
        ("JPEG", (100, 200), ("density-unequal",)),
        ("BMP", (96, 96), ()),
        ("BMP", (100, 200), ("density-unequal",)),
    ],
)
def test_a_density_that_is_not_square_is_said(
    kind: str, density: tuple[int, int], notes: tuple[str, ...]
) -> None:
    image = read_image(encoded(PICTURE, kind, dpi=density))
    assert (image.pixels.shape, image.notes) == (PICTURE.shape, notes)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_a_bmp_keeps_every_value(mode: str) -> None:
    image = Image.fromarray(PICTURE).convert(mode)
    found = read_image(encoded(image, "BMP"))
    assert found.format == "BMP"
    np.testing.assert_array_equal(found.pixels, np.asarray(image.convert("L")))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_webp_keeps_every_value_and_stands_as_it_should(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(PICTURE, "WEBP", lossless=True, exif=exif)
    assert read_image(data).format == "WebP"
    turned = read_image(encoded(PICTURE, exif=exif))
    np.testing.assert_array_equal(read_image(data).pixels, turned.pixels)


def test_a_transparent_webp_is_laid_over_black() -> None:
    alpha = np.where(PICTURE > 128, 255, 51).astype(np.uint8)
    data = encoded(
        Image.fromarray(np.dstack([PICTURE] * 3 + [alpha])), "WEBP", lossless=True, exact=True
    )
    wanted = np.floor(PICTURE.astype(float) * alpha / 255 + 0.5)
    np.testing.assert_array_equal(read_image(data).pixels, wanted)


def test_an_animated_webp_is_refused() -> None:
    frames = [Image.fromarray(PICTURE), Image.fromarray(255 - PICTURE)]
    error = refusal(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    assert (error.code, error.what) == ("several-frames", "The WebP file is an animation")


@pytest.mark.parametrize("kind", ["WEBP", "BMP"])
def test_a_cut_file_is_damaged(kind: str) -> None:
    data = encoded(np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8), kind)
    for length in (40, len(data) // 2, len(data) - 20):
        assert refusal(data[:length]).code == "damaged"


def test_a_bmp_of_forty_megapixels_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(encoded(PICTURE, "BMP"))
    data[18:26] = struct.pack("<ii", 8000, 5000)
    assert refusal(bytes(data)).code == "too-large"


@pytest.mark.parametrize("kind", ["WEBP", "BMP"])
def test_a_child_process_reads_the_same(kind: str) -> None:
    data = encoded(PICTURE, kind, **({"lossless": True} if kind == "WEBP" else {}))
    with Decoder() as decoder:
        np.testing.assert_array_equal(decoder.decode(data).pixels, PICTURE)
