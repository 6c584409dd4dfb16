"""A workspace with one of everything, made without training."""

from __future__ import annotations

import fcntl
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from made_runs import finish, made_run, set_state

from xraylib.datasets.catalog import add_dataset
from xraylib.evaluation.external import keep_evaluation
from xraylib.networks.designs import save_design
from xraylib.networks.presets import preset
from xraylib.settings import SHIPPED_MODELS
from xraylib.training.groups.group import list_groups
from xraylib.training.groups.repeats import create_repeats
from xraylib.training.run.derived import images_of
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Place:
    """The workspace, and the runs in it."""

    workspace: Workspace
    images: Path
    finished: Run
    stopped: Run
    queued: Run
    alive: int


def furnished(workspace: Workspace, images: Path) -> Place:
    """Fills an empty workspace; ``images`` are those of `draw_noise`."""
    add_dataset(images, "noise", workspace=workspace)
    save_design("mine", preset("lesson-cnn"), workspace=workspace)
    (shipped,) = SHIPPED_MODELS.glob("*/1")
    shutil.copytree(shipped, workspace.models / "mine" / "1")
    (workspace.models / "mine" / "in_use").write_text("1")
    finished = finish(made_run(workspace, images, name="finished"))
    stopped = made_run(workspace, images, name="stopped")
    set_state(stopped, state="stopped")
    judged = finished.evaluation()
    assert judged is not None
    keep_evaluation(
        finished,
        "elsewhere-test-0a1b2c",
        data="elsewhere",
        root=images,
        split="test",
        images=[("x.png", "Covid", "p")],
        sums=["0"],
        probabilities=np.array([[0.5, 0.3, 0.2]]),
        evaluation=judged["test"],
    )
    repeats(finished, workspace)
    for run in list_groups(workspace=workspace)[0].runs:
        set_state(run, state="stopped")
    (workspace.cache / "abc").mkdir(parents=True)
    queued = made_run(workspace, images, name="queued")
    queued.lock_file.touch()
    alive = os.open(queued.lock_file, os.O_RDONLY)  # a disk with a file open for writing stays so
    fcntl.flock(alive, fcntl.LOCK_EX)  # as its trainer would hold it
    return Place(
        workspace=workspace,
        images=images,
        finished=finished,
        stopped=stopped,
        queued=queued,
        alive=alive,
    )


def repeats(run: Run, workspace: Workspace) -> None:
    """Makes a group of two like ``run``."""
    index, split = images_of(run)
    create_repeats(
        2,
        train=run.train,
        spec=run.spec,
        index=index,
        split=split,
        preparation=run.preparation,
        augment=run.augment,
        workspace=workspace,
    )


def contents(workspace: Workspace) -> set[str]:
    """Every file and folder of it."""
    return {str(path.relative_to(workspace.root)) for path in workspace.root.rglob("*")}
