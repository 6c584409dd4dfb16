"""An image made small, as JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def small_jpeg(pixels: NDArray[np.uint8], side: int) -> bytes:
    """A JPEG whose longer side has at most ``side`` pixels; nothing is enlarged.

    Args:
        pixels: uint8 ``(height, width)`` or ``(height, width, 3)``.
        side: In pixels.
    """
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale < 1:
        shape = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA)
    if pixels.ndim == 3:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return bytes(encoded)
