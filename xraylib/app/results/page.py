"""Results: how good a run is, on how many images, where it errs; and publishing it."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from xraylib.app.results import (
    calibration_panel,
    compare_panel,
    overview_panels,
    publish_panel,
    report_button,
    tabs,
    test_set_panel,
    trust_panel,
)
from xraylib.app.results.findings import panel as findings_panel
from xraylib.app.results.populations import external_panel, external_table_panel, subgroups_panel
from xraylib.app.results.review import precision_panel
from xraylib.app.shared.runs import deletion as run_deletion
from xraylib.app.shared.runs import predictions as run_predictions
from xraylib.app.shared.runs import selection as run_choice
from xraylib.app.shell import frame
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.stored_predictions import JudgedImages
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
    tabs.show_tabs(
        {
            "Overview": lambda: _overview(run, evaluation, images, split),
            "All figures": lambda: _figures(run, evaluation, split),
            "Calibration": lambda: calibration_panel.show_calibration(run),
            "Compare": lambda: compare_panel.show_compare(run, runs, split),
            "Errors": lambda: _errors(run, images, split),
        },
        run,
        images,
        workspace,
        split,
    )


def _overview(run: Run, evaluation: RunEvaluation, images: JudgedImages | None, split: str) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with right:
        cell = overview_panels.show_cell(run, evaluation, images, split)
    with left:
        overview_panels.show_figures(evaluation)
        overview_panels.show_matrix(evaluation, cell)


def _figures(run: Run, evaluation: RunEvaluation, split: str) -> None:
    overview_panels.show_classes(run, evaluation, trust_panel.known_of(run, split))
    external_table_panel.show(run)
    precision_panel.show(run, split)


def _errors(run: Run, images: JudgedImages | None, split: str) -> None:
    overview_panels.show_errors(run, images, split)
    subgroups_panel.show_groups(run, split, images)
