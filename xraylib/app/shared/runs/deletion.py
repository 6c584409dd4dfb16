"""Deleting runs, asked for twice; and what stands in the place of a run that is damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

from xraylib.app.shared.runs.feed import run_label
from xraylib.app.shared.runs.words import when
from xraylib.app.shell.frame import emphasis, plain, show_error
from xraylib.errors import PathError, XrayError
from xraylib.training.run.delete import delete_runs
from xraylib.training.run.runs import Run, open_run
from xraylib.workspace import Workspace


@st.dialog("Delete for good?", on_dismiss="rerun")
def confirm_delete(runs: Sequence[Run]) -> None:
    """Asks before these runs are deleted."""
    for run in runs:
        st.markdown(f"- {plain(run_label(run))}, {plain(when(run.created))}")
    st.markdown("Weights, curves and predictions are removed. Published models stay.")
    if st.button("Delete", type=emphasis(), icon=":material/delete:", key="confirm-delete"):
        try:
            workspace = Workspace.open()
            delete_runs([open_run(run.id, workspace=workspace) for run in runs])
        except XrayError as error:
            show_error(error)
        else:
            st.rerun()


@contextmanager
def damage_shown(run: Run, asking: Callable[[bool], None] = lambda _: None) -> Iterator[None]:
    """Shows what is wrong with a run where the block would draw it, and offers to delete the run.

    Args:
        run: That the block is about.
        asking: Called with True before the dialog opens.
    """
    try:
        yield
    except XrayError as error:
        show_error(error)
        if not isinstance(error, PathError) or not _is_of(run, error):
            return
        if st.button("Delete this run …", icon=":material/delete:", key="delete-damaged"):
            asking(True)
            confirm_delete([run])


def _is_of(run: Run, error: PathError) -> bool:
    """Whether the file is the run's: no other is mended by deleting it."""
    lacking = error.code == "missing"
    return bool(error.file) and (lacking or any(run.folder.rglob(error.file)))
