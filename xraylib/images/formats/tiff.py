"""TIFF, by Pillow and libtiff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.images.format import ImageFormat

if TYPE_CHECKING:
    from xraylib.images.radiograph import Radiograph


def _read(data: bytes) -> Radiograph:
    from xraylib.images.tiff import read_tiff

    return read_tiff(data)


TIFF = ImageFormat(
    name="TIFF",
    endings=("tif", "tiff"),
    signature=b"II*\0",
    others=(b"MM\0*", b"II+\0", b"MM\0+"),
    says="one page of grey of 1 to 16 bits, colour or a palette, compressed or not",
    order=22,
    read=_read,
    modules=("xraylib.images.tiff",),
)
