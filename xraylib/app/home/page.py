"""The home page: where you are in the five steps, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from xraylib.app.shared.opened_dataset import ask_for_own
from xraylib.app.shared.runs.feed import run_row
from xraylib.app.shared.runs.start import ask_for_quick_start
from xraylib.app.shared.runs.words import runs_table
from xraylib.app.shared.warm_trainer import prepare
from xraylib.app.shell import frame
from xraylib.app.shell.frame import NOTICE, emphasis, link, plain
from xraylib.app.shell.pages import PAGES, steps
from xraylib.app.shell.state import step_states
from xraylib.settings import read_settings
from xraylib.training.run.kept import kept_runs
from xraylib.training.run.runs import Run


def show() -> None:
    """Draws the page."""
    workspace = frame.open_page("home")
    if read_settings().mode == "demo":
        st.switch_page(PAGES["classify"].file)
    runs = kept_runs(workspace=workspace)
    states = step_states(workspace, runs)
    pages = steps()
    columns = st.columns(len(pages))
    for number, (page, column) in enumerate(zip(pages, columns, strict=True), start=1):
        with column, st.container(border=True, height="stretch"):
            st.markdown(f"{page.icon} **{number} {page.title}**")
            state = states.get(page.key)
            if state is not None:
                mark = ":material/check_circle:" if state.done else ":material/circle:"
                st.caption(f"{mark} {plain(state.text)}")
            st.space("stretch")
            link(page.key, page.action, icon=":material/arrow_forward:")
    left, right = st.columns([3, 2], gap="large")
    with left:
        if not runs:
            st.subheader("Start here")
            st.write(
                "The sample data are 300 synthetic chest X-rays. A small network of convolutions "
                "learns to tell them apart within a minute or two."
            )
        with st.container(horizontal=True):
            pressed = st.button(
                "Train a network on the sample data",
                type=emphasis() if not runs else "secondary",
                icon=":material/play_arrow:",
                help="Goes to the Training page and starts a run there.",
            )
            own = st.button(
                "Use my own X-rays",
                icon=":material/folder_open:",
                help="Goes to the Dataset page, which shows the folders that were found.",
            )
        if own:
            ask_for_own()
            st.switch_page(PAGES["dataset"].file)
        if pressed:
            ask_for_quick_start()
            st.switch_page(PAGES["training"].file)
        if runs:
            _recent(runs[:5])
    with right:
        st.subheader("For whom")
        st.write(
            "For learners who want to see what a stride does, for data scientists who need "
            "numbers that hold, and for developers: every step is also a command and a function."
        )
        st.warning(f"{NOTICE} Not for decisions about patients.", icon=":material/info:")
    prepare(workspace)


def _recent(runs: Sequence[Run]) -> None:
    st.subheader("Recent runs")
    st.dataframe(
        runs_table([run_row(run) for run in runs]),
        hide_index=True,
        width="stretch",
        alt="The newest runs, with their state and best validation accuracy.",
    )
