"""The left of the Training page: what a run will use, and its settings."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from xraylib.app.shared.expectation_panel import show_expectation
from xraylib.app.shared.runs.words import augmentation_words
from xraylib.app.shell.frame import emphasis, link, plain, show_error
from xraylib.app.shell.state import Draft
from xraylib.app.training.search import form as search_form
from xraylib.errors import XrayError
from xraylib.networks.trace import trace
from xraylib.training.config import (
    CLASS_MODES,
    MAX_BATCH_SIZE,
    MAX_EPOCHS,
    MAX_SEED,
    OPTIMIZERS,
    SCHEDULES,
    TrainConfig,
)
from xraylib.training.groups.repeats import MAX_MEMBERS
from xraylib.training.run.runs import Run

_OPTIMIZER_NAMES = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}
_SCHEDULE_NAMES = {
    "constant": "Constant",
    "cosine": "Falls along a cosine",
    "plateau": "Falls when the validation loss stands still",
}
_GROUP_NAMES = {
    "one": "One run",
    "repeats": "The same with several seeds",
    "folds": "Cross-validation by patient",
    "shares": "Learning curve: would more X-rays help?",
    "search": "Search: would other settings do better?",
}
_WATCHING = "watching"
_OPEN = "new-run"
_AUGMENT_ICON = ":material/motion_photos_on:"


def columns(watched: Run | None) -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the next run's plan and settings go, and where the run that is watched goes.

    Settings are folded where a run that is watched has curves or goes on, and then stay as the
    visitor leaves them. Folded they are one line over the run, which has the whole width; on a
    phone, where columns stand below each other, the run is then what one sees.
    """
    going = watched is not None and not watched.status().is_final
    if going and not st.session_state.get(_WATCHING):
        st.session_state.update({_WATCHING: True, _OPEN: False})
    if st.session_state.setdefault(_OPEN, watched is None or not watched.epochs()):
        left, right = st.columns((1, 2), gap="large")
    else:
        left, right = st.container(), st.container()
    return left.expander("New run", key=_OPEN, on_change="rerun", type="compact"), right


def show_plan(draft: Draft) -> bool:
    """What the run will use, with links to change it; False if it cannot be trained."""
    traced = trace(draft.spec)
    lines = {
        "dataset": f"X-rays: {plain(draft.dataset)}",
        "architecture": f"Network: {plain(draft.spec.name)}",
    }
    with st.container(border=True, gap="xsmall"):
        for key, label in lines.items():
            link(key, label)
        link("dataset", f"Augmentation: {augmentation_words(draft.augment)}", icon=_AUGMENT_ICON)
    if traced.error is not None:
        show_error(traced.error)
        link("architecture", "Mend the network", icon=":material/build:")
        return False
    return show_expectation(draft, key="training")


def settings_form(draft: Draft, *, possible: bool) -> TrainConfig | None:
    """The settings; a value once, when Start was pressed.

    Args:
        draft: What is to be trained; gives the class mode to begin with.
        possible: False where there is nothing to train: Start is then disabled.
    """
    with st.form("settings", border=False, enter_to_submit=False):
        values = _plain_settings()
        with st.expander("More"):
            values |= _more_settings(draft)
        with st.expander("Learning rate and loss"):
            values |= _rate_settings()
            if any(layer.kind == "Backbone" for layer in draft.spec.layers):
                values |= _phase_settings()
        with st.expander("Several runs"):
            _group_settings()
        st.text_input(
            "Name (optional)", max_chars=60, key="run_name", placeholder="For the list of runs"
        )
        pressed = st.form_submit_button(
            "Start",
            type=emphasis(),
            icon=":material/play_arrow:",
            disabled=not possible,
            width="stretch",
        )
    if not pressed:
        return None
    try:
        return TrainConfig.from_json(values)
    except XrayError as error:
        show_error(error)
        return None


def _plain_settings() -> dict[str, Any]:
    # Through the session, not as the widgets' values: `run_settings` puts others there.
    for name, value in (("epochs", 30), ("learning_rate", 0.001), ("batch_size", 32)):
        st.session_state.setdefault(name, value)
    epochs = st.number_input(
        "Epochs", 1, MAX_EPOCHS, key="epochs", persist_state="session",
        help="How often the network sees each training X-ray. More is better until the "
        "validation curve turns.",
    )  # fmt: skip
    rate = st.number_input(
        "Learning rate", 1e-9, 10.0, step=0.0005, key="learning_rate", format="%g",
        persist_state="session",
        help="Size of the steps. Too large and the loss jumps about; too small and nothing moves.",
    )  # fmt: skip
    batch = st.number_input(
        "Batch size", 1, MAX_BATCH_SIZE, key="batch_size", persist_state="session",
        help="X-rays a step. Small batches learn in more, noisier steps.",
    )  # fmt: skip
    return {"epochs": int(epochs), "learning_rate": float(rate), "batch_size": int(batch)}


