"""The home page, and the server's own entry: ``streamlit run streamlit_app.py``."""

import streamlit as st

from xraylib.ui import home, shell

app = st.App(__file__)

if st.runtime.exists():
    workspace = shell.open_page("home")
    home.show(workspace)
