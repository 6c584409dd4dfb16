"""The Architecture page's left column: where to start from, the layers, the open one's fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from zlib import crc32

import streamlit as st

from xraylib.app.architecture.block_form import show_block
from xraylib.app.architecture.design_files import show_designs
from xraylib.app.architecture.layer_changes import field_changer, show_refusal
from xraylib.app.architecture.layer_form import fresh_key, show_fields, show_moves
from xraylib.app.architecture.own_weights import offered_weights, show_own_weights
from xraylib.app.shared import current_design
from xraylib.app.shared.fixes import fits_classes, fixes
from xraylib.app.shared.opened_dataset import known_classes
from xraylib.app.shell.frame import link, plain
from xraylib.app.shell.state import get_draft, traced
from xraylib.errors import SpecError
from xraylib.networks.declaration.layer import Group
from xraylib.networks.layers import LAYERS, Backbone, Layer, Rescaling, Residual
from xraylib.networks.presets import PRESETS, STANDARDISE, preset
from xraylib.networks.spec import ModelSpec
from xraylib.workspace import Workspace

_ADDABLE: Final = [kind for kind, layer in LAYERS.items() if layer.group is not Group.INPUT]
_LONG: Final = 14
_BESIDE: Final = 2  # layers shown before and behind the open one of a long network


def show_layers() -> None:
    """Where to start from, the list, and what can be added."""
    spec = get_draft().spec
    with st.container(gap="xsmall"):
        note = _start_from(spec)
        _standardise(spec)
        _undo_and_redo()
        _add()  # above the list: in sight, as the sums and the picture are, however long it is
    error = traced(spec).error
    rows = range(len(spec.layers))
    if len(rows) > _LONG:
        # All of them stand in the table; a browser would need long to draw them here as well.
        chosen = _go_to(spec)
        rows = range(max(0, chosen - _BESIDE), min(len(rows), chosen + _BESIDE + 1))
        if error is not None and error.index is not None and error.index not in rows:
            _row(spec, error.index, error)
    with st.container(gap="xxsmall"):
        for index in rows:
            _row(spec, index, error)
    _output(spec)
    if note:
        st.caption(note)


def _start_from(spec: ModelSpec) -> str:
    """The networks to start from; gives what is to be said of the chosen one."""
    draft, base = get_draft(), current_design.base_name(spec)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        name = st.selectbox(
            "Start from",
            list(PRESETS),
            index=list(PRESETS).index(base) if base in PRESETS else None,
            key=f"preset-{base}",
            help="The networks of the lesson, and better ones.",
        )
        st.button(
            "Use it",
            icon=":material/restart_alt:",
            disabled=name is None,
            on_click=lambda: current_design.change_design(
                preset(
                    name or next(iter(PRESETS)),
                    input_shape=draft.preparation.input_shape,
                    classes=max(2, len(draft.classes)) if draft.classes else 3,
                    class_mode=draft.class_mode,
                ),
                selected=1,
            ),
        )
    if name is not None and name == base and name != spec.name:
        return "Edited: its layers are no longer those of this network."
    return "" if name is None else PRESETS.note(name)


def _standardise(spec: ModelSpec) -> None:
    first = spec.layers[1] if len(spec.layers) > 1 else None
    if not isinstance(first, Rescaling) and first != STANDARDISE:
        return

    def switch() -> None:
        now = get_draft().spec
        other = Rescaling() if now.layers[1] == STANDARDISE else STANDARDISE
        current_design.change_design(now.with_layers((now.layers[0], other, *now.layers[2:])))

    st.toggle(
        "Standardise each X-ray",
        value=first == STANDARDISE,
        key=fresh_key("standardise", first == STANDARDISE),
        on_change=switch,
        help="Brings each X-ray to mean 0 and standard deviation 1 instead of dividing its values "
        "by 255. No parameters. The reason stands below the table.",
    )


def _undo_and_redo() -> None:
    now = current_design.history()
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=current_design.undo,
            disabled=not now.past,
            type="tertiary",
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            on_click=current_design.redo,
            disabled=not now.future,
            type="tertiary",
        )
        show_designs()


def _go_to(spec: ModelSpec) -> int:
    """A long network's layers to choose from; gives the open one."""
    selected = current_design.history().selected
    # A browser sends the words of what is chosen: with other words it must be another widget.
    kinds = [layer.kind for layer in spec.layers]
    key = fresh_key(f"go-to-{crc32(' '.join(kinds).encode())}", selected)
    st.selectbox(
        f"Layer (of {len(spec.layers)})",
        range(len(spec.layers)),
        index=selected,
        format_func=lambda index: f"{index}  {kinds[index]}",
        key=key,
        on_change=lambda: current_design.select(int(st.session_state[key])),
        help="Opens it, with the ones before and behind it.",
    )
    return selected


