"""PNG, by Pillow; the plainest kind by OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.images.format import ImageFormat

if TYPE_CHECKING:
    from xraylib.images.radiograph import Radiograph


def _read(data: bytes) -> Radiograph:
    from xraylib.images.raster import read_png

    return read_png(data)


PNG = ImageFormat(
    name="PNG",
    endings=("png",),
    signature=b"\x89PNG\r\n\x1a\n",
    says="grey of 1 to 16 bits, colour, palettes, transparency",
    order=10,
    read=_read,
    modules=("xraylib.images.raster", "cv2"),
)
