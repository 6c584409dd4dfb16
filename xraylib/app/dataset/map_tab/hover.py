"""The X-ray of the point that the mouse rests on.

The script asks for a picture by its row, and is given it in a rerun of this fragment alone.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

import streamlit as st

from xraylib.app.shell.served_script import served_script
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.json_values import JsonObject
from xraylib.workspace import Workspace

_SCRIPT: Final = Path(__file__).parent / "served" / "hover.js"
_KEY: Final = "map-hover"


@st.fragment
def show_hovered(workspace: Workspace, name: str, index: DatasetIndex) -> None:
    """Pictures for the chart above it, one at a time.

    Args:
        workspace: Keeps the small pictures.
        name: Of the data set.
        index: Its images, whose rows the points carry.
    """
    asked: Any = st.session_state.get(_KEY)
    row = asked.get("row") if asked else None
    script = served_script("map_hover", _SCRIPT)
    told = picture_of(workspace, name, index, row)
    script(key=_KEY, data=told, on_row_change=lambda: None)


def picture_of(workspace: Workspace, name: str, index: DatasetIndex, row: object) -> JsonObject:
    """What the script is told of a row that the browser asked for."""
    if isinstance(row, float) and row.is_integer():
        row = int(row)
    if type(row) is not int or not 0 <= row < len(index):
        return {}
    told: JsonObject = {"row": row, "name": str(index.table["path"][row].as_py()), "picture": ""}
    try:
        small = thumbnail(name, index, row, workspace=workspace)
    except XrayError:  # gone or changed: the gallery says so
        return told
    return {**told, "picture": f"data:image/jpeg;base64,{base64.b64encode(small).decode()}"}
