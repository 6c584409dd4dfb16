"""A prepared film in numbers: what is where, its edges, its greys. NumPy and OpenCV."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
Grey = NDArray[np.float32]

LAYOUT_SIDE: Final = 16
EDGE_SIDE: Final = 16
DIRECTIONS: Final = 4
GREYS: Final = ("mean", "deviation", "dark", "bright", "sharpness")
SIZES: Final = {"layout": LAYOUT_SIDE**2, "edges": EDGE_SIDE**2 * DIRECTIONS, "greys": len(GREYS)}
"""How many numbers each of them has."""
_SMALLEST: Final = 1e-6
_EVENED_SIDE: Final = 64
_TILES: Final = (8, 8)
_CLIP: Final = 2.0
_FAINT: Final = 0.5
_SLOPES_SIDE: Final = 32
_ROWS: Final = np.arange(_SLOPES_SIDE) * EDGE_SIDE // _SLOPES_SIDE
_PLACES: Final = _ROWS[:, None] * EDGE_SIDE + _ROWS


@dataclass(frozen=True, kw_only=True)
class Described:
    """Films in numbers, one row each.

    Attributes:
        layout: ``(n, 256)``: the film at 16 × 16 after its contrast was evened out, mean 0 and
            length 1.
        edges: ``(n, 1024)``: square roots of the shares that 4 directions have in the gradient
            of each of 16 × 16 places.
        greys: ``(n, 5)``: mean, standard deviation, 5 % and 95 % levels (of 256), logarithm of the
            sharpness.
        patients: ``(n,)`` numbers of the patients, who are counted as one where it matters.
        features: ``(n, filters)``: the network's feature maps averaged over the film, or None.
    """

    layout: Floats
    edges: Floats
    greys: Floats
    patients: NDArray[np.int64]
    features: Floats | None = None

    def rows(self, chosen: NDArray[np.bool_]) -> Described:
        """Some of the films."""
        return Described(
            layout=self.layout[chosen],
            edges=self.edges[chosen],
            greys=self.greys[chosen],
            patients=self.patients[chosen],
            features=None if self.features is None else self.features[chosen],
        )

    def __len__(self) -> int:
        return len(self.layout)


def describe_films(
    films: Iterable[tuple[Pixels, Floats | None]], patients: ArrayLike | None = None
) -> Described:
    """Films in numbers.

    Args:
        films: Prepared pixels ``(height, width, channels)`` and averaged feature maps
            ``(filters,)``, None for all where the network has none.
        patients: Whose film each is; None: each is of another.
    """
    features: list[Floats] = []

    def rows() -> Iterator[Floats]:
        for pixels, feature in films:
            if feature is not None:
                features.append(np.asarray(feature, np.float64))
            yield _numbers_of(pixels)

    # Filled as films come: a list of rows, stacked at the end, would hold everything twice.
    row = np.dtype((np.float64, sum(SIZES.values())))
    numbers = np.asarray(np.fromiter(rows(), row), np.float64)
    ends = np.cumsum(list(SIZES.values()))[:-1]
    layout, edges, greys = np.split(numbers, ends, axis=1)
    whose = np.arange(len(layout)) if patients is None else np.asarray(patients)
    return Described(
        layout=layout,
        edges=edges,
        greys=greys,
        patients=np.unique(whose, return_inverse=True)[1],
        features=np.stack(features) if features else None,
    )


def _numbers_of(pixels: Pixels) -> Floats:
    """In the order of ``SIZES``."""
    grey = _grey(pixels)
    return np.concatenate([_layout(grey), _edges(grey), _greys(grey)])


def _layout(grey: Grey) -> Floats:
    """Where it is lighter and darker than around, whatever the exposure.

    Adaptive histogram equalisation with limited contrast (Zuiderveld 1994) evens out exposure,
    window and tone curve, which differ from film to film more than anatomy does.
    """
    wide = _shrunk(grey, _EVENED_SIDE)
    wide = 255 * (wide - wide.min()) / max(float(np.ptp(wide)), _SMALLEST)
    evened = cv2.createCLAHE(_CLIP, _TILES).apply(np.rint(wide).astype(np.uint8))
    small = _shrunk(evened.astype(np.float32), LAYOUT_SIDE)
    small -= small.mean()
    layout: Floats = (small / (np.linalg.norm(small) + _SMALLEST)).ravel().astype(np.float64)
    return layout


def _edges(grey: Grey) -> Floats:
    """Which way edges run in each place, whatever the contrast there (Dalal and Triggs 2005)."""
    slopes = _shrunk(grey, _SLOPES_SIDE)
    across = cv2.Sobel(slopes, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(slopes, cv2.CV_32F, 0, 1)
    angle = (np.arctan2(down, across) + np.pi) / (2 * np.pi)
    direction = (angle * DIRECTIONS).astype(np.int64) % DIRECTIONS
    bins = (direction * EDGE_SIDE**2 + _PLACES).ravel()
    sums = np.bincount(bins, np.hypot(across, down).ravel(), SIZES["edges"])
    edges = sums.reshape(DIRECTIONS, EDGE_SIDE**2)
    in_place = edges.sum(axis=0)
    shares: Floats = np.sqrt(edges / (in_place + _FAINT * in_place.mean() + _SMALLEST))
    return shares.ravel()


def _greys(grey: Grey) -> Floats:
    """The film's levels and its sharpness, in the order of ``GREYS``."""
    large = _shrunk(grey, 128)
    sharpness = np.abs(cv2.Laplacian(large, cv2.CV_32F)).mean() / (large.std() + 1)
    low, high = np.percentile(large, (5, 95))
    values = (large.mean(), large.std(), low, high, math.log(float(sharpness) + 1e-3))
    return np.array(values, np.float64)


def _grey(pixels: Pixels) -> Grey:
    if pixels.shape[2] == 1:  # the mean over one channel would cost more than all the rest
        return pixels[:, :, 0].astype(np.float32)
    grey: Grey = pixels.astype(np.float32).mean(axis=2)
    return grey


def _shrunk(grey: Grey, side: int) -> Grey:
    small: Grey = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
    return small
