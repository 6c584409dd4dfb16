"""Runs that are made from runs: the same again, the same with changes, the same for longer.

What has ended stays as it was, so each of these is a run of its own that names its origin.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xraylib.arguments import PathLike
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.split import Split
from xraylib.datasets.split_table import from_csv
from xraylib.errors import RunError
from xraylib.extras import require
from xraylib.networks.spec import head
from xraylib.records import as_damage
from xraylib.regular import open_regular
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import read_state
from xraylib.training.planning.checks import check_data, names_of
from xraylib.training.planning.images import Images, divide_images, find_images
from xraylib.training.planning.plan import RunPlan, find_augmentation, find_network
from xraylib.training.run.create import create_run, drafted_run
from xraylib.training.run.environment import describe_environment, kept_onednn
from xraylib.training.run.locks import take
from xraylib.training.run.record import RunOrigin
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace, write_json

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.images.prepare import Preparation
    from xraylib.networks.spec import ModelSpec

_STATIC = ("spec.json", "data.json", "split.csv", "index.parquet")


def images_of(run: Run) -> tuple[DatasetIndex, Split]:
    """The images of a run and how they were divided, as they were when it was made.

    Raises:
        PathError: The folder is damaged.
    """
    index = DatasetIndex.load(run.folder / "index.parquet")
    table = from_csv(run.folder / "split.csv")
    rows = {path: row for row, path in enumerate(index.table["path"].to_pylist())}
    chosen: dict[str, list[int]] = {"train": [], "val": [], "test": []}
    with as_damage(run.folder / "split.csv"):
        for path, name in zip(table.path, table.split, strict=True):
            chosen[name].append(rows[path])
    made = run.data.validation
    split = Split(
        train=np.array(sorted(chosen["train"]), np.int64),
        val=np.array(sorted(chosen["val"]), np.int64),
        test=np.array(sorted(chosen["test"]), np.int64),
        seed=made.seed,
        made_validation=made.made,
    )
    return index, split


def plan_again(
    origin: Run,
    *,
    data: Images | DatasetIndex | PathLike | None = None,
    model: ModelSpec | PathLike | None = None,
    train: TrainConfig | None = None,
    augment: AugmentConfig | PathLike | None = None,
    preparation: Preparation | None = None,
    standardise: bool = False,
    validation: float = 0.2,
    progress: Callable[[int, int], None] | None = None,
) -> RunPlan:
    """What a run like this one is made of, with other images or settings where they are given.

    Without ``data`` the images and their division are those of the run. Its network gets another
    input or output only where preparation, classes or class mode ask for it.

    Args:
        origin: The run.
        data: Other images; see `plan_run` for this and the others.
        model: Another network.
        train: Other settings.
        augment: Another augmentation.
        preparation: Another size or other channels.
        standardise: For a preset.
        validation: Of other images the share that validates, where no folder does.
        progress: Called with (images read, images in all).

    Raises:
        XrayError: As `plan_run`.
    """
    train, preparation = train or origin.train, preparation or origin.preparation
    if data is None:
        index, split = images_of(origin)
        images = Images(
            index=index,
            dataset=origin.data.name,
            curation=origin.data.curation,
            source_fingerprint=origin.data.source_fingerprint,
        )
    else:
        images = find_images(data, progress=progress)
        split = divide_images(images, validation=validation, seed=train.seed, progress=progress)
    check_data(images.index, split, train)
    classes = len(names_of(images.index, train.class_mode))
    if model is None:
        spec = _fitted(origin, train, preparation, classes)
    else:
        spec = find_network(
            model,
            input_shape=preparation.input_shape,
            classes=classes,
            class_mode=train.class_mode,
            standardise=standardise,
        )
    return RunPlan(
        **images.for_run,
        spec=spec,
        train=train,
        split=split,
        preparation=preparation,
        augment=origin.augment if augment is None else find_augmentation(augment),
    )


def _fitted(origin: Run, train: TrainConfig, preparation: Preparation, classes: int) -> ModelSpec:
    """The network of ``origin``, with another input or output only where that is needed."""
    spec = origin.spec
    if preparation != origin.preparation:
        spec = spec.with_input_shape(preparation.input_shape)
    heads = [head(2, mode) for mode in (train.class_mode, origin.train.class_mode)]
    if heads[0] != heads[1] or classes != len(origin.classes):
        spec = spec.with_head(classes, train.class_mode)
    return spec


def clone_run(
    run: Run,
    *,
    spec: ModelSpec | None = None,
    train: TrainConfig | None = None,
    preparation: Preparation | None = None,
    augment: AugmentConfig | None = None,
    name: str = "",
    command: Sequence[str] = (),
) -> Run:
    """A new run on the same images, divided in the same way; what is not given is the same too.

    With nothing changed it gives the same numbers on the same machine. Another seed changes
    weights, order and augmentation, and not which images validate: so runs can be compared.

    Args:
        run: What to repeat; it may have ended or not.
        spec: Another network; it must fit the images and the classes.
        train: Other settings.
        preparation: Another size or other channels; the network must fit.
        augment: Another augmentation.
        name: A name for people.
        command: The command line that made it, if there was one.

    Raises:
        XrayError: As ``create_run``.
    """
    index, split = images_of(run)
    changes = (spec, train, preparation, augment)
    olds = (run.spec, run.train, run.preparation, run.augment)
    same = all(new is None or new == old for new, old in zip(changes, olds, strict=True))
    return create_run(
        spec=spec or run.spec,
        train=train or run.train,
        index=index,
        split=split,
        preparation=preparation or run.preparation,
        augment=augment or run.augment,
        dataset=run.data.name,
        curation=run.data.curation,
        source_fingerprint=run.data.source_fingerprint,
        name=name,
        command=command,
        origin=RunOrigin(kind="repeat" if same else "clone", run=run.id),
        workspace=Workspace(run.folder.parent.parent),
    )


def extend_run(run: Run, epochs: int, *, name: str = "", command: Sequence[str] = ()) -> Run:
    """A new run that goes on where this one ended, until it has ``epochs`` epochs in all.

    It begins with a copy of the checkpoint and of the epochs so far, so with a constant learning
    rate it becomes bit for bit what a run of so many epochs would have been. A cosine is that of
    the longer training from here on. Early stopping that ended the old run counts afresh.

    Args:
        run: A run that has ended and has a checkpoint.
        epochs: Epochs in all, more than it has now.
        name: A name for people.
        command: The command line that made it, if there was one.

    Raises:
        RunError: codes ``run-active``, ``no-checkpoint``, ``no-more-epochs``, ``bad-checkpoint``
            and ``old-checkpoint``.
        ConfigError: ``epochs`` makes no sense.
        InstallationError: code ``no-tensorflow``.
    """
    require("train")
    status = run.status()
    if not status.is_final:
        raise RunError(
            f"The run {run.id} is {status.state}",
            expected="a run that has ended",
            remedy="wait for its end, or stop it first",
            code="run-active",
        )
    train = replace(run.train, epochs=epochs)
    if epochs <= status.epoch:
        raise RunError(
            f"The run {run.id} has {status.epoch} epochs already",
            expected=f"more epochs than that in all, not {epochs}",
            remedy=f"ask for example for {status.epoch + run.train.epochs}",
            code="no-more-epochs",
        )
    workspace = Workspace(run.folder.parent.parent)
    with drafted_run(workspace=workspace) as (longer, draft):
        # Nobody goes on with it while it is copied; with a finished run nobody does anyway.
        lock = None if status.state == "finished" else take(run.folder / "start.lock")
        try:
            state = _copy_checkpoint(run, draft)
            for file in _STATIC:
                shutil.copyfile(run.folder / file, draft / file)
            with open_regular(run.folder / "metrics.jsonl") as events:
                (draft / "metrics.jsonl").write_bytes(events.read(state["metrics_size"]))
        finally:
            if lock is not None:
                lock.release()
        write_json(draft / "train.json", train.to_json())
        environment = describe_environment(command, onednn=kept_onednn(run.folder))
        write_json(draft / "environment.json", environment)
        write_json(draft / "notes.json", {"name": name or run.name})
        origin = RunOrigin(kind="extension", run=run.id, epoch=state["epoch"])
        write_json(draft / "origin.json", origin.to_json())
        fresh = RunStatus(epoch=state["epoch"], epochs=epochs, kept=state["numbers"])
        write_status(draft, replace(fresh, message="Not started yet.", updated=time.time()))
    return longer


def place_to_go_on(run: Run) -> int:
    """The byte of ``metrics.jsonl`` after which a resumed run will write: 0 from the beginning.

    Raises:
        RunError: codes ``bad-checkpoint`` and ``old-checkpoint``.
    """
    places = sorted((run.folder / "checkpoint").glob("[0-9]*-[0-9]*"))
    return int(read_state(places[-1])["metrics_size"]) if places else 0


def _copy_checkpoint(run: Run, draft: Path) -> Mapping[str, Any]:
    places = sorted((run.folder / "checkpoint").glob("[0-9]*-[0-9]*"))
    if not places:
        raise RunError(
            f"The run {run.id} has no checkpoint to go on from",
            expected="a run that has trained for a while",
            remedy="make a new run with its settings (Use its settings on the Training page, or "
            "xraylib train --from RUN)",
            code="no-checkpoint",
        )
    state = dict(read_state(places[-1]))
    place = draft / "checkpoint" / places[-1].name
    shutil.copytree(places[-1], place)
    patience = run.train.early_stopping_patience
    if patience is not None and state["waited"] >= patience:
        state["waited"] = 0
        (place / "state.json").write_text(json.dumps(state), "utf-8")
    return state
