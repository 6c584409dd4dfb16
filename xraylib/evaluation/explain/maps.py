"""What a network looked at: maps over the picture, from values alone. NumPy and OpenCV.

Both functions give ``(height, width)`` floats from 0 (did not matter) to 1 (the most), in the
coordinates of the prepared picture; all zeros mean that nothing spoke for the class.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]

GRID = 8


def cam(
    feature_maps: NDArray[np.float32],
    kernel: NDArray[np.float32],
    class_index: int,
    size: tuple[int, int],
) -> Map:
    """Class activation map (Zhou et al. 2016) of a head of global average pooling and Dense.

    It equals Grad-CAM for such a head, up to scale, and needs no further pass.

    Args:
        feature_maps: ``(rows, columns, filters)``: what the pooling averages.
        kernel: ``(filters, classes)`` of the Dense layer; ``(filters, 1)`` of a sigmoid unit
            speaks for class 1 and, negated, for class 0.
        class_index: The class to explain.
        size: (height, width) of the prepared picture.
    """
    if kernel.shape[1] == 1:
        weights = kernel[:, 0] if class_index == 1 else -kernel[:, 0]
    else:
        weights = kernel[:, class_index]
    return scaled_map(feature_maps.astype(np.float32) @ weights.astype(np.float32), size)


def occlusion(
    probabilities: Callable[[NDArray[np.uint8]], NDArray[np.float64]],
    pixels: NDArray[np.uint8],
    class_index: int,
    *,
    grid: int = GRID,
) -> Map:
    """How much the class's log-odds fall when a dark square hides each part (Zeiler 2014).

    The square has the picture's mean minus one standard deviation: a mean grey is brighter than
    lung and looks like disease itself.

    Args:
        probabilities: From ``(n, height, width, channels)`` to ``(n, classes)``.
        pixels: ``(height, width, channels)`` prepared picture.
        class_index: The class to explain.
        grid: Squares along each side.
    """
    height, width = pixels.shape[:2]
    rows = np.linspace(0, height, grid + 1).round().astype(int)
    columns = np.linspace(0, width, grid + 1).round().astype(int)
    dark = np.clip(pixels.mean(axis=(0, 1)) - pixels.std(axis=(0, 1)), 0, 255)
    batch = np.repeat(pixels[None], 1 + grid * grid, axis=0)
    for i in range(grid):
        for j in range(grid):
            batch[1 + i * grid + j, rows[i] : rows[i + 1], columns[j] : columns[j + 1]] = dark
    p = np.clip(probabilities(batch)[:, class_index], 1e-7, 1 - 1e-7)
    odds = np.log(p / (1 - p))
    return scaled_map((odds[0] - odds[1:]).reshape(grid, grid).astype(np.float32), (height, width))


def scaled_map(values: Map, size: tuple[int, int]) -> Map:
    """What is finer than 8 × 8 averaged, negatives cut off, enlarged, the highest scaled to 1.

    Single points of a large map are noise: on the phantoms the hottest of 32 × 32 lies beside the
    lesion more often than the hottest of 8 × 8 places.
    """
    rows, columns = min(GRID, values.shape[0]), min(GRID, values.shape[1])
    coarse = cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA)
    positive = np.maximum(coarse.astype(np.float32), 0)
    large = cv2.resize(positive, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    large = np.maximum(large, 0).astype(np.float32)
    top = float(large.max(initial=0))
    if not np.isfinite(top) or top < 1e-6:
        return np.zeros(size, np.float32)
    scaled: Map = large / top
    return scaled
