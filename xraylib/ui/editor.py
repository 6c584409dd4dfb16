"""The Architecture page below its title: the layers, and what the network becomes with each edit.

All of it is one fragment, so that an edit draws neither the heading nor the sidebar again.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from xraylib.ui import architecture_view, design_files, layer_list
from xraylib.ui.shell import plain
from xraylib.ui.state import get_draft, network_state


@st.fragment
def show_editor(told: DeltaGenerator) -> None:
    """The editor.

    Args:
        told: The step's place in the sidebar, where its words change with the network.
    """
    design_files.say()
    left, right = st.columns([4, 9], gap="medium")
    with right:  # first, so that the sums are there while the long list is still drawn
        architecture_view.show_outcome()
    with left:
        layer_list.show_layers()
    with told:
        st.caption(plain(network_state(get_draft().spec).text))
