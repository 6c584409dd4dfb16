"""The augmentation studio: every setting as a slider, and the films that training would see.

The pictures come from the very function that training uses, with the row number, epoch and seed
that it would pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from xraylib.data.augment import (
    AUGMENT_PRESETS,
    AugmentConfig,
    Drawn,
    apply,
    augment,
    draw,
)
from xraylib.data.index import DatasetIndex
from xraylib.data.prepare import prepare
from xraylib.errors import XrayError
from xraylib.ui.charts import class_name, histogram_chart, histogram_sentence
from xraylib.ui.fitting import use_augmentation
from xraylib.ui.pictures import encode_png, shrink
from xraylib.ui.shell import plain, show_error
from xraylib.ui.snippets import generator_code, show_code
from xraylib.ui.state import get_draft

VARIANTS: Final = 12
_SIDE: Final = 256  # of a picture on the page, in pixels
_KEY: Final = "augment"

PRESET_WORDS: Final[Mapping[str, str]] = {
    "none": "None",
    "lesson": "Lesson",
    "gentle": "Gentle",
    "strong": "Strong",
}
FILL_WORDS: Final[Mapping[str, str]] = {
    "nearest": "nearest pixel",
    "constant": "one grey level",
    "reflect": "mirrored",
    "wrap": "repeated",
}


@dataclass(frozen=True, kw_only=True)
class Slider:
    """How one number of an `AugmentConfig` is set.

    Attributes:
        field: Its name.
        label: Over the slider, with the unit.
        low: Left end.
        high: Right end.
        step: Between two positions.
        format: Of the value shown.
        factor: Position divided by value: 100 for per cent.
        help: One sentence that teaches.
    """

    field: str
    label: str
    low: float
    high: float
    step: float
    format: str
    factor: float = 1.0
    help: str = ""


SLIDERS: Final = (
    Slider(
        field="rotation_range",
        label="Rotation (± degrees)",
        low=0,
        high=90,
        step=1,
        format="%.0f°",
        help="Patients lean. A few degrees are real; a chest on its side is not.",
    ),
    Slider(
        field="width_shift_range",
        label="Shift sideways (± %)",
        low=0,
        high=50,
        step=1,
        format="%.0f %%",
        factor=100,
        help="In per cent of the width: the chest is not always in the middle of the film.",
    ),
    Slider(
        field="height_shift_range",
        label="Shift up and down (± %)",
        low=0,
        high=50,
        step=1,
        format="%.0f %%",
        factor=100,
        help="In per cent of the height: the detector sits higher or lower each time.",
    ),
    Slider(
        field="shear_range",
        label="Shear (± degrees)",
        low=0,
        high=45,
        step=1,
        format="%.0f°",
        help="Slants the picture. Rare in real films, so use little.",
    ),
)
ZOOM: Final = Slider(
    field="zoom_range",
    label="Zoom (factor)",
    low=0.5,
    high=1.5,
    step=0.01,
    format="%.2f",
    help="Above 1 the chest gets smaller, as in Keras, and height and width are drawn on their "
    "own.",
)
BRIGHTNESS: Final = Slider(
    field="brightness_range",
    label="Brightness (factor)",
    low=0.3,
    high=1.7,
    step=0.01,
    format="%.2f",
    help="Multiplies the grey levels: exposure differs from film to film. 1 to 1 is off.",
)


def drawn_words(drawn: Drawn, config: AugmentConfig) -> str:
    """What was drawn for one picture, only of what may vary: ``−7.2° · ←12 ↑3 px``."""
    parts = []
    if config.rotation_range:
        parts.append(f"{_signed(drawn.rotation)}°")
    if config.width_shift_range or config.height_shift_range:
        # Keras's sign: a positive shift moves the picture to the left and up.
        across, along = round(drawn.shift_x), round(drawn.shift_y)
        side, height = "←" if across > 0 else "→", "↑" if along > 0 else "↓"
        parts.append(f"{side}{abs(across)} {height}{abs(along)} px")
    if config.zoom != (1.0, 1.0):
        parts.append(f"zoom {drawn.zoom_x:.2f}×{drawn.zoom_y:.2f}")
    if config.shear_range:
        parts.append(f"shear {_signed(drawn.shear)}°")
    if drawn.flip_h:
        parts.append("mirrored")
    if drawn.flip_v:
        parts.append("upside down")
    if config.brightness_range not in (None, (1.0, 1.0)):
        parts.append(f"light {drawn.brightness:.2f}")
    return " · ".join(parts) or "unchanged"


def config_from(values: Mapping[str, Any]) -> AugmentConfig:
    """The settings that the widgets stand for, by the widgets' names.

    Raises:
        ConfigError: A value makes no sense (only a tampered browser sends one).
    """
    fields: dict[str, Any] = {s.field: round(float(values[s.field]) / s.factor, 6) for s in SLIDERS}
    brightness, zoom = _ends(values["brightness_range"]), _ends(values["zoom_range"])
    return AugmentConfig(
        **fields,
        zoom_range=zoom,
        brightness_range=None if brightness == (1.0, 1.0) else brightness,
        horizontal_flip=bool(values["horizontal_flip"]),
        vertical_flip=bool(values["vertical_flip"]),
        fill_mode=values["fill_mode"],
        cval=float(values["cval"]),
    )


def widget_values(config: AugmentConfig) -> dict[str, Any]:
    """The reverse of `config_from`; what lies beyond a slider's end stands at its end."""
    values: dict[str, Any] = {
        s.field: _within(float(getattr(config, s.field)) * s.factor, s) for s in SLIDERS
    }
    low, high = config.zoom
    values["zoom_range"] = (_within(low, ZOOM), _within(high, ZOOM))
    low, high = config.brightness_range or (1.0, 1.0)
    values["brightness_range"] = (_within(low, BRIGHTNESS), _within(high, BRIGHTNESS))
    values["horizontal_flip"] = config.horizontal_flip
    values["vertical_flip"] = config.vertical_flip
    values["fill_mode"] = config.fill_mode
    values["cval"] = int(config.cval)
    return values


