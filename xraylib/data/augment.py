"""Augmentation as a pure function: the same arguments give the same pixels, always.

The settings carry the names and the meaning of Keras's ``ImageDataGenerator``. Rotation, shift,
shear, zoom and flips become **one** affine map about the centre of the picture, applied with
**one** resampling. The random numbers come from a counter-based generator (Philox) keyed by
``(seed, epoch, index)``, so the preview shows the very pixels that training sees, a resumed run
continues exactly, and it does not matter in which order threads finish.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from xraylib.errors import ConfigError

FillMode = Literal["nearest", "constant", "reflect", "wrap"]
Pixels = npt.NDArray[np.uint8]

_BORDERS: Final[Mapping[str, int]] = {
    "nearest": cv2.BORDER_REPLICATE,
    "constant": cv2.BORDER_CONSTANT,
    "reflect": cv2.BORDER_REFLECT,
    "wrap": cv2.BORDER_WRAP,
}
# Second word of the Philox key: keeps these numbers apart from every other use of the same seed.
_STREAM: Final = 0x617567


def _refuse(what: str, expected: str) -> ConfigError:
    return ConfigError(
        what, expected=expected, remedy="change this augmentation setting", code="augment"
    )


def _number(name: str, value: object, low: float, high: float, unit: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not low <= float(value) <= high:  # type: ignore[arg-type]
        raise _refuse(
            f"The augmentation setting {name} is {value!r}",
            f"a number from {low:g} to {high:g}{unit}",
        )
    return float(value)  # type: ignore[arg-type]


def _pair(name: str, value: object, low: float, high: float) -> tuple[float, float]:
    refused = _refuse(
        f"The augmentation setting {name} is {value!r}",
        f"two numbers from {low:g} to {high:g}, the smaller one first",
    )
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise refused
    first, second = (_number(name, item, low, high, "") for item in value)
    if first > second:
        raise refused
    return first, second


@dataclass(frozen=True, kw_only=True)
class AugmentConfig:
    """How much a training image may vary. The names and meanings are ``ImageDataGenerator``'s.

    Attributes:
        rotation_range: Degrees; the angle is drawn from -rotation_range to +rotation_range.
        width_shift_range: Largest shift to the left or right, as a fraction of the width. (Keras
            3.15 exchanges the two shifts by mistake; here each does what its name says.)
        height_shift_range: Largest shift up or down, as a fraction of the height.
        zoom_range: Smallest and largest factor, drawn for each axis on its own; above 1 the
            picture gets smaller, as in Keras. A single number z means ``(1 - z, 1 + z)``.
        shear_range: Degrees; the angle is drawn from -shear_range to +shear_range.
        horizontal_flip: Mirror left and right in half of the cases. Off by default: it puts the
            heart on the wrong side.
        vertical_flip: Turn upside down in half of the cases.
        brightness_range: Smallest and largest factor that grey values are multiplied with, or
            None.
        fill_mode: What stands outside the frame: the ``nearest`` pixel, a ``constant``, the
            picture mirrored (``reflect``) or repeated (``wrap``).
        cval: Grey value (0 to 255) for ``constant``.

    Raises:
        ConfigError: code ``augment``: a value makes no sense.
    """

    rotation_range: float = 0.0
    width_shift_range: float = 0.0
    height_shift_range: float = 0.0
    zoom_range: tuple[float, float] | float = (1.0, 1.0)
    shear_range: float = 0.0
    horizontal_flip: bool = False
    vertical_flip: bool = False
    brightness_range: tuple[float, float] | None = None
    fill_mode: FillMode = "nearest"
    cval: float = 0.0

    def __post_init__(self) -> None:
        checked: dict[str, object] = {
            "rotation_range": _number("rotation_range", self.rotation_range, 0, 180, " degrees"),
            "width_shift_range": _number("width_shift_range", self.width_shift_range, 0, 0.9, ""),
            "height_shift_range": _number(
                "height_shift_range", self.height_shift_range, 0, 0.9, ""
            ),
            "shear_range": _number("shear_range", self.shear_range, 0, 80, " degrees"),
            "cval": _number("cval", self.cval, 0, 255, ""),
        }
        zoom = self.zoom_range
        if isinstance(zoom, int | float):
            amount = _number("zoom_range", zoom, 0, 0.9, "")
            zoom = (1 - amount, 1 + amount)
        checked["zoom_range"] = _pair("zoom_range", zoom, 0.05, 10)
        if self.brightness_range is not None:
            checked["brightness_range"] = _pair("brightness_range", self.brightness_range, 0, 10)
        if self.fill_mode not in _BORDERS:
            raise _refuse(
                f"The augmentation setting fill_mode is {self.fill_mode!r}",
                "one of nearest, constant, reflect and wrap",
            )
        for name in ("horizontal_flip", "vertical_flip"):
            if not isinstance(getattr(self, name), bool):
                raise _refuse(
                    f"The augmentation setting {name} is {getattr(self, name)!r}", "true or false"
                )
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    @property
    def zoom(self) -> tuple[float, float]:
        """``zoom_range`` as a pair, whichever way it was given."""
        pair = self.zoom_range
        return pair if isinstance(pair, tuple) else (1 - pair, 1 + pair)

    @property
    def is_identity(self) -> bool:
        """Whether no picture can change."""
        return (
            self.rotation_range == self.shear_range == 0
            and self.width_shift_range == self.height_shift_range == 0
            and self.zoom == (1.0, 1.0)
            and not self.horizontal_flip
            and not self.vertical_flip
            and self.brightness_range in (None, (1.0, 1.0))
        )

    def to_json(self) -> dict[str, Any]:
        """A dictionary that JSON can hold; ``from_json`` takes it back."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AugmentConfig:
        """The settings in ``value``; what is left out has its default.

        Raises:
            ConfigError: code ``augment``: an unknown name, or a value that makes no sense.
        """
        known = [field.name for field in fields(cls)]
        if not isinstance(value, Mapping):
            raise _refuse("The augmentation is not a set of names and values", "a JSON object")
        for name in value:
            if name not in known:
                raise _refuse(
                    f"The augmentation setting {name!r} is not known",
                    "one of " + ", ".join(known),
                )
        given: dict[str, Any] = {
            name: tuple(item) if isinstance(item, list) else item for name, item in value.items()
        }
        return cls(**given)


