"""Results: how good a run is, on how many films, where it errs; and publishing it."""

import streamlit as st

from xraylib.training.runs import open_run
from xraylib.ui import (
    calibration_panel,
    compare_panel,
    curves_panel,
    groups_panel,
    heat_panel,
    inside_panel,
    judge_panel,
    judged,
    publish_panel,
    report_button,
    results_panels,
    run_choice,
    shell,
    trust_panel,
)

workspace = shell.open_page("results")
runs = judged.judged_runs(workspace)
if not runs:
    st.info("No run has results yet. Train a network: it is judged on the test films at its end.")
    shell.link("training", "Go to Training")
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    run = open_run(workspace, run_choice.select_run(runs))
    evaluations = judged.evaluations(run)
    split = results_panels.choose_split(run, list(evaluations))
    judge_panel.show(run)
    report_button.show_report_button(run, split)
evaluation, films = evaluations[split], judged.judged_films(run, split)

judge_panel.watch(run)
results_panels.show_verdict(evaluation, split)
trust_panel.show_trust(run, split)
left, right = st.columns([2, 3], gap="medium")
with right:
    cell = results_panels.show_cell(run, evaluation, films, split)
with left:
    results_panels.show_figures(evaluation)
    results_panels.show_matrix(evaluation, cell)

publish_panel.watch(run)
classes, curves, calibration, compare, errors, heat, inside, publish = st.tabs(
    [
        "All figures",
        "Curves",
        "Calibration",
        "Compare",
        "Errors",
        "Heat maps",
        "Inside the network",
        "Publish",
    ],
    key="tab",
    bind="query-params",
)
if classes.open:
    with classes:
        results_panels.show_classes(evaluation)
if curves.open:
    with curves:
        curves_panel.show_curves(run, split)
if calibration.open:
    with calibration:
        calibration_panel.show_calibration(run)
if compare.open:
    with compare:
        compare_panel.show_compare(run, runs, split)
if errors.open:
    with errors:
        results_panels.show_errors(run, films, split)
        groups_panel.show_groups(run, split, films)
if heat.open:
    with heat:
        heat_panel.show(run, films, workspace, split)
if inside.open:
    with inside:
        inside_panel.show(run, films, workspace, split)
if publish.open:
    with publish:
        publish_panel.show(run)
