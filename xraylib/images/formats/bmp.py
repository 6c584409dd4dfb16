"""BMP, by Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.images.format import ImageFormat

if TYPE_CHECKING:
    from xraylib.images.radiograph import Radiograph


def _read(data: bytes) -> Radiograph:
    from xraylib.images.raster import read_raster

    return read_raster(data, "BMP")


def _begins(head: bytes) -> bool:
    """Two letters alone may begin a text: the length of the second header must be one there is."""
    known = (12, 16, 40, 52, 56, 64, 108, 124)
    return (
        head.startswith(b"BM") and int.from_bytes(head[14:18].ljust(4, b"\xff"), "little") in known
    )


BMP = ImageFormat(
    name="BMP",
    endings=("bmp", "dib"),
    signature=b"BM",
    begins_with=_begins,
    says="grey, colour or a palette, of 1 to 32 bits a pixel",
    order=26,
    read=_read,
    modules=("xraylib.images.raster", "PIL.BmpImagePlugin"),
)
