"""A folder and a network in, a trained run out: what ``xraylib train`` does, as one function."""

from __future__ import annotations

import re
import time
from contextlib import closing
from dataclasses import fields
from typing import TYPE_CHECKING, Final, cast

from xraylib.arguments import PathLike, check_names, checked
from xraylib.errors import TrainingError
from xraylib.settings import PlaceName
from xraylib.training.config import TrainConfig
from xraylib.training.planning.plan import plan_run
from xraylib.training.process import queue
from xraylib.training.process.display import Display, open_display
from xraylib.training.run.create import create_run
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus
from xraylib.workspace import WorkspaceLike

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split import Split
    from xraylib.images.prepare import Preparation
    from xraylib.networks.spec import ModelSpec

_POLL_SECONDS: Final = 0.2
_MESSAGE: Final = re.compile(r"(.+)\. Expected (.+)\. Do this: (.+)\.", re.S)
_OWN: Final = (
    "data", "model", "augment", "preparation", "split", "standardise", "name", "on", "wait",
    "workspace",
)  # fmt: skip


@checked
def train(
    data: DatasetIndex | PathLike,
    *,
    model: ModelSpec | PathLike,
    augment: AugmentConfig | PathLike = "none",
    preparation: Preparation | None = None,
    split: Split | None = None,
    standardise: bool = False,
    name: str = "",
    on: PlaceName | None = None,
    wait: bool = True,
    workspace: WorkspaceLike | None = None,
    **settings: object,
) -> Run:
    """Trains a network on images, in a process of its own, and returns its run.

        run = xraylib.train("my-images", model="small-cnn", epochs=20)

    In a terminal (on standard error) and in a notebook a bar shows how far it is. Ctrl+C stops the
    run cleanly: what it has learnt so far is kept, and the run is returned as it is.

    Args:
        data: A folder, an index, or the name of a data set of the workspace; a folder of that name
            goes before.
        model: A preset's name, a network, or the path of a ``spec.json``; its input becomes that of
            ``preparation``.
        augment: A preset's name, a configuration, or the path of its JSON file.
        preparation: Size and channels; those of the network, or 256 × 256 grey for a preset, if not
            given.
        split: Which images train, validate and test; `make_split` with ``seed`` if not given.
        standardise: For a preset: standardise each image instead of dividing by 255.
        name: A name for people.
        on: Where it runs: ``"here"``, on this machine, or ``"ray"``, on a cluster;
            ``XRAYLIB_PLACE`` if not given.
        wait: False returns as soon as the run has its place in the queue.
        workspace: Where the run goes; that of ``XRAYLIB_WORKSPACE`` if not given.
        settings: Any of `TrainConfig`: ``epochs``, ``batch_size``, ``learning_rate``, ….

    Raises:
        ConfigError: codes ``unknown-argument`` (with the nearest name), ``train-config``,
            ``unknown-model``, ``unknown-augmentation`` and ``argument``.
        DatasetError: The images cannot be used.
        SpecError: The network is impossible, or does not fit the images or the classes.
        RunError: As `create_run` and `start`.
        TrainingError: The training failed, with the code it failed with, or ``interrupted``.
        PathError: The workspace cannot be written to, or a path is none.
        InstallationError: codes ``no-tensorflow``; on a cluster ``no-ray``.
        ClusterError: code ``no-cluster``: none answers.
    """
    known = [*_OWN, *(field.name for field in fields(TrainConfig))]
    check_names(settings, known, what="argument of train", code="unknown-argument")
    config = TrainConfig.from_json(settings)
    with closing(open_display()) as display:
        plan = plan_run(
            data,
            model=model,
            train=config,
            augment=augment,
            preparation=preparation,
            split=split,
            standardise=standardise,
            progress=lambda done, total: display.show(
                done / max(total, 1), f"Reading images: {done:,} of {total:,}"
            ),
            workspace=workspace,
        )
        run = create_run(**vars(plan), name=name, workspace=workspace)
        try:
            queue.start(run, on=on)
        except KeyboardInterrupt:  # its trainer may live already, and would go on by itself
            queue.stop(run)
            raise
        if wait:
            _follow(run, display)
    return run


def _follow(run: Run, display: Display) -> None:
    """Shows how far a run is until it ends; the first Ctrl+C stops it.

    Raises:
        TrainingError: It failed.
        KeyboardInterrupt: The second Ctrl+C; the run goes on stopping.
    """
    stopping = False
    while True:
        try:
            status = run.status()
            if status.is_final:
                break
            display.show(status.progress, _words(run, status))
            time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            if stopping:
                raise
            stopping = True
            display.say(f"Stopping the run {run.id}; what it has learnt so far is kept.")
            queue.stop(run)
    if stopping:
        display.say(f"The run {run.id} is {status.state}. {status.message}".rstrip())
    elif status.state in ("failed", "interrupted"):
        raise _failure(run, status)


def _words(run: Run, status: RunStatus) -> str:
    if status.state != "running":
        return status.message
    told = f"epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    accuracy = (status.kept or {}).get("val_accuracy")
    if accuracy is not None:
        told += f", validation accuracy {accuracy:.3f}"
    if status.seconds_left is not None:
        told += f", {status.seconds_left:.0f} s left"
    return f"{run.name or run.spec.name}: {told}"


def _failure(run: Run, status: RunStatus) -> TrainingError:
    """What ended a run, as the error that its trainer met."""
    error = status.error or {}
    parts = _MESSAGE.fullmatch(error.get("message", ""))
    what, expected, remedy = (
        cast("tuple[str, str, str]", parts.groups())
        if parts
        else (
            status.message.rstrip("."),
            "a training that ends by itself",
            "look for the cause in the run's log.txt, then resume the run",
        )
    )
    code = error.get("code", "interrupted")
    return TrainingError(f"The run {run.id}: {what}", expected=expected, remedy=remedy, code=code)
