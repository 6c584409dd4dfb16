"""Keras's own summary of the draft, made in a child process, as text to take away."""

from __future__ import annotations

import hashlib
import json

import streamlit as st

from xraylib.app.shell.frame import plain, saying_why
from xraylib.app.shell.jobs import job_board
from xraylib.networks.spec import ModelSpec
from xraylib.workspace import Workspace, write_json


def summary_key(spec: ModelSpec) -> str:
    """The key of the job that builds this network."""
    text = json.dumps(spec.to_json(), sort_keys=True)
    return f"summary {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def show_summary(spec: ModelSpec) -> None:
    """A button that makes the summary, what came of it, and the download."""
    key = summary_key(spec)
    job = job_board().find(key)
    state = None if job is None else job.state()
    if state is None or (not state.running and not state.succeeded):
        st.button(
            "Keras summary",
            icon=":material/summarize:",
            key="keras-summary",
            help="Builds the network with Keras in a process of its own, a few seconds, and "
            "prints its summary as text.",
            on_click=saying_why,
            args=(_start, spec, key),
        )
        if state is not None:
            st.error(plain(state.message), icon=":material/error:")
        return
    if state.running:
        st.fragment(run_every=1)(_watch)(key)
        return
    text = str(state.result["summary"])
    st.download_button("summary.txt", text, "summary.txt", "text/plain", icon=":material/download:")


def summary_text(spec: ModelSpec) -> str | None:
    """The summary, if it was made already."""
    job = job_board().find(summary_key(spec))
    state = None if job is None else job.state()
    if state is None or not state.succeeded:
        return None
    return str(state.result["summary"])


def _start(spec: ModelSpec, key: str) -> None:
    workspace = Workspace.open()
    file = workspace.trials / "plans" / f"{key.split()[-1]}.spec.json"
    write_json(file, spec.to_json())
    job_board().start(key, ["keras-summary", str(file), "--json"], workspace=workspace.root)


def _watch(key: str) -> None:
    job = job_board().find(key)
    if job is None:
        return
    state = job.state()
    if not state.running:
        st.rerun()
    st.caption(f"Keras builds it in a process of its own … {state.seconds:.0f} s so far")
