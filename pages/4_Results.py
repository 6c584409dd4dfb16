"""Results: how good a run is, on how many films, where it errs; and publishing it."""

import streamlit as st

from xraylib.training.runs import open_run
from xraylib.ui import publish_panel, results_panels, results_view, run_choice, shell

workspace = shell.open_page("results")
runs = results_view.judged_runs(workspace)
if not runs:
    st.info("No run has results yet. Train a network: it is judged on the test films at its end.")
    shell.link("training", "Go to Training")
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    run = open_run(workspace, run_choice.select_run(runs))
    evaluations = results_view.evaluations(run)
    split = results_panels.choose_split(list(evaluations))
evaluation, films = evaluations[split], results_view.judged_films(run, split)

results_panels.show_verdict(evaluation, split)
left, right = st.columns([2, 3], gap="medium")
with left:
    results_panels.show_figures(evaluation)
    results_panels.show_matrix(evaluation)
with right:
    results_panels.show_cell(run, evaluation, films)

publish_panel.watch(run)
classes, errors, publish = st.tabs(
    ["Each class", "Errors", "Publish"], key="tab", bind="query-params"
)
if classes.open:
    with classes:
        results_panels.show_classes(evaluation)
if errors.open:
    with errors:
        results_panels.show_errors(run, films)
if publish.open:
    with publish:
        publish_panel.show(run)