def _more_settings(draft: Draft) -> dict[str, Any]:
    st.session_state.setdefault("seed", 0)
    st.session_state.setdefault("patience", None)
    st.session_state.setdefault("class_mode", draft.class_mode)
    optimizer = st.selectbox(
        "Optimizer", OPTIMIZERS, key="optimizer", persist_state="session",
        format_func=lambda name: _OPTIMIZER_NAMES[name],
        help="The rule for each step. Adam adapts the step to each weight and suits most networks.",
    )  # fmt: skip
    seed = st.number_input(
        "Seed", 0, MAX_SEED, key="seed", persist_state="session",
        help="Of the weights, the order of X-rays, augmentation and the choice of validation "
        "X-rays. The same seed gives the same run.",
    )  # fmt: skip
    patience = st.number_input(
        "Early stopping: patience in epochs", 1, MAX_EPOCHS, None, key="patience",
        placeholder="Off", persist_state="session",
        help="Stop when the validation loss has not improved for so many epochs, and keep the "
        "best weights. Empty: train all epochs and keep the last weights.",
    )  # fmt: skip
    weights = st.checkbox(
        "Class weights", key="class_weights", persist_state="session",
        help="X-rays of rare classes weigh more, so that each class counts the same.",
    )  # fmt: skip
    mode = st.selectbox(
        "Class mode", CLASS_MODES, key="class_mode",
        help="Categorical and sparse end in one output a class and learn the same; binary needs "
        "two classes and ends in one sigmoid unit; multilabel needs a table of findings and ends "
        "in one sigmoid unit each.",
    )  # fmt: skip
    return {
        "optimizer": optimizer,
        "seed": int(seed),
        "early_stopping_patience": None if patience is None else int(patience),
        "class_weights": weights,
        "class_mode": mode,
    }


def _rate_settings() -> dict[str, Any]:
    st.session_state.setdefault("warmup_epochs", 0)
    st.session_state.setdefault("label_smoothing", 0.0)
    st.session_state.setdefault("minimum_learning_rate", 0.0)
    st.session_state.setdefault("plateau_patience", 5)
    st.session_state.setdefault("plateau_factor", 0.5)
    schedule = st.selectbox(
        "Schedule", SCHEDULES, key="schedule", persist_state="session",
        format_func=lambda name: _SCHEDULE_NAMES[name],
        help="How the learning rate changes. Large steps first and small ones later often end "
        "lower. The curve is on show as the run goes on.",
    )  # fmt: skip
    lowest = st.number_input(
        "Lowest learning rate", 0.0, 10.0, step=0.0001, key="minimum_learning_rate", format="%g",
        persist_state="session", help="Where a falling rate ends.",
    )  # fmt: skip
    patience = st.number_input(
        "Stands still: for how many epochs", 1, MAX_EPOCHS, key="plateau_patience",
        persist_state="session",
        help="After so many epochs without a lower validation loss the rate falls.",
    )  # fmt: skip
    factor = st.number_input(
        "Stands still: rate times", 1e-6, 0.999999, step=0.1, key="plateau_factor", format="%g",
        persist_state="session", help="What the rate is multiplied by then; 0.5 halves it.",
    )  # fmt: skip
    warmup = st.number_input(
        "Warm-up epochs", 0, MAX_EPOCHS, key="warmup_epochs", persist_state="session",
        help="Epochs in which the rate rises from 0: careful while the weights are still random.",
    )  # fmt: skip
    smoothing = st.number_input(
        "Label smoothing", 0.0, 0.999, step=0.05, key="label_smoothing", persist_state="session",
        help="Spreads a part of each label over all classes, so that the network learns to be "
        "less sure of itself.",
    )  # fmt: skip
    norm = st.number_input(
        "Gradient clipping: largest norm", 1e-6, 1e9, None, key="global_clipnorm",
        placeholder="Off", persist_state="session",
        help="Scales down a step that would be far too large. Empty: never.",
    )  # fmt: skip
    return {
        "schedule": schedule,
        "minimum_learning_rate": float(lowest),
        "plateau_patience": int(patience),
        "plateau_factor": float(factor),
        "warmup_epochs": int(warmup),
        "label_smoothing": float(smoothing),
        "global_clipnorm": None if norm is None else float(norm),
    }


def _phase_settings() -> dict[str, Any]:
    st.session_state.setdefault("head_epochs", 0)
    st.session_state.setdefault("fine_tuning_factor", 0.1)
    head = st.number_input(
        "Epochs for the head alone", 0, MAX_EPOCHS, key="head_epochs", persist_state="session",
        help="Fine-tuning in two phases: first only what comes after the backbone learns, then the "
        "backbone too, from the stage that its layer names. 0: all learn from the start.",
    )  # fmt: skip
    factor = st.number_input(
        "Learning rate of the second phase, times", 1e-6, 1.0, step=0.05, format="%g",
        key="fine_tuning_factor", persist_state="session",
        help="Smaller steps keep what the backbone has learnt from millions of photographs.",
    )  # fmt: skip
    return {"head_epochs": int(head), "fine_tuning_factor": float(factor)}


def _group_settings() -> None:
    st.selectbox(
        "Train", list(_GROUP_NAMES), key="several", format_func=lambda kind: _GROUP_NAMES[kind],
        help="One run of a few hundred X-rays proves little. Repeats show how much the result "
        "depends on chance; folds also let every X-ray validate once, no patient on both sides. A "
        "learning curve trains on 10, 20, 40, 70 and 100 % of the patients.",
    )  # fmt: skip
    st.number_input(
        "How many", 2, MAX_MEMBERS, 5, key="members",
        help="Seeds or folds; of a learning curve the seeds of each share, so five runs each. The "
        "runs go through the queue one after the other.",
    )  # fmt: skip
    search_form.show()
