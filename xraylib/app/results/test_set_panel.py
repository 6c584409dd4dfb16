"""How often the test X-rays were looked at, and a lock that keeps them unseen until "now"."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from xraylib.app.shared.runs.predictions import predicted_at
from xraylib.app.shell.frame import emphasis, plain, show_error
from xraylib.errors import PathError, XrayError
from xraylib.evaluation.several.test_set_use import Looks, looks
from xraylib.models.wording import as_xrays
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run, open_run
from xraylib.training.run.test_lock import lock_set, open_set, set_lock
from xraylib.workspace import Workspace


def show_button(run: Run) -> None:
    """A button in the head of the page: what the lock is, and locking."""
    try:
        lock = set_lock(run.folder)
    except (PathError, OSError):  # a run without its division
        return
    if not lock.fingerprint or lock.closed:
        return
    with st.popover("Lock", icon=":material/lock_open:"):
        if lock.opened is not None:
            st.markdown(f"These test X-rays were locked, and opened on {_day(lock.opened)}.")
            return
        st.markdown(
            "Whoever looks at the test X-rays after each try chooses by them, and the best figure "
            "becomes too good. Locked, their figures are withheld for every run that is judged on "
            "them; validation X-rays are shown. They can be opened once."
        )
        if st.button("Lock them", icon=":material/lock:", key="lock-test"):
            try:
                lock_set(run.folder)
            except XrayError as error:
                show_error(error)
            else:
                st.rerun()


def show_looks(run: Run, split: str, runs: RunList) -> None:
    """That they are locked, with the way to open them; or how many runs they have judged.

    Args:
        run: On show.
        split: On show.
        runs: All that have results.
    """
    found = _looks(str(run.folder), hash(tuple(runs.each(predicted_at))), _closed(run))
    if found is None:
        return
    if found.lock.closed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info(
                f"The test X-rays are locked; {found.behind_the_lock}. Choose by validation X-rays "
                "first.",
                icon=":material/lock:",
            )
            if st.button("Open them now, once …", key="open-test"):
                _confirm(run.id)
    elif split == "test" and found.words:
        st.caption(f":material/visibility: {plain(as_xrays(found.words))}.")


def _closed(run: Run) -> bool:
    try:
        return set_lock(run.folder).closed
    except (PathError, OSError):
        return False


@st.cache_data(max_entries=32, show_spinner=False)
def _looks(folder: str, judged: int, closed: bool) -> Looks | None:  # noqa: ARG001
    try:
        return looks(Run(Path(folder)))
    except (PathError, OSError):
        return None


@st.dialog("Open the test X-rays?")
def _confirm(run_id: str) -> None:
    st.markdown(
        "Every run that was judged on them shows its figures from now on, and they cannot be "
        "locked again: the figure of the run that you have chosen is honest this once."
    )
    if st.button("Now", type=emphasis(), icon=":material/lock_open:", key="open-test-now"):
        open_set(open_run(run_id, workspace=Workspace.open()).folder)
        st.rerun()


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%d %B %Y")
