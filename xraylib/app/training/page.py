"""Training: settings, a run that is watched while it learns, and all runs so far."""

from __future__ import annotations

import streamlit as st

from xraylib import extras
from xraylib.app.shared import warm_trainer
from xraylib.app.shared.runs import selection as run_choice
from xraylib.app.shared.runs import start as start_run
from xraylib.app.shell import frame, state
from xraylib.app.training import (
    cache_panel,
    group_panel,
    machines_panel,
    run_list,
    run_panel,
    settings_form,
)
from xraylib.app.training.search import form as search_form
from xraylib.training.run.kept import kept_runs


def show() -> None:
    """Draws the page."""
    workspace = frame.open_page("training")
    lacking = extras.lacking("train")
    if lacking is None:
        start_run.start_quickly(workspace)
        warm_trainer.prepare(workspace)
    else:
        frame.show_error(lacking)
    group_panel.follow_address(workspace)
    draft = state.get_draft()
    runs = kept_runs(workspace=workspace)

    left, right = settings_form.columns(run_choice.chosen_run(runs) if runs else None)
    with left:
        possible = settings_form.show_plan(draft) and lacking is None
        settings = settings_form.settings_form(draft, possible=possible)
        if settings is not None:
            start_run.start(workspace, draft, settings, search_form.asked())
    with right:
        watched = [run_choice.select_run(runs)] if runs else []
        curves = st.container()
    selected = run_list.show_runs(runs) if runs else []
    machines_panel.show()
    if runs:
        cache_panel.show_cache(workspace)
    with curves:
        run_panel.watch([*watched, *(run for run in selected if run not in watched)], runs)
