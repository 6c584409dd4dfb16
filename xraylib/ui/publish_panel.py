"""Publishing a run: a child process does it, this shows how far it is and what came of it."""

from __future__ import annotations

import streamlit as st

from xraylib.errors import XrayError
from xraylib.serving.bundle import find_model, list_models
from xraylib.training.runs import Run
from xraylib.ui.jobs import JobState, job_board
from xraylib.ui.run_feed import run_label
from xraylib.ui.shell import emphasis, plain
from xraylib.workspace import Workspace, checked_name

STAGES = (
    "Rebuilding the trained network",
    "Writing it for LiteRT",
    "Comparing it with Keras on the run's own films",
)


def job_key(run_id: str) -> str:
    """The key of the job that publishes this run."""
    return f"publish {run_id}"


def watch(run: Run) -> None:
    """How far publishing is, looked at each second while it runs. Draws nothing otherwise."""
    job = job_board().find(job_key(run.id))
    going = job is not None and job.state().running
    st.fragment(run_every=1 if going else None)(_watch)(run.id, going)


def _watch(run_id: str, going: bool) -> None:
    job = job_board().find(job_key(run_id))
    if not going or job is None:
        return
    state = job.state()
    if not state.running:
        st.rerun()
    done = max((i for i, stage in enumerate(STAGES) if stage in state.notes), default=-1)
    words = STAGES[done] if done >= 0 else "Starting TensorFlow in a process of its own"
    st.progress(
        (done + 1) / (len(STAGES) + 1), text=f"Publishing: {words} … {state.seconds:.0f} s so far"
    )


def show(run: Run) -> None:
    """The form, the last failure, and the models that were published from this run."""
    workspace = Workspace.open()
    job = job_board().find(job_key(run.id))
    state = job.state() if job else None
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(
            "Publishing writes the network for LiteRT, opens it the way the Classify page does, "
            "and compares it with the trained one on the run's own films. If any probability "
            "differs by more than 0.00001, nothing is published."
        )
        with st.form("publish", border=False):
            name = st.text_input(
                "Name of the model",
                value=_suggested(run),
                max_chars=64,
                help="Letters, digits, dots, hyphens and underscores. The same name again makes "
                "a new version.",
            )
            if st.form_submit_button(
                "Publish",
                icon=":material/publish:",
                type=emphasis(),
                disabled=state is not None and state.running,
            ):
                _start(run, name, workspace)
        if state is not None and not state.running and not state.succeeded:
            _show_failure(state)
    with right:
        _show_models(run, workspace)


def _start(run: Run, name: str, workspace: Workspace) -> None:
    try:
        checked_name(name)
    except XrayError as error:
        st.error(error.message, icon=":material/error:")
        return
    # Without --json: then it says on the way what it is doing.
    job_board().start(job_key(run.id), ["publish", run.id, name], workspace=workspace.root)
    st.rerun()


def _show_failure(state: JobState) -> None:
    st.error(state.message, icon=":material/error:", title="Nothing was published")
    if state.notes:
        with st.expander("What the process said"):
            st.code("\n".join(state.notes[-40:]), language=None, wrap_lines=True)


def _show_models(run: Run, workspace: Workspace) -> None:
    mine = [record for record in list_models(workspace) if record["run"] == run.id]
    if not mine:
        st.markdown("This run has not been published yet.")
        return
    for record in mine[:5]:
        _show_model(record["name"], int(record["version"]), workspace, in_use=record["in_use"])


def _show_model(name: str, version: int, workspace: Workspace, *, in_use: bool) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(name)}**, version {version}")
            if in_use:
                st.badge("In use", icon=":material/check:", color="green")
        try:
            bundle = find_model(workspace, name, version)
        except XrayError as error:
            st.error(error.message, icon=":material/error:")
            return
        parity = bundle.manifest["parity"]
        st.markdown(
            f":material/verified: Same as the trained network: on {parity['n']} "
            f"{parity['split']} films no probability differs by more than "
            f"{parity['largest']:.1g} (allowed {parity['allowed']:.0e})."
        )
        st.page_link(
            "pages/5_Classify.py",
            label="Classify films with it",
            icon=":material/radiology:",
            query_params={"model": name},
        )
        card = st.expander(
            "Model card",
            icon=":material/description:",
            on_change="rerun",
            key=f"card {name} {version}",
        )
        if card.open:
            with card:
                st.markdown(bundle.card)


def _suggested(run: Run) -> str:
    kept = [c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in run_label(run)]
    return "".join(kept).strip("-._").replace("---", "-") or "model"
