"""Architecture: put layers together and see each output shape and parameter count."""

import streamlit as st

from xraylib.ui import architecture_view, design_files, layer_list, shell

shell.open_page("architecture", sidebar=False)
design_files.take_link()

# No fragment: in one, Chromium kept fields of earlier edits beside the new ones, with their values.
left, right = st.columns([4, 9], gap="medium")
with right:  # first, so that the sums are there while the long list is still drawn
    architecture_view.show_outcome()
with left:
    layer_list.show_layers()
shell.link("training", "Train this network", icon=":material/arrow_forward:")
shell.show_sidebar()