@st.fragment
def show_studio(index: DatasetIndex, *, synthetic: bool) -> None:
    """The studio for films of this data set; what it is set to becomes the draft's."""
    left, right = st.columns([3, 8], gap="medium")
    with left:
        config = _settings()
    if config is None:
        return
    use_augmentation(config)
    with right:
        _pictures(index, config, synthetic=synthetic)


def _settings() -> AugmentConfig | None:
    for name, value in widget_values(get_draft().augment).items():
        st.session_state.setdefault(f"{_KEY}-{name}", value)
    # The presets are buttons whose look follows the sliders.
    chosen = _config()
    st.session_state[f"{_KEY}-preset"] = next(
        (name for name, config in AUGMENT_PRESETS.items() if config == chosen), None
    )
    st.segmented_control(
        "Preset",
        list(AUGMENT_PRESETS),
        format_func=lambda name: PRESET_WORDS.get(name, name),
        key=f"{_KEY}-preset",
        on_change=_use_preset,
        help="Lesson: rotation 15°, shifts 5 %, zoom 0.8 to 1.2.",
        wrap=True,
    )
    for slider in SLIDERS:
        _slider(slider)
    _slider(ZOOM)
    _slider(BRIGHTNESS)
    st.toggle(
        "Mirror left and right",
        key=f"{_KEY}-horizontal_flip",
        help="Off for a reason: it puts the heart on the wrong side, which real patients almost "
        "never have.",
    )
    st.toggle(
        "Turn upside down",
        key=f"{_KEY}-vertical_flip",
        help="Off: no film is read upside down.",
    )
    st.selectbox(
        "Outside the frame",
        list(FILL_WORDS),
        format_func=lambda mode: FILL_WORDS[mode],
        key=f"{_KEY}-fill_mode",
        help="What stands where the film was moved away from.",
    )
    if st.session_state[f"{_KEY}-fill_mode"] == "constant":
        st.slider("Grey level outside", 0, 255, key=f"{_KEY}-cval", help="0 is black.")
    return chosen


def _config() -> AugmentConfig | None:
    """What the widgets stand for; None, with the reason on the page, for nonsense."""
    names = widget_values(AugmentConfig())
    try:
        return config_from({name: st.session_state[f"{_KEY}-{name}"] for name in names})
    except XrayError as error:
        show_error(error)
        return None


def _slider(slider: Slider) -> None:
    st.slider(
        slider.label,
        float(slider.low),
        float(slider.high),
        step=float(slider.step),
        format=slider.format,
        key=f"{_KEY}-{slider.field}",
        help=slider.help,
    )


def _use_preset() -> None:
    name = st.session_state[f"{_KEY}-preset"]
    if name in AUGMENT_PRESETS:
        for field, value in widget_values(AUGMENT_PRESETS[name]).items():
            st.session_state[f"{_KEY}-{field}"] = value


def _pictures(index: DatasetIndex, config: AugmentConfig, *, synthetic: bool) -> None:
    rows = index.rows("train")
    if not rows.size:
        rows = index.rows()
    kind = "Phantom" if synthetic else "Film"
    left, right = st.columns([2, 7], gap="small")
    with left:
        place = st.container(gap="xsmall")
        row, epoch, seed = _choose_film(rows)
    try:
        pixels = prepare(index.read(row), get_draft().preparation)
    except XrayError as error:
        show_error(error)
        return
    film = index.film(row)
    _show(place, pixels, alt=f"{kind} as prepared, not augmented.")
    place.caption(f"**Original**, {plain(class_name(film.label))}")
    with right, st.grid("auto", min_column_width=84, gap="xsmall") as grid:
        for variant in range(VARIANTS):
            with grid.cell(), st.container(gap="xxsmall"):
                _variant(pixels, config, seed=seed, epoch=epoch + variant, row=row)
    words = f"{kind} {film.path}"
    # Both below need the film that is on show.
    _both_ends(pixels, config)
    _rescaled(pixels)
    show_code(generator_code(config), key="generator-code", title="Copy as ImageDataGenerator")
    st.caption(
        f"{plain(words)}{', synthetic' if synthetic else ''}: what epochs {epoch + 1} to "
        f"{epoch + VARIANTS} of a run with seed {seed} see of it, pixel for pixel. Other films "
        "are varied by other values."
    )


