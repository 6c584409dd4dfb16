"""WebP, by Pillow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.images.format import ImageFormat

if TYPE_CHECKING:
    from xraylib.images.radiograph import Radiograph


def _read(data: bytes) -> Radiograph:
    from xraylib.images.raster import read_raster

    return read_raster(data, "WEBP")


WEBP = ImageFormat(
    name="WebP",
    endings=("webp",),
    signature=b"WEBP",
    offset=8,
    says="one picture, lossy or lossless, with or without transparency",
    order=24,
    read=_read,
    modules=("xraylib.images.raster", "PIL.WebPImagePlugin"),
)
