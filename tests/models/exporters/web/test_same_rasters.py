"""TIFF, BMP and WebP become the same pixels in the browser's language as in Python."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images import encoded
from PIL import Image
from web_worker import RefusedError, WebWorker

from xraylib.errors import ImageError
from xraylib.images.decode import read_image
from xraylib.images.prepare import Preparation

pytestmark = pytest.mark.slow  # its tests take some seconds together

NETWORK = Preparation(image_size=(64, 48))


def outcome(worker: WebWorker, data: bytes) -> str:
    """``same``, or the code with which it is refused there; other pixels fail."""
    try:
        image, code = read_image(data), ""
    except ImageError as refusal:
        image, code = None, refusal.code
    try:
        told = worker.read(data, NETWORK)
    except RefusedError as refusal:
        there = str(refusal)
    else:
        there = ""
    assert there in (code, "not-here")
    if there:
        return there
    assert image is not None, code
    np.testing.assert_array_equal(told["pixels"], image.pixels)
    assert (told["bits"], tuple(told["notes"])) == (image.bit_depth, image.notes)
    return "same"


def drawn(seed: int, height: int, width: int, mode: str) -> Image.Image:
    """Noise with runs in it, in a mode of Pillow."""
    chance = np.random.default_rng(seed)
    bands = {"LA": 2, "RGB": 3, "RGBA": 4}.get(mode, 1)
    pixels = chance.integers(0, 256, (height, width, bands), np.uint8)
    pixels[:, : width // 2] = chance.integers(0, 256, bands)
    if mode == "I;16":
        return Image.fromarray(pixels[:, :, 0].astype(np.uint16) * 257 + 3)
    if mode == "P":
        return Image.fromarray(pixels[:, :, 0]).convert("RGB").quantize(chance.integers(2, 200))
    if mode == "1":
        return Image.fromarray(pixels[:, :, 0]).convert("1")
    return Image.fromarray(pixels[:, :, 0] if bands == 1 else pixels, mode if bands > 1 else None)


sides = st.integers(1, 70)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(sides, sides),
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]),
    compression=st.sampled_from(["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]),
    turned=st.integers(1, 8),
)
def test_tiff(
    worker: WebWorker, seed: int, size: tuple[int, int], mode: str, compression: str, turned: int
) -> None:
    options: dict[str, Any] = {"compression": compression, "tiffinfo": {274: turned}}
    if compression in ("tiff_lzw", "tiff_adobe_deflate") and mode in ("L", "RGB", "I;16"):
        options["tiffinfo"][317] = 1 + seed % 2
    assert outcome(worker, encoded(drawn(seed, *size, mode), "TIFF", **options)) == "same"


def tiff(order: str, rows: list[bytes], width: int, **tags: int | tuple[int, ...]) -> bytes:
    """A page with a strip a row."""
    names = {"bits": 258, "photometric": 262, "samples": 277, "planar": 284, "fill": 266}
    place = 8
    offsets = []
    for row in rows:
        offsets.append(place)
        place += len(row)
    entries: dict[int, tuple[int, ...]] = {
        256: (width,), 257: (len(rows),), 259: (1,), 273: tuple(offsets), 278: (1,),
        279: tuple(len(row) for row in rows),
    }  # fmt: skip
    for name, value in tags.items():
        entries[names[name]] = value if isinstance(value, tuple) else (value,)
    head = struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", 42, place)
    after = place + 2 + 12 * len(entries) + 4
    directory, values = struct.pack(f"{order}H", len(entries)), b""
    for tag, value in sorted(entries.items()):
        kind, letter = (3, "H") if tag in names.values() else (4, "I")
        packed = struct.pack(f"{order}{len(value)}{letter}", *value).ljust(4, b"\0")
        inline = packed
        if len(packed) > 4:
            inline = struct.pack(f"{order}I", after + len(values))
            values += packed
        directory += struct.pack(f"{order}HHI", tag, kind, len(value)) + inline
    return head + b"".join(rows) + directory + bytes(4) + values


@pytest.mark.parametrize("photometric", [0, 1])
@pytest.mark.parametrize(("order", "bits"), [("<", 2), ("<", 4), (">", 8), ("<", 12), (">", 16)])
def test_tiff_of_every_depth(worker: WebWorker, order: str, bits: int, photometric: int) -> None:
    width = 24
    rows = [bytes((37 * k + 11 * row) % 256 for k in range(width * bits // 8)) for row in range(9)]
    data = tiff(order, rows, width, bits=bits, photometric=photometric, samples=1)
    assert outcome(worker, data) == "same"
    swapped = tiff(order, rows, width, bits=bits, photometric=photometric, samples=1, fill=2)
    assert outcome(worker, swapped) == "not-here"


def test_tiff_of_several_pages_is_refused_alike(worker: WebWorker) -> None:
    page, stream = drawn(1, 9, 9, "L"), io.BytesIO()
    page.save(stream, "TIFF", save_all=True, append_images=[page])
    assert outcome(worker, stream.getvalue()) == "several-frames"
    colours = encoded(drawn(1, 9, 9, "RGB").convert("CMYK"), "TIFF")
    assert outcome(worker, colours) == "unsupported-pixels"
    assert outcome(worker, encoded(page, "TIFF", compression="tiff_jpeg")) == "not-here"


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(sides, sides),
    mode=st.sampled_from(["1", "L", "P", "RGB", "RGBA"]),
)
def test_bmp(worker: WebWorker, seed: int, size: tuple[int, int], mode: str) -> None:
    assert outcome(worker, encoded(drawn(seed, *size, mode), "BMP")) == "same"


def bitmap(bits: int, rows: bytes, width: int, height: int, masks: tuple[int, ...] = ()) -> bytes:
    how = 3 if masks else 0
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, how, 0, 1, 1, 0, 0)
    body = head + struct.pack(f"<{len(masks)}I", *masks) + rows
    return struct.pack("<2sIHHI", b"BM", 14 + len(body), 0, 0, 14 + len(body) - len(rows)) + body


@pytest.mark.parametrize("masks", [(), (0xF800, 0x7E0, 0x1F), (0x7C00, 0x3E0, 0x1F)])
def test_bmp_of_sixteen_bits_either_way_up(worker: WebWorker, masks: tuple[int, ...]) -> None:
    rows = np.random.default_rng(0).integers(0, 65536, 32 * 64, np.uint16).astype("<u2").tobytes()
    for height in (64, -64):
        assert outcome(worker, bitmap(16, rows, 32, height, masks)) == "same"


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(sides, sides),
    mode=st.sampled_from(["L", "RGB", "RGBA"]),
    lossless=st.booleans(),
    turned=st.sampled_from([1, 3, 6]),
)
def test_webp(
    worker: WebWorker, seed: int, size: tuple[int, int], mode: str, lossless: bool, turned: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = turned
    data = encoded(drawn(seed, *size, mode), "WEBP", lossless=lossless, exif=exif, quality=70)
    assert outcome(worker, data) == "same"


def test_an_animation_is_refused_alike(worker: WebWorker) -> None:
    frames, stream = [drawn(seed, 20, 20, "RGB") for seed in (1, 2)], io.BytesIO()
    frames[0].save(stream, "WEBP", save_all=True, append_images=frames[1:])
    assert outcome(worker, stream.getvalue()) == "several-frames"


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "WEBP"])
def test_damaged_files_are_refused_or_read_alike(worker: WebWorker, kind: str) -> None:
    chance = np.random.default_rng(0)
    whole = encoded(drawn(3, 30, 40, "RGB"), kind)
    for _ in range(40):
        broken = bytearray(whole[: chance.integers(1, len(whole))])
        broken[chance.integers(0, min(200, len(broken)))] = chance.integers(0, 256)
        try:
            told = worker.read(bytes(broken), NETWORK)
        except RefusedError:
            continue
        np.testing.assert_array_equal(told["pixels"], read_image(bytes(broken)).pixels)
