"""The layers inside a residual block: one of them open, with its fields and its moves."""

from __future__ import annotations

from functools import partial
from typing import Final
from zlib import crc32

import streamlit as st

from xraylib.app.architecture.layer_changes import inside_changer
from xraylib.app.architecture.layer_form import fresh_key, show_fields, show_moves
from xraylib.app.shared import current_design
from xraylib.app.shell.state import get_draft
from xraylib.networks.layers import LAYERS, Layer, Residual
from xraylib.networks.layers.residual import MAX_STEPS
from xraylib.networks.spec import ModelSpec

_OPEN: Final = "block-layer"
_ADDABLE: Final = [kind for kind, layer in LAYERS.items() if layer.in_block]


def show_block(block: Residual, index: int) -> None:
    """A choice of the block's layers, the chosen one's fields, and what can be done with it.

    Args:
        block: Layer ``index`` of the draft.
        index: Its place in the network.
    """
    layers = block.layers
    place = min(int(st.session_state.get(_OPEN, 0)), len(layers) - 1)
    # A browser sends the words of what is chosen: with other words it must be another widget, so
    # they name the kinds alone, which most edits leave as they are.
    kinds = [layer.kind for layer in layers]
    key = fresh_key(f"{_OPEN}-{crc32(' '.join(kinds).encode())}", place)
    st.selectbox(
        f"Inside (of {len(layers)})",
        range(len(layers)),
        index=place,
        format_func=lambda number: f"{number + 1}  {kinds[number]}",
        key=key,
        on_change=lambda: _open(int(st.session_state[key])),
        help="The layers around which what comes in takes a short way. Opens one of them.",
    )
    show_fields(
        layers[place],
        change=inside_changer(index, place, layers[place].kind),
        key=f"inside-{place}",
    )
    _moves(index, place, layers)
    _add(index, place, full=len(layers) >= MAX_STEPS)


def _open(place: int) -> None:
    st.session_state[_OPEN] = max(0, place)


def _moves(index: int, place: int, layers: tuple[Layer, ...]) -> None:
    moves: tuple[tuple[str, str, int, bool], ...] = (
        ("Earlier", "arrow_upward", place - 1, place > 0),
        ("Later", "arrow_downward", place + 1, place < len(layers) - 1),
        ("Double", "content_copy", place + 1, len(layers) < MAX_STEPS),
        ("Take out", "delete", place - 1, len(layers) > 1),
    )
    show_moves(
        (
            (label, icon, possible, partial(_move, label, index, place, target))
            for label, icon, target, possible in moves
        ),
        key="inside",
    )


def _move(label: str, index: int, place: int, target: int) -> None:
    now = get_draft().spec  # as it is when clicked: an edit just before may not be drawn yet
    current_design.change_design(moved_inside(now, index, place, label))
    _open(target)


def moved_inside(spec: ModelSpec, index: int, place: int, label: str) -> ModelSpec:
    """``spec`` after the button ``label`` at layer ``place`` of block ``index``."""
    layers = list(current_design.inside(spec, index))
    if not 0 <= place < len(layers):
        return spec  # a late click on a layer that has gone
    layer = layers.pop(place)
    if label in ("Earlier", "Later"):
        layers.insert(max(0, place - 1) if label == "Earlier" else place + 1, layer)
    elif label == "Double":
        layers[place:place] = [layer, layer]
    if not 1 <= len(layers) <= MAX_STEPS:
        return spec
    return current_design.with_inside(spec, index, layers)


def _add(index: int, place: int, *, full: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        kind = st.selectbox(
            "New layer inside",
            _ADDABLE,
            index=_ADDABLE.index("Conv2D"),
            key="new_kind_inside",
            help="It is put behind the open one, in a way that keeps the map's size.",
        )

        def add() -> None:
            now = get_draft().spec
            if 0 < len(current_design.inside(now, index)) < MAX_STEPS:
                current_design.change_design(
                    current_design.with_layer_inside(now, index, place, kind)
                )
                _open(place + 1)

        st.button("Add inside", icon=":material/add:", disabled=full, on_click=add)
