"""The fields of one layer as widgets, by the names and values that the layer has.

A new kind of layer needs nothing here unless it brings a field with a new name; such a field
still gets a widget by its value, only without teaching words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final, Literal

import streamlit as st

from xraylib.model.layers import BACKBONES
from xraylib.model.layers.base import Layer
from xraylib.model.layers.settings import ACTIVATIONS, MAX_UNITS, MAX_WINDOW, PADDINGS
from xraylib.ui.mending import setting_words

Shape = Literal["whole", "pair", "number", "flag", "choice"]
Change = Callable[[str, Any], None]
"""Called with the field's name and its new value."""


@dataclass(frozen=True, kw_only=True)
class FieldForm:
    """How a field is shown.

    Attributes:
        label: Over the widget.
        help: One sentence that teaches.
        shape: Which widget.
        low: Smallest value.
        high: Largest value.
        step: Of the buttons + and −.
        format: Of a number.
        options: Of a choice.
        empty: What None is called, where None is a value.
    """

    label: str
    help: str
    shape: Shape
    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    format: str = "%.3g"
    options: tuple[Any, ...] = ()
    empty: str | None = None


_FORMS: Final = {
    "filters": FieldForm(
        label="Filters",
        help="How many patterns the layer looks for. Each filter makes one map of its own.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "units": FieldForm(
        label="Units",
        help="How many values come out. The last layer has one for each class.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "kernel_size": FieldForm(
        label="Kernel (px)",
        help="Height and width of each filter, in pixels of the map that it looks at.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
    ),
    "pool_size": FieldForm(
        label="Window (px)",
        help="Height and width of the window of which one value is kept.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
    ),
    "strides": FieldForm(
        label="Stride (px)",
        help="How far the window moves at each step: a stride of 3 leaves a third of the size.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
        empty="As large as the window",
    ),
    "padding": FieldForm(
        label="Padding",
        help="valid: the window stays inside, so the map loses its edge. same: zeros are added "
        "around the map, so that a stride of 1 keeps its size.",
        shape="choice",
        options=PADDINGS,
    ),
    "activation": FieldForm(
        label="Activation",
        help="The bend after the sum. relu keeps what is positive; softmax turns the last row "
        "into probabilities that add up to 1.",
        shape="choice",
        options=tuple(name for name in ACTIVATIONS if name != "linear"),
        empty="none",
    ),
    "use_bias": FieldForm(
        label="Bias",
        help="One more number for each filter or unit, added to its sum. Not needed before "
        "BatchNormalization, which adds its own.",
        shape="flag",
    ),
    "l2": FieldForm(
        label="L2",
        help="Adds this times the sum of the squared weights to the loss, so that weights stay "
        "small. 0 for none; 0.0001 to 0.01 is usual.",
        shape="number",
        low=0.0,
        high=1.0,
        step=1e-4,
        format="%.4g",
    ),
    "name": FieldForm(
        label="Network",
        help="A network of keras.applications without its classification layers.",
        shape="choice",
        options=tuple(BACKBONES),
    ),
    "weights": FieldForm(
        label="Weights",
        help="imagenet: learnt from photographs, fetched once. none: fresh ones.",
        shape="choice",
        options=("imagenet", "none"),
    ),
    "trainable_from": FieldForm(
        label="Learns from stage",
        help="The first of its five stages that learns, 1 for all of it. What does not learn keeps "
        "what it knows from photographs.",
        shape="choice",
        options=(1, 2, 3, 4, 5),
        empty="nothing learns",
    ),
    "rate": FieldForm(
        label="Share of values silenced",
        help="While training only; all values count when predicting.",
        shape="number",
        low=0.0,
        high=0.95,
        step=0.05,
        format="%.2f",
    ),
    "momentum": FieldForm(
        label="Momentum",
        help="How much of the old average each step keeps. On a few hundred films 0.9 is "
        "steadier than Keras's default of 0.99.",
        shape="number",
        low=0.0,
        high=0.999,
        step=0.01,
        format="%.3f",
    ),
    "epsilon": FieldForm(
        label="Epsilon",
        help="Added to the variance, so that an even film does not divide by zero.",
        shape="number",
        low=1e-7,
        high=1.0,
        step=1e-3,
        format="%.1e",
    ),
    "offset": FieldForm(
        label="Offset",
        help="Added after multiplying: a scale of 1/127.5 and an offset of −1 give −1..1.",
        shape="number",
        low=-1e6,
        high=1e6,
        step=0.5,
        format="%g",
    ),
    "dilation_rate": FieldForm(
        label="Dilation (px)",
        help="Distance between the pixels that a filter looks at: 2 leaves one out between each "
        "two, so that the same number of weights sees further.",
        shape="pair",
        low=1,
        high=MAX_WINDOW,
    ),
    "depth_multiplier": FieldForm(
        label="Filters a channel",
        help="How many filters each channel gets of its own.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "groups": FieldForm(
        label="Groups",
        help="Channels are normalised together in so many groups; must divide their number.",
        shape="whole",
        low=1,
        high=MAX_UNITS,
    ),
    "negative_slope": FieldForm(
        label="Slope below 0",
        help="What is left of negative values, so that a unit never falls silent for good.",
        shape="number",
        low=0.0,
        high=10.0,
        step=0.05,
        format="%.2f",
    ),
    "center": FieldForm(
        label="Learned offset", help="Training may move the mean away from 0.", shape="flag"
    ),
    "axis": FieldForm(
        label="Over",
        help="Over which values mean and deviation are taken.",
        shape="choice",
        options=((1, 2, 3), (1, 2), -1, 1, 2, 3),
    ),
}
_SCALE_NUMBER: Final = FieldForm(
    label="Scale",
    help="Each grey level is multiplied by this; 1/255 = 0.003922 brings 0..255 to 0..1.",
    shape="number",
    low=-1e6,
    high=1e6,
    step=0.001,
    format="%.6f",
)
_SCALE_FLAG: Final = FieldForm(
    label="Learned factor", help="Training may change the spread away from 1.", shape="flag"
)
_BORDER: Final = FieldForm(
    label="Border (px)",
    help="Rows above and below, and columns left and right, of zeros put around the map.",
    shape="pair",
    low=0,
    high=MAX_WINDOW,
)
_AXES: Final = {
    (1, 2, 3): "the whole film",
    (1, 2): "each channel's map",
    -1: "the channels of each pixel",
    1: "columns of pixels",
    2: "rows of pixels",
    3: "channels",
}


