"""Augmentation as a pure function: the same arguments give the same pixels, always.

The settings carry the names and the meaning of Keras's ``ImageDataGenerator``. Rotation, shift,
shear, zoom and flips become **one** affine map about the centre of the picture, applied with
**one** resampling; brightness and the other tones follow. The random numbers come from a
counter-based generator (Philox) keyed by ``(seed, epoch, index)``, so the preview shows the very
pixels that training sees, a resumed run continues exactly, and it does not matter in which order
threads finish.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from xraylib.arguments import check_whole, checked, refused_argument
from xraylib.augmentation import intensity
from xraylib.augmentation.config import AUGMENT_PRESETS, AugmentConfig, FillMode
from xraylib.augmentation.intensity import Pixels

__all__ = [
    "AUGMENT_PRESETS",
    "AugmentConfig",
    "Drawn",
    "FillMode",
    "Pixels",
    "affine",
    "apply",
    "augment",
    "draw",
    "vary",
]

_BORDERS: Final[Mapping[str, int]] = {
    "nearest": cv2.BORDER_REPLICATE,
    "constant": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
}
# Second word of the Philox key: keeps these numbers apart from every other use of the same seed.
_STREAM: Final = 0x617567
_OFF: Final = (1.0, 1.0)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What was drawn for one picture.

    Attributes:
        rotation: Degrees.
        shift_x: Pixels along the width. As in Keras, output column ``x`` shows input column
            ``x + shift_x``: a positive shift moves the picture to the left.
        shift_y: Pixels along the height; a positive shift moves the picture up.
        zoom_x: Factor along the width; above 1 the picture gets narrower.
        zoom_y: Factor along the height.
        shear: Degrees.
        flip_h: Whether left and right are exchanged.
        flip_v: Whether top and bottom are exchanged.
        brightness: Factor of the grey values.
        contrast: Factor of the distance from the image's mean grey value.
        gamma: Exponent of the grey values.
        clahe: Clip limit; 1 leaves the image as it is.
        blur: Standard deviation, in pixels.
        noise: Standard deviation, in grey levels.
        noise_key: Which noise: the key of its generator; 0 without noise.
    """

    rotation: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    zoom_x: float = 1.0
    zoom_y: float = 1.0
    shear: float = 0.0
    flip_h: bool = False
    flip_v: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    gamma: float = 1.0
    clahe: float = 1.0
    blur: float = 0.0
    noise: float = 0.0
    noise_key: int = 0

    @property
    def moves(self) -> bool:
        """Whether the picture is resampled at all."""
        return (
            self.flip_h
            or self.flip_v
            or not (
                self.rotation == self.shift_x == self.shift_y == self.shear == 0
                and self.zoom_x == self.zoom_y == 1
            )
        )


def draw(
    config: AugmentConfig, *, seed: int, epoch: int, index: int, shape: tuple[int, ...]
) -> Drawn:
    """The random values of one picture in one epoch.

    The numbers are drawn in a fixed order whatever is switched on, so that changing one setting
    leaves the others' values alone. Settings that came later draw after those that were there, so
    that a configuration keeps its pixels.

    Args:
        config: The ranges.
        seed: Seed of the run, 0 or more.
        epoch: Epoch, counted from 0.
        index: Row number of the image in its data set.
        shape: Height and width of the picture first, which shifts are fractions of.
    """
    # The generator counts up in the first word; epoch and index fill words it never reaches.
    philox = np.random.Philox(counter=(0, 0, epoch, index), key=(seed, _STREAM))
    u = np.random.Generator(philox).random(15).tolist()

    def between(low: float, high: float, unit: float) -> float:
        return low + (high - low) * unit

    height, width = shape[:2]
    across, along = config.width_shift_range * width, config.height_shift_range * height
    low, high = config.zoom
    return Drawn(
        rotation=between(-config.rotation_range, config.rotation_range, u[0]),
        shift_x=between(-across, across, u[1]),
        shift_y=between(-along, along, u[2]),
        zoom_x=between(low, high, u[3]),
        zoom_y=between(low, high, u[4]),
        shear=between(-config.shear_range, config.shear_range, u[5]),
        flip_h=config.horizontal_flip and u[6] < 0.5,
        flip_v=config.vertical_flip and u[7] < 0.5,
        brightness=between(*(config.brightness_range or _OFF), u[8]),
        contrast=between(*(config.contrast_range or _OFF), u[9]),
        gamma=between(*(config.gamma_range or _OFF), u[10]),
        clahe=between(*(config.clahe_range or _OFF), u[11]),
        blur=between(0, config.blur_range, u[12]),
        noise=between(0, config.noise_range, u[13]),
        noise_key=int(u[14] * 2**53) if config.noise_range else 0,
    )


