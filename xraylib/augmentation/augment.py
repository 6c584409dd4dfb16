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
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from xraylib.arguments import check_whole, checked, refused_argument
from xraylib.augmentation.config import AUGMENT_PRESETS, AugmentConfig, FillMode
from xraylib.augmentation.fields import Field, with_fields
from xraylib.augmentation.intensity import Pixels
from xraylib.augmentation.kinds import AUGMENTATIONS, NUMBERS

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


def _fields() -> Iterator[tuple[str, Field]]:
    for one in AUGMENTATIONS:
        for name, value in one.neutral.items():
            yield name, Field(type(value), value, "")


@with_fields(dict(_fields()))
class Drawn:
    """What was drawn for one picture: the values that each of `AUGMENTATIONS` names, or nothing.

    ``rotation`` and ``shear`` are degrees; ``shift_x`` and ``shift_y`` pixels, positive to the left
    and up, as in Keras; ``zoom_x`` and ``zoom_y`` factors, above 1 for smaller. The others are told
    where they are declared.
    """

    if TYPE_CHECKING:
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
        mine = vars(self)
        return any(mine[name] != value for name, value in _STILL)


_STILL: Final = tuple(
    item for one in AUGMENTATIONS if one.apply is None for item in one.neutral.items()
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
    numbers = np.random.Generator(philox).random(NUMBERS).tolist()
    drawn: dict[str, Any] = {}
    for one in AUGMENTATIONS:
        drawn.update(one.draw(vars(config), [numbers[place] for place in one.numbers], shape))
    return Drawn(**drawn)


def affine(drawn: Drawn, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """The map from output to input coordinates (x, y), in pixels.

    They are one map, so that a picture is resampled once. The products are written out, because
    multiplying matrices rounds otherwise, and a run would not go on with the pixels it had.

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

    The tones follow in the order of `AUGMENTATIONS`, blur and noise last, so that these are as
    strong in the result as their numbers say.

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
    for one in AUGMENTATIONS:
        if one.apply is not None and one.changes(drawn):
            result = one.apply(result, vars(drawn))
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