ENDS: Final[Mapping[str, str]] = {
    "rotation_range": "Rotation",
    "width_shift_range": "Shift sideways",
    "height_shift_range": "Shift up and down",
    "shear_range": "Shear",
    "zoom_range": "Zoom",
    "brightness_range": "Brightness",
}


def ends_of(config: AugmentConfig, field: str) -> tuple[tuple[str, Drawn], tuple[str, Drawn]]:
    """What is drawn at the lower and at the upper end of one setting's range, everything else off.

    Shifts are fractions here; `apply` wants pixels, so they are scaled by the picture's size.
    """
    if field in ("zoom_range", "brightness_range"):
        low, high = config.zoom if field == "zoom_range" else config.brightness_range or (1.0, 1.0)
    else:
        high = float(getattr(config, field))
        low = -high

    def at(value: float) -> tuple[str, Drawn]:
        if field == "rotation_range":
            return f"{_signed(value)}°", Drawn(rotation=value)
        if field == "shear_range":
            return f"{_signed(value)}°", Drawn(shear=value)
        if field == "width_shift_range":
            return f"{_signed(100 * value)} %", Drawn(shift_x=value)
        if field == "height_shift_range":
            return f"{_signed(100 * value)} %", Drawn(shift_y=value)
        if field == "zoom_range":
            return f"× {value:.2f}", Drawn(zoom_x=value, zoom_y=value)
        return f"× {value:.2f}", Drawn(brightness=value)

    return at(low), at(high)


def _both_ends(pixels: NDArray[np.uint8], config: AugmentConfig) -> None:
    choice, first, second = st.columns([2, 1, 1], gap="small")
    field = choice.selectbox(
        "Both ends of",
        list(ENDS),
        format_func=lambda name: ENDS[name],
        key=f"{_KEY}-ends",
        help="The same film at the lower and at the upper end of one range, all else off.",
    )
    height, width = pixels.shape[:2]
    for place, (words, drawn) in zip((first, second), ends_of(config, field), strict=True):
        moved = replace(drawn, shift_x=drawn.shift_x * width, shift_y=drawn.shift_y * height)
        _show(place, apply(pixels, moved, config), alt=f"{ENDS[field]} {words}.")
        place.caption(words)


def _rescaled(pixels: NDArray[np.uint8]) -> None:
    before, after = st.columns(2, gap="medium")
    with before:
        st.altair_chart(
            histogram_chart(pixels, title="Before rescaling, 0 to 255", height=112),
            alt=histogram_sentence("before rescaling", pixels),
        )
    with after:
        st.altair_chart(
            histogram_chart(pixels, title="After rescaling by 1/255, 0 to 1", height=112, unit=255),
            alt=f"The same shape from {pixels.min() / 255:.2f} to {pixels.max() / 255:.2f}.",
        )


def _choose_film(rows: NDArray[np.int64]) -> tuple[int, int, int]:
    """Row, first epoch (from 0) and seed."""
    number = st.number_input(
        f"Film of {len(rows):,}",
        1,
        len(rows),
        key=f"{_KEY}-film",
        help="Which of the training films is shown.",
    )
    epoch = st.number_input(
        "From epoch",
        1,
        10_000,
        key=f"{_KEY}-epoch",
        help="Each epoch draws other values for the same film.",
    )
    seed = st.number_input(
        "Seed",
        0,
        2**32 - 1,
        value=0,
        key=f"{_KEY}-seed",
        help="The same seed draws the same values again.",
    )
    place = min(max(int(number), 1), len(rows)) - 1
    return int(rows[place]), int(epoch) - 1, int(seed)


def _variant(
    pixels: NDArray[np.uint8], config: AugmentConfig, *, seed: int, epoch: int, row: int
) -> None:
    changed = augment(pixels, config, seed=seed, epoch=epoch, index=row)
    drawn = draw(config, seed=seed, epoch=epoch, index=row, shape=pixels.shape)
    words = drawn_words(drawn, config)
    _show(st.container(gap="xxsmall"), changed, alt=f"Epoch {epoch + 1}: {words}.")
    st.caption(words)


def _show(place: DeltaGenerator, pixels: NDArray[np.uint8], *, alt: str) -> None:
    # PNG all the way: what one looks at are the very grey levels.
    picture = encode_png(shrink(pixels, _SIDE))
    place.image(picture, width="stretch", output_format="PNG", alt=alt)


def _ends(value: Any) -> tuple[float, float]:
    """Both ends of a range, without what floats add to a slider's hundredths."""
    low, high = value
    return round(float(low), 6), round(float(high), 6)


def _within(value: float, slider: Slider) -> float:
    return min(max(value, slider.low), slider.high)


def _signed(value: float) -> str:
    """One digit, with a real minus sign, and no ``-0``."""
    rounded = round(value, 1)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded):.1f}"
