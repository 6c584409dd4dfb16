"""Scripts of our own that talk with a page, as Streamlit's components.

Such a script is a file that the server serves: the pages forbid scripts of text. Streamlit
registers such files for installed packages that have a manifest; here the same is said by its
classes, which are its own and no part of what it promises.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from xraylib.version import VERSION


def served_script(name: str, file: Path) -> Any:
    """The component whose script is ``file``, in a folder of such files alone.

    Args:
        name: Of the component, once in the pages.
        file: An ES module whose default export Streamlit calls.
    """
    house = f"xray-lab-{name}"  # a manifest has one folder
    full = f"{house}.{name}"
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(full) is None:
        served = ComponentConfig(name=name, asset_dir=file.parent.name)
        manifest = ComponentManifest(name=house, version=VERSION, components=[served])
        manager.register_from_manifest(manifest, file.parent.parent)
    return _renderer(full, file.name)


@cache
def _renderer(name: str, file: str) -> Any:
    return st.components.v2.component(name, js=file)