def field_form(name: str, value: object) -> FieldForm:
    """How the field ``name`` with this value is shown."""
    if name == "scale":
        return _SCALE_FLAG if isinstance(value, bool) else _SCALE_NUMBER
    if name == "padding" and isinstance(value, tuple):
        return _BORDER
    if name in _FORMS:
        return _FORMS[name]
    label = setting_words(name).capitalize()
    if isinstance(value, bool):
        return FieldForm(label=label, help=name, shape="flag")
    if isinstance(value, int):
        return FieldForm(label=label, help=name, shape="whole", high=MAX_UNITS)
    if isinstance(value, tuple):
        return FieldForm(label=label, help=name, shape="pair", high=MAX_WINDOW)
    return FieldForm(label=label, help=name, shape="number", low=-1e6, high=1e6, format="%g")


def show_fields(layer: Layer, *, key: str, change: Change) -> None:
    """The layer's fields as widgets.

    Args:
        layer: Its values stand in the widgets when they first appear.
        key: Prefix of the widgets' keys; another one starts afresh.
        change: Called from the widgets' callbacks.
    """
    values = {field.name: getattr(layer, field.name) for field in fields(layer)}
    for inside in values.pop("layers", ()):
        st.caption(inside.label)
    pairs = [value for value in values.values() if isinstance(value, tuple) and len(value) == 2]
    square = True
    if any(field_form(name, value).shape == "pair" for name, value in values.items()):
        state = f"{key}-square"
        st.session_state.setdefault(state, all(a == b for a, b in pairs))
        square = bool(st.session_state[state])
    with st.grid(2, min_column_width=112, gap="xsmall", vertical_alignment="bottom") as grid:
        for name, value in values.items():
            with grid.cell():
                _show(name, value, field_form(name, value), f"{key}-{name}", change, square=square)
    if f"{key}-square" in st.session_state:
        st.checkbox(
            "Height and width alike",
            key=f"{key}-square",
            help="Without the tick, height and width have fields of their own.",
        )


def _show(
    name: str, value: Any, form: FieldForm, key: str, change: Change, *, square: bool
) -> None:
    def changed() -> None:
        change(name, st.session_state[key])

    if form.shape == "flag":
        st.session_state.setdefault(key, value)
        st.checkbox(form.label, key=key, help=form.help, on_change=changed)
    elif form.shape == "choice":
        _choice(value, form, key, changed)
    elif form.shape == "pair":
        _pair(name, value, form, key, change, square=square)
    else:
        whole = form.shape == "whole"
        kind = int if whole else float
        st.session_state.setdefault(key, kind(value))
        st.number_input(
            form.label,
            min_value=kind(form.low),
            max_value=kind(form.high),
            step=kind(form.step),
            format=None if whole else form.format,
            key=key,
            help=form.help,
            on_change=changed,
        )


def _choice(value: Any, form: FieldForm, key: str, changed: Callable[[], None]) -> None:
    options = list(form.options)
    if form.empty is not None:
        options.insert(0, None)
    if value not in options:
        options.append(value)
    st.session_state.setdefault(key, value)

    def words(option: Any) -> str:
        if option is None:
            return form.empty or "none"
        return _AXES.get(option, str(option)) if form.label == "Over" else str(option)

    st.selectbox(form.label, options, format_func=words, key=key, help=form.help, on_change=changed)


def _pair(
    name: str, value: Any, form: FieldForm, key: str, change: Change, *, square: bool
) -> None:
    """One number for a square, two otherwise; a tick where None is a value."""
    sides = (f"{key}-height", f"{key}-width")
    optional = value is None or f"{key}-none" in st.session_state

    def changed() -> None:
        if optional and st.session_state[f"{key}-none"]:
            change(name, None)
            return
        height = int(st.session_state.get(sides[0], 1))
        width = height if square else int(st.session_state.get(sides[1], height))
        change(name, (height, width))

    if optional:
        st.session_state.setdefault(f"{key}-none", value is None)
        st.checkbox(
            f"{form.label.split(' (')[0]}: {str(form.empty).lower()}",
            key=f"{key}-none",
            help="The windows then touch and do not overlap.",
            on_change=changed,
        )
        if st.session_state[f"{key}-none"]:
            return
    both = value or (2, 2)
    labels = (
        (form.label,) if square else tuple(f"{form.label}, {side}" for side in ("down", "across"))
    )
    columns = st.columns(len(labels))
    for column, label, side, number in zip(columns, labels, sides, both, strict=False):
        st.session_state.setdefault(side, int(number))
        column.number_input(
            label,
            min_value=int(form.low),
            max_value=int(form.high),
            step=1,
            key=side,
            help=form.help,
            on_change=changed,
        )
