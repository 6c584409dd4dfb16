"""A window moving over an image: the values under it, the map it makes, and a drawing of both.

Pure functions of arrays. Padding follows Keras: with ``same`` the zeros are split evenly, and an
odd one goes to the bottom and the right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.networks.declaration.effect import Pair

Values = NDArray[np.float32]
FILTERS: Final = ("Edges, left to right", "Edges, top to bottom", "Mean")
"""Hand-set filters by name."""

_WINDOW: Final = (230, 120, 0)
_NEXT: Final = (70, 160, 220)


@dataclass(frozen=True, kw_only=True)
class Moves:
    """How a window moves over a map along both axes.

    Attributes:
        size: Height and width of the map.
        window: Pixels from the window's first to its last.
        strides: Steps down and to the right.
        padding: ``"valid"`` or ``"same"``.
    """

    size: Pair
    window: Pair
    strides: Pair
    padding: str

    @property
    def positions(self) -> Pair:
        """How many there are down and to the right."""
        height, width = (self._count(axis) for axis in (0, 1))
        return height, width

    @property
    def edges(self) -> tuple[Pair, Pair]:
        """Rows added (above, below) and columns added (left, right)."""
        rows, columns = (self._added(axis) for axis in (0, 1))
        return rows, columns

    def corner(self, row: int, column: int) -> Pair:
        """Top and left pixel of the window at a position; negative among the added zeros."""
        (above, _), (left, _) = self.edges
        return row * self.strides[0] - above, column * self.strides[1] - left

    def _count(self, axis: int) -> int:
        size, window, step = self.size[axis], self.window[axis], self.strides[axis]
        return -(-size // step) if self.padding == "same" else (size - window) // step + 1

    def _added(self, axis: int) -> Pair:
        if self.padding != "same":
            return 0, 0
        reach = (self._count(axis) - 1) * self.strides[axis] + self.window[axis]
        total = max(0, reach - self.size[axis])
        return total // 2, total - total // 2


def hand_filter(name: str, size: Pair) -> Values:
    """A filter of ``FILTERS`` with this height and width; edge filters sum to 0."""
    height, width = size
    if name == "Mean":
        return np.full(size, 1 / (height * width), np.float32)
    if name == "Edges, top to bottom":
        return np.ascontiguousarray(hand_filter(FILTERS[0], (width, height)).T)
    signs = np.sign(np.arange(width) - (width - 1) / 2)
    return np.tile(signs / max(1, height * (width // 2)), (height, 1)).astype(np.float32)


def spread(weights: Values, dilation: Pair) -> Values:
    """A filter with ``dilation − 1`` zeros between its own pixels."""
    height, width = ((n - 1) * d + 1 for n, d in zip(weights.shape, dilation, strict=True))
    wide = np.zeros((height, width), np.float32)
    wide[:: dilation[0], :: dilation[1]] = weights
    return wide


def padded(image: Values, moves: Moves, *, fill: float = 0.0) -> Values:
    """``image`` with the rows and columns that padding adds."""
    return np.pad(image, moves.edges, constant_values=fill)


def convolve(image: Values, weights: Values, moves: Moves) -> Values:
    """The map that a filter makes (as in Keras, not turned round): ``moves.positions`` values."""
    rows, columns = moves.positions
    # The filter's first pixel is its anchor, so its answers stand at the window's corner.
    everywhere = cv2.filter2D(
        padded(image, moves), cv2.CV_32F, weights, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT
    )
    answers: Values = everywhere[:: moves.strides[0], :: moves.strides[1]][:rows, :columns]
    return answers


def pool(image: Values, moves: Moves, *, largest: bool = True) -> Values:
    """The largest value, or the mean, of each window; added pixels do not count."""
    windows = np.lib.stride_tricks.sliding_window_view(
        padded(image, moves, fill=np.nan), moves.window
    )[:: moves.strides[0], :: moves.strides[1]]
    rows, columns = moves.positions
    keep = np.nanmax if largest else np.nanmean
    kept: Values = keep(windows[:rows, :columns], axis=(2, 3)).astype(np.float32)
    return kept


def under_window(image: Values, moves: Moves, row: int, column: int) -> Values:
    """The values under the window at a position, added zeros included."""
    (above, _), (left, _) = moves.edges
    top, start = moves.corner(row, column)
    top, start = top + above, start + left
    height, width = moves.window
    seen: Values = padded(image, moves)[top : top + height, start : start + width]
    return seen


def draw_window(
    image: Values, moves: Moves, row: int, column: int, *, side: int = 384
) -> NDArray[np.uint8]:
    """The image with its added edge in blue-grey, the window in orange, the next place in blue.

    Args:
        image: ``(height, width)``, 0 to 255.
        moves: How the window moves.
        row: Of the position.
        column: Of the position.
        side: The picture's longer side is at least about this many pixels.

    Returns:
        RGB, each pixel of the image a square of whole pixels.
    """
    (above, below), (left, right) = moves.edges
    grey = np.clip(image, 0, 255).astype(np.uint8)
    canvas = np.full((grey.shape[0] + above + below, grey.shape[1] + left + right, 3), (60, 74, 92))
    canvas[above : above + grey.shape[0], left : left + grey.shape[1]] = grey[:, :, None]
    scale = max(1, round(side / max(canvas.shape[:2])))
    picture = np.ascontiguousarray(
        canvas.astype(np.uint8).repeat(scale, axis=0).repeat(scale, axis=1)
    )
    rows, columns = moves.positions
    following = (row, column + 1) if column + 1 < columns else (row + 1, 0)
    places = [((row, column), _WINDOW, 2)]
    if following[0] < rows:
        places.insert(0, (following, _NEXT, 1))
    for (down, across), colour, thick in places:
        top, start = moves.corner(down, across)
        y, x = (top + above) * scale, (start + left) * scale
        end = (x + moves.window[1] * scale - 1, y + moves.window[0] * scale - 1)
        cv2.rectangle(picture, (x, y), end, colour, thick)
    return picture


def draw_map(answers: Values, row: int, column: int, *, side: int = 384) -> NDArray[np.uint8]:
    """A map from its least value (black) to its largest (white), one position framed; RGB."""
    low, high = float(answers.min()), float(answers.max())
    grey = ((answers - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
    scale = max(1, round(side / max(grey.shape)))
    picture = np.ascontiguousarray(
        np.repeat(grey.repeat(scale, axis=0).repeat(scale, axis=1)[:, :, None], 3, axis=2)
    )
    x, y = column * scale, row * scale
    cv2.rectangle(picture, (x - 1, y - 1), (x + scale, y + scale), _WINDOW, 2)
    return picture
