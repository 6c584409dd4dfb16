"""Coloured marks and the image without them, beside a loop over single pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xraylib.ood.marks import without_marks


def slowly(pixels: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """As the docstring says it, pixel by pixel."""
    height, width, _ = pixels.shape
    unknown = {
        (int(y) + dy, int(x) + dx)
        for y, x in np.argwhere(marked)
        for dy in range(-2, 3)
        for dx in range(-2, 3)
        if 0 <= y + dy < height and 0 <= x + dx < width
    }
    filled = pixels.astype(int)
    while unknown:
        ring = {}
        for y, x in unknown:
            known = [
                filled[row, column]
                for row in range(max(0, y - 1), min(height, y + 2))
                for column in range(max(0, x - 1), min(width, x + 2))
                if (row, column) not in unknown
            ]
            if known:
                ring[y, x] = (2 * np.sum(known, axis=0) + len(known)) // (2 * len(known))
        if not ring:
            return pixels
        for place, value in ring.items():
            filled[place] = value
        unknown -= ring.keys()
    return filled.astype(np.uint8)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(1, 24), st.integers(1, 24)),
    channels=st.sampled_from([1, 3]),
    share=st.sampled_from([0.0, 0.01, 0.05, 0.2, 1.0]),
)
def test_each_ring_is_the_mean_of_what_is_known_around_it(
    seed: int, size: tuple[int, int], channels: int, share: float
) -> None:
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (*size, channels), np.uint8)
    marked = (random.random(size) < share).astype(np.uint8) * 255
    assert without_marks(pixels, marked).tolist() == slowly(pixels, marked).tolist()


@pytest.mark.parametrize("value", [0, 17, 255])
def test_a_mark_on_one_grey_leaves_that_grey(value: int) -> None:
    pixels = np.full((40, 50, 1), value, np.uint8)
    pixels[10:20, 5:45] = 200
    marked = np.zeros((40, 50), np.uint8)
    marked[10:20, 5:45] = 1
    assert (without_marks(pixels, marked) == value).all()
