"""A published model's card, as it was published."""

from __future__ import annotations

import hashlib
from typing import Final

import streamlit as st

from xraylib.app.classify import acceptance_panel, judging
from xraylib.models.which_model import models_in_use
from xraylib.workspace import Workspace

_CARD: Final = "whole-card"
# A wide table scrolls by itself on a phone, not the page with it.
_STYLE: Final = f"<style>.st-key-{_CARD} table {{display: block; overflow-x: auto}}</style>"


def show(workspace: Workspace) -> None:
    """The model to look at, its card, and the card as a file.

    Raises:
        BundleError: The published model is incomplete or was changed.
    """
    models = models_in_use(workspace=workspace)
    if not models:
        st.info("There is no published model yet. Publish a run on the Results page first.")
        return
    name = st.selectbox("Model", list(models), key="model", bind="query-params")
    bundle = judging.classifier(workspace, models[name]).bundle
    st.html(_STYLE)
    acceptance_panel.show_line(bundle, workspace)
    with st.container(border=True, key=_CARD):
        st.markdown(_lowered(bundle.card))
    data = bundle.card.encode("utf-8")
    st.download_button(
        "Download the card",
        data,
        f"{bundle.name}-{bundle.version}-{hashlib.sha256(data).hexdigest()[:16]}.md",
        "text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )
    acceptance_panel.show(bundle, workspace)


def _lowered(card: str) -> str:
    """The card's headings one level lower: the page has its own title.

    A picture in Markdown would be fetched from wherever it says, so none is one.
    """
    lines = card.replace("![", "\\![").splitlines()
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in lines)
