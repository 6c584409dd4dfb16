"""Architecture: put layers together and see each output shape and parameter count."""

import streamlit as st

from xraylib.ui import architecture_view, shell

shell.open_page("architecture")

left, right = st.columns([2, 5], gap="large")
with left:
    architecture_view.show_layers()
with right:
    architecture_view.show_outcome()
shell.link("training", "Train this network", icon=":material/arrow_forward:")
