"""What if an X-ray were turned, brighter, blurred, cut or partly covered: its pixels, changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.app.shell.pictures import LARGEST_SIDE, shrink
from xraylib.images.radiograph import Radiograph, look_up

LIMITS: Final[Mapping[str, tuple[float, float, float]]] = {
    "rotate": (-30.0, 30.0, 0.0),
    "brightness": (0.4, 1.6, 1.0),
    "blur": (0.0, 4.0, 0.0),
    "crop": (0.0, 30.0, 0.0),
}
"""Lowest, highest and neutral of what a slider sets."""


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """How an X-ray is changed; by default not at all.

    Attributes:
        rotate: Degrees, against the clock.
        brightness: What grey levels are multiplied with; white stays white.
        blur: Standard deviation of a Gaussian, in hundredths of the longer side.
        crop: Hundredths of width and height that are cut off, half of them at each edge.
        cover: (left, top, right, bottom) of what is covered, in shares of the picture's sides.
    """

    rotate: float = 0.0
    brightness: float = 1.0
    blur: float = 0.0
    crop: float = 0.0
    cover: tuple[float, float, float, float] | None = None

    @classmethod
    def of(cls, told: object) -> Self:
        """From what a browser sent; what is no number, or out of its limits, is not obeyed."""
        if not isinstance(told, Mapping):
            return cls()
        found: dict[str, Any] = {
            name: float(np.clip(told[name], low, high))
            for name, (low, high, _) in LIMITS.items()
            if _is_number(told.get(name))
        }
        return cls(**found, cover=_rectangle(told.get("cover")))

    def __bool__(self) -> bool:
        return self != WhatIf()

    def apply(self, radiograph: Radiograph) -> Radiograph:
        """The image as it would be; one of more than 1,400 pixels a side is made smaller first."""
        if not self:
            return radiograph
        pixels = shrink(radiograph.pixels, LARGEST_SIDE)
        pixels = _turned(pixels, self.rotate)
        pixels = _cut(pixels, self.crop / 100)
        pixels = _brightened(pixels, self.brightness, 2**radiograph.bit_depth - 1)
        if self.blur:
            sigma = self.blur / 100 * max(pixels.shape[:2])
            pixels = cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        if self.cover is not None:
            pixels = _covered(pixels, self.cover)
        return replace(radiograph, pixels=np.ascontiguousarray(pixels))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _rectangle(told: object) -> tuple[float, float, float, float] | None:
    if not isinstance(told, list) or len(told) != 4 or not all(map(_is_number, told)):
        return None
    left, right = sorted(np.clip([told[0], told[2]], 0, 1).tolist())
    top, bottom = sorted(np.clip([told[1], told[3]], 0, 1).tolist())
    return (left, top, right, bottom) if left < right and top < bottom else None


def _turned(pixels: NDArray[Any], degrees: float) -> NDArray[Any]:
    if not degrees:
        return pixels
    height, width = pixels.shape[:2]
    move = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    turned: NDArray[Any] = cv2.warpAffine(
        pixels, move, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return turned


def _cut(pixels: NDArray[Any], share: float) -> NDArray[Any]:
    rows, columns = (round(side * share / 2) for side in pixels.shape[:2])
    return pixels[rows : pixels.shape[0] - rows, columns : pixels.shape[1] - columns]


def _brightened(pixels: NDArray[Any], factor: float, white: int) -> NDArray[Any]:
    if factor == 1:
        return pixels
    table = np.minimum(np.rint(np.arange(white + 1) * factor), white).astype(pixels.dtype)
    return look_up(table, pixels)


def _covered(pixels: NDArray[Any], cover: tuple[float, float, float, float]) -> NDArray[Any]:
    """Dark as the square of occlusion maps: a mean grey is brighter than lung and may look ill."""
    height, width = pixels.shape[:2]
    dark = np.maximum(pixels.mean(axis=(0, 1)) - pixels.std(axis=(0, 1)), 0)
    left, right = (round(side * width) for side in cover[::2])
    top, bottom = (round(side * height) for side in cover[1::2])
    changed = pixels.copy()
    changed[top:bottom, left:right] = dark
    return changed
