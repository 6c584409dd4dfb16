"""What the run that has finished came to, and what to try next, each with its reason."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

from xraylib.app.shared.runs.selection import PARAMETER
from xraylib.app.shared.runs.settings import use_settings
from xraylib.app.shared.warm_trainer import waiting_trainer
from xraylib.app.shell.frame import emphasis, plain, show_error
from xraylib.app.shell.pages import PAGES
from xraylib.errors import XrayError
from xraylib.models.wording import as_xrays
from xraylib.training.process import queue
from xraylib.training.run.derived import extend_run
from xraylib.training.run.ending import Ending, NextStep, ending
from xraylib.training.run.runs import Run

_WIDTH: Final = 240


def show(run: Run, version: int) -> None:
    """The words, and two or three next steps; nothing before the end."""
    found = _ending(str(run.folder), version)
    if found is None:
        return
    with st.container(border=True, key="ending"):
        st.markdown("  \n".join(plain(as_xrays(sentence)) for sentence in found.sentences))
        for step in found.steps:
            with st.container(horizontal=True, vertical_alignment="center"):
                _button(run, step)
                st.caption(plain(as_xrays(step.reason)), width="stretch")


@st.cache_data(max_entries=32, show_spinner=False)
def _ending(folder: str, version: int) -> Ending | None:  # noqa: ARG001 - a part of the key
    return ending(Run(Path(folder)))


def _button(run: Run, step: NextStep) -> None:
    if step.kind == "more-epochs":
        _go_on(run, step.epochs)
    elif step.kind == "more-images":
        if _pressed(run, "Would more X-rays help?", ":material/stacked_line_chart:", "curve"):
            st.rerun()
    elif step.kind == "augmentation":
        if _pressed(run, "Vary the X-rays more", ":material/motion_photos_on:", "augmentation"):
            st.switch_page(PAGES["dataset"].file)
    elif _pressed(run, "Change the network", ":material/layers:", "network"):
        st.switch_page(PAGES["architecture"].file)


def _pressed(run: Run, label: str, icon: str, key: str) -> bool:
    """A button that puts the run's settings into the pages first."""
    return st.button(
        label, icon=icon, key=f"next-{key}", on_click=_use, args=(run, key == "curve"),
        width=_WIDTH, help="Puts this run's settings into the pages, to be changed there.",
    )  # fmt: skip


def _use(run: Run, curve: bool) -> None:
    use_settings(run)
    if curve:
        st.session_state.update(several="shares", members=3)


def _go_on(run: Run, epochs: int) -> None:
    if not st.button(f"Go on to {epochs} epochs", icon=":material/fast_forward:",
                     key="next-epochs", width=_WIDTH):  # fmt: skip
        return
    try:
        longer = extend_run(run, epochs)
        queue.start(longer, waiting=waiting_trainer())
    except XrayError as error:
        show_error(error)
        return
    st.query_params[PARAMETER] = longer.id
    st.rerun()


def results_button(run: Run) -> None:
    """The first thing to do with a run that was judged."""
    if st.button(
        "See how good it is", icon=":material/query_stats:", key="see-results", type=emphasis()
    ):
        st.switch_page(PAGES["results"].file, query_params={PARAMETER: run.id})
