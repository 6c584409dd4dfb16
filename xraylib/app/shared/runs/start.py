"""Starting runs from the page: from the draft, or the newcomer's quick start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from xraylib.app.shared.runs.selection import choose
from xraylib.app.shared.runs.settings import is_untouched, use_settings
from xraylib.app.shared.warm_trainer import waiting_trainer
from xraylib.app.shell.frame import plain, show_error
from xraylib.app.shell.state import Draft, change_draft, get_draft
from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig
from xraylib.datasets.catalog import find_dataset
from xraylib.datasets.dataset_ref import SAMPLE
from xraylib.datasets.source import open_source
from xraylib.errors import XrayError
from xraylib.evaluation.run_compare import BASELINE
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.training.config import TrainConfig
from xraylib.training.groups.learning import create_learning_curve
from xraylib.training.groups.repeats import create_folds, create_repeats
from xraylib.training.planning.checks import names_of
from xraylib.training.planning.images import Images, divide_images
from xraylib.training.process import queue
from xraylib.training.run.check import usable_runs
from xraylib.training.run.create import create_run
from xraylib.training.run.derived import clone_run
from xraylib.training.run.runs import Run
from xraylib.training.search.create import create_search
from xraylib.workspace import Workspace

QUICK_NAME = "Quick start"
_QUICK = "quick-start-asked"
QUICK_SIZE: Final = (128, 128)
QUICK_SETTINGS: Final = TrainConfig(
    epochs=40, batch_size=16, learning_rate=0.003, schedule="cosine", early_stopping_patience=40
)
"""Never stops early, but keeps the weights of the best epoch."""

Progress = Callable[[int, int], None]


def start(
    workspace: Workspace,
    draft: Draft,
    settings: TrainConfig,
    search: Mapping[str, Any] | None = None,
) -> None:
    """Makes a run of the draft, starts it and watches it; or says why not.

    Args:
        workspace: Where.
        draft: What is trained.
        settings: How.
        search: What ``create_search`` is told, where that is what the form asks for.
    """
    change_draft(class_mode=settings.class_mode)
    members = int(st.session_state.get("members", 5))
    kind = st.session_state.get("several", "one")
    _start(
        lambda progress: start_run(
            workspace,
            dataset=draft.dataset,
            spec=draft.spec,
            preparation=draft.preparation,
            augment=draft.augment,
            train=settings,
            name=st.session_state.get("run_name", "").strip(),
            progress=progress,
            repeats=members if kind == "repeats" else 1,
            folds=members if kind == "folds" else 1,
            curve_seeds=members if kind == "shares" else 0,
            search=search if kind == "search" else None,
        )
    )


def ask_for_quick_start(dataset: str = SAMPLE) -> None:
    """Lets the Training page start the newcomer's run when it is drawn next, in this session."""
    st.session_state[_QUICK] = dataset


def start_quickly(workspace: Workspace) -> None:
    """The newcomer's run, where this session asked for it: once, however often the page is drawn.

    No address starts it, because an address can be opened by another site.
    """
    dataset = st.session_state.pop(_QUICK, None)
    if dataset is not None:
        _start(lambda progress: _shown(quick_start(workspace, progress, dataset=dataset)))


def _shown(run: Run) -> Run:
    """Lets the pages show what this run trains, where nothing else was designed on them yet."""
    if is_untouched(get_draft()):
        use_settings(run)
    else:
        st.toast(f"This run trains {plain(run.spec.name)}. Your own design stays on the pages.")
    return run


def _start(make: Callable[[Progress], Run]) -> None:
    bar = st.progress(0.0, text="Looking at the X-rays")

    def advance(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=f"Looking at the X-rays: {done} of {total}")

    try:
        run = make(advance)
    except XrayError as error:
        show_error(error)
        bar.empty()
        return
    choose(run.id)
    st.rerun()  # the sidebar was drawn before there was this run


