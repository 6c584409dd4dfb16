"""Judging a run on other images: a child process predicts, this shows how far it is."""

from __future__ import annotations

import re
from typing import Final

import streamlit as st

from xraylib.app.shell.frame import emphasis, errors_shown, plain, written
from xraylib.app.shell.jobs import JobState, job_board
from xraylib.datasets.catalog import list_datasets
from xraylib.evaluation.external import (
    damaged_evaluations,
    external_evaluations,
    forget_evaluation,
)
from xraylib.models.wording import as_xrays
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

_STEP: Final = re.compile(r"(Reading images|Judging): (\d+) of (\d+)")
_SPLITS: Final = {"test": "Test X-rays", "val": "Validation X-rays", "train": "Training X-rays"}


def job_key(run_id: str) -> str:
    """The key of the job that judges this run."""
    return f"judge {run_id}"


def watch(run: Run) -> None:
    """How far judging is, looked at each second while it runs. Draws nothing otherwise."""
    job = job_board().find(job_key(run.id))
    going = job is not None and job.state().running
    st.fragment(run_every=1 if going else None)(_watch)(run.id, going)


def _watch(run_id: str, going: bool) -> None:
    job = job_board().find(job_key(run_id))
    if job is None:
        return
    state = job.state()
    if going and not state.running:
        st.rerun()
    if going:
        share, words = progress_of(state)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(share, text=words)
            if st.button("Cancel", icon=":material/close:", key="cancel-judging"):
                job.cancel()
    elif not state.succeeded:
        st.error(written(state.message), icon=":material/error:", title="Nothing was judged")


def progress_of(state: JobState) -> tuple[float, str]:
    """The share that is done, and words for it."""
    for note in reversed(state.notes):
        if found := _STEP.search(note):
            done, total = int(found[2]), int(found[3])
            return (
                done / total,
                f"{as_xrays(found[1])}: {done:,} of {total:,}, {state.seconds:.0f} s so far",
            )
    return 0.0, f"Judging: starting TensorFlow in a process of its own … {state.seconds:.0f} s"


def show(run: Run) -> None:
    """The choice of other images, and what was judged before."""
    with st.popover("Other X-rays", icon=":material/playlist_add:"):
        workspace = Workspace.open()
        job = job_board().find(job_key(run.id))
        running = job is not None and job.state().running
        sets = [ref.name for ref in list_datasets(workspace=workspace)]
        own = run.data.name
        sets.sort(key=lambda name: name != own)
        with st.form("judge", border=False):
            st.markdown(
                "Judge this run on any data set with the same "
                f"{'findings' if run.data.several else 'classes'}."
            )
            name = st.selectbox("Data set", sets, key="judge-dataset")
            split = st.selectbox(
                "X-rays",
                list(_SPLITS),
                format_func=_SPLITS.__getitem__,
                key="judge-split",
                help="A folder without split folders is judged whole. Training X-rays of the run's "
                "own data set say how much it remembers.",
            )
            if st.form_submit_button(
                "Judge", icon=":material/rule:", type=emphasis(), disabled=running
            ):
                words = ["evaluate", run.id, "--dataset", name, "--split", split, "--keep"]
                job_board().start(
                    job_key(run.id), [*words, "--progress", "--json"], workspace=workspace.root
                )
                st.rerun()
        for one in external_evaluations(run):
            _kept(run, one.key, f"{plain(one.data)}, {plain(one.split)}: {one.images:,} X-rays")
        for key in damaged_evaluations(run):
            _kept(run, key, f":material/broken_image: {plain(key)}")


def show_damage(run: Run) -> None:
    """Which judgements of other images cannot be read, and why."""
    for key, error in damaged_evaluations(run).items():
        st.warning(
            f"The judgement {plain(key)} cannot be shown: {plain(error.what)}. It can be removed "
            "under *Other X-rays*.",
            icon=":material/broken_image:",
        )


def _kept(run: Run, key: str, words: str) -> None:
    """What was judged, with the button that deletes it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words)
        if st.button("Remove", icon=":material/delete:", key=f"forget-{key}", type="tertiary"):
            with errors_shown():
                forget_evaluation(run, key)
                st.rerun()
