"""Drawn pictures with a trunk and two ovals, which stand for chests."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def image(seed: int) -> Pixels:
    """A bright trunk with two dark ovals, a darker frame above than below, and some noise."""
    rng = np.random.default_rng(seed)
    picture = np.full((96, 96), 90.0)
    picture[60:] += 60
    x, y = rng.normal(0, 2, 2)
    for side in (-1, 1):
        centre = (int(48 + side * 22 + x), int(44 + y))
        cv2.ellipse(picture, centre, (13, 30 + int(rng.integers(0, 4))), 0, 0, 360, 30.0, -1)
    picture[:, 44:52] += 40
    picture = picture * rng.uniform(0.85, 1.1) + rng.normal(0, 4, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)[:, :, None]
