"""Classify on the visitor's own device: the page in the browser, inside this one."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

import streamlit as st

from xraylib.app.shell.frame import link
from xraylib.app.shell.pages import PAGES
from xraylib.models.which_model import models_in_use
from xraylib.settings import read_settings
from xraylib.workspace import Workspace

_PLACES: Final = {"device": "On this device", "server": "On the server"}
_HEIGHT: Final = 1100  # pixels: the whole of a result on a laptop


def shown(workspace: Workspace) -> bool:
    """Whether X-rays are judged in the browser here, as the host and then the visitor chose."""
    where = read_settings().classify
    if where == "server":
        return False
    if where == "both":
        chosen = st.segmented_control(
            "Where X-rays are judged",
            list(_PLACES),
            format_func=_PLACES.__getitem__,
            default="device",
            required=True,
            key="where",
            bind="query-params",
            help="On this device nothing leaves your browser. On the server an X-ray is sent "
            "there, judged in memory and forgotten.",
        )
        if chosen == "server":
            return False
    _page(workspace)
    return True


def _page(workspace: Workspace) -> None:
    models = models_in_use(workspace=workspace)
    if not models:
        st.info("There is no published model yet. Publish a run on the Results page first.")
        link("results", "Go to Results")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Model", list(models), key="model", bind="query-params")
        st.page_link(
            PAGES["card"].file,
            label="Model card",
            icon=PAGES["card"].icon,
            query_params={"model": name},
        )
    st.iframe(
        f"/on-device/{quote(name)}/{models[name].version}/",
        height=_HEIGHT,
        alt="Classify on your own device",
    )
