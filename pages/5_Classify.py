"""Classify: hand in films, read which class a published model finds them most like, and why."""

import streamlit as st

from xraylib.ui import classify_panels, classify_view, shell

workspace = shell.open_page("classify")
visit = classify_view.current_visit()
classify_panels.ask_to_accept()

drop, choice = st.columns([3, 2], gap="medium")
with drop:
    uploads = classify_panels.drop_area(visit)
with choice:
    model = classify_panels.choose_model(workspace)

films = classify_panels.judge(classify_view.handed_in(uploads, visit), visit, model)
if films:
    classify_panels.show(films[0] if len(films) == 1 else classify_panels.choose(films), model)
    classify_panels.offer_more(films, visit, model)
else:
    classify_panels.offer_samples(visit, model)
classify_panels.bottom_bar(visit)
