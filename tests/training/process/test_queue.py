"""The order of runs, and how they start and stop. No TensorFlow in here."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import pytest
from filelock import BaseFileLock
from until import until

from xraylib.errors import RunError
from xraylib.training.process import queue
from xraylib.training.run.locks import is_held, take
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow  # its tests take some seconds together

# A trainer that has its turn, says so, and ends when its input is closed.
TRAINER = """
import sys
from pathlib import Path
from xraylib.training.run.locks import take
from xraylib.training.process.queue import wait_for_slot
from xraylib.training.run.runs import Run
run = Run(Path(sys.argv[1]))
alive = take(run.lock_file)
slot = wait_for_slot(run)
(run.folder / "turn").touch()
sys.stdin.read()
"""


class Trainer:
    """A process that waits for its turn."""

    def __init__(self, runs: Path, number: int) -> None:
        self.run = Run(runs / f"20260101T000000Z-00000{number}")
        self.run.folder.mkdir(parents=True)
        write_status(self.run.folder, RunStatus(updated=time.time()))
        self.process = subprocess.Popen(
            [sys.executable, "-c", TRAINER, str(self.run.folder)], stdin=subprocess.PIPE
        )
        until(lambda: queue.position(self.run) is not None or self.has_its_turn)

    @property
    def has_its_turn(self) -> bool:
        return (self.run.folder / "turn").exists()

    def end(self) -> None:
        self.process.communicate(timeout=120)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=120)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.mark.slow
def test_runs_have_their_turn_in_the_order_in_which_they_came(runs: Path) -> None:
    trainers = [Trainer(runs, number) for number in range(4)]
    until(lambda: trainers[0].has_its_turn)
    for place, trainer in enumerate(trainers):
        until(lambda trainer=trainer: trainer.has_its_turn)
        later = trainers[place + 1 :]
        assert [queue.position(other.run) for other in later] == list(range(len(later)))
        time.sleep(0.25)
        assert not any(other.has_its_turn for other in later)
        trainer.end()


def test_who_dies_while_waiting_holds_nobody_up(runs: Path) -> None:
    first, second, third = (Trainer(runs, number) for number in range(3))
    second.kill()
    assert queue.position(third.run) == 0
    assert second.run.status().state in ("queued", "interrupted")
    first.kill()
    until(lambda: third.has_its_turn)
    third.end()


def waiting_in_turn(runs: Path, count: int) -> tuple[list[Run], list[BaseFileLock]]:
    """Runs that wait, one after another, for a slot that is taken; and the locks they hold."""
    queue_folder = runs / ".queue"
    queue_folder.mkdir(parents=True)
    locks = [taken(queue_folder / "slot-0.lock")]
    made = []
    for number in range(count):
        run = Run(runs / f"20260101T000000Z-{number:06x}")
        run.folder.mkdir()
        write_status(run.folder, RunStatus(updated=time.time()))
        locks.append(taken(run.lock_file))
        threading.Thread(target=until_its_lock_is_gone, args=(run,), name=f"wait {run.id}").start()
        until(lambda run=run: queue.position(run) is not None)
        made.append(run)
    return made, locks


def until_its_lock_is_gone(run: Run) -> None:
    with pytest.raises(RunError) as caught:
        queue.wait_for_slot(run)
    assert caught.value.code == "no-run"


def are_over() -> bool:
    """Whether nobody waits any more in this process."""
    return not any(one.name.startswith("wait 2026") for one in threading.enumerate())


def taken(file: Path) -> BaseFileLock:
    lock = take(file)
    assert lock is not None
    return lock


def test_twenty_wait_in_the_order_in_which_they_came_whatever_the_clock_says(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = time.time_ns, count()
    jumps = (0, -3600, 7200, -86_400, 10)  # seconds, each time that somebody looks at the clock
    monkeypatch.setattr(time, "time_ns", lambda: real() + jumps[next(asked) % 5] * 10**9)
    made, locks = waiting_in_turn(runs, 20)
    try:
        assert [queue.position(run) for run in made] == list(range(20))
        workspace = Workspace(runs.parent)
        assert queue.waiting(workspace=workspace) == [run.id for run in made]
        assert {run.status().state for run in made} == {"queued"}
        for ticket in (runs / ".queue").glob("[0-9]*-*"):
            ticket.unlink()  # somebody tidies up: they still wait, in their order
        until(lambda: queue.waiting(workspace=workspace) == [run.id for run in made])
    finally:
        for lock in reversed(locks):
            lock.release()
    until(are_over)
    assert not list((runs / ".queue").glob("[0-9]*-*"))


def test_a_run_that_nobody_trains_is_not_kept_waiting_by_a_clock_that_was_set_back(
    run: Run,
) -> None:
    write_status(run.folder, RunStatus(updated=time.time() + 86_400))
    assert run.status().state == "interrupted"
    write_status(run.folder, RunStatus(updated=time.time()))
    assert run.status().state == "queued"


@pytest.mark.slow
def test_several_slots_let_several_train(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_MAX_RUNNING", "2")
    first, second, third = (Trainer(runs, number) for number in range(3))
    until(lambda: first.has_its_turn and second.has_its_turn)
    time.sleep(0.25)
    assert not third.has_its_turn
    second.end()
    until(lambda: third.has_its_turn)
    first.end()
    third.end()


def test_a_run_is_started_once(run: Run) -> None:
    write_status(run.folder, RunStatus(state="finished"))
    with pytest.raises(RunError) as refused:
        queue.start(run)
    assert str(refused.value) == (
        f"The run {run.id} is finished. Expected a new run, or one to go on with. Do this: make "
        "a new run with the same settings."
    )
    assert refused.value.code == "run-started"
    with pytest.raises(RunError):
        queue.resume(run)


def test_a_trainer_that_cannot_start_says_why(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no python here >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(RunError, match="no python here") as refused:
        queue.start(run)
    assert refused.value.code == "no-trainer"
    assert not is_held(run.folder / "start.lock")


def test_a_run_that_was_made_long_ago_is_still_a_new_one(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    long_ago = RunStatus(updated=time.time() - 3600)
    write_status(run.folder, long_ago)
    assert queue.is_new(run)
    with pytest.raises(RunError) as refused:
        queue.start(run)
    assert refused.value.code == "no-trainer"  # so it was tried
    write_status(run.folder, long_ago)
    assert not queue.is_new(run)
    with pytest.raises(RunError) as refused:
        queue.start(run)
    assert refused.value.code == "run-started"


def test_a_run_that_nobody_started_can_be_stopped(run: Run) -> None:
    queue.stop(run)
    status = run.status()
    assert status.state == "stopped"
    assert status.message == "Stopped before it began."
    assert queue.wait(run) == status
    queue.stop(run)
    assert run.status() == status


def test_waiting_ends_when_the_time_is_over(run: Run) -> None:
    assert queue.wait(run, timeout=0.2).state == "queued"
