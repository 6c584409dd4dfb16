"""A search as a value: what it was asked for, what its trials have reached, and its process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from xraylib.arguments import checked
from xraylib.errors import RunError
from xraylib.extras import require
from xraylib.settings import PlaceName
from xraylib.training.groups.group import Group, open_group
from xraylib.training.planning.plan import RunPlan
from xraylib.training.process.places import place_of
from xraylib.training.process.waiting import detached
from xraylib.training.run.derived import plan_again
from xraylib.training.run.locks import is_held, take
from xraylib.training.run.runs import Run, tail_of
from xraylib.training.run.where import Where, tell_where
from xraylib.training.search.record import (
    Asked,
    Trial,
    read_asked,
    read_end,
    read_trials,
)
from xraylib.workspace import Workspace, WorkspaceLike, writing

_START_SECONDS: Final = 30.0
_DRIVER: Final = "xraylib.training.search.driver"

SearchState = Literal["new", "running", "finished", "stopped", "failed", "interrupted"]


@dataclass(frozen=True)
class Search:
    """A search for settings.

    Attributes:
        group: Its runs, as a group of the kind ``"search"``.
    """

    group: Group

    @property
    def id(self) -> str:
        """That of its group."""
        return self.group.id

    @property
    def folder(self) -> Path:
        """Where it is kept, beside the record of its group."""
        return self.group.folder

    @property
    def lock_file(self) -> Path:
        """The file that who proposes keeps locked as long as it lives."""
        return self.folder / "alive.lock"

    @property
    def stop_file(self) -> Path:
        """The file whose presence asks for a stop."""
        return self.folder / "stop"

    @property
    def workspace(self) -> Workspace:
        """Where its runs are."""
        return Workspace(self.group.file.parent.parent.parent)

    @cached_property
    def asked(self) -> Asked:
        """What it was asked for.

        Raises:
            PathError: codes ``missing``, ``damaged`` and ``newer-version``.
        """
        return read_asked(self.folder)

    @cached_property
    def plan(self) -> RunPlan:
        """What each trial is made from."""
        return plan_again(Run(self.folder / "plan"))

    @property
    def trials(self) -> tuple[Trial, ...]:
        """Those so far, in their order."""
        return read_trials(self.folder)

    @property
    def best(self) -> Trial | None:
        """The finished trial with the lowest validation loss, the first of equals."""
        done = [one for one in self.trials if one.counts]
        return min(done, key=lambda one: one.loss or 0.0, default=None)

    @property
    def state(self) -> SearchState:
        """``"interrupted"`` where who proposed has died without a word."""
        if is_held(self.lock_file):
            return "running"
        ended = read_end(self.folder)
        if ended is not None:
            return ended.state
        return "interrupted" if (self.folder / "log.txt").exists() else "new"

    def run_of(self, trial: Trial) -> Run | None:
        """The run of a trial; None where none could be made or it was deleted."""
        run = Run(self.workspace.runs / trial.run)
        return run if trial.run and run.folder.is_dir() else None

    def start(self, *, on: PlaceName | None = None) -> None:
        """Starts the process that proposes, or goes on after whatever ended it.

        Returns when it lives. It outlives whoever called this, as trainers do.

        Args:
            on: Where its trials run: ``"here"`` or ``"ray"``; if not given as
                ``XRAYLIB_PLACE`` says, else where they ran before.

        Raises:
            RunError: codes ``search-running``, ``search-finished`` and ``no-trainer`` (the
                process did not start; its last words are in the message).
            InstallationError: codes ``no-optuna`` and ``no-tensorflow``; on a cluster ``no-ray``.
            ClusterError: code ``no-cluster``: none answers.
        """
        require("search")
        place = place_of(self.folder, on)
        place.require()
        state = self.state
        if state in ("running", "finished"):
            raise _not_now(self.id, state)
        with writing(f"Cannot start the search {self.id}", self.folder):
            starting = take(self.folder / "start.lock", patience=0)
            if starting is None:
                raise _not_now(self.id, "running")
            try:
                self._launch(place.name)
            finally:
                starting.release()

    def _launch(self, place: PlaceName) -> None:
        tell_where(self.folder, Where(place=place))
        self.stop_file.unlink(missing_ok=True)
        (self.folder / "end.json").unlink(missing_ok=True)
        log_file = self.folder / "log.txt"
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", _DRIVER, str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **detached(XRAYLIB_PLACE=place),
            )
        # Somebody has to collect the exit code, or a dead process stays a zombie.
        threading.Thread(target=process.wait, daemon=True, name=f"reap {self.id}").start()
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if is_held(self.lock_file) or (self.folder / "end.json").exists():
                return
            if process.poll() is not None:
                break
            time.sleep(0.02)
        said = self.log_tail()[-500:].strip()
        raise RunError(
            f"The process of the search {self.id} did not start: {said!r}",
            expected="a Python process that runs xraylib.training.search.driver",
            remedy="check the installation, then start the search again",
            code="no-trainer",
        )

    def log_tail(self) -> str:
        """The last lines of what its process printed."""
        return tail_of(self.folder / "log.txt")

    def stop(self) -> None:
        """Asks for a stop: the trial that trains is stopped too, and goes on with the search."""
        self.group.stop()

    def wait(self, timeout: float | None = None) -> SearchState:
        """Waits until it has ended, or ``timeout`` seconds, and returns where it stands."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (state := self.state) == "running":
            if deadline is not None and time.monotonic() > deadline:
                break
            time.sleep(0.1)
        return state


@checked
def open_search(search_id: str, *, workspace: WorkspaceLike | None = None) -> Search:
    """The search whose group is called ``search_id``.

    Args:
        search_id: As ``xraylib groups`` lists it.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        RunError: codes ``no-group`` and ``no-search``: the group is none.
    """
    group = open_group(search_id, workspace=workspace)
    if group.record.kind != "search":
        raise RunError(
            f"The group {group.id} is no search, but {group.record.kind}",
            expected="the id of a search",
            remedy="choose one from the list of groups (xraylib groups)",
            code="no-search",
        )
    return Search(group)


def _not_now(name: str, state: str) -> RunError:
    return RunError(
        f"The search {name} is {state}",
        expected="a new search, or one to go on with",
        remedy="look at its trials" if state == "running" else "make another search",
        code="search-running" if state == "running" else "search-finished",
    )
