"""The augmentation studio: sliders stand for settings and back, drawn values are told."""

from __future__ import annotations

import pytest

from xraylib.data.augment import AUGMENT_PRESETS, AugmentConfig, Drawn
from xraylib.ui.snippets import generator_code
from xraylib.ui.studio import (
    BRIGHTNESS,
    ENDS,
    SLIDERS,
    ZOOM,
    config_from,
    drawn_words,
    ends_of,
    widget_values,
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
    for slider in (*SLIDERS, ZOOM, BRIGHTNESS):
        assert slider.help
        assert "(" in slider.label


def test_only_what_may_vary_is_told() -> None:
    drawn = Drawn(rotation=-7.24, shift_x=12.3, shift_y=-3.4, zoom_x=0.934, zoom_y=1.1, shear=2)
    assert drawn_words(drawn, AugmentConfig()) == "unchanged"
    assert drawn_words(drawn, AugmentConfig(rotation_range=15)) == "−7.2°"
    # Keras's signs: positive shifts move the picture to the left and up.
    assert drawn_words(drawn, AugmentConfig(width_shift_range=0.1)) == "←12 ↓3 px"
    assert drawn_words(drawn, AugmentConfig(zoom_range=0.2)) == "zoom 0.93×1.10"


def test_flips_are_told_where_they_happened() -> None:
    config = AugmentConfig(horizontal_flip=True, vertical_flip=True)
    assert drawn_words(Drawn(flip_h=True), config) == "mirrored"
    assert drawn_words(Drawn(flip_h=True, flip_v=True), config) == "mirrored · upside down"
    assert drawn_words(Drawn(), config) == "unchanged"


def test_both_ends_of_a_range_are_drawn_with_everything_else_off() -> None:
    config = AugmentConfig(rotation_range=15, width_shift_range=0.05, zoom_range=0.2)
    assert ends_of(config, "rotation_range") == (
        ("−15.0°", Drawn(rotation=-15)),
        ("+15.0°", Drawn(rotation=15)),
    )
    assert ends_of(config, "width_shift_range")[1] == ("+5.0 %", Drawn(shift_x=0.05))
    assert ends_of(config, "zoom_range")[0] == ("× 0.80", Drawn(zoom_x=0.8, zoom_y=0.8))
    assert ends_of(config, "brightness_range")[0] == ("× 1.00", Drawn())


def test_every_numeric_setting_has_two_ends() -> None:
    assert set(ENDS) == {*(slider.field for slider in SLIDERS), "zoom_range", "brightness_range"}


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
