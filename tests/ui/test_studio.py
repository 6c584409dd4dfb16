"""The augmentation studio: sliders stand for settings and back, drawn values are told."""

from __future__ import annotations

import pytest

from xraylib.data.augment import AUGMENT_PRESETS, AugmentConfig, Drawn
from xraylib.ui.studio import BRIGHTNESS, SLIDERS, ZOOM, config_from, drawn_words, widget_values


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
