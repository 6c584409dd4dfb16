"""A file becomes the same pixels in the browser's language as in Python, to the last level."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images import encoded
from PIL import Image
from web_worker import RefusedError, WebWorker

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.grey_range import GreyRange
from xraylib.images.prepare import Preparation, prepare
from xraylib.models.classify.warnings import image_warnings
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.slow  # its tests take some seconds together

NETWORK = Preparation()


def assert_same(worker: WebWorker, data: bytes, preparation: Preparation = NETWORK) -> None:
    """Decoded and prepared pixels, depth, notes and warnings."""
    image = read_image(data)
    told = worker.read(data, preparation)
    assert np.array_equal(told["pixels"], image.pixels)
    assert (told["bits"], tuple(told["notes"])) == (image.bit_depth, image.notes)
    prepared = prepare(image, preparation)
    there = told["prepared"].reshape(prepared.shape)
    if image.bit_depth > 8:  # enlarging 16 bits, OpenCV asks a library of the processor's maker
        assert np.abs(there.astype(int) - prepared).max() <= 1
        assert np.mean(there != prepared) < 0.01
    else:
        assert np.array_equal(there, prepared)
    expected = [warning.to_json() for warning in image_warnings(image, prepared, preparation)]
    assert told["warnings"] == expected


@pytest.mark.parametrize("file", sorted((SAMPLE_DATA / "test").rglob("*.png"))[::7], ids=str)
def test_sample_images(worker: WebWorker, file: Path) -> None:
    assert_same(worker, file.read_bytes())


PREPARATIONS = st.builds(
    Preparation,
    image_size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    color_mode=st.sampled_from(["grayscale", "rgb"]),
    fit=st.sampled_from(["stretch", "pad", "crop"]),
    grey_range=st.sampled_from([None, GreyRange(bits=16, low=300, high=4095)]),
)


@st.composite
def pictures(draw: st.DrawFn) -> np.ndarray:
    """Random pixels of 8 or 16 bits and 1 to 4 channels; often few levels, or a constant alpha."""
    height, width = draw(st.integers(1, 70)), draw(st.integers(1, 70))
    channels = draw(st.sampled_from([1, 2, 3, 4]))
    bits = draw(st.sampled_from([8, 16]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    top = draw(st.sampled_from([2, 2**bits, 2 ** (bits - 6)]))
    pixels = random.integers(0, top, (height, width, channels))
    if draw(st.booleans()):  # colours of one grey
        pixels[:, :, :3] = pixels[:, :, :1]
    if channels in (2, 4) and draw(st.booleans()):
        pixels[:, :, -1] = draw(st.sampled_from([0, 7, 2**bits - 1]))
    return pixels.astype(np.uint8 if bits == 8 else np.uint16)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(pixels=pictures(), preparation=PREPARATIONS)
def test_random_pictures_as_png(
    worker: WebWorker, pixels: np.ndarray, preparation: Preparation
) -> None:
    if pixels.shape[2] == 2:
        if pixels.dtype != np.uint8:
            return
        data = encoded(Image.fromarray(pixels, "LA"))
    else:
        data = bytes(cv2.imencode(".png", pixels)[1])
    assert_same(worker, data, preparation)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(
    pixels=pictures(),
    quality=st.integers(5, 100),
    progressive=st.booleans(),
    subsampling=st.integers(0, 2),
    orientation=st.integers(1, 8),
)
def test_random_pictures_as_jpeg(
    worker: WebWorker,
    pixels: np.ndarray,
    quality: int,
    progressive: bool,
    subsampling: int,
    orientation: int,
) -> None:
    few = np.ascontiguousarray(pixels[:, :, : 1 if pixels.shape[2] < 3 else 3].astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(
        few[:, :, 0] if few.shape[2] == 1 else few, "JPEG", quality=quality,
        progressive=progressive, subsampling=subsampling, exif=exif,
    )  # fmt: skip
    assert_same(worker, data, Preparation(image_size=(40, 30)))


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("mode", ["L", "P"])
def test_png_of_few_bits(worker: WebWorker, mode: str, bits: int) -> None:
    pixels = np.random.default_rng(bits).integers(0, 2**bits, (23, 37), np.uint8)
    if mode == "P":
        picture = Image.fromarray(pixels, "P")
        picture.putpalette([*range(0, 3 * 2**bits)])
        assert_same(worker, encoded(picture, bits=bits))
        assert_same(worker, encoded(picture, bits=bits, transparency=1))
    else:
        packed = cv2.imencode(".png", pixels * (255 // (2**bits - 1)))[1]
        assert_same(worker, bytes(packed))


def _interlaced(samples: np.ndarray, depth: int, colour: int) -> bytes:
    """An Adam7 file of ``(height, width, channels)`` samples, unfiltered (ISO/IEC 15948, 8)."""

    def packed(row: np.ndarray) -> bytes:
        if depth == 16:
            return row.astype(">u2").tobytes()
        bits = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - depth :]
        return np.packbits(bits.ravel()).tobytes()

    def chunk(name: bytes, content: bytes) -> bytes:
        data = name + content
        return len(content).to_bytes(4, "big") + data + zlib.crc32(data).to_bytes(4, "big")

    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
              (0, 1, 1, 2))  # fmt: skip
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in starts]
    rows = [b"\0" + packed(row.ravel()) for part in parts if part.shape[1] for row in part]
    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 1)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (23, 37)])
@pytest.mark.parametrize(("depth", "colour", "channels"), [
    (1, 0, 1), (2, 0, 1), (4, 0, 1), (8, 0, 1), (16, 0, 1), (8, 2, 3), (16, 2, 3), (8, 4, 2),
    (8, 6, 4), (16, 6, 4),
])  # fmt: skip
def test_interlaced_png(
    worker: WebWorker, size: tuple[int, int], depth: int, colour: int, channels: int
) -> None:
    random = np.random.default_rng(depth + colour)
    assert_same(worker, _interlaced(random.integers(0, 2**depth, (*size, channels)), depth, colour))


def test_transparent_levels_and_colours(worker: WebWorker) -> None:
    grey = np.random.default_rng(0).integers(0, 3, (20, 20), np.uint8)
    assert_same(worker, encoded(grey, transparency=1))
    colour = np.random.default_rng(1).integers(0, 2, (20, 20, 3), np.uint8)
    assert_same(worker, encoded(colour, transparency=(1, 0, 1)))


@pytest.mark.slow
def test_text_in_a_picture_is_found_as_in_python(worker: WebWorker) -> None:
    pixels = np.full((700, 600), 90, np.uint8)
    for line, size in enumerate((0.4, 0.6, 0.9, 1.4)):
        cv2.putText(pixels, "DOE JANE 1941", (20, 80 + 120 * line), 0, size, 230, 1 + line // 2)
    data = encoded(pixels)
    assert_same(worker, data)
    assert "burned-in-text" in [one["code"] for one in worker.read(data, NETWORK)["warnings"]]


def _broken() -> list[bytes]:
    png = encoded(np.arange(200, dtype=np.uint8).reshape(10, 20))
    jpeg = encoded(np.arange(200, dtype=np.uint8).reshape(10, 20), "JPEG")
    stream = io.BytesIO()
    Image.new("CMYK", (8, 8)).save(stream, "JPEG")
    frames = io.BytesIO()
    Image.new("L", (4, 4)).save(
        frames, "PNG", save_all=True, append_images=[Image.new("L", (4, 4), 9)]
    )
    huge = bytearray(png)
    huge[16:24] = (100_000).to_bytes(4, "big") * 2
    return [
        b"", b"hello", png[:-20], png[:60], png[:45] + b"\0" + png[46:], jpeg[:40], bytes(huge),
        stream.getvalue(), frames.getvalue(),
    ]  # fmt: skip


@pytest.mark.parametrize("data", _broken(), ids=[*"abcdefghi"])
def test_what_python_refuses_is_refused_for_the_same_reason(worker: WebWorker, data: bytes) -> None:
    with pytest.raises(ImageError) as here:
        read_image(data)
    with pytest.raises(RefusedError, match=f"^{here.value.code}$"):
        worker.read(data, NETWORK)
