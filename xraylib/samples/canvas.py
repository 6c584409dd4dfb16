"""Drawing on an image: curves in body coordinates become soft masks in pixels.

Body coordinates: x grows to the right of the picture, 0 is the midline; y grows downwards from 0
(top of the image) to 1 (bottom); one unit is the image's side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # (n, 2), x and y
Image = NDArray[np.floating[Any]]  # (DRAWN, DRAWN), 32 or 64 bits

DRAWN = 512
"""Side of the image while it is drawn, in pixels; twice the side of the finished PNG."""

_SUBPIXEL = 4  # binary digits after the point in OpenCV's drawing functions


@dataclass(frozen=True, kw_only=True)
class Pose:
    """How the body stands before the detector, and how deep the breath is.

    Attributes:
        width: Factor on horizontal distances of the body.
        breath: Factor on vertical distances below the apices of the lungs; larger is deeper.
        lean: Slant of the spine, in units of x for each unit of y.
        turn: Shift of the heart and the mediastinum against the ribs, from turning, in units.
        rotation: Degrees, clockwise.
        scale: Magnification.
        shift: (x, y) in units.
    """

    width: float
    breath: float
    lean: float
    turn: float
    rotation: float
    scale: float
    shift: tuple[float, float]

    def pixels(self, points: Points) -> Points:
        """Body coordinates (n, 2) as pixels of the drawn image (n, 2)."""
        x = points[:, 0] * self.width + self.lean * (points[:, 1] - 0.5)
        y = 0.15 + (points[:, 1] - 0.15) * np.where(points[:, 1] > 0.15, self.breath, 1.0)
        angle = np.deg2rad(self.rotation)
        x, y = x, y - 0.5
        turned_x = self.scale * (x * np.cos(angle) - y * np.sin(angle))
        turned_y = self.scale * (x * np.sin(angle) + y * np.cos(angle))
        placed = np.stack([turned_x + 0.5 + self.shift[0], turned_y + 0.5 + self.shift[1]], axis=1)
        return np.asarray(placed * DRAWN, dtype=np.float64)


def curve(points: Points, *, closed: bool = False, rounds: int = 4) -> Points:
    """The points (n, 2) with their corners cut again and again (Chaikin 1974): a smooth curve."""
    for _ in range(rounds):
        following = np.roll(points, -1, axis=0) if closed else points[1:]
        here = points if closed else points[:-1]
        cut = np.stack([0.75 * here + 0.25 * following, 0.25 * here + 0.75 * following], axis=1)
        cut = cut.reshape(-1, 2)
        points = cut if closed else np.concatenate([points[:1], cut, points[-1:]])
    return points


def filled(pixels: Points, *, blur: float = 0.0) -> Image:
    """A polygon, in pixels (n, 2), as a mask of 0 to 1 with an edge blurred by `blur` pixels."""
    mask = np.zeros((DRAWN, DRAWN), np.uint8)
    fixed = np.round(pixels * 2**_SUBPIXEL).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, lineType=cv2.LINE_AA, shift=_SUBPIXEL)
    return blurred(mask.astype(np.float32) / 255, blur)


def stroked(pixels: Points, thickness: float, *, blur: float = 0.0) -> Image:
    """An open line, in pixels (n, 2), as a mask of 0 to 1 of the given thickness in pixels."""
    mask = np.zeros((DRAWN, DRAWN), np.uint8)
    fixed = np.round(pixels * 2**_SUBPIXEL).astype(np.int32)
    width = max(1, round(thickness))
    cv2.polylines(mask, [fixed], False, 255, width, lineType=cv2.LINE_AA, shift=_SUBPIXEL)
    return blurred(mask.astype(np.float32) / 255, blur)


def line(canvas: NDArray[np.uint8], pixels: Points, thickness: float, value: int) -> None:
    """Paint a line, in pixels (n, 2), with the value 0 to 255 onto a canvas, in place."""
    fixed = np.round(pixels * 2**_SUBPIXEL).astype(np.int32)
    width = max(1, round(thickness))
    cv2.polylines(canvas, [fixed], False, min(value, 255), width, cv2.LINE_AA, _SUBPIXEL)


def blurred(image: Image, sigma: float) -> Image:
    """The image under a Gaussian of `sigma` pixels; unchanged for 0."""
    if sigma <= 0:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REFLECT))


def clouds(rng: np.random.Generator, sigma: float) -> Image:
    """Smooth noise (DRAWN, DRAWN) of mean 0 and standard deviation 1, `sigma` pixels coarse."""
    small = max(1, int(sigma // 3))
    side = -(-DRAWN // small)
    noise = rng.standard_normal((side, side)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigma / small, borderType=cv2.BORDER_REFLECT)
    noise = cv2.resize(noise, (DRAWN, DRAWN), interpolation=cv2.INTER_CUBIC)
    return np.asarray((noise - noise.mean()) / noise.std(), dtype=np.float32)


def depth(mask: Image) -> Image:
    """Distance in pixels from each point of a mask to its edge; 0 outside."""
    return np.asarray(cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5))
