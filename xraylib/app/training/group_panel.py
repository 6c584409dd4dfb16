"""Repeats, folds, learning curves and searches: their parent, and what can be done to it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from xraylib.app.shared.runs.selection import choose
from xraylib.app.shared.runs.words import STATE_WORDS
from xraylib.app.shell.frame import emphasis, plain, saying_why, show_error
from xraylib.app.training import learning_curve_panel, redraw
from xraylib.app.training.search import panel as search_panel
from xraylib.errors import PathError, XrayError
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.several.learning_curve import LearningCurve, learning_curve
from xraylib.evaluation.several.out_of_fold import OutOfFold, out_of_fold
from xraylib.rounding import rounded
from xraylib.training.groups.group import Group, delete_group, open_group
from xraylib.training.groups.summary import GroupSummary, Spread
from xraylib.training.run.record import BEFORE_TEMPERATURE
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

PARAMETER: Final = "group"
_TITLES: Final = {
    "val_accuracy": "Validation accuracy",
    "val_auc": "Validation AUC",
    "test_accuracy": "Test accuracy",
    "test_auc": "Test AUC",
}


def group_of(run: Run) -> Group | None:
    """The group that ``run`` belongs to, or None."""
    name = run.origin.group
    if name is None:
        return None
    try:
        return open_group(name, workspace=Workspace(run.folder.parent.parent))
    except XrayError:
        return None  # its record was deleted; the run stays


def follow_address(workspace: Workspace) -> None:
    """``?group=…`` leads to the first run of the group that has not ended, else to its first."""
    name = st.query_params.get(PARAMETER)
    if name is None:
        return
    del st.query_params[PARAMETER]
    try:
        runs = open_group(name, workspace=workspace).runs
    except XrayError as error:
        show_error(error)
        return
    if runs:
        choose(next((run for run in runs if not run.status().is_final), runs[0]).id)


def show_group(run: Run) -> None:
    """What the group of ``run`` has reached so far; nothing where it belongs to none."""
    group = group_of(run)
    if group is None:
        return
    try:
        summary = _summary(str(group.file))
    except PathError as error:
        show_error(error)
        st.button(
            "Delete the record of this group",
            icon=":material/delete:",
            key="delete-damaged-group",
            on_click=delete_group,
            args=(group,),
            help="The runs stay, each for itself.",
        )
        return
    with st.container(border=True, key="group"):
        if summary.kind == "search":
            _show_search(group, run)
            return
        st.markdown(f"**{plain(group_title(summary))}**  \n{plain(states_words(summary))}")
        if summary.kind == "shares":
            _show_curve(group, summary)
        else:
            with st.container(horizontal=True):
                for name, title in _TITLES.items():
                    found = summary.metrics[name]
                    if found.n:
                        st.metric(title, mean_words(found), width=190)
            st.caption(spread_words(summary))
        pooled = _pooled(str(group.file), summary.states.get("finished", 0))
        if pooled is not None:
            st.markdown(plain(pooled_words(pooled, told=summary.patients_told)))
        going = any(state in summary.states for state in ("queued", "preparing", "running"))
        each = st.expander("Each run", icon=":material/table_rows:", on_change="rerun",
                           key="group-runs")  # fmt: skip
        if each.open:
            each.dataframe(
                members_table(summary), hide_index=True, alt="The runs that belong together"
            )
        with st.container(horizontal=True):
            st.button(
                "Stop all", icon=":material/stop:", key="stop-group", disabled=not going,
                on_click=saying_why, args=(group.stop,),
                help="Takes the waiting runs out of the queue and stops the one that trains.",
            )  # fmt: skip
            if st.button("Delete all …", icon=":material/delete:", key="delete-group",
                         disabled=going):  # fmt: skip
                redraw.ask(True)
                _confirm_delete(group.id)


def _show_search(group: Group, run: Run) -> None:
    try:
        search_panel.show(group, run)
    except PathError as error:
        show_error(error)
    if st.button("Delete all …", icon=":material/delete:", key="delete-group",
                 disabled=search_panel.is_going(group)):  # fmt: skip
        redraw.ask(True)
        _confirm_delete(group.id)


def _show_curve(group: Group, summary: GroupSummary) -> None:
    finished = summary.states.get("finished", 0)
    curve = _curve(str(group.file), finished)
    if curve is not None:
        learning_curve_panel.show(curve)
    else:
        st.caption(
            f"The curve follows when runs of three shares have finished; {finished} of "
            f"{summary.of} runs have."
        )


@st.cache_data(max_entries=16, show_spinner=False)
def _curve(file: str, finished: int) -> LearningCurve | None:
    """Drawn once whenever another run has finished."""
    return learning_curve(Group(Path(file))) if finished > 2 else None


@st.cache_data(ttl=1.5, max_entries=16, show_spinner=False)
def _summary(file: str) -> GroupSummary:
    """Read once for all viewers of a tick."""
    return Group(Path(file)).summary()


@st.cache_data(max_entries=16, show_spinner=False)
def _pooled(file: str, finished: int) -> OutOfFold | None:
    """Read once whenever another run has finished."""
    return out_of_fold(Group(Path(file))) if finished > 1 else None


def group_title(summary: GroupSummary) -> str:
    """``5 repeats of one design: night``."""
    word = "repeats of one design"
    if summary.kind == "folds":
        word = "folds, divided by patient"
        if not summary.patients_told:
            word = "folds, divided by X-ray, because no name tells a patient"
    elif summary.kind == "shares":
        word = "runs on shares of the training patients"
        if not summary.patients_told:
            word = "runs on shares of the training X-rays, because no name tells a patient"
    elif summary.kind == "search":
        word = "trials of a search for settings"
    return f"{summary.of} {word}" + (f": {summary.name}" if summary.name else "")


def states_words(summary: GroupSummary) -> str:
    """``2 finished, 1 training, 2 waiting``."""
    told = [f"{number} {STATE_WORDS[state][0].lower()}" for state, number in summary.states.items()]
    deleted = summary.of - sum(summary.states.values())
    return ", ".join([*told, *([f"{deleted} deleted"] if deleted else [])])


def mean_words(found: Spread) -> str:
    """``0.86 ± 0.05``, or the one value there is."""
    if found.spread is None:
        return rounded(found.mean)
    return f"{rounded(found.mean)} ± {rounded(found.spread)}"


def spread_words(summary: GroupSummary) -> str:
    """What mean and spread are, and of how many runs."""
    finished = summary.states.get("finished", 0)
    if finished == 0:
        return "Mean and spread follow when the first runs have finished."
    if finished == 1:
        return "Of one finished run; a spread needs two."
    text = f"Mean ± standard deviation of {finished} finished runs."
    if summary.kind == "folds":
        text += " The folds share X-rays, so it is no standard error."
    return f"{text} {BEFORE_TEMPERATURE}"


def pooled_words(found: OutOfFold, *, told: bool) -> str:
    """The estimate of all folds together; ``told`` is whether anything tells the patients."""
    whole = found.evaluation
    some = "" if found.folds == found.of else f" of {found.folds} of {found.of} folds"
    return (
        f"Out of fold{some}, each X-ray judged by the run that did not learn from it: "
        f"{found.words()} on {whole.n} X-rays"
        f"{of_patients(whole.n, whole.patients, told=told)} "
        "(95 % intervals by patient, as far as patients are told), before any temperature."
    )


def members_table(summary: GroupSummary) -> pd.DataFrame:
    """A row a run, in their order."""
    rows = summary.runs

    def figures(name: str) -> list[str]:
        return ["–" if (value := row.numbers[name]) is None else rounded(value) for row in rows]

    return pd.DataFrame(
        {
            "": list(range(1, len(rows) + 1)),
            "Run": [row.run[-6:] for row in rows],
            "Seed": [row.seed for row in rows],
            "State": [STATE_WORDS[row.state][0] for row in rows],
            **{title: figures(name) for name, title in _TITLES.items()},
        }
    )


@st.dialog("Delete all of them for good?", on_dismiss="rerun")
def _confirm_delete(group_id: str) -> None:
    group = open_group(group_id)
    summary = group.summary()
    st.markdown(f"{plain(group_title(summary))}: weights, curves and predictions are removed.")
    if st.button("Delete all", type=emphasis(), icon=":material/delete:", key="confirm-group"):
        try:
            delete_group(group)
        except XrayError as error:
            show_error(error)
        else:
            st.rerun()


def is_going(run: Run) -> bool:
    """Whether any run of the group of ``run`` has not ended."""
    group = group_of(run)
    if group is None:
        return False
    return search_panel.is_going(group) or any(not one.status().is_final for one in group.runs)
