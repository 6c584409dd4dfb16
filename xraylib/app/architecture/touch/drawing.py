"""The drawing on the page: which X-ray goes through, with whose weights, and the script itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st

from xraylib.app.architecture.network_charts import show_network
from xraylib.app.architecture.touch.origins import Origin, find_origins
from xraylib.app.architecture.touch.packet import Xray, pack
from xraylib.app.shared import current_design
from xraylib.app.shared.opened_dataset import current_index, known_classes, known_index
from xraylib.app.shell.frame import plain, show_error
from xraylib.app.shell.served_script import served_script
from xraylib.app.shell.state import get_draft
from xraylib.datasets.dataset_ref import SAMPLE
from xraylib.datasets.query import Rows
from xraylib.datasets.scan import DatasetIndex
from xraylib.errors import XrayError
from xraylib.images.prepare import Preparation, prepare
from xraylib.networks.trace import Trace
from xraylib.workspace import Workspace

_SCRIPT: Final = Path(__file__).parent / "served" / "touch.js"
_KEY: Final = "touch"
_ASKED: Final = f"{_KEY}-asked"


def show_drawing(result: Trace) -> None:
    """The network of the draft with an X-ray inside; without one the still picture."""
    workspace, draft = Workspace.open(), get_draft()
    index = _index(workspace)
    if index is None:
        show_network(result)
        return
    rows = index.rows()
    if not rows.size:
        show_network(result)
        st.caption("There is no X-ray in the data set to put through it.")
        return
    row, origins = _row(rows), find_origins(draft.spec, workspace)
    origin = _origin(origins)
    try:
        preparation = draft.preparation if origin is None else origin.preparation
        xray = _xray(index, row, preparation, result)
    except XrayError as error:
        show_network(result)
        show_error(error)
        return
    if xray is None:
        show_network(result)
        channels = result.rows[0].output_shape[2]
        st.caption(f"An X-ray has one channel or three; this Input takes {channels}.")
        return
    arrays = None
    try:
        arrays = None if origin is None else origin.arrays()
    except XrayError as error:
        st.warning(f"{plain(error.what)}. Fresh weights are shown.", icon=":material/broken_image:")
        origin = None
    packet = pack(
        result,
        xray,
        classes=known_classes(workspace) if origin is None else origin.classes,
        arrays=arrays,
        behind=draft.spec.layers[len(result.rows) :],
        chosen={
            "number": int(np.flatnonzero(rows == row)[0]) + 1,
            "xrays": int(rows.size),
            "origins": [one.name for one in origins],
            "origin": "" if origin is None else origin.name,
        },
    )
    script = served_script("touch", _SCRIPT)
    script(
        key=_KEY,
        data=packet,
        on_edit_change=_edit,
        on_move_change=_move,
        on_xray_change=lambda: _keep("xray", int),
        on_origin_change=lambda: _keep("origin", str),
    )


def _index(workspace: Workspace) -> DatasetIndex | None:
    """The data set's images; those of one's own are read only when that is asked for."""
    found = known_index(workspace)
    if found is None and (get_draft().dataset == SAMPLE or st.session_state.get(_ASKED)):
        found = current_index(workspace)
    if found is None and not st.session_state.get(_ASKED):
        st.button(
            "Put one of your X-rays through it",
            icon=":material/touch_app:",
            on_click=lambda: st.session_state.update({_ASKED: True}),
        )
    return found


def _row(rows: Rows) -> int:
    """Of the X-ray that was asked for, else the first."""
    number = st.session_state.get(f"{_KEY}-xray", 1)
    return int(rows[min(max(1, number), rows.size) - 1])


def _origin(origins: list[Origin]) -> Origin | None:
    """Whose weights were asked for, else the newest ones; None for fresh ones."""
    name = st.session_state.get(f"{_KEY}-origin")
    if name == "" or not origins:
        return None
    return next((one for one in origins if one.name == name), origins[0])


def _keep(what: str, kind: type) -> None:
    """Keeps what the drawing asks for, if it is what it should be."""
    value = _asked(what)
    if type(value) is kind:
        st.session_state[f"{_KEY}-{what}"] = value


def _asked(what: str) -> Any:
    asked: Any = st.session_state.get(_KEY)
    return asked.get(what) if asked else None


def _xray(index: DatasetIndex, row: int, preparation: Preparation, result: Trace) -> Xray | None:
    """An X-ray in the size of the network's Input; None where no X-ray has so many channels.

    Raises:
        XrayError: It cannot be read.
    """
    height, width, channels = result.rows[0].output_shape
    if channels not in (1, 3):
        return None
    fitting = replace(
        preparation,
        image_size=(height, width),
        color_mode="grayscale" if channels == 1 else "rgb",
    )
    return Xray(name=index.image(row).path, pixels=prepare(index.read(row), fitting))


def _edit() -> None:
    """Opens the layer in the list that the drawing asks for."""
    index = _asked("edit")
    if type(index) is int and 0 <= index < len(get_draft().spec.layers):
        current_design.select(index)


def _move() -> None:
    """Puts a layer at the place that the drawing asks for, as long as it stands where it was."""
    spec = get_draft().spec
    match _asked("move"):
        case [int(index), int(place), str(kind)] if (
            0 < index < len(spec.layers) and spec.layers[index].kind == kind
        ):
            moved = current_design.with_place(spec, index, place)
            if moved != spec:
                current_design.change_design(moved, selected=place)