def _row(spec: ModelSpec, index: int, error: SpecError | None) -> None:
    layer = spec.layers[index]
    chosen = current_design.history().selected == index
    wrong = error is not None and error.index == index
    words = plain(f"{index}  {layer.label}")
    if wrong:
        words = f":red[{words}]"
    st.button(
        f"**{words}**" if chosen else words,
        key=f"layer-{index}",
        type="secondary" if chosen else "tertiary",
        icon=":material/error:" if wrong else None,
        width="stretch" if chosen else "content",
        wrap=True,
        on_click=current_design.select,
        args=(index,),
    )
    if wrong and error is not None:
        _explain(spec, error)
    if chosen:
        _open_layer(spec, index, layer)


def _explain(spec: ModelSpec, error: SpecError) -> None:
    """Why a layer is impossible, and a button for each way out that was tried."""
    what = error.what.partition(": ")[2] or error.what
    st.error(f"{plain(what[:1].upper() + what[1:])}. Expected {plain(error.expected)}.")
    with st.container(horizontal=True, gap="xsmall"):
        for number, fix in enumerate(fixes(spec, error)):
            st.button(
                fix.words,
                key=f"fix-{number}-{fix.words}",
                icon=":material/build:",
                on_click=current_design.change_design,
                args=(fix.spec,),
            )


def _open_layer(spec: ModelSpec, index: int, layer: Layer) -> None:
    with st.container(border=True, gap="xsmall"):
        st.caption(layer.meaning)
        if index == 0:
            link("dataset", "Size and colour are set in Preparation")
            return
        offered = {"weights": offered_weights()} if isinstance(layer, Backbone) else None
        show_fields(layer, change=field_changer(index, layer.kind), offered=offered)
        if isinstance(layer, Backbone):
            show_own_weights(layer, index)
        if isinstance(layer, Residual):
            show_block(layer, index)
        show_refusal()
        _moves(spec, index)


def _moves(spec: ModelSpec, index: int) -> None:
    moves: tuple[tuple[str, str, Callable[[ModelSpec], ModelSpec], int], ...] = (
        ("Up", "arrow_upward", lambda now: current_design.with_move(now, index, -1), index - 1),
        ("Down", "arrow_downward", lambda now: current_design.with_move(now, index, 1), index + 1),
        ("Copy", "content_copy", lambda now: current_design.with_copy(now, index), index + 1),
        ("Delete", "delete", lambda now: current_design.without_layer(now, index), index - 1),
    )

    def act(move: Callable[[ModelSpec], ModelSpec], target: int) -> None:
        # The draft as it is when clicked: an edit just before may not be drawn yet.
        current_design.change_design(move(get_draft().spec), selected=max(1, target))

    show_moves(
        (
            (label, icon, move(spec) != spec, partial(act, move, target))
            for label, icon, move, target in moves
        ),
        key="move",
    )


def _add() -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        kind = st.selectbox(
            "New layer",
            _ADDABLE,
            index=_ADDABLE.index("Conv2D"),
            key="new_kind",
            help="It is put behind the open layer.",
        )
        st.button(
            "Add below",
            icon=":material/add:",
            on_click=lambda: current_design.change_design(
                current_design.with_layer(
                    get_draft().spec, current_design.history().selected, kind
                ),
                selected=current_design.history().selected + 1,
            ),
        )
    st.caption(LAYERS[kind].meaning)


def _output(spec: ModelSpec) -> None:
    """A word, and a button, where the network's end does not fit the data set's classes."""
    draft = get_draft()
    classes = len(known_classes(Workspace.open()))
    if classes < 2 or fits_classes(spec, classes, draft.class_mode):
        return
    st.warning(
        f"{plain(draft.dataset)} has {classes} classes; the network ends in something else.",
        icon=":material/warning:",
    )
    st.button(
        f"Make it end in {classes} classes",
        icon=":material/build:",
        on_click=lambda: current_design.change_design(
            get_draft().spec.with_head(classes, draft.class_mode)
        ),
    )
