"""What a visitor may ask of Streamlit and gets no answer to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import streamlit as st
from streamlit.runtime.app_session import AppSession

from xraylib.app.server import server

assert server  # it keeps Streamlit quiet


@st.cache_resource
def _kept() -> object:
    return object()


def test_no_visitor_empties_the_caches_of_all() -> None:
    session: Any = SimpleNamespace(_session_state={})
    before = _kept()
    AppSession._handle_clear_cache_request(session)
    AppSession._handle_git_information_request(session)
    assert _kept() is before
