"""What a field of the open layer does to the draft: a change, or a refusal that is shown once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from xraylib.app.architecture.layer_form import Change
from xraylib.app.shared import current_design
from xraylib.app.shell.frame import show_error
from xraylib.app.shell.state import get_draft
from xraylib.errors import SpecError
from xraylib.networks.spec import ModelSpec

_REFUSED: Final = "refused"


def show_refusal() -> None:
    """Why the last value was refused, if it was."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)


def field_changer(index: int, kind: str) -> Change:
    """Changes a setting of layer ``index``, as long as a layer of ``kind`` stands there."""

    def change(name: str, value: Any) -> None:
        spec = get_draft().spec
        if index >= len(spec.layers) or spec.layers[index].kind != kind:
            return  # a late word from a field of a layer that has gone
        _change(lambda: current_design.with_value(spec, index, name, value))

    return change


def inside_changer(index: int, place: int, kind: str) -> Change:
    """Changes a setting of layer ``place`` in block ``index``."""

    def change(name: str, value: Any) -> None:
        spec = get_draft().spec
        layers = list(current_design.inside(spec, index))
        if place >= len(layers) or layers[place].kind != kind:
            return

        def changed() -> ModelSpec:
            layers[place] = replace(layers[place], **{name: value})
            return current_design.with_inside(spec, index, layers)

        _change(changed)

    return change


def _change(make: Callable[[], ModelSpec]) -> None:
    try:
        changed = make()
    except SpecError as error:
        st.session_state[_REFUSED] = error
        return
    current_design.change_design(changed)
