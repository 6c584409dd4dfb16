"""The fields of one layer as widgets, by the names and values that the layer has.

A browser may send what a field shows before it has learnt that the design was changed elsewhere, by
Undo for example, and must not take that change back. So a field gets a new key, and with it becomes
a new field, when it would show another value than the design has; all others stay as they are,
because a browser keeps a field far faster than it makes one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from xraylib.app.architecture.own_weights import file_words
from xraylib.app.shared.fixes import setting_words
from xraylib.networks.declaration.settings import Choice, Flag, Number, Setting, Sides, Whole
from xraylib.networks.layers import Layer

Change = Callable[[str, Any], None]
"""Called with the field's name and its new value."""
_WIDTH: Final = 122  # pixels of a field; below 120 a number has no buttons
_WIDE: Final = 252  # of a choice whose words need the room of two fields
_NONE: Final = ""  # stands for None, which to a selectbox means that nothing is chosen


def fresh_key(name: str, value: Any) -> str:
    """The key of a widget that is to show ``value``.

    It is the one of before as long as that widget shows ``value``, or is no longer there.
    """
    count = f"{name}-count"
    number = int(st.session_state.get(count, 0))
    if st.session_state.get(f"{name}-{number}", value) != value:
        number += 1
        st.session_state[count] = number
    return f"{name}-{number}"


def show_fields(
    layer: Layer,
    *,
    change: Change,
    offered: Mapping[str, tuple[str, ...]] | None = None,
    key: str = "field",
) -> None:
    """The layer's fields as widgets.

    Args:
        layer: Its values stand in the widgets.
        change: Called from the widgets' callbacks.
        offered: More values, by the name of a field that is a choice.
        key: Before the keys of the widgets.
    """
    key = f"{key}-{layer.kind}"
    forms = {name: form for name, form in layer.settings().items() if form.shown}
    for name, more in (offered or {}).items():
        form = forms[name]
        if isinstance(form, Choice):
            forms[name] = replace(form, options=(*form.options, *more))
    pairs = {
        name: getattr(layer, name) or (1, 1)
        for name, form in forms.items()
        if isinstance(form, Sides)
    }
    square = all(height == width for height, width in pairs.values())
    square = square and bool(st.session_state.get(f"{key}-alike", True))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        for name, form in forms.items():
            value = getattr(layer, name)
            if isinstance(form, Sides):
                _pair(name, value, form, f"{key}-{name}", change, square=square)
            else:
                _one(name, value, form, f"{key}-{name}", change)
    if pairs:
        _alike(f"{key}-alike", pairs, change, square=square)


def show_moves(moves: Iterable[tuple[str, str, bool, Callable[[], None]]], *, key: str) -> None:
    """A row of small buttons.

    Args:
        moves: Label, icon, whether it can be pressed, and what it does, of each.
        key: Before the keys of the buttons.
    """
    with st.container(horizontal=True, gap="xsmall"):
        for label, icon, possible, act in moves:
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"{key}-{label}",
                type="tertiary",
                disabled=not possible,
                on_click=act,
            )


def _alike(name: str, pairs: dict[str, Any], change: Change, *, square: bool) -> None:
    key = fresh_key(f"{name}-box", square)

    def changed() -> None:
        st.session_state[name] = st.session_state[key]
        if st.session_state[key]:
            for field, (height, width) in pairs.items():
                if height != width:
                    change(field, (height, height))

    st.checkbox(
        "Height and width alike",
        square,
        key=key,
        help="Without the tick, height and width have fields of their own.",
        on_change=changed,
    )


def _one(name: str, value: Any, form: Setting, key: str, change: Change) -> None:
    if isinstance(form, Flag):
        box = fresh_key(key, value)
        st.checkbox(
            _label(name, form),
            value,
            key=box,
            help=form.help or None,
            width=_WIDTH,
            on_change=lambda: change(name, st.session_state[box]),
        )
    elif isinstance(form, Choice):
        _choice(name, value, form, key, change)
    elif isinstance(form, Number | Whole):
        box = fresh_key(key, value)
        label = _label(name, form)
        _number(form, label, value, box, lambda: change(name, st.session_state[box]))


def _label(name: str, form: Setting) -> str:
    return form.label or setting_words(name).capitalize()


def _number(
    form: Number | Whole | Sides, label: str, value: float, key: str, changed: Callable[[], None]
) -> None:
    """An end that is left out can be reached: the refusal says why it makes no sense."""
    kind, real = (float, form) if isinstance(form, Number) else (int, None)
    st.number_input(
        label,
        min_value=kind(form.low),
        max_value=kind(form.high),
        value=kind(value),
        step=kind(1 if real is None else real.step),
        format=None if real is None else real.format,
        key=key,
        help=form.help or None,
        width=_WIDTH,
        on_change=changed,
    )


def _choice(name: str, value: Any, form: Choice, key: str, change: Change) -> None:
    options = [*([_NONE] if form.empty is not None else []), *form.offered]
    shown = _NONE if value is None else value
    if shown not in options:
        options.append(shown)
    box = fresh_key(key, shown)

    def changed() -> None:
        chosen = st.session_state[box]
        change(name, None if chosen == _NONE else chosen)

    def words(option: Any) -> str:
        if option == _NONE:
            return form.empty or "none"
        if name == "weights":
            return file_words(option)
        return form.words.get(option, str(option))

    st.selectbox(
        _label(name, form),
        options,
        index=options.index(shown),
        format_func=words,
        key=box,
        help=form.help or None,
        width=_WIDE if form.wide else _WIDTH,
        on_change=changed,
    )


def _pair(name: str, value: Any, form: Sides, key: str, change: Change, *, square: bool) -> None:
    """One number for a square, two otherwise; a tick where None is a value."""
    both: Any = value or (2, 2)
    label = _label(name, form)
    if isinstance(both[0], tuple):
        _four(name, both, form, key, change)
        return
    sides = [
        fresh_key(f"{key}-{side}", both[place]) for place, side in enumerate(("down", "across"))
    ]
    none = fresh_key(f"{key}-none", value is None)

    def changed() -> None:
        if form.empty is not None and st.session_state[none]:
            change(name, None)
            return
        height = int(st.session_state.get(sides[0], both[0]))
        width = height if square else int(st.session_state.get(sides[1], both[1]))
        change(name, (height, width))

    if form.empty is not None:
        st.checkbox(
            f"{label.split(' (')[0]}: {form.empty.lower()}",
            value is None,
            key=none,
            help=form.empty_help or None,
            width=_WIDTH,
            on_change=changed,
        )
        if value is None:
            return
    if square:
        _number(form, label, both[0], sides[0], changed)
        return
    for word, side, number in zip(("down", "across"), sides, both, strict=True):
        _number(form, f"{label}, {word}", number, side, changed)


def _four(
    name: str, value: tuple[tuple[int, int], ...], form: Sides, key: str, change: Change
) -> None:
    """A number for each side of a border that is not even."""
    numbers = [number for pair in value for number in pair]
    words = ("above", "below", "left", "right")
    keys = [fresh_key(f"{key}-{word}", number) for word, number in zip(words, numbers, strict=True)]

    def changed() -> None:
        above, below, left, right = (int(st.session_state[one]) for one in keys)
        change(name, ((above, below), (left, right)))

    for word, side, number in zip(words, keys, numbers, strict=True):
        _number(form, f"{_label(name, form)}, {word}", number, side, changed)
