"""Results: how good a run is, on how many images, where it errs; and publishing it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from xraylib.app.results import (
    calibration_panel,
    compare_panel,
    curves_panel,
    heat_panel,
    overview_panels,
    publish_panel,
    report_button,
    test_set_panel,
    trust_panel,
)
from xraylib.app.results.findings import panel as findings_panel
from xraylib.app.results.populations import external_panel, external_table_panel, subgroups_panel
from xraylib.app.results.review import (
    checklist_panel,
    precision_panel,
    sanity_panel,
    shortcuts_panel,
    stress_panel,
)
from xraylib.app.shared import feature_maps_panel
from xraylib.app.shared.runs import deletion as run_deletion
from xraylib.app.shared.runs import predictions as run_predictions
from xraylib.app.shared.runs import selection as run_choice
from xraylib.app.shared.trying import panel as trying
from xraylib.app.shell import frame
from xraylib.training.run.check import check_run
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run, open_run
from xraylib.workspace import Workspace


def show() -> None:
    """Draws the page."""
    workspace = frame.open_page("results")
    runs = run_predictions.judged_runs(workspace)
    if not runs:
        st.info(
            "No run has results yet. Train a network: it is judged on the test X-rays at its end."
        )
        frame.link("training", "Go to Training")
        st.stop()

    top = st.container(horizontal=True, vertical_alignment="center")
    with top:
        run = open_run(run_choice.select_run(runs), workspace=workspace)
    with run_deletion.damage_shown(run):
        check_run(run)
        _show_run(run, runs, workspace, top)


def _show_run(run: Run, runs: RunList, workspace: Workspace, top: DeltaGenerator) -> None:
    with top:
        splits = run_predictions.splits_judged(run)
        if not splits:
            test_set_panel.show_looks(run, "test", runs)
            st.stop()
        split = overview_panels.choose_split(run, splits)
    with top:
        external_panel.show(run)
        report_button.show_report_button(run, split)
        test_set_panel.show_button(run)
    if run.data.several:
        findings_panel.show(run, runs, workspace, split)
        return
    evaluation = run_predictions.evaluation_of(run, split)
    images = run_predictions.judged_images(run, split)

    external_panel.watch(run)
    external_panel.show_damage(run)
    overview_panels.show_verdict(evaluation, split)
    test_set_panel.show_looks(run, split, runs)
    trust_panel.show_trust(run, split, evaluation)
    publish_panel.watch(run)
    (
        overview,
        tries,
        classes,
        curves,
        calibration,
        compare,
        errors,
        heat,
        inside,
        robust,
        checked,
        publish,
    ) = st.tabs(
        [
            "Overview",
            "Try it now",
            "All figures",
            "Curves",
            "Calibration",
            "Compare",
            "Errors",
            "Heat maps",
            "Inside the network",
            "Robustness",
            "Checklist",
            "Publish",
        ],
        key="tab",
        bind="query-params",
    )
    if overview.open:
        with overview:
            left, right = st.columns([2, 3], gap="medium")
            with right:
                cell = overview_panels.show_cell(run, evaluation, images, split)
            with left:
                overview_panels.show_figures(evaluation)
                overview_panels.show_matrix(evaluation, cell)
    if tries.open:
        with tries:
            trying.show(run, workspace)
    if classes.open:
        with classes:
            overview_panels.show_classes(run, evaluation)
            external_table_panel.show(run)
            precision_panel.show(run, split)
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
            overview_panels.show_errors(run, images, split)
            subgroups_panel.show_groups(run, split, images)
    if heat.open:
        with heat:
            heat_panel.show(run, images, workspace, split)
            sanity_panel.show(run, workspace)
    if inside.open:
        with inside:
            feature_maps_panel.show(run, images, workspace, split)
    if robust.open:
        with robust:
            stress_panel.show(run, workspace)
            shortcuts_panel.show(run, workspace)
    if checked.open:
        with checked:
            checklist_panel.show(run)
    if publish.open:
        with publish:
            publish_panel.show(run)
