"""Publishing a run: a child process does it, this shows how far it is and what came of it."""

from __future__ import annotations

import streamlit as st

from xraylib.app.results import export_panel
from xraylib.app.results.cached_numbers import to_know
from xraylib.app.results.report_button import show_notebook_button
from xraylib.app.results.results_words import split_words, with_interval
from xraylib.app.shared.runs.feed import run_label
from xraylib.app.shell.frame import emphasis, plain, saying_why, written
from xraylib.app.shell.jobs import JobState, job_board
from xraylib.errors import XrayError
from xraylib.models.assemble import run_card, run_facts
from xraylib.models.card.card import LONGEST, QUESTIONS, read_words, write_words
from xraylib.models.catalog import find_model, list_models, set_in_use
from xraylib.models.model_record import ModelRecord
from xraylib.models.wording import as_phantoms, as_xrays
from xraylib.rounding import no_more_than
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, checked_name

STAGES = (
    "Auditing the images that it learned from",
    "Rebuilding the trained network",
    "Writing it for LiteRT",
    "Learning what its training images look like",
    "Comparing it with Keras on the run's own images",
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
    words = as_xrays(STAGES[done]) if done >= 0 else "Starting TensorFlow in a process of its own"
    st.progress(
        (done + 1) / (len(STAGES) + 1), text=f"Publishing: {words} … {state.seconds:.0f} s so far"
    )


def show(run: Run) -> None:
    """The form, the last failure, the versions, what a person has to add, and the card."""
    workspace = Workspace.open()
    job = job_board().find(job_key(run.id))
    state = job.state() if job else None
    left, right = st.columns([2, 3], gap="medium")
    with left:
        st.markdown(
            "Publishing writes the network for LiteRT, opens it the way the Classify page does, "
            "and compares it with the trained one on the run's own X-rays. If any probability "
            "differs by more than 0.00001, nothing is published."
        )
        known, codes = _to_know(run)
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
                disabled=not known or (state is not None and state.running),
                help=None if known else "Say first that you know what is listed above.",
            ):
                _start(run, name, codes, workspace)
        if state is not None and not state.running and not state.succeeded:
            _show_failure(state)
        _ask_for_words(run)
        show_notebook_button(run)
    with right:
        _show_models(run, workspace)
        _preview(run, name)


def _to_know(run: Run) -> tuple[bool, tuple[str, ...]]:
    """What one must know before it goes out: whether somebody says that they do, and its codes."""
    try:
        warnings = to_know(run)
    except XrayError as error:
        st.error(written(error.message), icon=":material/error:")
        return False, ()
    codes = tuple(dict.fromkeys(one.code for one in warnings))
    if not warnings:
        return True, codes
    told = {one: as_xrays(one.message) for one in warnings}
    if any(one.code == "synthetic" for one in warnings):
        told = {one: as_phantoms(words) for one, words in told.items()}
    with st.container(border=True):
        st.markdown("**To know before it goes out**")
        for one, words in told.items():  # the grave ones come first
            if one.grave:
                st.markdown(f":material/warning: **{plain(words)}.**")
            else:
                st.markdown(f":material/info: {plain(words)}.")
        if "not-audited" in codes:
            st.caption("Publishing looks for them first, and asks again if it finds any.")
        agreed = st.checkbox(
            "I know this, and those who use the model will be told",
            key=f"publish-known-{run.id}-{'-'.join(codes)}",  # of these, not of what is found later
            help="The same sentences stand first in its model card.",
        )
    return agreed, codes


def _start(run: Run, name: str, known: tuple[str, ...], workspace: Workspace) -> None:
    try:
        checked_name(name)
    except XrayError as error:
        st.error(written(error.message), icon=":material/error:")
        return
    # Without --json: then it says on the way what it is doing.
    words = ["publish", run.id, name, f"--agreed={','.join(known)}"]
    job_board().start(job_key(run.id), words, workspace=workspace.root)
    st.rerun()


def _show_failure(state: JobState) -> None:
    if state.code == "not-agreed":
        st.warning(
            "The audit found more than you knew of: it stands above now. Nothing was published "
            "yet.",
            icon=":material/fact_check:",
        )
        return
    st.error(written(state.message), icon=":material/error:", title="Nothing was published")
    if state.notes:
        with st.expander("What the process said"):
            st.code("\n".join(state.notes[-40:]), language=None, wrap_lines=True)


