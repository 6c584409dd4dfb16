"""A prepared image in numbers: what is where, its edges, its greys. NumPy and OpenCV."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
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
_TILES: Final = (8, 8)
_CLIP: Final = 2.0
_FAINT: Final = 0.5
_SECOND: Final = np.array([1.0, -2.0, 1.0], np.float32)
_SECOND_GAIN: Final = 6.0  # of white noise, both ways: sqrt(1 + 4 + 1) squared
_NORMAL_MEDIAN: Final = 0.6744897501960817  # of its absolute values, in standard deviations
_SLOPES_SIDE: Final = 32
_SIDES: Final = (128, 64, _SLOPES_SIDE)
"""Of the image for its greys, its layout and its edges."""
_POWERS: Final = (1, 2, 4, 8, 16)
_ROWS: Final = np.arange(_SLOPES_SIDE) * EDGE_SIDE // _SLOPES_SIDE
_PLACES: Final = _ROWS[:, None] * EDGE_SIDE + _ROWS


@dataclass(frozen=True, kw_only=True)
class Described:
    """Images in numbers, one row each.

    Attributes:
        layout: ``(n, 256)``: the image at 16 × 16 after its contrast was evened out, mean 0 and
            length 1.
        edges: ``(n, 1024)``: square roots of the shares that 4 directions have in the gradient
            of each of 16 × 16 places.
        greys: ``(n, 5)``: mean, standard deviation, 5 % and 95 % levels (of 256), logarithm of the
            sharpness.
        noise: ``(n,)``: standard deviation of the noise from pixel to pixel, in levels of 256.
        patients: ``(n,)`` numbers of the patients, who are counted as one where it matters.
        features: ``(n, filters)``: the network's feature maps averaged over the image, or None.
    """

    layout: Floats
    edges: Floats
    greys: Floats
    noise: Floats
    patients: NDArray[np.int64]
    features: Floats | None = None

    def rows(self, chosen: NDArray[np.bool_]) -> Described:
        """Some of the images."""
        return Described(
            layout=self.layout[chosen],
            edges=self.edges[chosen],
            greys=self.greys[chosen],
            noise=self.noise[chosen],
            patients=self.patients[chosen],
            features=None if self.features is None else self.features[chosen],
        )

    def __len__(self) -> int:
        return len(self.layout)


def describe_images(
    images: Iterable[tuple[Pixels, Floats | None]], patients: ArrayLike | None = None
) -> Described:
    """Images in numbers.

    Args:
        images: Prepared pixels ``(height, width, channels)`` and averaged feature maps
            ``(filters,)``, None for all where the network has none.
        patients: Whose image each is; None: each is of another.
    """
    features: list[Floats] = []

    def rows() -> Iterator[Floats]:
        for pixels, feature in images:
            if feature is not None:
                features.append(np.asarray(feature, np.float64))
            yield np.concatenate(_numbers_of(pixels))

    # Filled as images come: a list of rows, stacked at the end, would hold everything twice.
    row = np.dtype((np.float64, sum(SIZES.values()) + 1))
    numbers = np.asarray(np.fromiter(rows(), row), np.float64)
    layout, edges, greys, noise = np.split(numbers, np.cumsum(list(SIZES.values())), axis=1)
    whose = np.arange(len(layout)) if patients is None else np.asarray(patients)
    return Described(
        layout=layout,
        edges=edges,
        greys=greys,
        noise=noise[:, 0],
        patients=np.unique(whose, return_inverse=True)[1],
        features=np.stack(features) if features else None,
    )


def describe_image(pixels: Pixels, features: ArrayLike | None = None) -> Described:
    """:func:`describe_images` of one image, without the work of putting many together.

    Args:
        pixels: ``(height, width, channels)``, prepared.
        features: ``(filters,)`` averaged feature maps, or None.
    """
    layout, edges, greys, noise = _numbers_of(pixels)
    return Described(
        layout=layout[None],
        edges=edges[None],
        greys=greys[None],
        noise=noise,
        patients=np.zeros(1, np.int64),
        features=None if features is None else np.asarray(features, np.float64)[None],
    )


def inverted(images: Described) -> Described:
    """The same images with black and white exchanged, without their pixels and features.

    Exact but for the layout: evening out contrast treats dark and bright nearly alike.
    """
    mean, deviation, dark, bright, sharpness = images.greys.T
    edges = images.edges.reshape(-1, DIRECTIONS, EDGE_SIDE**2)
    return Described(
        layout=-images.layout,
        edges=np.roll(edges, DIRECTIONS // 2, axis=1).reshape(images.edges.shape),
        greys=np.stack([255 - mean, deviation, 255 - bright, 255 - dark, sharpness], axis=1),
        noise=images.noise,
        patients=images.patients,
    )


def turned(images: Described, quarters: int) -> Described:
    """The same images turned by so many quarters against the clock, without pixels and features."""
    layout = images.layout.reshape(-1, LAYOUT_SIDE, LAYOUT_SIDE)
    edges = images.edges.reshape(-1, DIRECTIONS, EDGE_SIDE, EDGE_SIDE)
    # An edge that ran along the rows runs along the columns after a quarter, and so on.
    edges = np.roll(np.rot90(edges, quarters, axes=(2, 3)), -quarters, axis=1)
    return Described(
        layout=np.rot90(layout, quarters, axes=(1, 2)).reshape(images.layout.shape),
        edges=edges.reshape(images.edges.shape),
        greys=images.greys,
        noise=images.noise,
        patients=images.patients,
    )


def together(images: Sequence[Described]) -> Described:
    """Several as one, without features."""
    return Described(
        layout=np.concatenate([one.layout for one in images]),
        edges=np.concatenate([one.edges for one in images]),
        greys=np.concatenate([one.greys for one in images]),
        noise=np.concatenate([one.noise for one in images]),
        patients=np.concatenate([one.patients for one in images]),
    )


def _numbers_of(pixels: Pixels) -> tuple[Floats, Floats, Floats, Floats]:
    """In the order of ``SIZES``, then the noise ``(1,)``."""
    grey = _grey(pixels)
    large, middle, small = _shrunk_to(grey, _SIDES, whole=pixels.shape[2] == 1)
    return _layout(middle), _edges(small), _greys(large), _noise(grey)


def _layout(wide: Grey) -> Floats:
    """Where it is lighter and darker than around, whatever the exposure.

    Adaptive histogram equalisation with limited contrast (Zuiderveld 1994) evens out exposure,
    window and tone curve, which differ from image to image more than anatomy does.
    """
    wide = 255 * (wide - wide.min()) / max(float(np.ptp(wide)), _SMALLEST)
    evened = cv2.createCLAHE(_CLIP, _TILES).apply(np.rint(wide).astype(np.uint8))
    small = _shrunk(evened.astype(np.float32), LAYOUT_SIDE)
    small -= small.mean()
    layout: Floats = (small / (np.linalg.norm(small) + _SMALLEST)).ravel().astype(np.float64)
    return layout


def _edges(slopes: Grey) -> Floats:
    """Which way edges run in each place, whatever the contrast there (Dalal and Triggs 2005)."""
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


def _greys(large: Grey) -> Floats:
    """The image's levels and its sharpness, in the order of ``GREYS``."""
    mean = large.mean(keepdims=True)
    deviation = large.std(mean=mean)
    sharpness = np.abs(cv2.Laplacian(large, cv2.CV_32F)).mean() / (deviation + 1)
    low, high = percentiles(large, (5, 95))
    values = (mean[0, 0], deviation, low, high, math.log(float(sharpness) + 1e-3))
    return np.array(values, np.float64)


