"""A prepared film in numbers: what is where, its edges, its greys. NumPy and OpenCV."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]

LAYOUT_SIDE: Final = 16
EDGE_SIDE: Final = 8
DIRECTIONS: Final = 6
GREYS: Final = ("mean", "deviation", "dark", "bright", "sharpness", "symmetry")
SIZES: Final = {"layout": LAYOUT_SIDE**2, "edges": EDGE_SIDE**2 * DIRECTIONS, "greys": len(GREYS)}
"""How many numbers each of them has."""
_SMALLEST: Final = 1e-6


@dataclass(frozen=True, kw_only=True)
class Described:
    """Films in numbers, one row each.

    Attributes:
        layout: ``(n, 256)``: the film at 16 × 16, mean 0 and length 1.
        edges: ``(n, 384)``: square roots of the shares of gradient in 8 × 8 places and 6
            directions.
        greys: ``(n, 6)``: mean, standard deviation, 5 % and 95 % levels (of 256), logarithm of the
            sharpness, and correlation of the layout with its mirror image.
        features: ``(n, filters)``: the network's feature maps averaged over the film, or None.
    """

    layout: Floats
    edges: Floats
    greys: Floats
    features: Floats | None = None

    def rows(self, chosen: NDArray[np.bool_]) -> Described:
        """Some of the films."""
        return Described(
            layout=self.layout[chosen],
            edges=self.edges[chosen],
            greys=self.greys[chosen],
            features=None if self.features is None else self.features[chosen],
        )

    def __len__(self) -> int:
        return len(self.layout)


def describe_films(films: Iterable[tuple[Pixels, Floats | None]]) -> Described:
    """Films in numbers.

    Args:
        films: Prepared pixels ``(height, width, channels)`` and averaged feature maps
            ``(filters,)``, None for all where the network has none.
    """
    pictures: list[tuple[Floats, Floats, Floats]] = []
    features: list[Floats] = []
    for pixels, feature in films:
        pictures.append((layout_of(pixels), edges_of(pixels), greys_of(pixels)))
        if feature is not None:
            features.append(np.asarray(feature, np.float64))
    if not pictures:
        layout, edges, greys = (np.zeros((0, size)) for size in SIZES.values())
    else:
        layout, edges, greys = (np.stack(part) for part in zip(*pictures, strict=True))
    return Described(
        layout=layout, edges=edges, greys=greys, features=np.stack(features) if features else None
    )


def layout_of(pixels: Pixels) -> Floats:
    """Where it is light and dark, whatever the brightness and contrast."""
    small = _shrunk(pixels, LAYOUT_SIDE)
    small -= small.mean()
    layout: Floats = (small / (np.linalg.norm(small) + _SMALLEST)).ravel().astype(np.float64)
    return layout


def edges_of(pixels: Pixels) -> Floats:
    """Where edges of which direction lie, whatever the contrast."""
    middle = _shrunk(pixels, 64)
    across = cv2.Sobel(middle, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(middle, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down)
    angle = (np.arctan2(down, across) + np.pi) / (2 * np.pi)
    direction = (angle * DIRECTIONS).astype(np.int64) % DIRECTIONS
    parts = [
        _shrunk(np.where(direction == one, strength, 0), EDGE_SIDE) for one in range(DIRECTIONS)
    ]
    edges = np.stack(parts).ravel().astype(np.float64)
    shares: Floats = np.sqrt(np.maximum(edges, 0) / (edges.sum() + _SMALLEST))
    return shares


def greys_of(pixels: Pixels) -> Floats:
    """The film's levels, sharpness and likeness of left and right, in the order of ``GREYS``."""
    large = _shrunk(pixels, 128)
    sharpness = np.abs(cv2.Laplacian(large, cv2.CV_32F)).mean() / (large.std() + 1)
    low, high = np.percentile(large, (5, 95))
    layout = layout_of(pixels).reshape(LAYOUT_SIDE, LAYOUT_SIDE)
    symmetry = (layout * layout[:, ::-1]).sum()
    values = (large.mean(), large.std(), low, high, math.log(float(sharpness) + 1e-3), symmetry)
    return np.array(values, np.float64)


def _shrunk(pixels: NDArray[np.generic], side: int) -> NDArray[np.float32]:
    values = pixels.astype(np.float32)
    grey = values.mean(axis=2) if values.ndim == 3 else values
    small: NDArray[np.float32] = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
    return small
