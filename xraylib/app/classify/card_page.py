"""Model card: what a published model is for, what it learned from, and what it cannot do."""

from __future__ import annotations

import streamlit as st

from xraylib.app.classify import card
from xraylib.app.shell import frame


def show() -> None:
    """Draws the page."""
    workspace = frame.open_page("card", wide=False)
    with frame.errors_shown():
        card.show(workspace)
    st.space("small")
    frame.link("classify", "Show it an X-ray", icon=":material/arrow_forward:")
