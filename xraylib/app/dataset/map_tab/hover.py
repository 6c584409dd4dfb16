"""The X-ray of the point that the mouse rests on.

Streamlit's component asks for a picture by its row, and is given it in a rerun of this fragment
alone. Its script is a file that the server serves: the pages forbid scripts of text. Streamlit
registers such files for installed packages that have a manifest; here the same is said by its
classes, which are its own and no part of what it promises.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.json_values import JsonObject
from xraylib.version import VERSION
from xraylib.workspace import Workspace

_HOUSE: Final = "xray-lab"
_COMPONENT: Final = "map_hover"
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
    _component()(key=_KEY, data=picture_of(workspace, name, index, row), on_row_change=lambda: None)


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


def _component() -> Any:
    manager = get_bidi_component_manager()
    full = f"{_HOUSE}.{_COMPONENT}"
    if manager.get_component_asset_root(full) is None:
        served = ComponentConfig(name=_COMPONENT, asset_dir="served")
        manifest = ComponentManifest(name=_HOUSE, version=VERSION, components=[served])
        manager.register_from_manifest(manifest, Path(__file__).parent)
    return _renderer(full)


@lru_cache(maxsize=1)
def _renderer(name: str) -> Any:
    return st.components.v2.component(name, js="hover.js")
