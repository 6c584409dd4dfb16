"""All runs in a table, and what can be done with those that are selected."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from xraylib.app.shared.runs.deletion import confirm_delete
from xraylib.app.shared.runs.feed import damaged_row, run_label, run_row, sound_row
from xraylib.app.shared.runs.selection import choose
from xraylib.app.shared.runs.settings import use_settings
from xraylib.app.shared.runs.words import (
    COLUMNS,
    SORTS,
    STATE_WORDS,
    USUAL_COLUMNS,
    chosen_rows,
    differences,
    runs_table,
)
from xraylib.app.shared.warm_trainer import waiting_trainer
from xraylib.app.shell.frame import emphasis, plain, show_error, show_table
from xraylib.app.shell.table_file import offer_csv
from xraylib.app.training import redraw
from xraylib.errors import XrayError
from xraylib.training.config import MAX_EPOCHS
from xraylib.training.process import queue
from xraylib.training.run.derived import extend_run
from xraylib.training.run.kept import RunList
from xraylib.training.run.notes import (
    MAX_NAME,
    MAX_NOTE,
    Notes,
    read_notes,
    tags_in,
    write_notes,
)
from xraylib.training.run.runs import Run

_MOST_COMPARED = 5
_A_PAGE = 25


def show_runs(runs: RunList) -> list[str]:
    """The table of all runs and what can be done with them; ids of those that are selected."""
    st.subheader("All runs")
    redraw.ask(False)
    found = _filtered(runs)
    if not found:
        st.markdown("No run passes the filter.")
        return []
    shown = _page(found)
    rows = [run_row(run) for run in shown]
    table = runs_table(rows, st.session_state.get("runs-columns") or USUAL_COLUMNS)
    st.space("small")  # for the table's buttons, which lie over its upper edge
    event = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        # Another choice of rows is another table: what was selected there means nothing here.
        key=f"runs-{hash(tuple(row.id for row in rows))}",
        alt="All runs with state, data, network and best validation accuracy",
    )
    selected = [shown[row] for row in event.selection.rows if row < len(shown)]
    damaged = {row.id for row in rows if row.damage}
    usable = [run for run in selected if run.id not in damaged][:_MOST_COMPARED]
    _actions(selected, usable, table)
    if len(usable) > 1:
        _compare(usable, of=len(selected))
    return [run.id for run in usable]


def _filtered(runs: RunList) -> RunList:
    """The runs that pass the filters above the table, in the order that was chosen.

    Only where one was chosen need all of them be read.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Filter", key="runs-text", placeholder="Name, network, data, tag", width=230,
            icon=":material/search:", persist_state="session",
        )  # fmt: skip
        states = st.multiselect(
            "State", list(STATE_WORDS), key="runs-states", placeholder="All states", width=260,
            format_func=lambda state: STATE_WORDS[state][0],
        )  # fmt: skip
        sort = st.selectbox(
            "Sort", list(SORTS), key="runs-sort", format_func=lambda name: SORTS[name], width=260,
            persist_state="session",
        )  # fmt: skip
        st.multiselect(
            "Columns", list(COLUMNS), list(USUAL_COLUMNS), key="runs-columns", width=640,
            persist_state="session",
        )  # fmt: skip
    if not text.strip() and not states and sort == "newest":
        return runs
    rows = chosen_rows(runs.each(sound_row, damaged_row), text=text, states=states, sort=sort)
    return runs.only([row.id for row in rows])


def _page(runs: RunList) -> RunList:
    """The runs of the page that is turned to."""
    pages = -(-len(runs) // _A_PAGE)
    if pages < 2:
        return runs
    with st.container(horizontal=True, vertical_alignment="center"):
        page = st.pagination(pages, key=f"runs-page-{pages}")
        first = (page - 1) * _A_PAGE
        st.caption(f"{first + 1:,} to {min(first + _A_PAGE, len(runs)):,} of {len(runs):,} runs")
    return runs[first : first + _A_PAGE]


def _actions(selected: Sequence[Run], usable: Sequence[Run], table: pd.DataFrame) -> None:
    one = usable[0] if len(selected) == len(usable) == 1 else None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Watch",
            icon=":material/visibility:",
            disabled=one is None,
            on_click=lambda: choose(selected[0].id),
        )
        st.button(
            "Use its settings",
            icon=":material/content_copy:",
            disabled=one is None,
            on_click=lambda: use_settings(selected[0]),
            help="Puts the run's X-rays, network, augmentation and settings into the form, to "
            "train "
            "it again with changes.",
        )
        if st.button("Train longer …", icon=":material/more_time:", disabled=one is None) and one:
            redraw.ask(True)
            _train_longer(one)
        if st.button("Name and note …", icon=":material/edit:", disabled=one is None) and one:
            redraw.ask(True)
            _write_notes(one)
        if st.button("Delete …", icon=":material/delete:", disabled=not selected):
            redraw.ask(True)
            confirm_delete(selected)
        offer_csv(table, "runs.csv", key="runs-csv")
    if not selected:
        st.caption("Select one run to work with it, or several to compare them.")


def _compare(selected: Sequence[Run], *, of: int) -> None:
    those = f"{len(selected)} of the {of} selected runs" if of > len(selected) else f"{of} runs"
    st.markdown(
        f"**{those} compared.** Their curves are laid over those of the run above; "
        "here is what they do not have in common."
    )
    table = differences(selected)
    if len(table):
        show_table(table, alt="Settings in which the selected runs differ")
    else:
        st.markdown("They have the same data, network and settings.")


@st.dialog("Train longer", on_dismiss="rerun")
def _train_longer(run: Run) -> None:
    done = run.status().epoch
    st.markdown(
        f"**{plain(run_label(run))}** has {done} epochs. A new run goes on from its last "
        "checkpoint; the old one stays as it is."
    )
    epochs = st.number_input(
        "Epochs in all", min(done + 1, MAX_EPOCHS), MAX_EPOCHS, min(2 * done + 1, MAX_EPOCHS)
    )
    if st.button("Go on", type=emphasis(), icon=":material/play_arrow:", key="go-on"):
        try:
            longer = extend_run(run, int(epochs))
            queue.start(longer, waiting=waiting_trainer())
        except XrayError as error:
            show_error(error)
        else:
            choose(longer.id)
            st.rerun()


@st.dialog("Name and note", on_dismiss="rerun")
def _write_notes(run: Run) -> None:
    notes = read_notes(run)
    name = st.text_input("Name", notes.name, max_chars=MAX_NAME)
    note = st.text_area(
        "Note", notes.note, max_chars=MAX_NOTE, placeholder="What was tried, and why"
    )
    tags = st.text_input(
        "Tags", ", ".join(notes.tags), placeholder="Words to find it by, with commas between"
    )
    if st.button("Save", type=emphasis(), icon=":material/save:", key="save-notes"):
        try:
            write_notes(run, Notes(name=name.strip(), note=note.strip(), tags=tags_in(tags)))
        except XrayError as error:
            show_error(error)
        else:
            st.rerun()
