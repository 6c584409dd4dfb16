"""Are two images the same picture? Decided by laying one over the other.

A copy that was resized, re-encoded, cropped, framed or changed in contrast differs from its
original by a shift and a scale along each axis, nothing else: once these are found, every part of
the picture lies where it should, to about a tenth of a pixel of 128. Two images of one patient
never do: the chest turned and breathed in between, so its parts moved against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.images.descriptors import DETAIL_SIDE

_PATCH: Final = 28
_FIRST: Final = tuple((x, y) for y in (10, 50, 90) for x in (10, 50, 90))
_ALL: Final = tuple((x, y) for y in (6, 28, 50, 72, 94) for x in (6, 28, 50, 72, 94))
_CENTRE: Final = _PATCH / 2 - 0.5

# Copies stay below 0.3 nearly always. The two phantoms that are nearest to each other without being
# copies, of one patient in nearly one pose, are at 0.42; different real images never got this far.
_APART: Final = 0.38

Box = tuple[float, float, float, float]
Picture = NDArray[np.float32]


class Map(NamedTuple):
    """Where a place of one image lies in the other: along each axis a scale, then a shift."""

    scale_x: float
    scale_y: float
    x: float
    y: float

    def far_from(self, other: Map) -> float:
        """How far apart two maps put a corner of the image, at most, along an axis; pixels."""
        x, y = self.x - other.x, self.y - other.y
        wide = x + DETAIL_SIDE * (self.scale_x - other.scale_x)
        high = y + DETAIL_SIDE * (self.scale_y - other.scale_y)
        return max(abs(x), abs(y), abs(wide), abs(high))


_SAME_PLACE: Final = Map(1.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """How well two images agree after the best shift and scale.

    Attributes:
        likeness: Median correlation of 25 patches, -1..1.
        apart: Median distance of a patch from where the map puts it, pixels of 128.
        apart_upper: Its upper quartile.
        turn: What rotation and shear would still move at the image's edge, pixels of 128.
    """

    likeness: float
    apart: float
    apart_upper: float
    turn: float

    @property
    def is_copy(self) -> bool:
        """Whether the images are copies; calibrated by ``benchmarks/near_duplicates.py``."""
        return self.likeness >= 0.7 and self.apart + self.apart_upper + 2 * self.turn <= _APART


NOTHING: Final = Agreement(likeness=0.0, apart=99.0, apart_upper=99.0, turn=99.0)


def compare(
    first: NDArray[np.int8], second: NDArray[np.int8], first_box: Box, second_box: Box
) -> Agreement:
    """Lays one image over the other.

    Args:
        first: `detail` of an image.
        second: `detail` of another.
        first_box: Its `content_box`; margins of a copy may differ.
        second_box: That of the other.
    """
    one, two = first.astype(np.float32), second.astype(np.float32)
    best: tuple[float, Map] | None = None
    for start in _starts(first_box, second_box):
        least = 0.5 if best is None else best[0]
        shifts = _match(one, _laid(two, start), _FIRST, reach=6, least=least)
        fitted = _fit(shifts, fewest=5)
        if fitted is not None and fitted[1] < 0.6:
            best = float(np.median(shifts[:, 4])), _after(start, fitted[0])
    if best is None:
        return NOTHING
    there = best[1]
    shifts = _match(one, _laid(two, there), _ALL, reach=3)
    fitted = _fit(shifts, fewest=8)
    if fitted is None or fitted[1] > 0.5:
        return NOTHING
    shifts = _match(one, _laid(two, _after(there, fitted[0])), _ALL, reach=2)
    return _judge(shifts)


def _starts(first: Box, second: Box) -> list[Map]:
    """Maps to begin with: margins or no margins, as each image has them."""
    whole: Box = (0.0, 0.0, 1.0, 1.0)
    maps: list[Map] = []
    for one, two in ((first, second), (whole, whole), (whole, second), (first, whole)):
        x, y = ((two[at + 2] - two[at]) / (one[at + 2] - one[at]) for at in (0, 1))
        left, top = (
            (two[at] - one[at] * scale) * DETAIL_SIDE + 0.5 * scale - 0.5
            for at, scale in enumerate((x, y))
        )
        made = Map(x, y, left, top)
        if all(made.far_from(other) > 2.0 for other in maps):
            maps.append(made)
    return maps


def _laid(picture: Picture, there: Map) -> Picture:
    """The second image in the frame of the first."""
    if there.far_from(_SAME_PLACE) < 0.01:
        return picture
    matrix = np.array([[there.scale_x, 0.0, there.x], [0.0, there.scale_y, there.y]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (DETAIL_SIDE, DETAIL_SIDE)
    laid: Picture = cv2.warpAffine(
        picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return laid


def _match(
    one: Picture,
    two: Picture,
    places: tuple[tuple[int, int], ...],
    *,
    reach: int,
    least: float = -1.0,
) -> NDArray[np.float64]:
    """``(patches, 5)``: centre x and y, shift x and y of its best match, its correlation.

    No rows as soon as the median of the correlations cannot be more than ``least``: most pairs
    that are looked at are no copies.
    """
    found = []
    below = 0
    for x, y in places:
        left, top = max(0, x - reach), max(0, y - reach)
        area = two[top : y + _PATCH + reach, left : x + _PATCH + reach]
        patch = one[y : y + _PATCH, x : x + _PATCH]
        scores = cv2.matchTemplate(area, patch, cv2.TM_CCOEFF_NORMED)
        _, best, _, (column, row) = cv2.minMaxLoc(scores)
        below += best <= least
        if 2 * below > len(places):
            return np.empty((0, 5))
        found.append((x, y, left, top, scores, column, row, best))
    return np.array(
        [
            (
                x + _CENTRE,
                y + _CENTRE,
                left + column + _peak(scores[row], column) - x,
                top + row + _peak(scores[:, column], row) - y,
                best,
            )
            for x, y, left, top, scores, column, row, best in found
        ]
    )


def _peak(scores: NDArray[np.float32], at: int) -> float:
    """Where between its neighbours the maximum lies (vertex of a parabola)."""
    if not 0 < at < len(scores) - 1:
        return 0.0
    before, here, after = scores[at - 1 : at + 2].tolist()
    bend = before - 2 * here + after
    return float(0.5 * (before - after) / bend) if bend < -1e-9 else 0.0


def _fit(shifts: NDArray[np.float64], *, fewest: int) -> tuple[Map, float] | None:
    """Shift and scale along each axis, robustly; and the median distance from it."""
    if len(shifts) < fewest:
        return None
    place, shift, weight = shifts[:, :2], shifts[:, 2:4], shifts[:, 4] ** 2
    trusted = shifts[:, 4] > 0.3
    kept = trusted
    for tolerance in (3.0, 1.5, 1.0):
        if np.count_nonzero(kept) < fewest:
            return None
        at, moved, share = place[kept], shift[kept], weight[kept]
        share = share / share.sum()
        away = at - share @ at
        slope = share @ (away * moved) / (share @ (away * away))  # of both axes, least squares
        (x, y), (left, top) = (1.0 + slope).tolist(), (share @ (moved - slope * at)).tolist()
        there = Map(x, y, left, top)
        apart = _apart(shifts, there)
        kept = trusted & (apart < tolerance)
    if np.count_nonzero(kept) < fewest:
        return None
    return there, float(np.median(apart[trusted]))


def _apart(shifts: NDArray[np.float64], there: Map) -> NDArray[np.float64]:
    place, goal = shifts[:, :2], shifts[:, :2] + shifts[:, 2:4]
    apart: NDArray[np.float64] = np.hypot(*(goal - (place * there[:2] + there[2:])).T)
    return apart


def _after(first: Map, second: Map) -> Map:
    """The map that does ``second``, then ``first``."""
    return Map(
        first.scale_x * second.scale_x,
        first.scale_y * second.scale_y,
        first.scale_x * second.x + first.x,
        first.scale_y * second.y + first.y,
    )


def _judge(shifts: NDArray[np.float64]) -> Agreement:
    fitted = _fit(shifts, fewest=8)
    trusted = shifts[shifts[:, 4] > 0.5]
    if fitted is None or len(trusted) < 8:
        return NOTHING
    apart = _apart(trusted, fitted[0])
    # A patch without structure matches anywhere; it must not turn the rest.
    steady = trusted[apart <= max(0.3, 3.0 * float(np.median(apart)))]
    middle = (DETAIL_SIDE - 1) / 2
    design = np.column_stack([steady[:, :2] - middle, np.ones(len(steady))])
    weight = steady[:, 4:]
    slopes = np.linalg.lstsq(design * weight, steady[:, 2:4] * weight, rcond=None)[0]
    return Agreement(
        likeness=float(np.median(shifts[:, 4])),
        apart=float(np.median(apart)),
        apart_upper=float(np.quantile(apart, 0.75)),
        turn=float(max(abs(slopes[0, 1]), abs(slopes[1, 0])) * DETAIL_SIDE / 2),
    )
