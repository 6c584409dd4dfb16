"""Work of a page that takes long: a button, how far it is, and how it ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import streamlit as st

from xraylib.app.shell.frame import emphasis, plain
from xraylib.app.shell.jobs import JobState, job_board
from xraylib.models.wording import as_xrays
from xraylib.workspace import Workspace

_STEP: Final = re.compile(r"([^:]+): (\d+) of (\d+)")


def offer(
    key: str, label: str, arguments: Sequence[str], workspace: Workspace, *, again: bool, icon: str
) -> bool:
    """A button that starts a command, and how far it is; whether it is running.

    Args:
        key: Of the job.
        label: On the button.
        arguments: What stands after ``xraylib``; ``--progress --json`` are added.
        workspace: Passed on.
        again: Whether there is a result already, so that the button is no main thing.
        icon: Of the button.
    """
    job = job_board().find(key)
    going = job is not None and job.state().running
    if going:
        watch(key, label)
        return True
    if job is not None and not job.state().succeeded:
        st.error(plain(job.state().message), icon=":material/error:")
    kind = "tertiary" if again else emphasis()
    if st.button("Do it again" if again else label, icon=icon, key=f"start-{key}", type=kind):
        words = [*arguments, "--progress", "--json"]
        job_board().start(key, words, workspace=workspace.root)
        st.rerun()
    return False


def watch(key: str, label: str) -> None:
    """How far a running job is, looked at each second; the page is drawn anew at its end."""
    st.fragment(run_every=1)(_watch)(key, label)


def _watch(key: str, label: str) -> None:
    job = job_board().find(key)
    if job is None or not job.state().running:
        st.rerun()
        return
    share, words = _progress_of(job.state(), label)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(share, text=words)
        if st.button("Cancel", icon=":material/close:", key=f"cancel-{key}"):
            job.cancel()


def _progress_of(state: JobState, label: str) -> tuple[float, str]:
    """The share that is done, and words for it."""
    for note in reversed(state.notes):
        if found := _STEP.search(note):
            done, total = int(found[2]), int(found[3])
            told = f"{as_xrays(found[1])}: {done:,} of {total:,}, {state.seconds:.0f} s so far"
            return min(1.0, done / max(total, 1)), told
    return 0.0, f"{label}: starting a process of its own … {state.seconds:.0f} s"
