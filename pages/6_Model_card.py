"""Model card: what a published model is for, what it learned from, and what it cannot do."""

import streamlit as st

from xraylib.ui import card_view, shell

workspace = shell.open_page("card", wide=False)
with shell.errors_shown():
    card_view.show(workspace)
st.space("small")
shell.link("classify", "Show it a film", icon=":material/arrow_forward:")
