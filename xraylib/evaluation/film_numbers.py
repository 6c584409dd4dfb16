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
Grey = NDArray[np.float32]

LAYOUT_SIDE: Final = 16
EDGE_SIDE: Final = 8
DIRECTIONS: Final = 6
GREYS: Final = ("mean", "deviation", "dark", "bright", "sharpness", "symmetry")
SIZES: Final = {"layout": LAYOUT_SIDE**2, "edges": EDGE_SIDE**2 * DIRECTIONS, "greys": len(GREYS)}
"""How many numbers each of them has."""
_SMALLEST: Final = 1e-6
_MIDDLE_SIDE: Final = 64
_ROWS: Final = np.arange(_MIDDLE_SIDE) * EDGE_SIDE // _MIDDLE_SIDE
_PLACES: Final = _ROWS[:, None] * EDGE_SIDE + _ROWS


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
        pictures.append(_numbers_of(pixels))
        if feature is not None:
            features.append(np.asarray(feature, np.float64))
    if not pictures:
        layout, edges, greys = (np.zeros((0, size)) for size in SIZES.values())
    else:
        layout, edges, greys = (np.stack(part) for part in zip(*pictures, strict=True))
    return Described(
        layout=layout, edges=edges, greys=greys, features=np.stack(features) if features else None
    )


def _numbers_of(pixels: Pixels) -> tuple[Floats, Floats, Floats]:
    grey = _grey(pixels)
    layout = _layout(grey)
    return layout, _edges(grey), _greys(grey, layout)


def _layout(grey: Grey) -> Floats:
    """Where it is light and dark, whatever the brightness and contrast."""
    small = _shrunk(grey, LAYOUT_SIDE)
    small -= small.mean()
    layout: Floats = (small / (np.linalg.norm(small) + _SMALLEST)).ravel().astype(np.float64)
    return layout


def _edges(grey: Grey) -> Floats:
    """Where edges of which direction lie, whatever the contrast."""
    middle = _shrunk(grey, _MIDDLE_SIDE)
    across = cv2.Sobel(middle, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(middle, cv2.CV_32F, 0, 1)
    angle = (np.arctan2(down, across) + np.pi) / (2 * np.pi)
    direction = (angle * DIRECTIONS).astype(np.int64) % DIRECTIONS
    bins = (direction * EDGE_SIDE**2 + _PLACES).ravel()
    sums = np.bincount(bins, np.hypot(across, down).ravel(), SIZES["edges"])
    edges = sums.astype(np.float64) / (_MIDDLE_SIDE // EDGE_SIDE) ** 2
    shares: Floats = np.sqrt(edges / (edges.sum() + _SMALLEST))
    return shares


def _greys(grey: Grey, layout: Floats) -> Floats:
    """The film's levels, sharpness and likeness of left and right, in the order of ``GREYS``."""
    large = _shrunk(grey, 128)
    sharpness = np.abs(cv2.Laplacian(large, cv2.CV_32F)).mean() / (large.std() + 1)
    low, high = np.percentile(large, (5, 95))
    square = layout.reshape(LAYOUT_SIDE, LAYOUT_SIDE)
    symmetry = (square * square[:, ::-1]).sum()
    values = (large.mean(), large.std(), low, high, math.log(float(sharpness) + 1e-3), symmetry)
    return np.array(values, np.float64)


def _grey(pixels: Pixels) -> Grey:
    if pixels.shape[2] == 1:  # the mean over one channel would cost more than all the rest
        return pixels[:, :, 0].astype(np.float32)
    grey: Grey = pixels.astype(np.float32).mean(axis=2)
    return grey


def _shrunk(grey: Grey, side: int) -> Grey:
    small: Grey = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
    return small