def _ask_for_words(run: Run) -> None:
    """What only a person can say about the model; it goes into the next version's card."""
    words = read_words(run)
    missing = len(QUESTIONS) - len(words)
    title = f"What only you can say ({missing} of {len(QUESTIONS)} unanswered)"
    part = st.expander(
        title if missing else "What only you can say",
        icon=":material/edit_note:",
        on_change="rerun",
        key="card-words",
    )
    if not part.open:
        return
    with part, st.form("words", border=False):
        st.caption(
            "The card writes itself from the run. These few sentences it cannot know; they stand "
            "in the card of the next version that you publish."
        )
        answers = {
            key: st.text_area(
                question, value=words.get(key, ""), max_chars=LONGEST, height=80, key=f"words-{key}"
            )
            for key, question in QUESTIONS.items()
        }
        if st.form_submit_button("Keep these answers", icon=":material/save:"):
            write_words(run, answers)
            st.rerun()


def _show_models(run: Run, workspace: Workspace) -> None:
    records = list_models(workspace=workspace)
    names = list(dict.fromkeys(r.name for r in records if r.run == run.id))
    if not names:
        st.markdown("This run has not been published yet.")
        return
    for name in names[:3]:
        _show_model(run, name, [r for r in records if r.name == name], workspace)


def _show_model(run: Run, name: str, records: list[ModelRecord], workspace: Workspace) -> None:
    """One model: its versions, which is in use, and the newest one of this run."""
    with st.container(border=True):
        st.markdown(f"**{plain(name)}**")
        for record in records[:6]:
            _show_version(run, record, workspace)
        if len(records) > 6:
            st.caption(f"and {len(records) - 6} older versions")
        newest = next(r for r in records if r.run == run.id)
        try:
            bundle = find_model(name, newest.version, workspace=workspace)
        except XrayError as error:
            st.error(written(error.message), icon=":material/error:")
            return
        parity = bundle.manifest["parity"]
        st.markdown(
            f":material/verified: Version {bundle.version} says what the trained network says: on "
            f"{split_words(parity['split'], parity['n'])} no probability differs by more than "
            f"{no_more_than(parity['largest'])} (allowed {parity['allowed']:.0e})."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                "pages/5_Classify.py",
                label="Classify X-rays with it",
                icon=":material/radiology:",
                query_params={"model": name},
            )
            export_panel.offer(bundle, workspace)
        card = st.expander(
            f"Model card of version {bundle.version}",
            icon=":material/description:",
            on_change="rerun",
            key=f"card {name} {bundle.version}",
        )
        if card.open:
            with card:
                st.markdown(bundle.card)


def _show_version(run: Run, record: ModelRecord, workspace: Workspace) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        made = "from this run" if record.run == run.id else f"from run {plain(str(record.run))}"
        if record.problem:
            st.markdown(f"Version {record.version}: {plain(record.problem)}")
            return
        figure = f"accuracy {with_interval(record.accuracy, record.interval)}"
        if record.accuracy is None and record.auc is not None:  # of findings
            figure = f"mean AUC {with_interval(record.auc, record.auc_interval)}"
        day = str(record.published)[:16].replace("T", " ")
        st.markdown(f"Version {record.version}, {day} UTC, {made}, {figure}", width="stretch")
        if record.in_use:
            st.badge("In use", icon=":material/check:", color="green")
        elif not record.read_only:
            st.button(
                "Use this one",
                key=f"use {record.name} {record.version}",
                on_click=saying_why,
                args=(_use, workspace, record.name, record.version),
                help="The Classify page uses it from now on. All versions stay.",
            )


def _use(workspace: Workspace, name: str, version: int) -> None:
    set_in_use(name, version, workspace=workspace)


def _preview(run: Run, name: str) -> None:
    """The card as it would be published now."""
    part = st.expander(
        "Model card as it stands now",
        icon=":material/preview:",
        on_change="rerun",
        key="card-preview",
    )
    if not part.open:
        return
    with part:
        try:
            facts, evaluation = run_facts(run, name or "model")
        except XrayError as error:
            st.error(written(error.message), icon=":material/error:")
            return
        st.caption("A preview: the audit and the proof are added when it is published.")
        st.markdown(
            run_card(run, {**facts, "words": read_words(run), "version": "next"}, evaluation)
        )


def _suggested(run: Run) -> str:
    kept = [c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in run_label(run)]
    return "".join(kept).strip("-._").replace("---", "-") or "model"
