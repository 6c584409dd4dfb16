"""The augmentation studio: sliders stand for settings and back, drawn values are told."""

from __future__ import annotations

import pytest

from xraylib.app.dataset.augmentation_settings import (
    RANGES,
    config_from,
    drawn_words,
    ends_of,
    short_words,
    widget_values,
)
from xraylib.app.shared.code_snippets import generator_code
from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig, Drawn
from xraylib.augmentation.kinds import AUGMENTATIONS

TONES = AugmentConfig(
    contrast_range=(0.7, 1.3),
    gamma_range=(0.8, 1.25),
    clahe_range=(1, 3),
    blur_range=1.5,
    noise_range=8,
)


@pytest.mark.parametrize("name", AUGMENT_PRESETS)
def test_every_preset_can_be_set_with_the_sliders(name: str) -> None:
    assert config_from(widget_values(AUGMENT_PRESETS[name])) == AUGMENT_PRESETS[name]


def test_every_setting_has_a_widget() -> None:
    names = set(widget_values(AugmentConfig()))
    assert names == set(AugmentConfig.__dataclass_fields__)


def test_what_lies_beyond_a_slider_stands_at_its_end() -> None:
    values = widget_values(AugmentConfig(rotation_range=180, zoom_range=(0.1, 9)))
    assert values["rotation_range"] == 90
    assert values["zoom_range"] == (0.5, 1.5)


def test_every_slider_teaches_and_says_its_unit() -> None:
    for setting in RANGES.values():
        assert setting.help
        assert "(" in setting.label


def test_only_what_may_vary_is_told() -> None:
    drawn = Drawn(rotation=-7.24, shift_x=12.3, shift_y=-3.4, zoom_x=0.934, zoom_y=1.1, shear=2)
    assert drawn_words(drawn, AugmentConfig()) == "unchanged"
    assert drawn_words(drawn, AugmentConfig(rotation_range=15)) == "−7.2°"
    # Keras's signs: positive shifts move the picture to the left and up.
    assert drawn_words(drawn, AugmentConfig(width_shift_range=0.1)) == "←12 ↓3 px"
    assert drawn_words(drawn, AugmentConfig(zoom_range=0.2)) == "zoom 0.93×1.10"
    both = AugmentConfig(rotation_range=15, height_shift_range=0.1, zoom_range=0.2)
    assert drawn_words(drawn, both) == "−7.2° · ←12 ↓3 px · zoom 0.93×1.10"
    assert short_words(drawn, both) == "−7.2° ←12 ↓3 0.93×1.10"


def test_flips_are_told_where_they_happened() -> None:
    config = AugmentConfig(horizontal_flip=True, vertical_flip=True)
    assert drawn_words(Drawn(flip_h=True), config) == "mirrored"
    assert drawn_words(Drawn(flip_h=True, flip_v=True), config) == "mirrored · upside down"
    assert drawn_words(Drawn(), config) == "unchanged"


def test_both_ends_of_a_range_are_drawn_with_everything_else_off() -> None:
    config = AugmentConfig(rotation_range=15, width_shift_range=0.05, zoom_range=0.2)
    assert ends_of(config, "rotation_range", (20, 40, 1)) == (
        ("−15.0°", Drawn(rotation=-15)),
        ("+15.0°", Drawn(rotation=15)),
    )
    # 5 % of a width of 40 pixels and of a height of 20.
    assert ends_of(config, "width_shift_range", (20, 40, 1))[1] == ("+5.0 %", Drawn(shift_x=2))
    assert ends_of(config, "height_shift_range", (20, 40, 1))[0] == ("0.0 %", Drawn(shift_y=0))
    assert ends_of(config, "zoom_range", (20, 40, 1))[0] == (
        "× 0.80",
        Drawn(zoom_x=0.8, zoom_y=0.8),
    )
    assert ends_of(config, "brightness_range", (20, 40, 1))[0] == ("× 1.00", Drawn())


def test_every_numeric_setting_has_two_ends() -> None:
    words = {name for name, value in AugmentConfig().to_json().items() if value is not False}
    assert set(RANGES) == words - {"fill_mode", "cval"}
    for name in RANGES:
        low, high = ends_of(TONES, name, (20, 40, 1))
        assert (low == high) == (getattr(TONES, name) == getattr(AugmentConfig(), name)), name


def test_the_ends_of_tones_are_told_with_their_units() -> None:
    assert ends_of(TONES, "contrast_range", (20, 40, 1))[1] == ("× 1.30", Drawn(contrast=1.3))
    assert ends_of(TONES, "gamma_range", (20, 40, 1))[0] == ("exponent 0.80", Drawn(gamma=0.8))
    assert ends_of(TONES, "clahe_range", (20, 40, 1))[1] == ("clip limit 3.0", Drawn(clahe=3))
    assert ends_of(TONES, "blur_range", (20, 40, 1)) == (
        ("0.0 px", Drawn()),
        ("1.5 px", Drawn(blur=1.5)),
    )
    assert ends_of(TONES, "noise_range", (20, 40, 1))[1] == ("8.0 grey levels", Drawn(noise=8))


def test_tones_can_be_set_and_are_told_only_where_they_may_vary() -> None:
    assert config_from(widget_values(TONES)) == TONES
    drawn = Drawn(contrast=1.104, gamma=0.93, clahe=1.84, blur=0.62, noise=3.1)
    assert drawn_words(drawn, TONES) == (
        "contrast 1.10 · gamma 0.93 · CLAHE 1.8 · blur 0.6 px · noise 3.1"
    )
    assert drawn_words(drawn, AugmentConfig(gamma_range=(0.9, 1.1))) == "gamma 0.93"


def test_sliders_of_tones_say_when_they_help() -> None:
    for one in AUGMENTATIONS:
        if not one.first:
            assert all(setting.help.startswith("Helps where ") for setting in one.settings)


def test_the_lessons_call_is_told_with_its_shifts_exchanged_back() -> None:
    code = generator_code(
        AugmentConfig(rotation_range=15, width_shift_range=0.1, height_shift_range=0.02)
    )
    assert code == (
        "from tensorflow.keras.preprocessing.image import ImageDataGenerator\n"
        "\n"
        "# Keras calls this class deprecated.\n"
        "# Keras 3.15 exchanges the two shifts by mistake; here they are exchanged back.\n"
        "generator = ImageDataGenerator(\n"
        "    rescale=1 / 255,\n"
        "    rotation_range=15.0,\n"
        "    width_shift_range=0.02,\n"
        "    height_shift_range=0.1,\n"
        ")\n"
    )
    compile(code, "generator", "exec")


def test_what_the_lessons_class_cannot_do_is_named() -> None:
    code = generator_code(AugmentConfig(rotation_range=15, gamma_range=(0.8, 1.2), noise_range=4))
    assert code == (
        "from tensorflow.keras.preprocessing.image import ImageDataGenerator\n"
        "\n"
        "# Keras calls this class deprecated.\n"
        "# It knows no gamma_range, noise_range: they are left out.\n"
        "generator = ImageDataGenerator(\n"
        "    rescale=1 / 255,\n"
        "    rotation_range=15.0,\n"
        ")\n"
    )
