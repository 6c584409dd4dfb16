"""Choosing a run: the same widget on every page, with the run's id as ``?run=`` in the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import streamlit as st

from xraylib.app.shared.runs.feed import damaged_label, sound_choice, told_apart
from xraylib.app.shared.runs.words import when
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run

PARAMETER = "run"
MOST_OFFERED: Final = 200
"""Runs in a menu, the newest; any other is chosen in the table of all runs, or by its address."""
_WIDGET = "chosen-run"
_WRITTEN = "run-in-address"


def choose(run_id: str) -> None:
    """Makes ``run_id`` the chosen run; before the widget is drawn, or in a callback."""
    st.session_state[_WIDGET] = run_id


def chosen_run(runs: RunList) -> Run:
    """The run that is chosen, at first the one in the address; the widget may follow later.

    Args:
        runs: At least one, newest first.
    """
    asked = st.query_params.get(PARAMETER)
    if asked and asked != st.session_state.get(_WRITTEN) and runs.find(asked):
        choose(asked)  # somebody opened a link, or went back in the browser's history
    chosen = runs.find(st.session_state.get(_WIDGET))
    if chosen is None:
        chosen = _first(runs)
        choose(chosen.id)
    return chosen


def _first(runs: RunList) -> Run:
    """The newest, but of those that wait the one that they wait for."""
    if runs[0].status().state != "queued":
        return runs[0]
    going = (run for run in runs if run.status().state in ("preparing", "running"))
    return next(going, runs[0])


def choices(runs: RunList, only: Iterable[Run]) -> dict[str, str]:
    """``{run id: name}`` of runs that can be chosen: also with the time at which each was made.

    Args:
        runs: Those that are looked through, newest first.
        only: Of these, the ones to choose from.
    """
    wanted = {run.id for run in only}
    labels = zip(runs, runs.each(sound_choice, damaged_label), strict=True)
    return told_apart(
        {run.id: f"{label} · {when(run.created)}" for run, label in labels if run.id in wanted}
    )


def select_run(runs: RunList, *, width: int = 360) -> str:
    """A selectbox of ``runs``; the id that is chosen, at first the one in the address.

    Args:
        runs: At least one, newest first.
        width: In pixels.
    """
    # Not `bind="query-params"`: that would write the label into the address, not the id.
    asked = st.query_params.get(PARAMETER)
    current = chosen_run(runs)
    offered = runs[:MOST_OFFERED]
    if offered.find(current.id) is None:
        offered = runs.only([*offered.ids, current.id])
    names = choices(offered, offered)
    chosen: str = st.selectbox(
        "Run",
        list(names),
        format_func=lambda run_id: names.get(run_id, run_id),
        key=_WIDGET,
        label_visibility="collapsed",
        help=f"The newest {MOST_OFFERED} of {len(runs):,}." if len(runs) > MOST_OFFERED else None,
        width=width,
    )
    if asked != chosen:
        st.query_params[PARAMETER] = chosen
    st.session_state[_WRITTEN] = chosen
    return chosen
