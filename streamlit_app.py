"""The home page, and the server's own entry: ``streamlit run streamlit_app.py``."""

import streamlit as st

from xraylib.ui import home, host, shell

app = st.App(__file__, routes=host.ROUTES, lifespan=host.lifespan, middleware=host.MIDDLEWARE)

if st.runtime.exists():
    workspace = shell.open_page("home")
    home.show(workspace)
