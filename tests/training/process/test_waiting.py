"""A trainer that waits with TensorFlow loaded does what a fresh one does, and harms nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tiny_runs import learnt, make_run, tiny_spec
from until import until

from xraylib import onednn
from xraylib.training.process import queue
from xraylib.training.process.waiting import (
    FREE_BYTES,
    WAIT,
    WaitingTrainer,
    detached,
    trainer_command,
)
from xraylib.training.run.locks import take
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.xdist_group("trainer"), pytest.mark.timeout(900)]


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[WaitingTrainer]:
    monkeypatch.setenv("XRAYLIB_WARM", "on")
    trainer = WaitingTrainer()
    yield trainer
    trainer.end()


def process_of(trainer: WaitingTrainer) -> psutil.Process:
    assert trainer._process is not None
    return psutil.Process(trainer._process.pid)


def test_the_process_that_waited_trains_the_run_to_the_same_weights(
    workspace: Workspace, images: Path, waiting: WaitingTrainer
) -> None:
    waiting.prepare()
    process = process_of(waiting)
    waiting.prepare()
    assert process_of(waiting) == process  # one is enough
    runs = [make_run(workspace, images, tiny_spec(dropout=True), seed=3) for _ in range(2)]
    queue.start(runs[0], waiting=waiting)
    queue.start(runs[1], waiting=waiting)  # none waits any more, so a fresh one comes
    assert process.cmdline()[-1] == "--wait"
    for run in runs:
        assert queue.wait(run, timeout=600).state == "finished", run.log_tail()
    assert learnt(runs[0]) == learnt(runs[1])
    assert "lets the trainer use" in runs[0].log_tail()  # its own log, not the server's
    until(lambda: not process.is_running())


def test_a_run_comes_to_its_trainer_where_the_one_that_waited_was_killed(
    workspace: Workspace, images: Path, waiting: WaitingTrainer
) -> None:
    waiting.prepare()
    process = process_of(waiting)
    process.suspend()  # it would take the folder, and die before it has taken the run
    run = make_run(workspace, images, tiny_spec(), epochs=100)
    real = waiting.hand_over

    def handed(*arguments: object) -> object:
        given = real(*arguments)  # type: ignore[arg-type]
        os.kill(process.pid, signal.SIGKILL)
        return given

    waiting.hand_over = handed  # type: ignore[method-assign,assignment]
    queue.start(run, waiting=waiting)
    assert run.status().state in ("queued", "preparing")
    queue.stop(run)
    assert queue.wait(run, timeout=600).state == "stopped", run.log_tail()


def test_it_ends_with_the_server_that_held_it(waiting: WaitingTrainer) -> None:
    waiting.prepare()
    process = process_of(waiting)
    waiting.end()
    assert not process.is_running()


MOMENTS = (0.3, 0.8, 1.3, 1.8)  # of a start that takes some seconds


@pytest.mark.parametrize("taken", [False, True], ids=["nobody came", "another trains"])
def test_it_ends_in_order_whenever_that_comes_while_it_loads(
    taken: bool, workspace: Workspace, images: Path
) -> None:
    run = make_run(workspace, images, tiny_spec())
    alive = take(run.lock_file) if taken else None
    assert (alive is not None) == taken
    for seconds in MOMENTS:
        with subprocess.Popen(
            trainer_command(WAIT), stdin=subprocess.PIPE, stderr=subprocess.PIPE, **detached()
        ) as trainer:
            time.sleep(seconds)
            trainer.communicate(os.fsencode(run.folder) if taken else b"")
        assert trainer.returncode == (2 if taken else 0), seconds


def test_none_waits_where_it_could_not_be_used_or_is_not_wanted(
    images: Path,
    waiting: WaitingTrainer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XRAYLIB_WARM", "off")
    waiting.prepare()
    monkeypatch.setenv("XRAYLIB_WARM", "on")
    monkeypatch.setenv("XRAYLIB_MODE", "demo")
    waiting.prepare()
    monkeypatch.delenv("XRAYLIB_MODE")
    with monkeypatch.context() as short:
        little = psutil.virtual_memory()._replace(available=FREE_BYTES - 1)
        short.setattr("psutil.virtual_memory", lambda: little)
        waiting.prepare()
    assert waiting._process is None
    waiting.prepare()
    assert waiting.hand_over(images, not onednn.chosen()) is None
    assert process_of(waiting).is_running()
