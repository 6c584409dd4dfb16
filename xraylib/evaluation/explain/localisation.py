"""Is a heat map true? Its hottest point against lesions whose outlines are known. NumPy, OpenCV.

Also deletion and insertion curves (Petsiuk et al. 2018), which need no outlines: a map is the
better, the faster the class's probability falls when the hottest parts are hidden first, and the
faster it rises when they are shown first.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.records import MOST_TABLE, as_damage, read_bytes

Points = NDArray[np.float32]
Map = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Probabilities = Callable[[Pixels], NDArray[np.float64]]

REACH: Final = 8.0
"""Pixels from a lesion's edge within which the hottest point counts as a hit."""

_FARTHEST: Final = 1e6


def read_outlines(file: Path) -> dict[str, list[Points]]:
    """Outlines ``(n, 2)`` of lesions by image, from a table ``path,…,outline`` of ``x y;x y;…``.

    Nothing from a table without these two columns, which is another's.

    Raises:
        PathError: codes ``missing`` and ``damaged``.
    """
    found: dict[str, list[Points]] = {}
    raw = read_bytes(file, MOST_TABLE)
    with as_damage(file, csv.Error, remedy="mend the file, or move it out of the data set"):
        rows = csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""))
        if not {"path", "outline"} <= {*(rows.fieldnames or ())}:
            return {}
        for row in rows:
            points = [[float(n) for n in pair.split()] for pair in row["outline"].split(";")]
            outline = np.array(points, np.float32).reshape(len(points), 2)
            if not (np.abs(outline) < _FARTHEST).all():
                raise ValueError(f"an outline of {row['path']} lies outside of every image")
            found.setdefault(row["path"], []).append(outline)
    return found


def hottest(heat_map: Map) -> tuple[int, int]:
    """(x, y) of the highest value; the first one of several."""
    y, x = np.unravel_index(int(heat_map.argmax()), heat_map.shape)
    return int(x), int(y)


def distance(point: tuple[float, float], outlines: Sequence[Points]) -> float:
    """Pixels from a point to the nearest lesion; 0 inside of one, infinite without any."""
    gaps = [-cv2.pointPolygonTest(o, (float(point[0]), float(point[1])), True) for o in outlines]
    return max(0.0, min(gaps, default=float("inf")))


def reached(size: tuple[int, int], outlines: Sequence[Points], reach: float = REACH) -> Map:
    """Where a point would count as a hit: ``(height, width)`` of 0 and 1."""
    outside = np.ones(size, np.uint8)
    for outline in outlines:
        cv2.fillPoly(outside, [np.rint(outline).astype(np.int32)], 0)
    far = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    hit: Map = (far <= reach).astype(np.float32)
    return hit


def best_fixed_point(hits: Sequence[Map]) -> float:
    """The share of images that the luckiest single point of the image would hit in all of them."""
    return float(np.mean(np.stack(hits), axis=0).max())


def random_point(hits: Sequence[Map], lungs: Sequence[Map]) -> float:
    """The share of images that a point drawn evenly from the lungs would hit, on average."""
    shares = [float((hit * lung).sum() / lung.sum()) for hit, lung in zip(hits, lungs, strict=True)]
    return float(np.mean(shares))


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A deletion or insertion curve.

    Attributes:
        shares: Share of the picture that is hidden (or shown), from 0 to 1.
        probabilities: Of the class at each of them.
    """

    shares: NDArray[np.float64]
    probabilities: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under the curve: low is good for deletion, high for insertion."""
        return float(np.trapezoid(self.probabilities, self.shares))


def deletion_curve(
    probabilities: Probabilities,
    pixels: Pixels,
    heat_map: Map,
    class_index: int,
    *,
    steps: int = 32,
) -> Curve:
    """Hides the hottest parts first, under a dark grey (mean minus one standard deviation).

    Args:
        probabilities: From ``(n, height, width, channels)`` to ``(n, classes)``.
        pixels: ``(height, width, channels)`` prepared picture.
        heat_map: ``(height, width)``.
        class_index: The class.
        steps: Parts of equal area.
    """
    dark = np.clip(pixels.mean(axis=(0, 1)) - pixels.std(axis=(0, 1)), 0, 255).astype(np.uint8)
    empty = np.broadcast_to(dark, pixels.shape)
    return _curve(probabilities, pixels, empty, heat_map, class_index, steps)


def insertion_curve(
    probabilities: Probabilities,
    pixels: Pixels,
    heat_map: Map,
    class_index: int,
    *,
    steps: int = 32,
) -> Curve:
    """Shows the hottest parts first, over a picture too blurred to tell anything.

    Arguments as for :func:`deletion_curve`.
    """
    sigma = max(pixels.shape[:2]) / 12
    blurred = cv2.GaussianBlur(pixels, (0, 0), sigma).reshape(pixels.shape)
    return _curve(probabilities, blurred, pixels, heat_map, class_index, steps)


def _curve(
    probabilities: Probabilities,
    before: Pixels,
    after: Pixels,
    heat_map: Map,
    class_index: int,
    steps: int,
) -> Curve:
    """From ``before`` to ``after``, the hottest pixels first."""
    order = np.argsort(-heat_map.ravel(), kind="stable")
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    rank = places.reshape(heat_map.shape)
    shares = np.linspace(0, 1, steps + 1)
    batch = np.stack(
        [np.where((rank < round(s * rank.size))[:, :, None], after, before) for s in shares]
    )
    return Curve(shares=shares, probabilities=probabilities(batch)[:, class_index])


def hit_rates(
    distances: Mapping[str, tuple[str, float]], reach: float = REACH
) -> tuple[float, dict[str, float]]:
    """The share of images hit, of all and by class.

    Args:
        distances: (class, pixels from the hottest point to the nearest lesion) by image.
        reach: Pixels within which it is a hit.
    """
    by_class: dict[str, list[bool]] = {}
    for label, gap in distances.values():
        by_class.setdefault(label, []).append(gap <= reach)
    every = [hit for hits in by_class.values() for hit in hits]
    return float(np.mean(every)), {name: float(np.mean(hits)) for name, hits in by_class.items()}
