"""What augmentation does to grey values: brightness, contrast, gamma, CLAHE, blur and noise.

Every function takes uint8 pixels (height, width, channels), leaves them alone, and gives new ones
of the same shape. What is drawn at random is drawn in ``augment``.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

_TILES: Final = 8  # along each side, for CLAHE
# Second word of the Philox key of the noise: another one than that of the values drawn.
_STREAM: Final = 0x6E6F697365


def brighten(pixels: Pixels, factor: float) -> Pixels:
    """Grey values multiplied with ``factor``."""
    # Truncated, as Pillow's ImageEnhance.Brightness does, which Keras uses.
    return _look_up(pixels, np.minimum(np.arange(256) * factor, 255))


def stretch_contrast(pixels: Pixels, factor: float) -> Pixels:
    """Each grey value's distance from the image's (rounded) mean, multiplied with ``factor``."""
    mean = int(pixels.mean() + 0.5)
    # Truncated, as Pillow's ImageEnhance.Contrast does.
    return _look_up(pixels, np.clip(mean + (np.arange(256) - mean) * factor, 0, 255))


def bend(pixels: Pixels, gamma: float) -> Pixels:
    """``255 · (grey / 255) ** gamma``, rounded: black and white stay."""
    return _look_up(pixels, np.rint(255 * (np.arange(256) / 255) ** gamma))


def equalise(pixels: Pixels, clip_limit: float) -> Pixels:
    """Contrast-limited adaptive histogram equalisation on 8 × 8 tiles, each channel on its own.

    Source: K. Zuiderveld, "Contrast Limited Adaptive Histogram Equalization", Graphics Gems IV,
    1994; OpenCV's.
    """
    height, width, channels = pixels.shape
    clahe = cv2.createCLAHE(clip_limit, (min(_TILES, width), min(_TILES, height)))
    planes = [clahe.apply(np.ascontiguousarray(pixels[:, :, i])) for i in range(channels)]
    return np.stack(planes, axis=2).astype(np.uint8, copy=False)


def blur(pixels: Pixels, sigma: float) -> Pixels:
    """Gaussian blur with a standard deviation of ``sigma`` pixels; the edge's pixels go on."""
    blurred = cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return _as_pixels(blurred, pixels.shape)


def add_noise(pixels: Pixels, sigma: float, *, key: int) -> Pixels:
    """Gaussian noise with a standard deviation of ``sigma`` grey levels, the same in all channels.

    Args:
        pixels: The image.
        sigma: Grey levels.
        key: Which noise, 0 or more; the same key gives the same noise.
    """
    random = np.random.Generator(np.random.Philox(key=(key, _STREAM)))
    grain = random.standard_normal((*pixels.shape[:2], 1), dtype=np.float32) * np.float32(sigma)
    return np.clip(np.rint(pixels + grain), 0, 255).astype(np.uint8)


def _look_up(pixels: Pixels, table: npt.NDArray[np.float64]) -> Pixels:
    return _as_pixels(cv2.LUT(pixels, table.astype(np.uint8)), pixels.shape)


def _as_pixels(found: npt.NDArray[np.generic], shape: tuple[int, ...]) -> Pixels:
    # OpenCV leaves out a last axis of length 1.
    return found.reshape(shape).astype(np.uint8, copy=False)
