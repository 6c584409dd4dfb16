"""Pixels that are not square become square, before anything measures or pads a picture.

PS3.3: PixelSpacing (10.7.1.3), ImagerPixelSpacing (C.8.7.1), NominalScannedPixelSpacing
(C.8.6.1.1) and PixelAspectRatio (C.7.6.3.1.7) tell a pixel's height first, then its width.
"""

from __future__ import annotations

import math
from typing import Any, Final

import cv2
import pydicom
from numpy.typing import NDArray
from pydicom.multival import MultiValue

from xraylib.images.grayscale import number
from xraylib.images.radiograph import MAX_PIXELS

SPACINGS: Final = (
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "PixelAspectRatio",
)
_SQUARE: Final = 0.01  # spacings are measured, and rounded
_MOST: Final = 8.0


def squared(pixels: NDArray[Any], dataset: pydicom.Dataset, notes: list[str]) -> NDArray[Any]:
    """The picture with square pixels.

    The side along which pixels are longer grows, by linear interpolation, so that nothing is lost;
    where that would be more than `MAX_PIXELS`, the other one shrinks, by averaging areas.

    Args:
        pixels: ``(height, width)`` or ``(height, width, 3)``.
        dataset: With the elements named in `SPACINGS`; the first that is usable counts.
        notes: Gets a name where something was done, or could not be.
    """
    tall = _height_by_width(dataset, notes)
    if abs(tall - 1) <= _SQUARE:
        return pixels
    if not 1 / _MOST <= tall <= _MOST:
        notes.append("spacing-unusable")
        return pixels
    notes.append("resampled-square")
    height, width = pixels.shape[:2]
    size, how = (width, round(height * tall)), cv2.INTER_LINEAR
    if tall < 1:
        size = round(width / tall), height
    if size[0] * size[1] > MAX_PIXELS:
        size, how = (max(1, round(width / tall)), height), cv2.INTER_AREA
        if tall < 1:
            size = width, max(1, round(height * tall))
    result: NDArray[Any] = cv2.resize(pixels, size, interpolation=how)
    return result


def _height_by_width(dataset: pydicom.Dataset, notes: list[str]) -> float:
    for name in SPACINGS:
        try:
            value = dataset.get(name)
        except (ValueError, OverflowError):  # pydicom, of what is no whole number
            continue
        if not isinstance(value, MultiValue | list) or len(value) != 2:
            continue
        height, width = (number(part, math.nan, notes) for part in value)
        if height > 0 and width > 0:
            return height / width
    return 1.0
