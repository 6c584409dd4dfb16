"""Plain PNG files take a quicker way, to the same pixels and the same refusals."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from made_images import XMP, encoded, picture
from PIL import Image, ImageCms, PngImagePlugin

from xraylib.errors import ImageError
from xraylib.images import raster
from xraylib.images.decode import read_image
from xraylib.images.formats.png import PNG
from xraylib.images.png import decoded, read_chunks
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


def test_a_phantom_says_that_it_is_one_and_no_other_text_does() -> None:
    phantom = next(SAMPLE_DATA.rglob("*.png")).read_bytes()
    assert read_image(phantom).attributes == {"SyntheticData": "YES"}
    other = phantom.replace(b"Description\0Synthetic", b"Description\0Reconstru")
    start = other.index(b"tEXtDescription") - 4
    length = int.from_bytes(other[start : start + 4], "big")
    content = other[start + 4 : start + 8 + length]
    checked = other[: start + 8 + length] + zlib.crc32(content).to_bytes(4, "big")
    assert read_image(checked + other[start + 12 + length :]).attributes == {}


def test_phantoms_take_the_quick_way_to_pillows_pixels() -> None:
    images = [path.read_bytes() for path in sorted(SAMPLE_DATA.rglob("*.png"))[::10]]
    for data in (*images, png(rows=ROWS)):
        chunks = read_chunks(data)
        assert chunks.plain
        found = decoded(chunks, *struct.unpack(">II", data[16:24]))
        assert found is not None
        assert np.array_equal(found, np.asarray(Image.open(io.BytesIO(data))))
        assert np.array_equal(found, read_image(data).pixels)


@pytest.mark.parametrize("alpha", [None, "opaque", "even", "varied"])
@pytest.mark.parametrize("coloured", [False, True])
def test_colours_take_the_quick_way_to_what_pillow_makes_of_them(
    alpha: str | None, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = [picture(seed if coloured else 0, (24, 24)) for seed in range(3)]
    if alpha is not None:
        layers.append(
            {
                "opaque": np.full((24, 24), 255, np.uint8),
                "even": np.full((24, 24), 9, np.uint8),
                "varied": picture(3, (24, 24)),
            }[alpha]
        )
    data = encoded(np.dstack(layers))
    assert read_chunks(data).plain
    quick = read_image(data)
    monkeypatch.setattr(raster, "decoded", lambda *_: None)
    slow = read_image(data)
    assert np.array_equal(quick.pixels, slow.pixels)
    assert (quick.mode, quick.bit_depth) == (slow.mode, slow.bit_depth)
    assert quick.pixels.flags.c_contiguous
    assert quick.pixels.shape == ((24, 24, 3) if coloured else (24, 24))


@pytest.mark.parametrize("kind", ["1", "P", "LA", "I;16"])
def test_other_pixels_are_left_to_pillow(kind: str) -> None:
    pixels = picture(0, (24, 24))
    image = Image.fromarray(pixels.astype(np.uint16)) if kind == "I;16" else Image.fromarray(pixels)
    stream = io.BytesIO()
    image.convert(kind).save(stream, "PNG")
    assert not read_chunks(stream.getvalue()).plain
    assert read_image(stream.getvalue()).pixels.shape == (24, 24)


def test_a_picture_that_says_how_it_lies_is_turned() -> None:
    pixels = picture(0, (24, 16))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(pixels, exif=exif)
    assert np.array_equal(read_image(data).pixels, np.rot90(pixels, -1))


@pytest.mark.parametrize("kind", ["L", "RGB", "I;16", "P"])
def test_no_pixel_depends_on_texts_and_profiles(kind: str) -> None:
    pixels = picture(0, (24, 16))
    image = (
        Image.fromarray(pixels.astype(np.uint16) * 257)
        if kind == "I;16"
        else Image.fromarray(pixels)
    )
    image = image.convert(kind)
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 3_000_000, zip=True)  # Pillow refuses more than a megabyte
    text.add_itxt("XML:com.adobe.xmp", XMP)
    exif = Image.Exif()
    exif[0x0112] = 6
    block = exif.tobytes()
    text.add_text("Raw profile type exif", f"\nexif\n{len(block):8d}\n{block.hex()}\n")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    said = encoded(image, pnginfo=text, icc_profile=profile, dpi=(300, 300))
    with pytest.raises(ValueError, match="MAX_TEXT_CHUNK"):
        Image.open(io.BytesIO(said)).load()
    found, bare = read_image(said), read_image(encoded(image))
    assert np.array_equal(found.pixels, bare.pixels)
    assert np.array_equal(found.as_uint8(), pixels)
    assert (found.mode, found.bit_depth, found.notes) == (bare.mode, bare.bit_depth, ())


def test_a_density_that_is_not_square_is_said_and_not_followed() -> None:
    pixels = picture(0, (24, 16))
    image = read_image(encoded(pixels, dpi=(100, 200)))
    assert np.array_equal(image.pixels, pixels)
    assert image.notes == ("density-unequal",)


@pytest.mark.parametrize("colour", [4, 6])
@pytest.mark.parametrize("opaque", [False, True])
def test_sixteen_bits_of_grey_keep_their_depth_under_transparency(
    colour: int, opaque: bool
) -> None:
    rng = np.random.default_rng(colour)
    grey = rng.integers(0, 65_536, (16, 16))
    alpha = np.full_like(grey, 65_535) if opaque else rng.integers(0, 65_536, (16, 16))
    samples = np.dstack([*[grey] * (colour - 3), alpha]).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    image = read_image(png(rows=rows, header=bytes((16, colour, 0, 0, 0))))
    assert (image.bit_depth, image.mode) == (16, {4: "LA;16", 6: "RGBA;16"}[colour])
    assert np.array_equal(image.pixels, np.floor(grey * alpha / 65_535 + 0.5))


@pytest.mark.parametrize(
    ("depth", "colour", "samples"), [(8, 0, 1), (16, 0, 1), (16, 4, 2), (16, 6, 4)]
)
def test_an_interlaced_picture_keeps_every_value(depth: int, colour: int, samples: int) -> None:
    values = np.random.default_rng(depth + colour).integers(0, 2**depth, (16, 16, samples))
    if samples > 1:
        values[:, :, :-1], values[:, :, -1] = values[:, :, :1], 2**depth - 1
    passes = ((0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2))
    rows = b""  # ISO/IEC 15948, 8.2: seven pictures, each finer than the one before
    for top, down, left, across in (*passes, (1, 2, 0, 1)):
        for row in values[top::down, left::across].astype(f">u{depth // 8}"):
            rows += b"\0" + row.tobytes()
    image = read_image(png(rows=rows, header=bytes((depth, colour, 0, 0, 1))))
    assert image.bit_depth == depth
    np.testing.assert_array_equal(image.pixels, values[:, :, 0])


def transparent(kind: int, depth: int, samples: tuple[int, ...], rows: bytes) -> bytes:
    """A file of 16 × 16 pixels of which one value is transparent."""
    header = struct.pack(">IIBBBBB", 16, 16, depth, kind, 0, 0, 0)
    value = struct.pack(f">{len(samples)}H", *samples)
    parts = ((b"IHDR", header), (b"tRNS", value), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return PNG.signature + b"".join(chunk(name, content) for name, content in parts)


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_the_transparent_grey_is_black(depth: int) -> None:
    top = 2**depth - 1
    grey = np.random.default_rng(depth).integers(0, top + 1, (16, 16))
    grey[0, :2] = top, top // 2
    bits = np.unpackbits(grey[:, :, None].astype(">u2").view(np.uint8), axis=2)[:, :, -depth:]
    rows = b"".join(b"\0" + np.packbits(row).tobytes() for row in bits.reshape(16, -1))
    image = read_image(transparent(0, depth, (top,), rows))
    wanted = np.where(grey == top, 0, grey) * (255 // top if depth < 16 else 1)
    assert np.array_equal(image.pixels, wanted)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("equal", [False, True])
def test_the_transparent_colour_is_black_and_no_other(depth: int, equal: bool) -> None:
    top = 2**depth - 1
    colour = np.random.default_rng(depth).integers(0, top, (16, 16, 3))
    colour[:4], colour[4, 0] = top, (top, top, top - 1)
    if equal:
        colour = np.repeat(colour[:, :, :1], 3, axis=2)
    rows = b"".join(b"\0" + row.astype(f">u{depth // 8}").tobytes() for row in colour)
    wanted = np.where((colour == top).all(axis=2)[..., None], 0, colour)
    wanted = wanted[:, :, 0] if equal else wanted >> (depth - 8)
    assert np.array_equal(read_image(transparent(2, depth, (top,) * 3, rows)).pixels, wanted)


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
