"""Classify: hand in films, read which class a published model finds them most like, and why."""

import streamlit as st

from xraylib.ui import classify_panels, classify_view, shell

workspace = shell.open_page("classify")
visit = classify_view.current_visit()
classify_panels.ask_to_accept()
model = classify_panels.choose_model(workspace)

drop, try_out = st.columns([3, 2], gap="medium")
with drop:
    uploads = classify_panels.drop_area(visit)
with try_out:
    classify_panels.offer_samples(visit)

films = classify_panels.judge(classify_view.handed_in(uploads, visit), visit, model)
if not films:
    st.markdown("The result will stand here.")
else:
    classify_panels.show(films[0] if len(films) == 1 else classify_panels.choose(films), model)
    classify_panels.offer_csv(films, model)
classify_panels.bottom_bar(visit)
