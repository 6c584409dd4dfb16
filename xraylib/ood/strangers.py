"""Pictures that a network cannot judge, made of images that it can: how many does it miss?

Knees, hands and photographs cannot be at hand wherever a model is trained. These can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_GRAIN: Final = 25


def _whole(part: Pixels, pixels: Pixels) -> Pixels:
    """A part, drawn as large as the whole was."""
    height, width, channels = pixels.shape
    large = cv2.resize(np.ascontiguousarray(part), (width, height), interpolation=cv2.INTER_LINEAR)
    whole: Pixels = large.reshape(height, width, channels).astype(np.uint8)
    return whole


def _part(pixels: Pixels, share: float, down: float, across: float) -> Pixels:
    """So large a share of each side, so far down and across (0 to 1)."""
    tall, wide = (max(1, round(share * side)) for side in pixels.shape[:2])
    top, left = round((pixels.shape[0] - tall) * down), round((pixels.shape[1] - wide) * across)
    return _whole(pixels[top : top + tall, left : left + wide], pixels)


def parts_of(pixels: Pixels, seed: int) -> tuple[Pixels, ...]:
    """Three parts of an image, its middle and two elsewhere; the same for the same seed."""
    rng = np.random.default_rng(seed)
    elsewhere = ((rng.uniform(0.7, 0.85), *rng.uniform(size=2)) for _ in range(2))
    return _part(pixels, 0.8, 0.5, 0.5), *(_part(pixels, *where) for where in elsewhere)


def mirrored(pixels: Pixels) -> Pixels:
    """With left and right exchanged."""
    return np.ascontiguousarray(pixels[:, ::-1])


def _grainy(pixels: Pixels) -> Pixels:
    grain = np.random.default_rng(0).normal(0, _GRAIN, pixels.shape)
    return np.clip(np.rint(pixels + grain), 0, 255).astype(np.uint8)


def _noise(pixels: Pixels) -> Pixels:
    places = np.random.default_rng(0).permutation(pixels.shape[0] * pixels.shape[1])
    return pixels.reshape(len(places), -1)[places].reshape(pixels.shape)


STRANGERS: Final[Mapping[str, Callable[[Pixels], Pixels]]] = {
    "black and white exchanged": lambda p: 255 - p,
    "lying on the side": lambda p: _whole(np.rot90(p), p),
    "upside down": lambda p: np.ascontiguousarray(np.rot90(p, 2)),
    "one half, enlarged": lambda p: _whole(p[:, : p.shape[1] // 2], p),
    "a quarter, enlarged": lambda p: _whole(p[: p.shape[0] // 2, : p.shape[1] // 2], p),
    "its greys as noise": _noise,
}
"""What is done to prepared pixels ``(height, width, channels)``, by what comes out."""
DOUBTED: Final[Mapping[str, Callable[[Pixels], Pixels]]] = {
    "mirrored": mirrored,
    f"with noise of {_GRAIN} grey levels": _grainy,
    "its middle 80 %, enlarged": lambda p: _part(p, 0.8, 0.5, 0.5),
}
"""The same of pictures that it can judge, if less surely: how many does it warn about?"""
