"""What a visitor is working on: one frozen value in the session, and what the steps say of it.

Pages never reach into each other's widget keys: they read the draft, and put a changed one back.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import streamlit as st

from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig
from xraylib.datasets.catalog import find_dataset
from xraylib.datasets.dataset_ref import SAMPLE
from xraylib.errors import PathError, XrayError
from xraylib.images.prepare import Preparation
from xraylib.models.catalog import count_models
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace, trace
from xraylib.records import read_record
from xraylib.training.config import ClassMode
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus
from xraylib.workspace import Workspace, write_json

_KEY = "draft"
_CHOSEN = "chosen.json"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The next run, as far as it is decided.

    Attributes:
        dataset: Name of the data set in the workspace.
        classes: Its classes, once it was opened, that the network's output was fitted to.
        preparation: How images become pixels.
        augment: How training images vary.
        class_mode: Keras's ``class_mode``.
        spec: The network.
    """

    dataset: str = SAMPLE
    classes: tuple[str, ...] | None = None
    preparation: Preparation = field(default_factory=Preparation)
    augment: AugmentConfig = AUGMENT_PRESETS["lesson"]
    class_mode: ClassMode = "categorical"
    spec: ModelSpec = field(default_factory=lambda: preset("lesson-cnn"))


def get_draft() -> Draft:
    """The draft of this visit: to begin with the lesson's network on the data set chosen last."""
    draft: Draft | None = st.session_state.get(_KEY)
    if draft is None:
        draft = st.session_state[_KEY] = Draft(dataset=_remembered(Workspace.open()))
    return draft


def remember_dataset(workspace: Workspace, name: str) -> None:
    """Lets the next visit begin with this data set."""
    with suppress(PathError):  # in a read-only workspace each begins with the sample data
        write_json(workspace.root / _CHOSEN, {"dataset": name})


def _remembered(workspace: Workspace) -> str:
    try:
        name = read_record(workspace.root / _CHOSEN, lambda value: str(value["dataset"]))
        return find_dataset(name, workspace=workspace).name
    except XrayError:  # none was chosen, or it is gone
        return SAMPLE


@lru_cache(maxsize=64)
def traced(spec: ModelSpec) -> Trace:
    """``trace(spec)``, kept: one run of a page asks for that of the draft in many places."""
    return trace(spec)


def change_draft(**changes: Any) -> Draft:
    """Replaces fields of the draft and returns the new one."""
    draft = replace(get_draft(), **changes)
    st.session_state[_KEY] = draft
    return draft


@dataclass(frozen=True, kw_only=True)
class StepState:
    """What the sidebar and the home page say of one step.

    Attributes:
        text: A few words, for example ``"712 parameters"``.
        done: Whether the step has what the next one needs.
        moving: Whether something goes on there now, which is told where there is little room too.
    """

    text: str
    done: bool
    moving: bool = False


def step_states(workspace: Workspace, runs: RunList) -> dict[str, StepState]:
    """The five steps by page key, from the draft and from what is on disk.

    Args:
        workspace: Where models are.
        runs: All of its runs.
    """
    draft = get_draft()
    shape = traced(draft.spec)
    statuses = runs.each(Run.status)
    trained = sum(status.has_model for status in statuses)
    models = count_models(workspace=workspace)
    return {
        "dataset": StepState(
            text=f"{draft.dataset}, synthetic" if draft.dataset == SAMPLE else draft.dataset,
            done=True,
        ),
        "architecture": StepState(
            text=f"{draft.spec.name}, {shape.total_params:,} parameters"
            if shape.error is None
            else f"{draft.spec.name} cannot be built yet",
            done=shape.error is None,
        ),
        "training": _training_state(statuses),
        "results": StepState(text=_count(trained, "trained run"), done=trained > 0),
        "classify": StepState(
            text=_count(models, "model") + " in use" * bool(models), done=bool(models)
        ),
    }


def _training_state(statuses: list[RunStatus]) -> StepState:
    for status in statuses:
        if status.state in ("preparing", "running"):
            # Without a number: it is drawn once, and the page beside it goes on.
            return StepState(text="a run goes on", done=True, moving=True)
    waiting = sum(status.state == "queued" for status in statuses)
    if waiting:
        return StepState(text=_count(waiting, "run") + " waiting", done=True, moving=True)
    return StepState(text=_count(len(statuses), "run"), done=bool(statuses))


def _count(number: int, thing: str) -> str:
    if number == 0:
        return f"no {thing} yet"
    return f"{number} {thing}{'' if number == 1 else 's'}"
