"""Classify: hand in films, read which class a published model finds them most like, and why."""

import streamlit as st

from xraylib.ui import classify_film, classify_panels, classify_visit, shell

workspace = shell.open_page("classify")
visit = classify_visit.current_visit()
classify_panels.ask_to_accept()

drop, choice = st.columns([3, 2], gap="medium")
with drop:
    uploads = classify_panels.drop_area(visit)
with choice:
    model = classify_panels.choose_model(workspace)
    uploads += classify_panels.beside(visit, model)

sources = classify_visit.handed_in(uploads, visit)
films = classify_panels.judge(sources, visit, model)
if films:
    film = films[0] if len(films) == 1 else classify_panels.choose(films, visit)
    classify_film.show(film, sources, visit, model)
    classify_panels.offer_more(films, visit, model)
else:
    classify_panels.offer_samples(visit, model)
classify_panels.history(visit)
classify_panels.bottom_bar(visit)
