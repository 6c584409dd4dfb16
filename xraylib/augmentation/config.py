"""How much a training image may vary: the settings of augmentation and their presets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from xraylib.arguments import check_names, known_fields
from xraylib.augmentation.fields import Field, with_fields
from xraylib.augmentation.kinds import AUGMENTATIONS, SETTINGS
from xraylib.augmentation.setting import refuse
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.presets import Presets

FillMode = Literal["nearest", "constant", "reflect", "wrap"]


@known_fields("augment", "augmentation setting")
@with_fields({name: Field(one.type, one.default, one.says) for name, one in SETTINGS.items()})
class AugmentConfig:
    """How much a training image may vary. Each field is a setting of one of `AUGMENTATIONS`.

    Where ``ImageDataGenerator`` has a setting of that name, it means the same here.

    Raises:
        ConfigError: code ``augment``: a value makes no sense, or there is no such setting.
    """

    if TYPE_CHECKING:
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
        for name, setting in SETTINGS.items():
            object.__setattr__(self, name, setting.checked(getattr(self, name)))

    @property
    def zoom(self) -> tuple[float, float]:
        """``zoom_range`` as a pair, whichever way it was given."""
        pair = self.zoom_range
        return pair if isinstance(pair, tuple) else (1 - pair, 1 + pair)

    @property
    def is_identity(self) -> bool:
        """Whether no picture can change."""
        return all(one.is_off(self) for one in AUGMENTATIONS)

    def times(self, factor: float) -> AugmentConfig:
        """The same kinds of change, each ``factor`` times as far from none, as far as is allowed.

        Args:
            factor: 0 for no change at all; switches are kept above it.
        """
        return AugmentConfig(
            **{name: one.times(getattr(self, name), factor) for name, one in SETTINGS.items()}
        )

    def to_json(self) -> JsonObject:
        """A dictionary that JSON can hold; ``from_json`` takes it back."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> AugmentConfig:
        """The settings in ``value``; what is left out has its default.

        Raises:
            ConfigError: code ``augment``: an unknown name, or a value that makes no sense.
        """
        if not isinstance(value, Mapping):
            raise refuse("The augmentation is not a set of names and values", "a JSON object")
        check_names(value, list(SETTINGS), what="augmentation setting", code="augment")
        given: dict[str, Any] = {
            name: tuple(item) if isinstance(item, list) else item for name, item in value.items()
        }
        return cls(**given)


def _refuse_name(what: str, expected: str, remedy: str) -> ConfigError:
    return ConfigError(what, expected=expected, remedy=remedy, code="unknown-augmentation")


AUGMENT_PRESETS: Final = Presets(
    "augmentation",
    {
        "none": (AugmentConfig(), "Every epoch sees the same pixels, to compare with."),
        "lesson": (
            AugmentConfig(
                zoom_range=0.2, rotation_range=15, width_shift_range=0.05, height_shift_range=0.05
            ),
            "The lesson's ranges: turned, moved and zoomed, as no two patients stand alike.",
        ),
        "gentle": (
            AugmentConfig(
                zoom_range=0.05,
                rotation_range=5,
                width_shift_range=0.02,
                height_shift_range=0.02,
                brightness_range=(0.9, 1.1),
            ),
            "As little as positioning and exposure vary in one department.",
        ),
        "strong": (
            AugmentConfig(
                zoom_range=0.25,
                rotation_range=20,
                width_shift_range=0.1,
                height_shift_range=0.1,
                shear_range=10,
                brightness_range=(0.7, 1.3),
            ),
            "Wide ranges with shear and brightness, for few images that a network learns by heart.",
        ),
    },
    refuse=_refuse_name,
)
"""From none to the strongest; each an ``AugmentConfig``."""
