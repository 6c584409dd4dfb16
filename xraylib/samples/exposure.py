"""From attenuation to the finished image: tones, sharpness, noise, collimation, side marker.

Nothing here depends on the class. Lesions make an image brighter, so `same_tones` gives each image
the very histogram of its chest without them: the sum of the pixels tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.samples.canvas import Image

SIZE = 256
"""Side of a finished image in pixels."""


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """How one image was taken and printed.

    Attributes:
        gain, offset: Straight line from attenuation to brightness, both 0 to 1.
        gamma: Exponent on attenuation before that.
        blur: Unsharpness in pixels.
        noise: Standard deviation of the grain at full brightness, in grey levels of 255.
        margins: Collimated pixels at top, right, bottom, left.
        marker: (x, y) of the letter L, or None.
        seed: Seeds the grain.
    """

    gain: float
    offset: float
    gamma: float
    blur: float
    noise: float
    margins: tuple[int, int, int, int]
    marker: tuple[int, int] | None
    seed: int


def draw_exposure(seed: int, patient: int, image: int) -> Exposure:
    """The exposure of one image, by chance."""
    rng = np.random.default_rng([seed, patient, 4, image])
    margins = [int(width) for width in np.maximum(0, rng.integers(-8, 9, 4))]
    marker = (int(rng.integers(214, 232)), int(rng.integers(14, 40)))
    return Exposure(
        gain=rng.uniform(0.62, 1.02),
        offset=rng.uniform(-0.04, 0.16),
        gamma=rng.uniform(0.85, 1.2),
        blur=rng.uniform(0.0, 0.6),
        noise=rng.uniform(2.0, 5.0),
        margins=(margins[0], margins[1], margins[2], margins[3]),
        marker=marker if rng.random() < 0.5 else None,
        seed=int(rng.integers(2**31)),
    )


def shrunk(image: Image, size: int = SIZE) -> Image:
    """A drawn image at its finished size (size, size)."""
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA))


def same_tones(image: Image, reference: Image, share: float = 0.6) -> Image:
    """The image with the histogram of the reference: each pixel keeps its rank, not its value."""
    steps = np.linspace(0, 100, 1025)
    have, want = np.percentile(image, steps), np.percentile(reference, steps)
    return ((1 - share) * image + share * np.interp(image, have, want)).astype(np.float32)


def exposed(attenuation: Image, exposure: Exposure, *, bits: int = 8) -> NDArray[np.uint16]:
    """The finished image.

    Args:
        attenuation: (side, side), about 0 to 1.
        exposure: How it is taken.
        bits: Bits stored for a pixel; 8 for PNG, 12 for DICOM.

    Returns:
        (side, side), 0 to 2**bits - 1; bright is dense.
    """
    side = attenuation.shape[0]
    tones = np.clip(attenuation, 0, 1.05) ** exposure.gamma * exposure.gain + exposure.offset
    if exposure.marker:
        tones = np.maximum(tones, 0.9 * _letter(exposure.marker, side))
    if exposure.blur > 0.2:
        tones = cv2.GaussianBlur(tones, (0, 0), exposure.blur * side / SIZE)
    rng = np.random.default_rng(exposure.seed)
    grain = rng.standard_normal((side, side)).astype(np.float32)
    grain = 0.8 * grain + 0.6 * 2.0 * cv2.GaussianBlur(grain, (0, 0), 0.9)
    tones = tones + grain * exposure.noise / 255 * np.sqrt(0.25 + 0.75 * np.clip(tones, 0, 1))
    top, right, bottom, left = (round(width * side / SIZE) for width in exposure.margins)
    beam = np.zeros_like(tones)
    beam[top : side - bottom, left : side - right] = 1
    tones = 0.03 + (tones - 0.03) * (0.06 + 0.94 * cv2.GaussianBlur(beam, (0, 0), 0.8))
    top_level = 2**bits - 1
    return np.asarray(np.clip(np.round(tones * top_level), 0, top_level), np.uint16)


def _letter(at: tuple[int, int], side: int) -> Image:
    """The side marker L as a mask (side, side)."""
    mask = np.zeros((side, side), np.uint8)
    x, y, unit = at[0] * side // SIZE, at[1] * side // SIZE, side / SIZE
    corner = np.array(
        [(x, y), (x, y + round(11 * unit)), (x + round(6 * unit), y + round(11 * unit))]
    )
    cv2.polylines(mask, [corner.astype(np.int32)], False, 255, round(2 * unit), cv2.LINE_AA)
    return mask.astype(np.float32) / 255
