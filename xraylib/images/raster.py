"""Pictures of the web -> Radiograph, by Pillow and, where it keeps more, OpenCV."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from xraylib.images import jpeg
from xraylib.images.png import Png, decoded, read_chunks
from xraylib.images.radiograph import Radiograph, check_size, grey_if_equal, refuse

_NAMES: Final = {"WEBP": "WebP"}
_MODES: Final = {0: "L", 2: "RGB", 6: "RGBA"}
_DEEP_MODES: Final = {0: "I;16", 2: "RGB;16", 4: "LA;16", 6: "RGBA;16"}


def read_png(data: bytes) -> Radiograph:
    """Decodes one PNG file.

    Raises:
        ImageError: codes ``damaged``, ``too-large``, ``several-frames``, ``unsupported-pixels``.
    """
    # Before anything decodes, so that nothing large is ever begun.
    width, height = struct.unpack(">II", data[16:24].ljust(8, b"\0"))
    check_size(width, height)
    png = read_chunks(data)
    notes = () if png.square else ("density-unequal",)
    deep = png.depth == 16
    found: NDArray[Any] | None = decoded(png, width, height) if png.plain or deep else None
    if found is None:
        picture = _picture(png.data, "PNG")
        pixels, mode = picture.pixels, picture.mode
    else:
        mode = (_DEEP_MODES if deep else _MODES)[png.colour]
        pixels = _deep(found, png) if deep else _flat(found)
    if png.transparent and not deep:
        pixels = _without(pixels, png.transparent, png.depth)
    return Radiograph(
        pixels=_turn(pixels, _orientation(png.exif)),
        bit_depth=8 * pixels.dtype.itemsize,
        mode=mode,
        format="PNG",
        attributes={"SyntheticData": "YES"} if png.drawn else {},
        notes=notes,
    )


def read_jpeg(data: bytes) -> Radiograph:
    """Decodes the first picture of one JPEG file.

    Raises:
        ImageError: As `read_png`.
    """
    first = jpeg.first_picture(data)
    notes = [] if first.square else ["density-unequal"]
    if first.whole:
        picture = _picture(first.data, "JPEG")
    else:
        notes.append("cut-end")
        picture = _unended(first)
    return Radiograph(
        pixels=_turn(picture.pixels, _orientation(first.exif)),
        bit_depth=8,
        mode=picture.mode,
        format="JPEG",
        notes=tuple(notes),
    )


def whole_jpeg(data: bytes, notes: list[str]) -> bytes:
    """A JPEG stream with the mark of its end, where that alone is missing.

    Raises:
        ImageError: code ``damaged``: more is missing.
    """
    first = jpeg.first_picture(data)
    if first.whole:
        return data
    _unended(first)
    notes.append("cut-end")
    return data + b"\xff\xd9"


def _unended(first: jpeg.Jpeg) -> _Picture:
    """A JPEG picture without the mark of its end, if all of it is there.

    If bits are missing, what stands in their place shows; so two different fillings are tried.
    """
    data = first.data.removesuffix(b"\xff")
    fillings = (b"\xff\xd9", b"\xaa" * 64 + b"\xff\xd9")
    one, other = (_picture(data + filling, "JPEG") for filling in fillings)
    if not first.refined or not np.array_equal(one.pixels, other.pixels):
        raise refuse("damaged", "The JPEG file is damaged (it is cut off)")
    return one


def read_raster(data: bytes, kind: str) -> Radiograph:
    """Decodes one file by Pillow; an orientation that its EXIF block tells is followed.

    Args:
        data: The file's content.
        kind: Pillow's name of the only format that it may be of.

    Raises:
        ImageError: As `read_png`.
    """
    picture = _picture(data, kind)
    return Radiograph(
        pixels=_turn(picture.pixels, _orientation(picture.exif)),
        bit_depth=8,
        mode=picture.mode,
        format=_NAMES.get(kind, kind),
        notes=() if picture.square else ("density-unequal",),
    )


class _Picture(NamedTuple):
    """What Pillow made of a file.

    Attributes:
        pixels: uint8, grey or RGB, as they lie in the file.
        mode: Pillow's name of how they are stored.
        exif: The EXIF block.
        square: Whether its pixels are said to be as high as wide, or nothing is said.
    """

    pixels: NDArray[np.uint8]
    mode: str
    exif: bytes
    square: bool


def _picture(data: bytes, kind: str) -> _Picture:
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            check_size(*image.size)
            if getattr(image, "n_frames", 1) > 1:
                raise refuse("several-frames", f"The {_NAMES.get(kind, kind)} file is an animation")
            image.load()
            exif, density = image.info.get("exif", b""), image.info.get("dpi", (1, 1))
            square = density[0] == density[1]
            return _Picture(_pixels(image), image.mode, exif, square)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise refuse("too-large", f"The {kind} image is far too large") from None
    except UnidentifiedImageError:
        raise refuse("damaged", f"The {kind} file is damaged (its header makes no sense)") from None
    except zlib.error as error:
        raise refuse("damaged", f"The {kind} file is damaged ({error})") from error


def _pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Grey or RGB pixels of a loaded Pillow image of 8 bits."""
    if image.mode == "1":
        return np.asarray(image.convert("L"))
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        raise refuse("unsupported-pixels", f"The image stores its pixels as {image.mode}")
    pixels = np.asarray(image)
    if image.mode in ("LA", "RGBA"):
        pixels = over_black(pixels[:, :, :-1], pixels[:, :, -1])
    return grey_if_equal(pixels)


