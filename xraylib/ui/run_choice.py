"""Choosing a run: the same widget, bound to ``?run=`` in the address, on every page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from xraylib.training.runs import Run
from xraylib.ui.run_feed import run_label
from xraylib.ui.training_view import when

KEY = "run"


def select_run(runs: Sequence[Run], *, width: int = 360) -> str:
    """A selectbox of ``runs``; the id that is chosen, at first the one in the address.

    Args:
        runs: At least one, newest first.
        width: In pixels.
    """
    names = {run.id: f"{run_label(run)} · {when(run.created)}" for run in runs}
    asked = st.query_params.get(KEY)
    if st.session_state.get(KEY) not in names and asked not in names:
        # No default in the widget: a value that equals it would leave the address.
        st.session_state[KEY] = runs[0].id
    chosen = st.selectbox(
        "Run",
        list(names),
        index=None,
        format_func=lambda run_id: names.get(run_id, run_id),
        key=KEY,
        bind="query-params",
        required=True,
        label_visibility="collapsed",
        width=width,
    )
    return chosen or runs[0].id
