"""The few images that each image could be a copy of, among 100,000, by matrix products.

Every image is compared with every other, but as blocks of numbers: cosines of descriptors
(`images.descriptors`), less what all images of the set share. An image may have margins that its
copy has not, or be cut a little tighter, so four pairs of views count and the best of them is
taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Views of two images that may show the same: whole-whole, no margins-no margins, …
_VIEW_PAIRS: Final = ((0, 0), (1, 1), (1, 2), (0, 1))
# A block of cosines stays in the cache of a core.
_ROWS: Final = 512
_COLUMNS: Final = 1024
# Fewer images than this are all compared with each other.
_FEW: Final = 40
# How many neighbours of an image are looked at, and the least cosine, for up to 2,000 images,
# 20,000 and more: comparing takes about 1 ms a pair, and among many images copies still come
# first.
_MOST: Final = ((24, 0.5), (8, 0.6), (3, 0.65))

Progress = Callable[[int, int], None]


def candidate_pairs(
    views: NDArray[np.int8], *, progress: Progress | None = None
) -> NDArray[np.int64]:
    """Pairs of images that could be copies of each other.

    Args:
        views: int8 ``(images, 3, DIMENSIONS)``, see
            `images.descriptors.Descriptor`; an image of zeros is nobody's copy.
        progress: Called with (images compared, images in all).

    Returns:
        ``(pairs, 2)``, the smaller number first, sorted, each pair once.
    """
    seen = np.flatnonzero(views[:, 0].any(axis=1))
    if len(seen) < _FEW:
        first, second = np.triu_indices(len(seen), 1)
        return np.column_stack([seen[first], seen[second]])
    most, least = _MOST[0 if len(seen) <= 2000 else 1 if len(seen) <= 20_000 else 2]
    images = centred(views[seen])
    pairs = []
    for start in range(0, len(seen), _ROWS):
        rows = slice(start, min(start + _ROWS, len(seen)))
        near, found = _nearest(images, rows, most, least)
        one, place = np.nonzero(found > least)
        pairs.append(np.column_stack([seen[one + start], seen[near[one, place]]]))
        if progress is not None:
            progress(rows.stop, len(seen))
    both = np.sort(np.concatenate(pairs), axis=1)
    return np.unique(both, axis=0)


def centred(views: NDArray[np.int8]) -> NDArray[np.float32]:
    """Unit vectors ``(3, images, DIMENSIONS)`` of what sets each image apart from the others."""
    images = np.ascontiguousarray(views.transpose(1, 0, 2), dtype=np.float32)
    images -= images[:2].mean(axis=(0, 1))
    length = np.linalg.norm(images, axis=2, keepdims=True)
    images /= np.maximum(length, 1e-6)
    return images


def _nearest(
    images: NDArray[np.float32], rows: slice, most: int, least: float
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For each of these rows its ``most`` nearest images and their cosines, in no order.

    Places that stay empty hold a cosine of ``least`` or less.
    """
    count = rows.stop - rows.start
    near = np.zeros((count, most), dtype=np.int64)
    best = np.full((count, most), least, dtype=np.float32)
    for start in range(0, images.shape[1], _COLUMNS):
        columns = slice(start, min(start + _COLUMNS, images.shape[1]))
        cosines = _cosines(images, rows, columns)
        for own in range(max(rows.start, start), min(rows.stop, columns.stop)):
            cosines[own - rows.start, own - start] = -1.0
        for row in np.flatnonzero(cosines.max(axis=1) > best.min(axis=1)):
            hits = np.flatnonzero(cosines[row] > best[row].min())
            values = np.concatenate([best[row], cosines[row, hits]])
            places = np.concatenate([near[row], hits + start])
            kept = np.argpartition(-values, most - 1)[:most]
            best[row], near[row] = values[kept], places[kept]
    return near, best


def _cosines(images: NDArray[np.float32], rows: slice, columns: slice) -> NDArray[np.float32]:
    result: NDArray[np.float32] | None = None
    for one, two in _VIEW_PAIRS:
        product = images[one, rows] @ images[two, columns].T
        result = product if result is None else np.maximum(result, product, out=result)
    assert result is not None  # there are view pairs
    return result
