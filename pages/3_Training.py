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
)

workspace = shell.open_page("training")
training_form.start_quickly(workspace)
group_view.follow_address(workspace)
draft = state.get_draft()

left, right = st.columns([1, 2], gap="large")
with left:
    possible = training_form.show_plan(draft)
    settings = training_form.settings_form(draft, possible=possible)
    if settings is not None:
        training_form.start(workspace, draft, settings)

runs = list_runs(workspace)
with right:
    watched = [run_choice.select_run(runs)] if runs else []
    curves = st.container()
selected = run_list.show_runs(runs) if runs else []
if runs:
    cache_panel.show_cache(workspace)
with curves:
    training_panels.watch([*watched, *(run for run in selected if run not in watched)])