def affine(drawn: Drawn, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """The map from output to input coordinates (x, y), in pixels.

    With the centre ``c`` of the picture it is ``input = R·T·S·Z·F (output - c) + c``: the order
    rotation, shift, shear, zoom of Keras's ``apply_affine_transform``, then the flips. (For
    pictures that are not square Keras exchanges height and width in ``c``; here the centre is
    the centre.)

    Args:
        drawn: The values.
        shape: Height and width first; further axes are ignored.

    Returns:
        Matrix (2, 3) for ``cv2.warpAffine`` with ``WARP_INVERSE_MAP``.
    """
    height, width = shape[:2]
    angle, shear = math.radians(drawn.rotation), math.radians(drawn.shear)
    cos, sin = math.cos(angle), math.sin(angle)
    tx, ty = drawn.shift_x, drawn.shift_y
    zx = -drawn.zoom_x if drawn.flip_h else drawn.zoom_x
    zy = -drawn.zoom_y if drawn.flip_v else drawn.zoom_y
    # R·S·Z·F, with R = [[cos, -sin], [sin, cos]] and S = [[1, -sin s], [0, cos s]]
    a, b = cos * zx, (-cos * math.sin(shear) - sin * math.cos(shear)) * zy
    c, d = sin * zx, (-sin * math.sin(shear) + cos * math.cos(shear)) * zy
    cx, cy = (width - 1) / 2, (height - 1) / 2
    return np.array(
        [
            [a, b, cos * tx - sin * ty + cx - a * cx - b * cy],
            [c, d, sin * tx + cos * ty + cy - c * cx - d * cy],
        ]
    )


def apply(pixels: Pixels, drawn: Drawn, config: AugmentConfig) -> Pixels:
    """``pixels`` changed as ``drawn`` says: one resampling (bilinear), then the tones.

    The tones follow in the order brightness, contrast, gamma, CLAHE, blur, noise, so that blur and
    noise are as strong in the result as their numbers say.

    Args:
        pixels: uint8 (height, width, channels); it is not changed.
        drawn: From ``draw``.
        config: For ``fill_mode`` and ``cval``.

    Returns:
        uint8 of the same shape; ``pixels`` itself where nothing was to change.
    """
    result = pixels
    if drawn.moves:
        height, width = pixels.shape[:2]
        result = cv2.warpAffine(
            pixels,
            affine(drawn, pixels.shape),
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=_BORDERS[config.fill_mode],
            borderValue=(config.cval,) * 4,
        )
    result = result.reshape(pixels.shape)
    if drawn.brightness != 1:
        result = intensity.brighten(result, drawn.brightness)
    if drawn.contrast != 1:
        result = intensity.stretch_contrast(result, drawn.contrast)
    if drawn.gamma != 1:
        result = intensity.bend(result, drawn.gamma)
    if drawn.clahe != 1:
        result = intensity.equalise(result, drawn.clahe)
    if drawn.blur:
        result = intensity.blur(result, drawn.blur)
    if drawn.noise:
        result = intensity.add_noise(result, drawn.noise, key=drawn.noise_key)
    return result


@checked
def augment(pixels: Pixels, config: AugmentConfig, *, seed: int, epoch: int, index: int) -> Pixels:
    """One prepared image as training sees it in one epoch.

    Args:
        pixels: uint8 (height, width, channels), from ``prepare``.
        config: The ranges.
        seed: Seed of the run, 0 to 2**64 - 1; likewise the next two.
        epoch: Epoch, counted from 0.
        index: Row number of the image in its data set.

    Returns:
        uint8 of the same shape; ``pixels`` itself where nothing was to change.

    Raises:
        ConfigError: code ``argument``: pixels of another kind, or a negative number.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or 0 in pixels.shape:
        raise refused_argument("pixels", pixels, "uint8 (height, width, channels)", of="augment")
    for name, number in (("seed", seed), ("epoch", epoch), ("index", index)):
        check_whole(number, name, least=0, most=2**64 - 1)
    return vary(pixels, config, seed=seed, epoch=epoch, index=index)


def vary(pixels: Pixels, config: AugmentConfig, *, seed: int, epoch: int, index: int) -> Pixels:
    """`augment` for the loader, which calls it for every image of every epoch: nothing is checked.

    Args:
        pixels: uint8 (height, width, channels), from ``prepare``.
        config: The ranges.
        seed: Seed of the run.
        epoch: Epoch, counted from 0.
        index: Row number of the image in its data set.
    """
    if config.is_identity:
        return pixels
    drawn = draw(config, seed=seed, epoch=epoch, index=index, shape=pixels.shape)
    return apply(pixels, drawn, config)
