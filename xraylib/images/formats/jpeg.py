"""JPEG, by Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.images.format import ImageFormat

if TYPE_CHECKING:
    from xraylib.images.radiograph import Radiograph


def _read(data: bytes) -> Radiograph:
    from xraylib.images.raster import read_jpeg

    return read_jpeg(data)


JPEG = ImageFormat(
    name="JPEG",
    endings=("jpg", "jpeg", "jpe", "jfif"),
    signature=b"\xff\xd8\xff",
    says="grey or colour of 8 bits, baseline or progressive",
    order=20,
    read=_read,
    modules=("xraylib.images.raster",),
)
