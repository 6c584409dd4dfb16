"""The home page: where you are in the five steps, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import streamlit as st

from xraylib.app.shared.opened_dataset import ask_for_own
from xraylib.app.shared.runs.feed import run_row
from xraylib.app.shared.runs.start import ask_for_quick_start
from xraylib.app.shared.runs.words import runs_table
from xraylib.app.shared.warm_trainer import prepare
from xraylib.app.shell import frame
from xraylib.app.shell.frame import NOTICE, emphasis, link, plain
from xraylib.app.shell.pages import PAGES, asides, steps
from xraylib.app.shell.state import step_states
from xraylib.settings import read_settings
from xraylib.training.run.kept import kept_runs
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_FOLDER: Final = Path(__file__).parent / "pictures"
_PICTURES: Final = {
    "image": "A chest X-ray of the samples, drawn by a program",
    "network": "What the convolutions of a network make of it",
    "curves": "How the network learnt: right answers by epoch",
    "answer": "What it says of this X-ray, and what spoke for it",
}


def show() -> None:
    """Draws the page."""
    workspace = frame.open_page("home")
    if read_settings().mode == "demo":
        st.switch_page(PAGES["classify"].file)
    runs = kept_runs(workspace=workspace)
    states = step_states(workspace, runs)
    pages = steps()
    _first_look()
    _doors(workspace, newcomer=not runs)
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
    if runs:
        _recent(runs[:5])
    left, right = st.columns([3, 2], gap="large")
    left.markdown(
        "For learners who want to see what a stride does, for data scientists who need numbers "
        "that hold, and for developers: every step is also a command and a function."
    )
    right.warning(f"{NOTICE} Not for decisions about patients.", icon=":material/info:")
    prepare(workspace)


def _first_look() -> None:
    """What one will get, from the samples: `scripts/home_pictures.py` made it of a real run."""
    ink = "#e4ebef" if st.context.theme.type == "dark" else "#0d151b"
    with st.grid(len(_PICTURES), min_column_width=160):
        for name, words in _PICTURES.items():
            with st.container(gap="xsmall"):
                # As text inside the page: nothing is left to load when it is drawn.
                drawn = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
                st.image(drawn.replace("{ink}", ink), alt=words, width="stretch")
                st.caption(words)


def _doors(workspace: Workspace, *, newcomer: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        learn = st.button(
            "Learn with the sample X-rays",
            type=emphasis() if newcomer else "secondary",
            icon=":material/play_arrow:",
            help="Starts a run on 300 synthetic chest X-rays and goes to the Training page. A "
            "small network of convolutions learns to tell them apart within a minute.",
        )
        own = st.button(
            "Use my own",
            icon=":material/folder_open:",
            help="Goes to the Dataset page, which shows the folders that were found.",
        )
        for aside in asides():
            import_module(aside.module).offer(workspace)
    if own:
        ask_for_own()
        st.switch_page(PAGES["dataset"].file)
    if learn:
        ask_for_quick_start()
        st.switch_page(PAGES["training"].file)


def _recent(runs: Sequence[Run]) -> None:
    st.subheader("Recent runs")
    st.dataframe(
        runs_table([run_row(run) for run in runs]),
        hide_index=True,
        width="stretch",
        alt="The newest runs, with their state and best validation accuracy.",
    )
