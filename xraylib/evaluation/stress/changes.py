"""What a stress test does to an image, in steps from mild to strong.

All of it is done to prepared pixels, uint8 ``(height, width, channels)``, so that a step means the
same for every network of that size, whatever the files were. What augmentation does too is
augmentation's own operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from xraylib.augmentation import intensity
from xraylib.augmentation.augment import AugmentConfig, Drawn, apply
from xraylib.augmentation.intensity import Pixels

_OUTSIDE: Final = AugmentConfig(fill_mode="nearest")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One way in which images may differ from those that a network learned from.

    Attributes:
        name: For programs, for example ``"rotation"``.
        title: For people.
        form: How a step is told, for example ``"{:+.0f}°"``.
        neutral: The step that changes nothing.
        steps: The others, ascending.
        change: From pixels, a step and the number of the image to changed pixels.
    """

    name: str
    title: str
    form: str
    neutral: float
    steps: tuple[float, ...]
    change: Callable[[Pixels, float, int], Pixels]

    def told(self, step: float) -> str:
        """A step in words: ``+10°``, ``unchanged``."""
        if step == self.neutral:
            return "unchanged"
        return self.form.format(step).replace("-", "−")


def _moved(
    pixels: Pixels, *, rotation: float = 0.0, shift_x: float = 0.0, shift_y: float = 0.0
) -> Pixels:
    return apply(pixels, Drawn(rotation=rotation, shift_x=shift_x, shift_y=shift_y), _OUTSIDE)


def _sideways(pixels: Pixels, percent: float, _: int) -> Pixels:
    # A positive shift moves the picture to the left, as in Keras; here it moves it to the right.
    return _moved(pixels, shift_x=-percent / 100 * pixels.shape[1])


def _upwards(pixels: Pixels, percent: float, _: int) -> Pixels:
    return _moved(pixels, shift_y=percent / 100 * pixels.shape[0])


def _through_jpeg(pixels: Pixels, quality: float, _: int) -> Pixels:
    flags = cv2.IMREAD_GRAYSCALE if pixels.shape[2] == 1 else cv2.IMREAD_COLOR
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, round(quality)])
    return np.asarray(cv2.imdecode(data, flags), np.uint8).reshape(pixels.shape)


def _coarser(pixels: Pixels, percent: float, _: int) -> Pixels:
    height, width = pixels.shape[:2]
    small = (max(1, round(width * percent / 100)), max(1, round(height * percent / 100)))
    shrunk = cv2.resize(pixels, small, interpolation=cv2.INTER_AREA)
    grown = cv2.resize(shrunk, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown, np.uint8).reshape(pixels.shape)


CHANGES: Final[tuple[Change, ...]] = (
    Change(
        name="rotation",
        title="Rotation",
        form="{:+g}°",
        neutral=0,
        steps=(-20, -10, -5, 5, 10, 20),
        change=lambda pixels, degrees, _: _moved(pixels, rotation=degrees),
    ),
    Change(
        name="shift",
        title="Shift sideways",
        form="{:+g} %",
        neutral=0,
        steps=(-15, -10, -5, 5, 10, 15),
        change=_sideways,
    ),
    Change(
        name="shift-up",
        title="Shift upwards",
        form="{:+g} %",
        neutral=0,
        steps=(-15, -10, -5, 5, 10, 15),
        change=_upwards,
    ),
    Change(
        name="exposure",
        title="Exposure",
        form="× {:g}",
        neutral=1,
        steps=(0.5, 0.7, 0.85, 1.15, 1.3, 1.5),
        change=lambda pixels, factor, _: intensity.brighten(pixels, factor),
    ),
    Change(
        name="contrast",
        title="Contrast",
        form="× {:g}",
        neutral=1,
        steps=(0.4, 0.6, 0.8, 1.25, 1.5, 2.0),
        change=lambda pixels, factor, _: intensity.stretch_contrast(pixels, factor),
    ),
    Change(
        name="blur",
        title="Blur",
        form="{:g} px",
        neutral=0,
        steps=(0.5, 1, 2, 3),
        change=lambda pixels, sigma, _: intensity.blur(pixels, sigma),
    ),
    Change(
        name="noise",
        title="Noise",
        form="{:g} levels",
        neutral=0,
        steps=(4, 8, 16, 32),
        change=lambda pixels, sigma, image: intensity.add_noise(pixels, sigma, key=image),
    ),
    Change(
        name="jpeg",
        title="JPEG quality",
        form="{:g}",
        neutral=100,
        steps=(10, 30, 50, 70, 90),
        change=_through_jpeg,
    ),
    Change(
        name="resolution",
        title="Resolution",
        form="{:g} %",
        neutral=100,
        steps=(12.5, 25, 50),
        change=_coarser,
    ),
    Change(
        name="inversion",
        title="Inversion",
        form="inverted",
        neutral=0,
        steps=(1,),
        change=lambda pixels, _step, _: 255 - pixels,
    ),
)
"""What is tried, in the order in which it is told."""
