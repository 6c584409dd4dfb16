"""Bytes -> Radiograph: PNG and JPEG here, with the help of `png`; DICOM in `dicom`.

What a file is, its first bytes say; its name is never asked. Bytes from strangers go through
`decoder`, which has a capped child process run this same module.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zlib
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import ImageError
from xraylib.images.png import SIGNATURE, check_chunks, grey_pixels
from xraylib.images.radiograph import (
    IMAGE_ERROR_CODES,
    MAX_BYTES,
    MAX_PIXELS,
    Radiograph,
    grey_if_equal,
    refuse,
)

__all__ = [
    "IMAGE_ERROR_CODES",
    "MAX_BYTES",
    "MAX_PIXELS",
    "Radiograph",
    "image_format",
    "read_bytes",
    "read_image",
]

_JPEG: Final = b"\xff\xd8\xff"

# Named in the refusal, so that nobody wonders why a picture is not a picture.
_OTHERS: Final = (
    (b"II*\0", "TIFF image"),
    (b"MM\0*", "TIFF image"),
    (b"GIF8", "GIF image"),
    (b"BM", "BMP image"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000 image outside DICOM"),
    (b"%PDF", "PDF document"),
    (b"PK\x03\x04", "zip archive"),
    (b"\x1f\x8b", "gzip archive"),
)


def image_format(head: bytes) -> str | None:
    """``"PNG"``, ``"JPEG"``, ``"DICOM"`` or None, from at least the first 132 bytes."""
    if head.startswith(SIGNATURE):
        return "PNG"
    if head.startswith(_JPEG):
        return "JPEG"
    if head[128:132] == b"DICM":
        return "DICOM"
    return None


def read_bytes(path: PathLike) -> bytes:
    """The content of a regular file of at most `MAX_BYTES`.

    Raises:
        ImageError: codes ``missing``, ``cannot-open`` and ``too-large``.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise refuse("cannot-open", "This is not a regular file")
            if status.st_size > MAX_BYTES:
                raise refuse("too-large", f"The file has {status.st_size / 2**20:.1f} MiB")
            data = file.readall()
    except FileNotFoundError:
        raise refuse("missing", "The file is no longer there") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refuse("cannot-open", f"The file cannot be opened ({reason})") from None
    return data


_BINARY: Final[int] = getattr(os, "O_BINARY", 0)


@checked
def read_image(source: PathLike | bytes) -> Radiograph:
    """Decodes one PNG, JPEG or DICOM file.

    Args:
        source: The file's path, as text or ``os.PathLike``; or, as bytes, its content.

    Raises:
        ImageError: The file cannot be read, or its content does not become a radiograph; ``code``
            is in `IMAGE_ERROR_CODES`.
        PathError: code ``not-a-path``.
    """
    data = source if isinstance(source, bytes) else read_bytes(as_path(source, "source"))
    if not data:
        raise refuse("empty", "The file is empty")
    if len(data) > MAX_BYTES:
        raise refuse("too-large", f"The file has {len(data) / 2**20:.1f} MiB")
    kind = image_format(data[:132])
    if kind is None:
        raise refuse("not-an-image", f"The file is {_describe(data)}")
    try:
        if kind == "DICOM":
            from xraylib.images.dicom import read_dicom  # pydicom loads when it is needed

            return read_dicom(data)
        return _read_raster(data, kind)
    except ImageError:
        raise
    except MemoryError:
        raise refuse("too-large", f"Decoding this {kind} file takes too much memory") from None
    except Exception as error:  # decoders raise whatever they like on damaged input
        reason = _reason(error) if kind != "DICOM" else "its header makes no sense"
        raise refuse("damaged", f"The {kind} file is damaged ({reason})") from error


def _describe(data: bytes) -> str:
    for signature, name in _OTHERS:
        if data.startswith(signature):
            return f"a {name}"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a WebP image"
    if len(data) < 132 and (SIGNATURE.startswith(data) or _JPEG.startswith(data)):
        return "too short to be an image"
    try:
        text = data[:512].decode()
    except UnicodeDecodeError:
        return "of an unknown kind"
    return "text" if text.isprintable() or "\n" in text else "of an unknown kind"


def _reason(error: Exception) -> str:
    """The decoder's own words, on one line, short and without a full stop."""
    if isinstance(error, UnidentifiedImageError) or not str(error).strip():
        return "its header makes no sense"
    return " ".join(str(error).split())[:160].rstrip(".")


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        megapixels = width * height / 1e6
        raise refuse("too-large", f"The image has {width} × {height} = {megapixels:.1f} megapixels")
    if width < 1 or height < 1:
        raise refuse("damaged", f"The image has {width} × {height} pixels")


def _read_raster(data: bytes, kind: str) -> Radiograph:
    if kind == "PNG":  # before anything decodes, so that nothing large is ever begun
        _check_size(*struct.unpack(">II", data[16:24].ljust(8, b"\0")))
        if check_chunks(data):
            grey = grey_pixels(data)
            if grey is not None:
                return Radiograph(pixels=grey, bit_depth=8, mode="L", format=kind)
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            _check_size(*image.size)
            if getattr(image, "n_frames", 1) > 1:
                raise refuse("several-frames", f"The {kind} file is an animation")
            image.load()
            pixels, bit_depth = _pixels(image)
            turned = _turn(pixels, _orientation(image))
            mode = image.mode
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise refuse("too-large", f"The {kind} image is far too large") from None
    except zlib.error as error:
        raise refuse("damaged", f"The {kind} file is damaged ({error})") from error
    return Radiograph(pixels=turned, bit_depth=bit_depth, mode=mode, format=kind)


def _pixels(image: Image.Image) -> tuple[NDArray[Any], int]:
    """Grey or RGB pixels of a loaded Pillow image, and their bit depth."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16), 16
    if image.mode == "1":
        return np.asarray(image.convert("L")), 8
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        raise refuse("unsupported-pixels", f"The image stores its pixels as {image.mode}")
    pixels = np.asarray(image)
    if image.mode in ("LA", "RGBA"):
        pixels = _over_black(pixels[:, :, :-1], pixels[:, :, -1])
    return grey_if_equal(pixels), 8


def _over_black(colour: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lays transparency over black, as unexposed image is. A constant alpha says nothing."""
    if int(alpha.min()) == int(alpha.max()):
        return colour
    product = colour.astype(np.uint16) * alpha[:, :, None]
    return ((product + 127) // 255).astype(np.uint8)


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 where there is none or where it cannot be read."""
    try:
        value = image.getexif().get(0x0112, 1)
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