def over_black(colour: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Lays transparency over black, as unexposed image is. A constant alpha says nothing.

    Args:
        colour: uint8 or uint16 ``(height, width, channels)``.
        alpha: Of the same type, ``(height, width)``; its type's highest value is opaque.
    """
    if int(alpha.min()) == int(alpha.max()):
        return colour
    bits = 8 * colour.dtype.itemsize
    wide = np.uint16 if bits == 8 else np.uint32
    result = np.empty_like(colour)
    for row in range(0, len(colour), 256):  # a block at a time: products take twice the room
        block = slice(row, row + 256)
        product = colour[block].astype(wide) * alpha[block, :, None] + wide(1 << (bits - 1))
        result[block] = (product + (product >> wide(bits))) >> wide(bits)  # by 2**bits - 1, exactly
    return result


def _flat(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey or RGB pixels of 8 bits, whatever else is stored."""
    import cv2

    if pixels.ndim == 2:
        return pixels
    red, green, blue, *alpha = cv2.split(pixels)  # each lies together: quick to compare
    if not alpha or int(alpha[0].min()) == int(alpha[0].max()):
        if np.array_equal(red, green) and np.array_equal(red, blue):
            return np.asarray(red)
        return np.ascontiguousarray(pixels[:, :, :3])
    return grey_if_equal(over_black(pixels[:, :, :3], alpha[0]))


def _deep(pixels: NDArray[Any], png: Png) -> NDArray[Any]:
    """16 bits of grey, whatever else is stored; of real colour the high byte of each sample."""
    if png.transparent:
        alpha = np.where(_is(pixels, png.transparent), 0, 65_535).astype(np.uint16)
        pixels = np.dstack([pixels, alpha])
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        pixels = over_black(pixels[:, :, :-1], pixels[:, :, -1])
    pixels = grey_if_equal(pixels)
    return pixels if pixels.ndim == 2 else (pixels >> 8).astype(np.uint8)


def _without(
    pixels: NDArray[np.uint8], transparent: tuple[int, ...], depth: int
) -> NDArray[np.uint8]:
    """Black where the one transparent value stands (ISO/IEC 15948, 11.3.2.1)."""
    top = 2**depth - 1
    samples = [(sample & top) * (255 // top) for sample in transparent]
    where = _is(pixels, samples[:1] if pixels.ndim == 2 and len(set(samples)) == 1 else samples)
    if where.all():  # as with an alpha channel that is the same everywhere
        return pixels
    pixels = pixels.copy()
    pixels[where] = 0
    return pixels


def _is(pixels: NDArray[Any], samples: Any) -> NDArray[np.bool_]:
    """Where pixels have exactly these samples; grey ones have no colour's."""
    if pixels.ndim == 2:
        same = pixels == samples[0]
        return same if len(samples) == 1 else np.zeros_like(same)
    found: NDArray[np.bool_] = (pixels == np.asarray(samples, pixels.dtype)).all(axis=2)
    return found


def _orientation(block: bytes) -> int:
    """EXIF orientation 1 to 8; 1 where there is none or where it cannot be read."""
    if not block:
        return 1
    exif = Image.Exif()
    try:
        exif.load(block)
        value = exif.get(0x0112, 1)
    except Exception:  # a broken EXIF block must not cost the image
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _turn(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """The picture as every viewer shows it (EXIF 2.32, tag 274)."""
    if orientation >= 5:  # stored by columns
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
