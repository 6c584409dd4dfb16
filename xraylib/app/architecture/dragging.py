"""Layers are put in another order by dragging them, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import streamlit as st

from xraylib.app.shared import current_design
from xraylib.app.shell.served_script import served_script
from xraylib.app.shell.state import get_draft

_SCRIPT: Final = Path(__file__).parent / "served" / "drag.js"
_KEY: Final = "drag-layers"


def take_dragged() -> None:
    """The script that lets layers of the list be dragged, and what comes of it."""

    def move() -> None:
        asked: Any = st.session_state.get(_KEY)
        put(asked.get("moved") if asked else None)

    served_script("drag_layers", _SCRIPT)(key=_KEY, on_moved_change=move)


def put(moved: object) -> None:
    """Moves a layer as a browser told: ``[from, to]``; anything else is passed over."""
    if not isinstance(moved, list) or len(moved) != 2 or any(type(one) is not int for one in moved):
        return
    spec, (index, place) = get_draft().spec, moved
    changed = current_design.with_place(spec, index, place)
    if changed != spec:
        current_design.change_design(changed, selected=place)
