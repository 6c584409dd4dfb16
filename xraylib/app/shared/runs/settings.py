"""A run's design and settings, put into the pages' draft and form."""

from __future__ import annotations

import streamlit as st

from xraylib.app.shell.frame import plain
from xraylib.app.shell.state import Draft, change_draft
from xraylib.datasets.catalog import list_datasets
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


def is_untouched(draft: Draft) -> bool:
    """Whether the pages show what they show at the first visit, whatever data set was chosen."""
    return (
        draft.preparation == Preparation()
        and draft.augment == Draft().augment
        and draft.spec.with_head(3, "categorical") == preset("lesson-cnn")
    )


def use_settings(run: Run) -> None:
    """Puts a run's images, network, augmentation and settings into the form and the draft.

    Images whose data set is not in the catalog are left as they are in the draft, and it is said.
    """
    train = run.train
    name = run.data.name
    listed = [ref.name for ref in list_datasets(workspace=Workspace(run.folder.parent.parent))]
    if name not in listed:
        st.toast(
            f"The X-rays of this run ({plain(name)}) are no data set of the workspace: those that "
            "were chosen stay.",
            icon=":material/info:",
            duration="long",
        )
    change_draft(
        **({"dataset": name, "classes": run.classes} if name in listed else {}),
        spec=run.spec,
        preparation=run.preparation,
        augment=run.augment,
        class_mode=train.class_mode,
    )
    st.session_state.update(
        epochs=train.epochs,
        learning_rate=train.learning_rate,
        batch_size=train.batch_size,
        optimizer=train.optimizer,
        seed=train.seed,
        patience=train.early_stopping_patience,
        class_weights=train.class_weights,
        class_mode=train.class_mode,
        schedule=train.schedule,
        minimum_learning_rate=train.minimum_learning_rate,
        plateau_patience=train.plateau_patience,
        plateau_factor=train.plateau_factor,
        warmup_epochs=train.warmup_epochs,
        label_smoothing=train.label_smoothing,
        global_clipnorm=train.global_clipnorm,
        head_epochs=train.head_epochs,
        fine_tuning_factor=train.fine_tuning_factor,
    )
