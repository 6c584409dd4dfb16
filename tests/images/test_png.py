"""Plain grey PNG files take a quicker way, to the same pixels and the same refusals."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from made_images import encoded, picture
from PIL import Image, PngImagePlugin

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.formats.png import PNG
from xraylib.images.png import check_chunks, grey_pixels
from xraylib.settings import SAMPLE_DATA


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + crc(name + content)


def crc(content: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(content))


def png(*, rows: bytes, header: bytes = b"\x08\0\0\0\0", stream: bytes | None = None) -> bytes:
    """A file of 16 × 16 pixels whose checksums are right, whatever is in it."""
    packed = zlib.compress(rows) if stream is None else stream
    size = struct.pack(">II", 16, 16)
    parts = (chunk(b"IHDR", size + header), chunk(b"IDAT", packed), chunk(b"IEND", b""))
    return PNG.signature + b"".join(parts)


ROWS = b"".join(bytes([row % 5]) + bytes(range(row, row + 16)) for row in range(16))


def test_phantoms_take_the_quick_way_to_pillows_pixels() -> None:
    images = [path.read_bytes() for path in sorted(SAMPLE_DATA.rglob("*.png"))[::10]]
    for data in (*images, png(rows=ROWS)):
        assert check_chunks(data)
        found = grey_pixels(data)
        assert found is not None
        assert np.array_equal(found, np.asarray(Image.open(io.BytesIO(data))))
        assert np.array_equal(found, read_image(data).pixels)


@pytest.mark.parametrize("kind", ["1", "P", "LA", "RGB", "RGBA", "I;16"])
def test_other_pixels_are_left_to_pillow(kind: str) -> None:
    pixels = picture(0, (24, 24))
    image = Image.fromarray(pixels.astype(np.uint16)) if kind == "I;16" else Image.fromarray(pixels)
    stream = io.BytesIO()
    image.convert(kind).save(stream, "PNG")
    assert not check_chunks(stream.getvalue())
    assert read_image(stream.getvalue()).pixels.shape == (24, 24)


@pytest.mark.parametrize("where", ["exif", "text"])
def test_a_picture_that_says_how_it_lies_is_turned(where: str) -> None:
    pixels = picture(0, (24, 16))
    exif, text = Image.Exif(), PngImagePlugin.PngInfo()
    exif[0x0112] = 6
    stream = io.BytesIO()
    if where == "exif":
        Image.fromarray(pixels).save(stream, "PNG", exif=exif)
    else:
        packed = exif.tobytes()
        lines = f"\nexif\n{len(packed):8d}\n{packed.hex()}\n"
        text.add_text("Raw profile type exif", lines)
        Image.fromarray(pixels).save(stream, "PNG", pnginfo=text)
    assert not check_chunks(stream.getvalue())
    assert np.array_equal(read_image(stream.getvalue()).pixels, np.rot90(pixels, -1))


@pytest.mark.parametrize(
    "data",
    [
        png(rows=ROWS[:100]),
        png(rows=ROWS, stream=zlib.compress(ROWS)[:-9]),
        png(rows=ROWS, stream=zlib.compress(ROWS)[:-4] + b"sums"),
        png(rows=ROWS, stream=b"no deflate stream"),
        png(rows=b"\x07" + ROWS[1:]),
    ],
    ids=["few rows", "cut stream", "stream's own checksum", "no stream", "unknown filter"],
)
def test_pixels_that_are_not_whole_are_damaged_though_every_checksum_is_right(data: bytes) -> None:
    with pytest.raises(ImageError) as caught:
        read_image(data)
    assert caught.value.code == "damaged"


def test_every_cut_and_every_wrong_checksum_is_damaged() -> None:
    data = encoded(picture(0, (16, 16)))
    for end in range(132, len(data) - 12):
        with pytest.raises(ImageError) as caught:
            read_image(data[:end])
        assert caught.value.code == "damaged"
    assert read_image(data[:-4]).pixels.shape == (16, 16)  # all of it but the last checksum
    wrong = bytearray(data)
    wrong[-13] ^= 1
    with pytest.raises(ImageError) as caught:
        read_image(bytes(wrong))
    assert caught.value.message == (
        "The PNG file is damaged (bad checksum in IDAT). Expected a complete, undamaged image "
        "file. Do this: export or copy the image again."
    )
