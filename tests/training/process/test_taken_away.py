"""A workspace that is taken away while a run trains: the trainer ends, and puts nothing back."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from tiny_runs import make_run, tiny_spec
from until import until

from xraylib.training.process import queue
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.xdist_group("trainer"), pytest.mark.timeout(600)]


def trainer_of(run: Run) -> psutil.Process:
    (found,) = (
        process
        for process in psutil.process_iter(["cmdline"])
        if str(run.folder) in (process.info["cmdline"] or ())
    )
    return found


def test_a_trainer_ends_by_itself_when_its_workspace_is_taken_away(
    workspace: Workspace, images: Path, tmp_path: Path
) -> None:
    run = make_run(workspace, images, tiny_spec(), epochs=10_000)
    queue.start(run)
    until(lambda: run.status().epoch > 0, what=run.log_tail)
    trainer = trainer_of(run)
    elsewhere = tmp_path / "elsewhere"
    workspace.root.rename(elsewhere)
    until(lambda: not trainer.is_running() or trainer.status() == psutil.STATUS_ZOMBIE)
    assert not run.folder.exists()
    log = (elsewhere / "runs" / run.id / "log.txt").read_text("utf-8")
    assert f"The folder of the run {run.id} is gone." in log or "Traceback" in log
    # Where it was taken to, it can be gone on with.
    moved = Run(elsewhere / "runs" / run.id)
    until(lambda: moved.status().state == "interrupted")  # its threads end one by one


def test_a_trainer_that_waits_for_its_turn_ends_as_well(
    workspace: Workspace, images: Path, tmp_path: Path
) -> None:
    first, second = (make_run(workspace, images, tiny_spec(), epochs=10_000) for _ in range(2))
    queue.start(first)
    queue.start(second)
    until(lambda: queue.position(second) is not None)
    trainers = [trainer_of(run) for run in (first, second)]
    workspace.root.rename(tmp_path / "elsewhere")
    until(
        lambda: all(
            not one.is_running() or one.status() == psutil.STATUS_ZOMBIE for one in trainers
        )
    )
    assert not first.folder.exists()
