"""How much a training image may vary: the settings of augmentation and their presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

from xraylib.arguments import check_names, known_fields, short
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject

FillMode = Literal["nearest", "constant", "reflect", "wrap"]

# Ranges that are off as None or as 1 to 1, each with what its ends must lie between.
_FACTORS: Final[Mapping[str, tuple[float, float]]] = {
    "brightness_range": (0, 10),
    "contrast_range": (0, 10),
    "gamma_range": (0.1, 10),
    "clahe_range": (1, 40),
}


def _refuse(what: str, expected: str) -> ConfigError:
    return ConfigError(
        what, expected=expected, remedy="change this augmentation setting", code="augment"
    )


def _number(name: str, value: object, low: float, high: float, unit: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not low <= value <= high:  # type: ignore[operator]
        raise _refuse(
            f"The augmentation setting {name} is {short(value)}",
            f"a number from {low:g} to {high:g}{unit}",
        )
    return float(value)  # type: ignore[arg-type]


def _pair(name: str, value: object, low: float, high: float) -> tuple[float, float]:
    refused = _refuse(
        f"The augmentation setting {name} is {short(value)}",
        f"two numbers from {low:g} to {high:g}, the smaller one first",
    )
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise refused
    first, second = (_number(name, item, low, high, "") for item in value)
    if first > second:
        raise refused
    return first, second


@known_fields("augment", "augmentation setting")
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
        contrast_range: Smallest and largest factor that the distance of a grey value from the
            image's mean is multiplied with, or None.
        gamma_range: Smallest and largest exponent of the grey values as fractions of white, or
            None; above 1 the lungs get darker while black and white stay.
        clahe_range: Smallest and largest clip limit of contrast-limited adaptive histogram
            equalisation, or None; at 1 the image stays as it is.
        blur_range: Pixels; the standard deviation of a Gaussian blur is drawn from 0 to this.
        noise_range: Grey levels; the standard deviation of Gaussian noise is drawn from 0 to this.

    The last five are no settings of ``ImageDataGenerator``.

    Raises:
        ConfigError: code ``augment``: a value makes no sense, or there is no such setting.
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
    contrast_range: tuple[float, float] | None = None
    gamma_range: tuple[float, float] | None = None
    clahe_range: tuple[float, float] | None = None
    blur_range: float = 0.0
    noise_range: float = 0.0

    def __post_init__(self) -> None:
        checked: dict[str, object] = {
            "rotation_range": _number("rotation_range", self.rotation_range, 0, 180, " degrees"),
            "width_shift_range": _number("width_shift_range", self.width_shift_range, 0, 0.9, ""),
            "height_shift_range": _number(
                "height_shift_range", self.height_shift_range, 0, 0.9, ""
            ),
            "shear_range": _number("shear_range", self.shear_range, 0, 80, " degrees"),
            "cval": _number("cval", self.cval, 0, 255, ""),
            "blur_range": _number("blur_range", self.blur_range, 0, 50, " pixels"),
            "noise_range": _number("noise_range", self.noise_range, 0, 128, " grey levels"),
        }
        zoom = self.zoom_range
        if isinstance(zoom, int | float):
            amount = _number("zoom_range", zoom, 0, 0.9, "")
            zoom = (1 - amount, 1 + amount)
        checked["zoom_range"] = _pair("zoom_range", zoom, 0.05, 10)
        for name, (least, most) in _FACTORS.items():
            given = getattr(self, name)
            if given is not None:
                checked[name] = _pair(name, given, least, most)
        if self.fill_mode not in get_args(FillMode):
            raise _refuse(
                f"The augmentation setting fill_mode is {short(self.fill_mode)}",
                "one of nearest, constant, reflect and wrap",
            )
        for name in ("horizontal_flip", "vertical_flip"):
            if not isinstance(getattr(self, name), bool):
                given = short(getattr(self, name))
                raise _refuse(f"The augmentation setting {name} is {given}", "true or false")
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
            and all(getattr(self, name) in (None, (1.0, 1.0)) for name in _FACTORS)
            and self.blur_range == self.noise_range == 0
        )

    def to_json(self) -> JsonObject:
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
        if not isinstance(value, Mapping):
            raise _refuse("The augmentation is not a set of names and values", "a JSON object")
        known = [field.name for field in fields(cls)]
        check_names(value, known, what="augmentation setting", code="augment")
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
