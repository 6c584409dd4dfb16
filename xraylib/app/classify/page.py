"""Classify: hand in images, read which class a published model finds them most like, and why."""

from __future__ import annotations

import streamlit as st

from xraylib.app.classify import device_panel, many_panel, panels, result, visit_state
from xraylib.app.shell import frame


def show() -> None:
    """Draws the page."""
    workspace = frame.open_page("classify")
    if device_panel.shown(workspace):
        return
    visit = visit_state.current_visit()
    panels.ask_to_accept()
    panels.bottom_bar(visit)  # first: it is there whatever is wrong with the model

    drop, choice = st.columns([3, 2], gap="medium")
    with drop:
        uploads = panels.drop_area(visit)
    with choice:
        model = panels.choose_model(workspace)
        uploads += panels.beside(visit, model, workspace)

    sources = visit_state.handed_in(uploads, visit)
    images = panels.judge(sources, visit, model)
    if images:
        image = images[0] if len(images) == 1 else many_panel.choose(images, visit)
        result.show(image, sources, visit, model)
        panels.offer_more(images, visit, model)
    else:
        panels.offer_samples(visit, model)
    panels.history(visit)
