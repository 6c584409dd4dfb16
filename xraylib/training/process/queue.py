"""Starting, stopping and ordering runs.

A run that waits is a trainer process that has imported next to nothing. It holds a ticket (a
file whose name sorts by time) and takes one of ``XRAYLIB_MAX_RUNNING`` slots (locks) when no
older living ticket waits. Whoever dies gives up lock, ticket and slot without doing anything.
Runs of another place than this machine wait in a line of their own (`places`).
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from filelock import BaseFileLock

from xraylib.arguments import checked
from xraylib.errors import PathError, RunError
from xraylib.settings import PlaceName
from xraylib.training.process.places import PLACES, Place, place_of
from xraylib.training.process.waiting import WaitingTrainer, detached
from xraylib.training.run.environment import kept_onednn
from xraylib.training.run.ids import no_run
from xraylib.training.run.locks import is_held, take
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, read_status, write_status
from xraylib.training.run.where import Where, tell_where
from xraylib.workspace import Workspace, WorkspaceLike, writing

_START_SECONDS: Final = 60.0
_END_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.1


@checked
def start(run: Run, *, on: PlaceName | None = None, waiting: WaitingTrainer | None = None) -> None:
    """Starts the trainer of a new run, in a session of its own; it outlives whoever called this.

    Returns when the run has its place in the queue.

    Args:
        run: A run that was just made.
        on: Where it runs: ``"here"``, or ``"ray"`` for a cluster; ``XRAYLIB_PLACE`` if not given.
        waiting: May have a trainer with TensorFlow loaded; the numbers are the same without.

    Raises:
        RunError: codes ``run-started`` (it has a trainer, or has ended), ``no-run`` (it was
            deleted) and ``no-trainer`` (the process did not start; its last words are in the
            message).
        PathError: code ``cannot-write``.
        InstallationError: code ``no-tensorflow``; on a cluster ``no-ray``.
        ClusterError: code ``no-cluster``: the run is to go to a cluster that does not answer.
    """
    _launch(run, ("queued",), on, waiting)


def is_new(run: Run) -> bool:
    """Whether nobody has started the run yet, however long ago it was made."""
    try:
        queued = read_status(run.folder).state == "queued"
    except PathError:
        return False
    return queued and not (run.folder / "log.txt").exists()


@checked
def resume(run: Run, *, on: PlaceName | None = None, waiting: WaitingTrainer | None = None) -> None:
    """Goes on with a run that was stopped or interrupted or that failed, from its checkpoint.

    Without a checkpoint it begins again. Of two who ask at once, one is refused. More epochs for
    a run that has ended: ``extend_run``.

    Args:
        run: The run.
        on: As in ``start``; where neither says it, it goes on where it was.
        waiting: As in ``start``.

    Raises:
        RunError: as ``start``.
    """
    _launch(run, ("stopped", "interrupted", "failed"), on, waiting)


def _launch(
    run: Run, states: tuple[str, ...], on: PlaceName | None, waiting: WaitingTrainer | None
) -> None:
    place = place_of(run.folder, on)
    place.require()
    if not run.folder.is_dir():
        raise no_run(run.id)
    with writing(f"Cannot start the run {run.id}", run.folder):
        _start_in_turn(run, states, place, waiting if place.name == "here" else None)


def _start_in_turn(
    run: Run, states: tuple[str, ...], place: Place, waiting: WaitingTrainer | None
) -> None:
    starting = take(run.folder / "start.lock", patience=0)
    if starting is None:
        raise _busy(run)
    try:
        state = run.status().state
        if state not in states and not ("queued" in states and is_new(run)):
            raise _started(run, state)
        _wait_until_gone(run)
        run.stop_file.unlink(missing_ok=True)
        fresh = replace(run.status(), state="queued", phase="", error=None, started=None)
        write_status(run.folder, replace(fresh, updated=time.time()))
        tell_where(run.folder, Where(place=place.name))
        waits = waiting and waiting.hand_over(run.folder, kept_onednn(run.folder))
        if not (waits and _comes(run, waits)) and not _comes(run, _fresh(run, place)):
            said = run.log_tail()[-500:].strip()
            raise RunError(
                f"The training process of {run.id} did not start: {said!r}",
                expected="a Python process that runs xraylib.training.process.trainer",
                remedy="check the installation, then start the run again",
                code="no-trainer",
            )
    finally:
        starting.release()


def _fresh(run: Run, place: Place) -> subprocess.Popen[bytes]:
    with (run.folder / "log.txt").open("ab") as log:
        return subprocess.Popen(
            place.command(run),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **detached(),
        )


def _wait_until_gone(run: Run) -> None:
    """A trainer that has said its last word still needs a moment to end."""
    deadline = time.monotonic() + _END_SECONDS
    while is_held(run.lock_file):
        if time.monotonic() > deadline:
            raise _busy(run)
        time.sleep(0.02)


def _comes(run: Run, process: subprocess.Popen[bytes]) -> bool:
    """Whether this process has become the run's trainer."""
    # Somebody has to collect the exit code, or a dead trainer stays a zombie.
    threading.Thread(target=process.wait, daemon=True, name=f"reap {run.id}").start()
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        status = run.status()
        if _ticket(run) is not None or status.is_final or status.started:
            return True
        if process.poll() is not None:
            break
        time.sleep(0.02)
    return False