AUGMENT_PRESETS: Final[Mapping[str, AugmentConfig]] = {
    "none": AugmentConfig(),
    "lesson": AugmentConfig(
        zoom_range=0.2, rotation_range=15, width_shift_range=0.05, height_shift_range=0.05
    ),
    "gentle": AugmentConfig(
        zoom_range=0.05,
        rotation_range=5,
        width_shift_range=0.02,
        height_shift_range=0.02,
        brightness_range=(0.9, 1.1),
    ),
    "strong": AugmentConfig(
        zoom_range=0.25,
        rotation_range=20,
        width_shift_range=0.1,
        height_shift_range=0.1,
        shear_range=10,
        brightness_range=(0.7, 1.3),
    ),
}


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

    Nine numbers are drawn in a fixed order whatever is switched on, so that changing one setting
    leaves the others' values alone.

    Args:
        config: The ranges.
        seed: Seed of the run, 0 or more.
        epoch: Epoch, counted from 0.
        index: Row number of the film in its data set.
        shape: Height and width of the picture first, which shifts are fractions of.
    """
    # The generator counts up in the first word; epoch and index fill words it never reaches.
    philox = np.random.Philox(counter=(0, 0, epoch, index), key=(seed, _STREAM))
    u = np.random.Generator(philox).random(9).tolist()

    def between(low: float, high: float, unit: float) -> float:
        return low + (high - low) * unit

    height, width = shape[:2]
    across, along = config.width_shift_range * width, config.height_shift_range * height
    low, high = config.zoom
    dim, bright = config.brightness_range or (1.0, 1.0)
    return Drawn(
        rotation=between(-config.rotation_range, config.rotation_range, u[0]),
        shift_x=between(-across, across, u[1]),
        shift_y=between(-along, along, u[2]),
        zoom_x=between(low, high, u[3]),
        zoom_y=between(low, high, u[4]),
        shear=between(-config.shear_range, config.shear_range, u[5]),
        flip_h=config.horizontal_flip and u[6] < 0.5,
        flip_v=config.vertical_flip and u[7] < 0.5,
        brightness=between(dim, bright, u[8]),
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
    """``pixels`` changed as ``drawn`` says: one resampling (bilinear), then the brightness.

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
    if drawn.brightness != 1:
        # Truncated, as Pillow's ImageEnhance.Brightness does, which Keras uses.
        table = np.minimum(np.arange(256) * drawn.brightness, 255).astype(np.uint8)
        result = cv2.LUT(result, table)
    return result.reshape(pixels.shape)


def augment(pixels: Pixels, config: AugmentConfig, *, seed: int, epoch: int, index: int) -> Pixels:
    """One prepared film as training sees it in one epoch.

    Args:
        pixels: uint8 (height, width, channels), from ``prepare``.
        config: The ranges.
        seed: Seed of the run.
        epoch: Epoch, counted from 0.
        index: Row number of the film in its data set.

    Returns:
        uint8 of the same shape; ``pixels`` itself where nothing was to change.
    """
    if config.is_identity:
        return pixels
    drawn = draw(config, seed=seed, epoch=epoch, index=index, shape=pixels.shape)
    return apply(pixels, drawn, config)
