"""What a visitor may ask of Streamlit and gets no answer to."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.app_session import AppSession
from streamlit.web.server.starlette import starlette_routes

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


def test_a_file_that_is_not_there_costs_a_line_of_the_log_and_a_fault_its_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = logging.getLogger(starlette_routes.__name__)
    for error in (FileNotFoundError("x"), PermissionError("y")):
        try:
            raise error
        except OSError:
            log.exception("Error reading")
    assert [bool(record.exc_info) for record in caplog.records[-2:]] == [False, True]