def _busy(run: Run) -> RunError:
    return RunError(
        f"The run {run.id} is just being started, or has not quite ended",
        expected="one start at a time",
        remedy="look again in a moment: somebody else may have started it",
        code="run-started",
    )


def _started(run: Run, state: str) -> RunError:
    return RunError(
        f"The run {run.id} is {state}",
        expected="a new run, or one to go on with",
        remedy="make a new run with the same settings",
        code="run-started",
    )


@checked
def stop(run: Run) -> None:
    """Asks the run to stop; it does so within about two seconds. A run that ended stays so.

    Raises:
        RunError: code ``no-run``: it was deleted.
        PathError: code ``cannot-write``.
    """
    if not run.folder.is_dir():
        raise no_run(run.id)
    status = run.status()
    if status.is_final:
        return
    with writing(f"Cannot stop the run {run.id}", run.folder):
        run.stop_file.touch()
        if status.state == "queued" and not is_held(run.lock_file):
            write_status(
                run.folder,
                replace(
                    status, state="stopped", message="Stopped before it began.", updated=time.time()
                ),
            )


@checked
def wait(run: Run, timeout: float | None = None) -> RunStatus:
    """Waits until the run has ended, or ``timeout`` seconds, and returns where it stands."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while not (status := run.status()).is_final:
        if deadline is not None and time.monotonic() > deadline:
            break
        time.sleep(_POLL_SECONDS)
    return status


def position(run: Run) -> int | None:
    """How many living runs are before this one, 0 for the next; None if it does not wait."""
    for place in PLACES.values():
        names = _waiting(run.folder.parent, place)
        if run.id in names:
            return names.index(run.id)
    return None


def waiting(*, workspace: WorkspaceLike | None = None) -> list[str]:
    """Ids of the runs that wait for their turn, place by place, the next one first."""
    runs = Workspace.open(workspace).runs
    return [run_id for place in PLACES.values() for run_id in _waiting(runs, place)]


def is_training(*, workspace: WorkspaceLike | None = None) -> bool:
    """Whether a run trains now on this machine, in this workspace."""
    folder = _line(Workspace.open(workspace).runs, PLACES["here"])
    return any(is_held(slot) for slot in folder.glob("slot-*.lock"))


def wait_for_slot(
    run: Run,
    tell: Callable[[int], None] = lambda _before: None,
    *,
    place: Place = PLACES["here"],
) -> BaseFileLock:
    """Called by who holds the run's lock: returns a slot when it is its turn.

    Args:
        run: Who waits.
        tell: Called with the number of runs that wait before this one when it changes.
        place: Where the run is to run.

    Raises:
        RunError: code ``no-run``: the run's lock is no longer held, so nobody trains it.
    """
    folder = _line(run.folder.parent, place)
    folder.mkdir(parents=True, exist_ok=True)
    # After all that wait, also where the clock was set back since they came.
    last = max((int(one.name.partition("-")[0]) for one in folder.glob("[0-9]*-*")), default=0)
    ticket = folder / f"{max(time.time_ns(), last + 1):020d}-{run.id}"
    ticket.touch()
    told = None
    try:
        while True:
            tickets = _living_tickets(run.folder.parent, place)
            if ticket not in tickets:  # somebody has cleared the folder
                if not is_held(run.lock_file):
                    raise no_run(run.id)
                ticket.touch()
                continue
            before = tickets.index(ticket)
            if before != told:
                told = before
                tell(before)
            if tickets[:1] == [ticket]:
                for number in range(place.slots()):
                    slot = take(folder / f"slot-{number}.lock", patience=0)
                    if slot is not None:
                        return slot
            time.sleep(_POLL_SECONDS)
    finally:
        ticket.unlink(missing_ok=True)


def _line(runs: Path, place: Place) -> Path:
    return runs / ".queue" / place.line


def _waiting(runs: Path, place: Place) -> list[str]:
    return [ticket.name.partition("-")[2] for ticket in _living_tickets(runs, place)]


def _living_tickets(runs: Path, place: Place) -> list[Path]:
    """Tickets in their order; those of dead trainers are thrown away."""
    living = []
    for ticket in sorted(_line(runs, place).glob("[0-9]*-*")):
        run_id = ticket.name.partition("-")[2]
        if is_held(Run(runs / run_id).lock_file):
            living.append(ticket)
        else:
            ticket.unlink(missing_ok=True)
    return living


def _ticket(run: Run) -> Path | None:
    queue = run.folder.parent / ".queue"
    return next(queue.rglob(f"[0-9]*-{run.id}"), None)
