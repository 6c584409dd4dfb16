"""Training: settings, a run that is watched while it learns, and all runs so far."""

import streamlit as st

from xraylib.training.runs import list_runs
from xraylib.ui import (
    cache_panel,
    group_view,
    run_choice,
    run_list,
    shell,
    state,
    training_form,
    training_panels,
    training_start,
)

workspace = shell.open_page("training")
training_start.start_quickly(workspace)
group_view.follow_address(workspace)
draft = state.get_draft()
runs = list_runs(workspace)

left, right = training_form.columns(run_choice.chosen_run(runs) if runs else None)
with left:
    possible = training_form.show_plan(draft)
    settings = training_form.settings_form(draft, possible=possible)
    if settings is not None:
        training_start.start(workspace, draft, settings)
with right:
    watched = [run_choice.select_run(runs)] if runs else []
    curves = st.container()
selected = run_list.show_runs(runs) if runs else []
if runs:
    cache_panel.show_cache(workspace)
with curves:
    training_panels.watch([*watched, *(run for run in selected if run not in watched)], runs)
