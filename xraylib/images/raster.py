"""Pictures of the web, PNG and JPEG -> Radiograph, by Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from xraylib.images.png import check_chunks, grey_pixels
from xraylib.images.radiograph import Radiograph, check_size, grey_if_equal, refuse


def read_png(data: bytes) -> Radiograph:
    """Decodes one PNG file.

    Raises:
        ImageError: codes ``damaged``, ``too-large``, ``several-frames``, ``unsupported-pixels``.
    """
    # Before anything decodes, so that nothing large is ever begun.
    check_size(*struct.unpack(">II", data[16:24].ljust(8, b"\0")))
    if check_chunks(data):
        grey = grey_pixels(data)
        if grey is not None:
            return Radiograph(pixels=grey, bit_depth=8, mode="L", format="PNG")
    return read_raster(data, "PNG")


def read_raster(data: bytes, kind: str) -> Radiograph:
    """Decodes one file by Pillow.

    Args:
        data: The file's content.
        kind: Pillow's name of the only format that it may be of.

    Raises:
        ImageError: As `read_png`.
    """
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            check_size(*image.size)
            if getattr(image, "n_frames", 1) > 1:
                raise refuse("several-frames", f"The {kind} file is an animation")
            image.load()
            pixels, bit_depth = _pixels(image)
            turned = _turn(pixels, _orientation(image))
            mode = image.mode
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise refuse("too-large", f"The {kind} image is far too large") from None
    except UnidentifiedImageError:
        raise refuse("damaged", f"The {kind} file is damaged (its header makes no sense)") from None
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
