"""Coloured letters, arrows and rulers on a grey image: how much of it, and the image without them.

What is imported from the project here goes with a model that is exported as a folder.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

COLOUR_SPREAD: Final = 16
"""Grey levels (of 256) between the channels from which a pixel counts as coloured."""
COLOUR_SHARE: Final = 0.01
"""Share of coloured pixels that is more than a mark or a letter."""
FEWEST_MARKED: Final = 0.001
MOST_MARKED: Final = 0.2
"""Shares of coloured pixels between which they are marks on an image, and can be left out. Up to
``MOSTLY_COLOURED`` it is asked whether the answer comes from them."""
MOSTLY_COLOURED: Final = 0.5
"""Share of coloured pixels from which a picture is a photograph or a map, and no X-ray."""
_SAMPLED_SIDE: Final = 512
_EDGE: Final = np.ones((5, 5), np.uint8)
_SQUARE: Final = (3, 3)


def coloured_share(pixels: NDArray[Any]) -> float:
    """Share of pixels whose channels differ; 0 for grey pictures, also those stored as RGB.

    Large pictures are looked at in every second, third, … row and column.
    """
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return 0.0
    step = max(1, max(pixels.shape[:2]) // _SAMPLED_SIDE)
    return float(coloured(pixels[::step, ::step]).mean())


def coloured(pixels: NDArray[Any]) -> Mask:
    """``(height, width)``: which pixels of ``(height, width, 3)`` are coloured."""
    some = pixels.astype(np.int32)
    mask: Mask = some.max(axis=2) - some.min(axis=2) > COLOUR_SPREAD
    return mask


def without_marks(prepared: Pixels, marked: NDArray[Any]) -> Pixels:
    """Prepared pixels whose marked places are filled from around them, ring by ring inwards.

    Each pixel of a ring is the mean of those of its eight neighbours that are known by then. The
    page in the browser does the same (``web/src/marks.ts``), to the last level.

    Args:
        prepared: ``(height, width, channels)``
        marked: ``(height, width)``, not 0 where there is some of a mark. Its edge, where colour
            has run, is filled too.
    """
    known = 1 - cv2.dilate((marked > 0).astype(np.float32), _EDGE)
    values = prepared.astype(np.float32) * known[:, :, None]
    while (count := _sum_around(known)).any() and not known.all():
        ring = (known == 0) & (count > 0)
        sums = _sum_around(values).reshape(values.shape)[ring]
        values[ring] = np.floor(sums / count[ring][:, None] + 0.5)  # exact: below 2**11
        known[ring] = 1
    return values.astype(np.uint8) if known.any() else prepared


def _sum_around(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each pixel and its eight neighbours; beyond the edge there is nothing."""
    sums: NDArray[np.float32] = cv2.boxFilter(
        values, -1, _SQUARE, normalize=False, borderType=cv2.BORDER_CONSTANT
    )
    return sums
