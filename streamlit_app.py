"""The home page, and the server's own entry: ``streamlit run streamlit_app.py``."""

import streamlit as st

from xraylib.app.home import page
from xraylib.app.server import server

app = st.App(__file__, routes=server.ROUTES, lifespan=server.lifespan, middleware=server.MIDDLEWARE)

if st.runtime.exists():
    page.show()