def _noise(grey: Grey) -> Floats:
    """``(1,)``: the standard deviation of what differs from pixel to pixel without a pattern.

    The difference of two Laplacians (Immerkær 1996) takes out what is even, slopes and straight
    edges; of its values the median (Donoho and Johnstone 1994) leaves out letters and corners.
    """
    left = np.abs(cv2.sepFilter2D(grey, cv2.CV_32F, _SECOND, _SECOND)).ravel()
    middle = np.partition(left, left.size // 2)[left.size // 2]
    return np.array([middle / _NORMAL_MEDIAN / _SECOND_GAIN], np.float64)


def percentiles(values: NDArray[np.float32], wanted: tuple[float, ...]) -> list[float]:
    """What ``np.percentile`` gives, to the last bit, in half the time or less.

    NumPy's looks for each of the neighbouring values anew; sorting all of them is quicker.

    Args:
        values: Any shape, at least one number and all of them finite.
        wanted: Percentages, 0 to 100.
    """
    ordered = np.sort(values, axis=None)
    found = []
    for share in wanted:
        place = (ordered.size - 1) * (share / 100)
        before = math.floor(place)
        low, high = ordered[before], ordered[min(before + 1, ordered.size - 1)]
        step, part = float(high - low), place - before
        found.append(float(high) - step * (1 - part) if part >= 0.5 else float(low) + step * part)
    return found


def _grey(pixels: Pixels) -> Grey:
    """``(height, width)``: the mean of the channels."""
    grey: Grey = pixels[:, :, 0].astype(np.float32)
    channels = pixels.shape[2]
    if channels > 1:  # sums of whole numbers are exact, so this is NumPy's own mean, but quicker
        for channel in range(1, channels):
            grey += pixels[:, :, channel]
        grey /= channels
    return grey


def _shrunk_to(grey: Grey, sides: tuple[int, ...], *, whole: bool) -> list[Grey]:
    """Squares of these sides, each half as long as the one before it.

    Args:
        grey: ``(height, width)``
        sides: The longest first.
        whole: Whether all values are whole numbers of at most 8 bits.
    """
    # Where the image is a power of two larger, the means of means are exact, and thus the same.
    ratios = [side / sides[0] for side in grey.shape]
    exact = whole and all(ratio in _POWERS for ratio in ratios)
    squares: list[Grey] = []
    for side in sides:
        squares.append(_shrunk(squares[-1] if exact and squares else grey, side))
    return squares


def _shrunk(grey: Grey, side: int) -> Grey:
    small: Grey = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
    return small
