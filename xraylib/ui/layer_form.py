"""The fields of one layer as widgets, by the names and values that the layer has.

The widgets keep their keys from layer to layer of a kind and are told the layer's values, because
a browser changes a number faster than it makes a new field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

import streamlit as st

from xraylib.model.layers.base import Layer
from xraylib.ui.layer_fields import AXES, FieldForm, field_form

Change = Callable[[str, Any], None]
"""Called with the field's name and its new value."""
_NOTHING: Final = object()
_NONE: Final = ""  # stands for None, which to a selectbox means that nothing is chosen


def show_fields(layer: Layer, *, change: Change) -> None:
    """The layer's fields as widgets.

    Args:
        layer: Its values stand in the widgets.
        change: Called from the widgets' callbacks.
    """
    key = f"field-{layer.kind}"
    settings = [f for f in fields(layer) if f.name != "layers"]
    forms = {f.name: field_form(f.name, getattr(layer, f.name)) for f in settings}
    for inside in getattr(layer, "layers", ()):
        st.caption(inside.label)
    pairs = [getattr(layer, name) for name, form in forms.items() if form.shape == "pair"]
    alike = f"{key}-square"
    square = all(pair is None or pair[0] == pair[1] for pair in pairs)
    square = square and st.session_state.get(alike, True)
    with st.grid(2, min_column_width=112, gap="xsmall", vertical_alignment="bottom") as grid:
        for field in settings:
            name, value, form = field.name, getattr(layer, field.name), forms[field.name]
            with grid.cell():
                if form.shape == "pair":
                    optional = field.default is None
                    _pair(
                        name,
                        value,
                        form,
                        f"{key}-{name}",
                        change,
                        square=square,
                        optional=optional,
                    )
                else:
                    _one(name, value, form, f"{key}-{name}", change)
    if pairs:
        _tell(alike, square)
        st.checkbox(
            "Height and width alike",
            key=alike,
            help="Without the tick, height and width have fields of their own.",
        )


def _tell(key: str, value: Any) -> None:
    """Gives a widget that is drawn next its value."""
    if st.session_state.get(key, _NOTHING) != value:
        st.session_state[key] = value


def _one(name: str, value: Any, form: FieldForm, key: str, change: Change) -> None:
    def changed() -> None:
        change(name, st.session_state[key])

    if form.shape == "flag":
        _tell(key, value)
        st.checkbox(form.label, key=key, help=form.help, on_change=changed)
    elif form.shape == "choice":
        _choice(name, value, form, key, change)
    else:
        _number(form, form.label, value, key, changed)


def _number(
    form: FieldForm, label: str, value: float, key: str, changed: Callable[[], None]
) -> None:
    kind = float if form.shape == "number" else int
    _tell(key, kind(value))
    st.number_input(
        label,
        min_value=kind(form.low),
        max_value=kind(form.high),
        step=kind(form.step),
        format=form.format if form.shape == "number" else None,
        key=key,
        help=form.help,
        on_change=changed,
    )


def _choice(name: str, value: Any, form: FieldForm, key: str, change: Change) -> None:
    options = [_NONE, *form.options] if form.empty is not None else list(form.options)
    shown = _NONE if value is None else value
    if shown not in options:
        options.append(shown)
    _tell(key, shown)

    def changed() -> None:
        chosen = st.session_state[key]
        change(name, None if chosen == _NONE else chosen)

    def words(option: Any) -> str:
        if option == _NONE:
            return form.empty or "none"
        return AXES.get(option, str(option)) if form.label == "Over" else str(option)

    st.selectbox(form.label, options, format_func=words, key=key, help=form.help, on_change=changed)


def _pair(
    name: str,
    value: Any,
    form: FieldForm,
    key: str,
    change: Change,
    *,
    square: bool,
    optional: bool,
) -> None:
    """One number for a square, two otherwise; a tick where None is a value."""
    sides = (f"{key}-height", f"{key}-width")
    both = value or (2, 2)

    def changed() -> None:
        if optional and st.session_state[f"{key}-none"]:
            change(name, None)
            return
        height = int(st.session_state.get(sides[0], both[0]))
        width = height if square else int(st.session_state.get(sides[1], both[1]))
        change(name, (height, width))

    if optional:
        _tell(f"{key}-none", value is None)
        st.checkbox(
            f"{form.label.split(' (')[0]}: {str(form.empty).lower()}",
            key=f"{key}-none",
            help="The windows then touch and do not overlap.",
            on_change=changed,
        )
        if value is None:
            return
    if square:
        _number(form, form.label, both[0], sides[0], changed)
        return
    for column, word, side, number in zip(
        st.columns(2), ("down", "across"), sides, both, strict=True
    ):
        with column:
            _number(form, f"{form.label}, {word}", number, side, changed)
