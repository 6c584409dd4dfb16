"""Where pasted pictures go: into the drop area of the page, by the way of any other upload."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import streamlit as st

from xraylib.app.shell.served_script import served_script

_SCRIPT: Final = Path(__file__).parent / "served" / "paste.js"


@contextmanager
def takes_pasted() -> Iterator[None]:
    """Draw one ``st.file_uploader`` inside: it gets what is pasted on the page."""
    with st.container(key="paste-here", gap=None):
        yield
        served_script("paste", _SCRIPT)(key="paste")
