"""Editing the draft network: pure moves on a specification, and the session's undo history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from xraylib.app.shell.state import change_draft, get_draft
from xraylib.networks.layers import LAYERS, Dense, Layer, Residual
from xraylib.networks.presets import PRESETS, STANDARDISE, preset
from xraylib.networks.spec import ModelSpec

_KEY = "design"
_EDITED = ", edited"
_LIMIT = 100


@dataclass(frozen=True, kw_only=True)
class History:
    """What was designed before and after, and which layer is open.

    Attributes:
        past: Earlier networks, the latest last.
        future: Networks that were undone, the next one last.
        selected: Index of the open layer.
    """

    past: tuple[ModelSpec, ...] = ()
    future: tuple[ModelSpec, ...] = ()
    selected: int = 1


def history() -> History:
    """The history of this visit."""
    found: History = st.session_state.setdefault(_KEY, History())
    return found


def change_design(spec: ModelSpec, *, selected: int | None = None) -> None:
    """Makes ``spec`` the draft's network; the one before can be brought back.

    Args:
        spec: The new network.
        selected: The layer to open; the same as before if not given.
    """
    before, now = get_draft().spec, history()
    spec = renamed(spec)
    if spec == before and selected is None:
        return
    past = now.past if spec == before else (*now.past, before)[-_LIMIT:]
    last = len(spec.layers) - 1
    st.session_state[_KEY] = History(
        past=past,
        future=now.future if spec == before else (),
        selected=min(now.selected if selected is None else selected, last),
    )
    change_draft(spec=spec)


def base_name(spec: ModelSpec) -> str:
    """The name without the word that it was edited."""
    return spec.name.removesuffix(_EDITED)


def renamed(spec: ModelSpec) -> ModelSpec:
    """``spec`` with ``, edited`` behind a preset's name where it is that preset no more.

    The image's size, the number of classes and how images are scaled may differ.
    """
    base = base_name(spec)
    if base not in PRESETS:
        return spec
    wanted, layers = preset(base).layers, spec.layers
    last = layers[-1]
    same = (
        len(layers) == len(wanted)
        and layers[1] in (wanted[1], STANDARDISE)
        and layers[2:-1] == wanted[2:-1]
        and isinstance(last, Dense)
        and last == Dense(units=last.units, activation=last.activation)
        and last.activation in ("softmax", "sigmoid")
    )
    name = base if same else base + _EDITED
    return spec if name == spec.name else replace(spec, name=name)


def undo() -> None:
    """The network before the last change."""
    now = history()
    if now.past:
        _travel(now.past[-1], now.past[:-1], (*now.future, get_draft().spec))


def redo() -> None:
    """The network after the change that was undone last."""
    now = history()
    if now.future:
        _travel(now.future[-1], (*now.past, get_draft().spec), now.future[:-1])


def _travel(spec: ModelSpec, past: tuple[ModelSpec, ...], future: tuple[ModelSpec, ...]) -> None:
    now = history()
    st.session_state[_KEY] = History(
        past=past,
        future=future,
        selected=min(now.selected, len(spec.layers) - 1),
    )
    change_draft(spec=spec)


def select(index: int) -> None:
    """Opens a layer."""
    st.session_state[_KEY] = replace(history(), selected=index)


def with_layer(spec: ModelSpec, index: int, kind: str) -> ModelSpec:
    """``spec`` with a new layer of ``kind`` behind layer ``index``."""
    layers = list(spec.layers)
    layers.insert(index + 1, LAYERS[kind].new())
    return spec.with_layers(layers)


def without_layer(spec: ModelSpec, index: int) -> ModelSpec:
    """``spec`` without layer ``index``; the Input stays."""
    return spec.with_layers([layer for i, layer in enumerate(spec.layers) if i != index or i == 0])


def with_copy(spec: ModelSpec, index: int) -> ModelSpec:
    """``spec`` with layer ``index`` twice; as it is where it has no such layer any more."""
    layers = list(spec.layers)
    if 0 < index < len(layers):
        layers.insert(index, layers[index])
    return spec.with_layers(layers)


def with_move(spec: ModelSpec, index: int, by: int) -> ModelSpec:
    """``spec`` with layer ``index`` moved up (−1) or down (+1); the Input stays first."""
    layers, target = list(spec.layers), index + by
    if min(index, target) > 0 and max(index, target) < len(layers):
        layers[index], layers[target] = layers[target], layers[index]
    return spec.with_layers(layers)


def with_place(spec: ModelSpec, index: int, place: int) -> ModelSpec:
    """``spec`` with layer ``index`` at ``place``; the Input stays first."""
    layers = list(spec.layers)
    if 0 < index < len(layers) and 0 < place < len(layers):
        layers.insert(place, layers.pop(index))
    return spec.with_layers(layers)


def with_value(spec: ModelSpec, index: int, field: str, value: Any) -> ModelSpec:
    """``spec`` with one setting of layer ``index`` changed.

    Raises:
        SpecError: The value makes no sense.
    """
    layers = list(spec.layers)
    layers[index] = replace(layers[index], **{field: value})
    return spec.with_layers(layers)


def inside(spec: ModelSpec, index: int) -> tuple[Layer, ...]:
    """The layers in block ``index``; none where there is no block."""
    layer = spec.layers[index] if 0 <= index < len(spec.layers) else None
    return layer.layers if isinstance(layer, Residual) else ()


def with_inside(spec: ModelSpec, index: int, layers: Sequence[Layer]) -> ModelSpec:
    """``spec`` with other layers in block ``index``; as it is where it has no block there.

    Raises:
        SpecError: A block cannot hold them.
    """
    return with_value(spec, index, "layers", tuple(layers)) if inside(spec, index) else spec


def with_layer_inside(spec: ModelSpec, index: int, place: int, kind: str) -> ModelSpec:
    """``spec`` with a new layer behind layer ``place`` of block ``index``, keeping the size."""
    layers = list(inside(spec, index))
    layers.insert(place + 1, LAYERS[kind].new(in_block=True))
    return with_inside(spec, index, layers)