def start_run(
    workspace: Workspace,
    *,
    dataset: str,
    spec: ModelSpec,
    preparation: Preparation,
    augment: AugmentConfig,
    train: TrainConfig,
    name: str = "",
    progress: Progress | None = None,
    repeats: int = 1,
    folds: int = 1,
    curve_seeds: int = 0,
    search: Mapping[str, Any] | None = None,
) -> Run:
    """Makes a run of a data set in the catalog and starts it, or several runs of one design.

    The network gets the images' shape as its input and, as its last layer, one output a class
    (or a single one in class mode ``binary``).

    Args:
        workspace: Where.
        dataset: Name in the catalog.
        spec: The network.
        preparation: Size and channels.
        augment: How training images vary.
        train: The settings.
        name: For people.
        progress: Told of the images that are looked at.
        repeats: More than 1: so many seeds, as a group.
        folds: More than 1: cross-validation by patient, as a group.
        curve_seeds: More than 0: a learning curve of so many seeds, as a group.
        search: A search for settings: trials, space and pruner, as ``create_search`` takes them.

    Returns:
        The run; of a group its first one.

    Raises:
        XrayError: Whatever is wrong with images, network or settings, with its remedy.
    """
    ref = find_dataset(dataset, workspace=workspace)
    images = Images.of(open_source(ref, progress=progress, workspace=workspace))
    classes = len(names_of(images.index, train.class_mode))
    fitted = spec.with_input_shape(preparation.input_shape).with_head(classes, train.class_mode)
    options: dict[str, Any] = {
        "spec": fitted,
        "train": train,
        "split": divide_images(images, seed=train.seed, progress=progress),
        "preparation": replace(preparation, grey_range=ref.curation.grey_range),
        "augment": augment,
        **images.for_run,
        "name": name,
    }
    if search is not None:
        made = create_search(**options, **search, workspace=workspace)
        made.start()
        return made.group.runs[0]
    if repeats > 1 or folds > 1 or curve_seeds:
        several = (
            create_folds(folds, **options, workspace=workspace)
            if folds > 1
            else create_learning_curve(seeds=curve_seeds, **options, workspace=workspace)
            if curve_seeds
            else create_repeats(repeats, **options, workspace=workspace)
        )
        several.start(waiting=waiting_trainer())
        return several.runs[0]
    run = create_run(**options, workspace=workspace)
    queue.start(run, waiting=waiting_trainer())
    return run


def start_baseline(run: Run) -> Run:
    """The lesson's feed-forward network on the images of a run, divided in the same way.

    As many epochs, images a step and the same seed; else the usual settings. One that has not
    ended yet is joined.

    Raises:
        XrayError: As ``create_run``.
    """
    with _quick_lock():
        going = baseline_on_the_way(run)
        if going is not None:
            return going
        old = run.train
        baseline = clone_run(
            run,
            spec=preset(
                BASELINE,
                input_shape=run.preparation.input_shape,
                classes=len(run.classes),
                class_mode=old.class_mode,
            ),
            train=TrainConfig(
                epochs=old.epochs,
                batch_size=old.batch_size,
                seed=old.seed,
                class_mode=old.class_mode,
                class_weights=old.class_weights,
            ),
            name="Feed-forward baseline",
        )
        queue.start(baseline, waiting=waiting_trainer())
        return baseline


def baseline_on_the_way(run: Run) -> Run | None:
    """A run of the feed-forward network on the same images that has not ended yet, or None."""
    for one in usable_runs(workspace=Workspace(run.folder.parent.parent)):
        same = one.data.same_lesson == run.data.same_lesson
        if same and one.spec.name == BASELINE and not one.status().is_final:
            return one
    return None


def quick_start(
    workspace: Workspace, progress: Progress | None = None, *, dataset: str = SAMPLE
) -> Run:
    """A small network on a data set; joins a quick start on it that has not ended yet.

    Two clicks, two tabs or a reload in the middle therefore give one run.

    Raises:
        XrayError: As :func:`start_run`.
    """
    with _quick_lock():
        for run in usable_runs(workspace=workspace):
            same = run.name == QUICK_NAME and run.data.name == dataset
            if same and not run.status().is_final:
                return run
        preparation = Preparation(image_size=QUICK_SIZE)
        return start_run(
            workspace,
            dataset=dataset,
            spec=preset("small-cnn", input_shape=preparation.input_shape, standardise=True),
            preparation=preparation,
            augment=AUGMENT_PRESETS["lesson"],
            train=QUICK_SETTINGS,
            name=QUICK_NAME,
            progress=progress,
        )


@st.cache_resource(max_entries=1, show_spinner=False)
def _quick_lock() -> threading.Lock:
    return threading.Lock()
