"""Architecture: put layers together and see each output shape and parameter count."""

from __future__ import annotations

import streamlit as st

from xraylib.app.architecture import design_files, layer_list, view
from xraylib.app.shell import frame
from xraylib.app.shell.state import get_draft, traced
from xraylib.networks.designs import design_to_link


def show() -> None:
    """Draws the page."""
    frame.open_page("architecture", sidebar=False)
    design_files.take_link()

    # No fragment: in one, Chromium kept fields of earlier edits beside the new ones, with their
    # values.
    left, right = st.columns([4, 9], gap="medium")
    with right:  # first, so that the sums are there while the long list is still drawn
        view.show_outcome()
    with left:
        layer_list.show_layers()
    if traced(get_draft().spec).error is None:
        frame.link("training", "Train this network", icon=":material/arrow_forward:")
    else:
        st.caption(":material/block: It can be trained once every layer is possible.")
    held = {design_files.PARAMETER: design_to_link(get_draft().spec)}
    frame.show_sidebar("architecture", **held)
