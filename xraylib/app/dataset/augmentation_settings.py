"""What the augmentation studio's widgets stand for, and the words for what was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xraylib.augmentation.augment import AugmentConfig, Drawn
from xraylib.augmentation.augmentation import Shape
from xraylib.augmentation.kinds import AUGMENTATIONS, SETTINGS
from xraylib.augmentation.setting import Amount, Factors

PRESET_WORDS: Final[Mapping[str, str]] = {
    "none": "None",
    "lesson": "Lesson",
    "gentle": "Gentle",
    "strong": "Strong",
}
RANGES: Final[Mapping[str, Amount | Factors]] = {
    setting.name: setting
    for one in AUGMENTATIONS
    for setting in one.settings
    if one.neutral and isinstance(setting, Amount | Factors)
}
"""The settings that are numbers to draw between."""


def drawn_words(drawn: Drawn, config: AugmentConfig) -> str:
    """What was drawn for one picture, only of what may vary: ``−7.2° · ←12 ↑3 px``."""
    parts = [one.told(vars(drawn)) for one in AUGMENTATIONS if not one.is_off(config)]
    return " · ".join(part for part in parts if part) or "unchanged"


def short_words(drawn: Drawn, config: AugmentConfig) -> str:
    """The same for under a small picture: ``−7.2° ←12 ↑3 0.93×1.10``."""
    parts = drawn_words(drawn, config).split(" · ")
    return " ".join(part.removesuffix(" px").removeprefix("zoom ") for part in parts)


def config_from(values: Mapping[str, Any]) -> AugmentConfig:
    """The settings that the widgets stand for, by the settings' names.

    Raises:
        ConfigError: A value makes no sense (only a tampered browser sends one).
    """
    return AugmentConfig(
        **{name: setting.from_widget(values[name]) for name, setting in SETTINGS.items()}
    )


def widget_values(config: AugmentConfig) -> dict[str, Any]:
    """The reverse of `config_from`; what lies beyond a slider's end stands at its end."""
    return {name: one.to_widget(getattr(config, name)) for name, one in SETTINGS.items()}


def ends_of(
    config: AugmentConfig, name: str, shape: Shape
) -> tuple[tuple[str, Drawn], tuple[str, Drawn]]:
    """What is drawn at the lower and at the upper end of one setting's range, everything else off.

    Args:
        config: The ranges.
        name: One of `RANGES`.
        shape: Height and width of the picture first.

    Returns:
        Of each end, its words and what is drawn.
    """
    setting = RANGES[name]
    (one,) = [one for one in AUGMENTATIONS if setting in one.settings]
    low, high = (
        (setting.tell(end), Drawn(**one.at_end(name, end, shape)))
        for end in setting.ends(getattr(config, name))
    )
    return low, high
