"""What a run of the draft will need, said before it starts, and the trial that measures it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from xraylib.app.shared.fixes import fits_classes
from xraylib.app.shared.opened_dataset import OpenDataset, division, open_images
from xraylib.app.shell.frame import plain, saying_why, show_error
from xraylib.app.shell.jobs import JobState, job_board
from xraylib.app.shell.state import Draft, traced
from xraylib.errors import XrayError
from xraylib.networks.layers import Dense
from xraylib.networks.spec import ModelSpec
from xraylib.training.config import TrainConfig
from xraylib.training.planning.checks import learnt_from
from xraylib.training.planning.expectation import (
    Expectation,
    check_memory,
    expect,
    size_words,
    trial_key,
)
from xraylib.workspace import Workspace, write_json

_SECONDS: Final = 25  # that a trial takes, TensorFlow's start included
_STAGES: Final = ("Loading TensorFlow", "Training a few epochs")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What would be trained on what.

    Attributes:
        spec: The network with the images' shape and the classes' output.
        train: Batch size and optimizer as they are chosen now.
        training: Images an epoch.
        validation: Images that it is validated on.
    """

    spec: ModelSpec
    train: TrainConfig
    training: int
    validation: int


def make_plan(draft: Draft, workspace: Workspace, opened: OpenDataset, train: TrainConfig) -> Plan:
    """The draft as a run on the data set would take it.

    Raises:
        XrayError: The network cannot have the outputs that the classes need.
    """
    index, (split, _) = opened.chosen, division(workspace, opened, seed=train.seed)
    spec, shape = draft.spec, draft.preparation.input_shape
    if spec.input_shape != shape:
        spec = spec.with_input_shape(shape)
    classes = max(2, len(learnt_from(index)[0]))
    ends_right = isinstance(spec.layers[-1], Dense) and fits_classes(
        spec, classes, train.class_mode
    )
    return Plan(  # the same network where nothing is changed: its trace is known
        spec=spec if ends_right else spec.with_head(classes, train.class_mode),
        train=train,
        training=len(split.train),
        validation=len(split.val),
    )


def sentence(found: Expectation, plan: Plan) -> str:
    """What is expected, in words; how it is known stands with it."""
    memory = f"about {size_words(found.memory_bytes)} of memory"
    there = f"this computer has {size_words(found.machine_bytes)}"
    images = f"{plan.training:,} X-rays an epoch in batches of {plan.train.batch_size}"
    if found.epoch_seconds is None:
        return (
            f"Expected: {memory} ({there}). How long an epoch takes is not known yet: "
            f"a short trial measures it ({images})."
        )
    seconds = time_words(found.epoch_seconds)
    known = (
        "measured by a trial of this design"
        if found.source == "trial"
        else "roughly, from a trial of another design"
    )
    return f"Expected: {seconds} an epoch, {known} ({images}); {memory} ({there})."


def time_words(seconds: float) -> str:
    """``0.8 s``, ``42 s``, ``3 min 10 s`` or ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def show_expectation(draft: Draft, *, key: str) -> bool:
    """One line about memory and time, and a button for a trial.

    Args:
        draft: What would be trained; the network is possible.
        key: Of the page, for the widgets' names.

    Returns:
        False if it does not fit into the machine's memory.
    """
    workspace = Workspace.open()
    try:
        opened = open_images(workspace, draft.dataset)
    except XrayError:  # the data set's own page says why
        return True
    try:
        plan = make_plan(draft, workspace, opened, chosen_settings(draft))
        result = traced(plan.spec)
        check_memory(plan.spec, plan.train, result=result)
    except XrayError as error:
        show_error(error)
        return getattr(error, "code", "") != "not-enough-memory"
    name = trial_key(plan.spec, plan.train, draft.augment)
    found = expect(
        plan.spec,
        plan.train,
        draft.augment,
        training=plan.training,
        validation=plan.validation,
        result=result,
        key=name,
        workspace=workspace,
    )
    job = job_board().find(f"trial {name}")
    going = job is not None and job.state().running
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(sentence(found, plan), width="stretch")
        if not going and found.source != "trial":
            st.button(
                "Time a trial",
                icon=":material/timer:",
                key=f"{key}-trial",
                help=f"Trains a few epochs in a process of its own, about {_SECONDS} s, and keeps "
                "nothing but the times.",
                on_click=saying_why,
                args=(start_trial, workspace, name, plan, draft),
            )
    if going:
        st.fragment(run_every=1)(_watch)(name)
    state = None if job is None else job.state()
    if state is not None and not state.running and not state.succeeded and found.source != "trial":
        st.error(f"The trial did not succeed: {plain(state.message)}", icon=":material/error:")
    return True


def chosen_settings(draft: Draft) -> TrainConfig:
    """Of the settings on the Training page those that cost: as they were last sent, or usual."""
    state = st.session_state
    return TrainConfig(
        batch_size=int(state.get("batch_size") or 32),
        optimizer=state.get("optimizer") or "adam",
        class_mode=draft.class_mode,
        seed=int(state.get("seed") or 0),
    )


def start_trial(workspace: Workspace, name: str, plan: Plan, draft: Draft) -> None:
    """Starts the trial in a process of its own; a second click starts no second one."""
    folder = workspace.trials / "plans"
    spec, augment = folder / f"{name}.spec.json", folder / f"{name}.augment.json"
    write_json(spec, plan.spec.to_json())
    write_json(augment, draft.augment.to_json())
    settings = {
        "--augment": str(augment),
        "--batch-size": str(plan.train.batch_size),
        "--optimizer": plan.train.optimizer,
        "--class-mode": plan.train.class_mode,
        "--training": str(plan.training),
        "--validation": str(plan.validation),
    }
    words = [word for pair in settings.items() for word in pair]
    job_board().start(
        f"trial {name}", ["trial", str(spec), *words, "--json"], workspace=workspace.root
    )


def _watch(name: str) -> None:
    job = job_board().find(f"trial {name}")
    if job is None:
        return
    state = job.state()
    if not state.running:
        st.rerun()
    st.progress(min(0.98, state.seconds / _SECONDS), text=_progress_words(state))


def _progress_words(state: JobState) -> str:
    said = [stage for stage in _STAGES if stage in state.notes]
    return f"Trial: {said[-1] if said else 'Starting a process'} … {state.seconds:.0f} s so far"
