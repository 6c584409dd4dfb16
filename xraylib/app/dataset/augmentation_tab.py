"""The augmentation studio: every setting as a slider, and the images that training would see.

The pictures come from the very function that training uses, with the row number, epoch and seed
that it would pass.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from xraylib.app.dataset.augmentation_settings import (
    PRESET_WORDS,
    RANGES,
    config_from,
    drawn_words,
    ends_of,
    short_words,
    widget_values,
)
from xraylib.app.dataset.labels.findings_view import shown_words
from xraylib.app.dataset.network_input import first_step
from xraylib.app.shared.code_snippets import generator_code, show_code
from xraylib.app.shared.fit_design import use_augmentation
from xraylib.app.shell.charts import histogram_chart, histogram_sentence
from xraylib.app.shell.frame import plain, show_error, written
from xraylib.app.shell.pictures import encode_png, shrink
from xraylib.app.shell.state import get_draft
from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig, apply, augment, draw
from xraylib.augmentation.augmentation import Augmentation
from xraylib.augmentation.kinds import AUGMENTATIONS
from xraylib.augmentation.setting import Amount, Choice, Factors, Setting, Switch
from xraylib.datasets.scan import DatasetIndex
from xraylib.errors import XrayError
from xraylib.images.prepare import prepare

VARIANTS: Final = 12
_SIDE: Final = 256  # of a picture on the page, in pixels
_KEY: Final = "augment"


@st.fragment
def show_studio(index: DatasetIndex, *, synthetic: bool) -> None:
    """The studio for images of this data set; what it is set to becomes the draft's."""
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
    first = [one for one in AUGMENTATIONS if one.first]
    more = [one for one in AUGMENTATIONS if not one.first]
    for one in first:
        _widgets(one)
    with st.expander(
        f"For X-rays: {', '.join(written(one.name) for one in more)}", icon=":material/radiology:"
    ):
        st.caption("All off at first. The mark beside each says when it helps.")
        for one in more:
            _widgets(one)
    return chosen


def _config() -> AugmentConfig | None:
    """What the widgets stand for; None, with the reason on the page, for nonsense."""
    names = widget_values(AugmentConfig())
    try:
        return config_from({name: st.session_state[f"{_KEY}-{name}"] for name in names})
    except XrayError as error:
        show_error(error)
        return None


def _widgets(one: Augmentation) -> None:
    for setting in one.settings:
        other, value = setting.only_if or ("", None)
        if not other or st.session_state[f"{_KEY}-{other}"] == value:
            _widget(setting)


def _widget(setting: Setting) -> None:
    key, words = f"{_KEY}-{setting.name}", setting.help
    if isinstance(setting, Switch):
        st.toggle(setting.label, key=key, help=words)
    elif isinstance(setting, Choice):
        options = setting.options
        st.selectbox(
            setting.label, list(options), format_func=options.__getitem__, key=key, help=words
        )
    elif isinstance(setting, Amount | Factors):
        slider = setting.slider
        st.slider(
            setting.label,
            float(slider.low),
            float(slider.high),
            step=float(slider.step),
            format=slider.format,
            key=key,
            help=words,
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
    kind = "Phantom" if synthetic else "X-ray"
    left, right = st.columns([2, 7], gap="small")
    with left:
        place = st.container(gap="xsmall")
        row, epoch, seed = _choose_image(rows)
    try:
        pixels = prepare(index.read(row), get_draft().preparation)
    except XrayError as error:
        show_error(error)
        return
    image = index.image(row)
    _show(place, _png(pixels), alt=f"{kind} as prepared, not augmented.")
    place.caption(f"**Original**, {plain(shown_words(index, row))}")
    with right:
        show_grid(pixels, config, seed=seed, epoch=epoch, row=row)
    words = f"{kind} {image.path}"
    # Both below need the image that is on show.
    _both_ends(pixels, config)
    _rescaled(pixels)
    show_code(generator_code(config), key="generator-code", title="Copy as ImageDataGenerator")
    st.caption(
        f"{plain(words)}{', synthetic' if synthetic else ''}: what epochs {epoch + 1} to "
        f"{epoch + VARIANTS} of a run with seed {seed} see of it, pixel for pixel. Other X-rays "
        "are varied by other values."
    )


def show_grid(
    pixels: NDArray[np.uint8], config: AugmentConfig, *, seed: int, epoch: int, row: int
) -> None:
    """The image in twelve epochs from ``epoch`` on, each with the values that were drawn for it."""

    def variant(number: int) -> bytes:
        return _png(augment(pixels, config, seed=seed, epoch=number, index=row))

    epochs = range(epoch, epoch + VARIANTS)
    with (
        ThreadPoolExecutor(os.cpu_count()) as pool,
        st.grid("auto", min_column_width=84, gap=("small", "xsmall")) as grid,
    ):
        for number, picture in zip(epochs, pool.map(variant, epochs), strict=True):
            drawn = draw(config, seed=seed, epoch=number, index=row, shape=pixels.shape)
            words = drawn_words(drawn, config)
            with grid.cell(), st.container(gap="xxsmall"):
                _show(st.container(gap="xxsmall"), picture, alt=f"Epoch {number + 1}: {words}.")
                st.caption(short_words(drawn, config))


def _both_ends(pixels: NDArray[np.uint8], config: AugmentConfig) -> None:
    choice, ends = st.columns(2, gap="small")
    name = choice.selectbox(
        "Both ends of",
        list(RANGES),
        format_func=lambda name: RANGES[name].title,
        key=f"{_KEY}-ends",
        help="The same X-ray at the lower and at the upper end of one range, all else off.",
    )
    with ends, st.grid(2, min_column_width=84, gap=("small", "xsmall")) as grid:
        for words, drawn in ends_of(config, name, pixels.shape):
            with grid.cell(), st.container(gap="xxsmall"):
                picture = _png(apply(pixels, drawn, config))
                _show(st.container(), picture, alt=f"{RANGES[name].title} {words}.")
                st.caption(words)


def _rescaled(pixels: NDArray[np.uint8]) -> None:
    step = first_step(get_draft().spec, pixels)
    before, after = st.columns(2, gap="medium")
    with before:
        st.altair_chart(
            histogram_chart(pixels, title="Before rescaling, 0 to 255"),
            alt=histogram_sentence("before rescaling", pixels),
        )
    with after:
        low, high = sorted(float(end) * step.scale + step.offset for end in _ends(pixels))
        st.altair_chart(
            histogram_chart(pixels, title=step.words, scale=step.scale, offset=step.offset),
            alt=f"{step.words}: the same shape from {low:.2f} to {high:.2f}.",
        )


def _ends(pixels: NDArray[np.uint8]) -> tuple[int, int]:
    return int(pixels.min()), int(pixels.max())


def _choose_image(rows: NDArray[np.int64]) -> tuple[int, int, int]:
    """Row, first epoch (from 0) and seed."""
    number = st.number_input(
        f"X-ray of {len(rows):,}",
        1,
        len(rows),
        key=f"{_KEY}-image",
        help="Which of the training X-rays is shown.",
    )
    epoch = st.number_input(
        "From epoch",
        1,
        10_000,
        key=f"{_KEY}-epoch",
        help="Each epoch draws other values for the same X-ray.",
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


def _png(pixels: NDArray[np.uint8]) -> bytes:
    # PNG all the way: what one looks at are the very grey levels.
    return encode_png(shrink(pixels, _SIDE))


def _show(place: DeltaGenerator, picture: bytes, *, alt: str) -> None:
    place.image(picture, width="stretch", output_format="PNG", alt=alt)
