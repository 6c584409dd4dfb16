"""The process that proposes: ``python -m xraylib.training.search.driver FOLDER_OF_THE_SEARCH``.

It makes the run of each trial, puts it into the queue, watches its curve and stops it where that
is hopeless. What it knows is in the journal and in the runs, so it may be killed at any moment:
trainers go on without it, and who comes after it takes up every trial where it stands.
"""

from __future__ import annotations

import math
import signal
import sys
import threading
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from xraylib.errors import XrayError
from xraylib.records import read_json
from xraylib.training.groups.group import Group
from xraylib.training.process import queue
from xraylib.training.process.places import place_of
from xraylib.training.process.progress import describe_failure
from xraylib.training.process.waiting import WaitingTrainer
from xraylib.training.run.create import create_run
from xraylib.training.run.locks import take
from xraylib.training.run.record import RunOrigin
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.search.applied import applied, is_inside, values_of
from xraylib.training.search.create import trial_name
from xraylib.training.search.record import Ended, Trial, read_trials, write_end, write_trials
from xraylib.training.search.search import Search
from xraylib.training.search.study import Study
from xraylib.workspace import write_json

_POLL_SECONDS: Final = 0.2
_MOST_RESUMED: Final = 2
_MOST_FAILED: Final = 5
"""Trials in a row that could not be trained, after which a search gives up."""
_TOO_FAR: Final = ("loss-nan", "out-of-memory")
"""Failures that say something about the settings: proposals keep away from them."""


class Driver:
    """What goes on in the process of one search.

    Args:
        search: The caller holds its lock.
        waiting: A trainer that loads TensorFlow while the one before trains.
    """

    def __init__(self, search: Search, waiting: WaitingTrainer | None = None) -> None:
        self.search = search
        self.waiting = waiting
        self.stopping = threading.Event()
        self.place = place_of(search.folder)
        self.study = Study(search.folder, search.asked)
        self._seen: dict[str, int] = {}
        self.trials = self._taken_up()
        # Their runs may have been stopped with the search, and then go on with it.
        self._left = {one.number for one in self._going()}

    def run(self) -> Ended:
        """Proposes until all trials have ended or somebody asks for a stop."""
        asked = self.search.asked
        while True:
            for trial in self._going():
                self._look(trial)
            unsettled = self._settle()
            stopping = self._stops()
            going = self._going()
            if stopping:
                for trial in going:
                    self._stop(trial)
                return Ended(state="stopped", message=self._words("Stopped after"))
            if not (going or unsettled) and len(self.trials) >= asked.trials:
                return Ended(state="finished", message=self._words("Tried"))
            if len(going) < self.place.slots() and len(self.trials) < asked.trials:
                self._begin()
            else:
                time.sleep(_POLL_SECONDS)

    def _settle(self) -> int:
        """Notes how long pruned runs took once they have ended; how many have not."""
        left = 0
        for trial in self.trials.values():
            run = self.search.run_of(trial) if trial.state == "pruned" else None
            if run is None or trial.seconds is not None:
                continue
            status = run.status()
            if status.is_final:
                seconds = status.updated - (status.started or status.updated)
                self._keep(replace(trial, seconds=seconds))
            else:
                left += 1
        return left

    def _stops(self) -> bool:
        return self.stopping.is_set() or self.search.stop_file.exists()

    def _words(self, how: str) -> str:
        best = self.search.best
        told = "none has ended" if best is None else f"the best is trial {best.number}"
        return f"{how} {len(self.trials)} of {self.search.asked.trials} trials; {told}."

    def _going(self) -> list[Trial]:
        return [one for one in self.trials.values() if one.state == "going"]

    def _keep(self, trial: Trial) -> None:
        if self.trials.get(trial.number) != trial:
            self.trials[trial.number] = trial
            write_trials(self.search.folder, list(self.trials.values()))

    def _taken_up(self) -> dict[int, Trial]:
        """The trials so far, by what the journal and the runs say."""
        search = self.search
        runs = {
            run.origin.number: run
            for run in list_runs(workspace=search.workspace)
            if run.origin.group == search.id and run.origin.kind == "trial"
        }
        kept = {one.number: one for one in read_trials(search.folder)}
        known = self.study.proposals()
        base = values_of(search.plan, search.asked.space)
        found: dict[int, Trial] = {}
        for number in sorted({*kept, *known, *(number for number in runs if number)}):
            values = known[number].values if number in known else base
            trial = kept.get(number, Trial(number=number, values=dict(values)))
            if number in runs:
                trial = replace(trial, run=runs[number].id)
            told = known[number].state if number in known else "going"
            if trial.state == "going" and told != "going":
                trial = replace(trial, state=told, loss=known[number].loss)
                if number in runs:
                    queue.stop(runs[number])
            found[number] = trial
        self._own(list(found.values()))
        write_trials(search.folder, list(found.values()))
        return found

    def _own(self, trials: list[Trial]) -> None:
        """Lets the group have every run of a trial."""
        group = self.search.group
        record: dict[str, Any] = read_json(group.file)
        runs = list(dict.fromkeys([*record["runs"], *(one.run for one in trials if one.run)]))
        if runs != record["runs"]:
            write_json(group.file, {**record, "runs": runs}, new_folder=False)

    def _begin(self) -> None:
        """Proposes a trial; the first is the design as it is, and is there already."""
        number = max(self.trials, default=0) + 1
        self._make(Trial(number=number, values=dict(self.study.propose(number))))

    def _make(self, trial: Trial) -> None:
        """Makes the run of a trial and puts it into the queue."""
        search, number, of = self.search, trial.number, self.search.asked.trials
        try:
            plan = applied(search.plan, trial.values)
            run = create_run(
                **vars(plan),
                name=trial_name(search.group.record.name, number, of),
                origin=RunOrigin(kind="trial", group=search.id, number=number, of=of),
                workspace=search.workspace,
            )
        except XrayError as error:
            self._fail(trial, error.message, "no-run")
            return
        trial = replace(trial, run=run.id)
        self._own([*self.trials.values(), trial])
        self._keep(trial)
        self._start(run)

    def _start(self, run: Run) -> None:
        queue.start(run, waiting=self.waiting)
        here = self.place.name == "here"
        if here and self.waiting is not None and len(self.trials) < self.search.asked.trials:
            self.waiting.prepare()

    def _look(self, trial: Trial) -> None:
        """Takes what a trial's run has reached since the last look, and what that means."""
        if not trial.run:  # who proposed it died before it had one
            self._make(trial)
            return
        run = self.search.run_of(trial)
        if run is None:
            self._fail(trial, "Its run was deleted.", "no-run")
            return
        if trial.number == 1:
            self._know_the_first(trial)
        status = run.status()  # before the epochs: none can be missed at the end
        if not status.is_final and not run.stop_file.exists():
            self._left.discard(trial.number)  # it goes on: who stops it now means it alone
        trial = self._curve(trial, run)
        if trial.state != "going":
            queue.stop(run)
            return
        seconds = status.updated - status.started if status.started else None
        if status.state == "finished":
            self._end(replace(trial, state="finished", seconds=seconds))
        elif status.state == "failed":
            error = status.error or {}
            trial = replace(trial, seconds=seconds)
            self._fail(trial, error.get("message", status.message), error.get("code", ""))
        elif status.state == "damaged":
            self._fail(trial, status.message, "damaged")
        elif queue.is_new(run):
            self._start(run)
        elif status.state in ("stopped", "interrupted") and not self._stops():
            self._stands_still(replace(trial, seconds=seconds), run, status.state)

    def _know_the_first(self, trial: Trial) -> None:
        """Tells the study of the design as it is, where the space could have proposed it."""
        known = trial.number in self.study.proposals()
        if not known and is_inside(self.search.asked.space, trial.values):
            self.study.propose(trial.number, trial.values)

    def _curve(self, trial: Trial, run: Run) -> Trial:
        """The trial with the epochs that its run has by now, each reported once."""
        size = run.events_size()
        if self._seen.get(run.id) == size:
            return trial
        self._seen[run.id] = size
        lowest = math.inf
        for event in run.epochs():
            epoch, loss = event["epoch"], event["val_loss"]
            lowest = lowest if loss is None else min(lowest, loss)
            if epoch <= trial.epochs:
                continue
            trial = replace(trial, epochs=epoch, loss=lowest)
            self.study.report(trial.number, epoch, lowest)
            if self._is_hopeless(trial):
                # Told before the run is stopped: who comes after us stops it then.
                self.study.tell(trial.number, lowest, pruned=True)
                trial = replace(trial, state="pruned")
                break
        self._keep(trial)
        return trial

    def _is_hopeless(self, trial: Trial) -> bool:
        """Never the design as it is, with which the others are compared."""
        hopeless = self.study.is_hopeless(trial.number)  # also for what is remembered of it
        last = trial.epochs >= self.search.asked.epochs
        return hopeless and trial.number > 1 and not last

    def _stands_still(self, trial: Trial, run: Run, state: str) -> None:
        """A run that was stopped by somebody, with us or alone, or whose trainer was killed."""
        by_us = trial.number in self._left
        self._left.discard(trial.number)
        if state == "stopped" and not by_us:
            self.study.tell(trial.number, trial.loss, pruned=True)
            self._keep(replace(trial, state="stopped", message="Stopped by hand."))
        elif state == "stopped" or trial.resumed < _MOST_RESUMED:
            more = 0 if state == "stopped" else 1
            self._keep(replace(trial, resumed=trial.resumed + more, seconds=None))
            queue.resume(run, waiting=self.waiting)
        else:
            self._fail(trial, run.status().message, "out-of-memory")

    def _stop(self, trial: Trial) -> None:
        run = self.search.run_of(trial)
        if run is not None:
            queue.stop(run)

    def _end(self, trial: Trial) -> None:
        self.study.tell(trial.number, trial.loss)
        self._keep(trial)

    def _fail(self, trial: Trial, message: str, code: str) -> None:
        self.study.tell(trial.number, None, pruned=code in _TOO_FAR)
        self._keep(replace(trial, state="failed", message=message))
        last = list(self.trials.values())[-_MOST_FAILED:]
        if len(last) == _MOST_FAILED and all(one.state == "failed" for one in last):
            raise _HopelessError(message)


class _HopelessError(Exception):
    """So many trials in a row failed that the next would too."""


def main(arguments: list[str]) -> int:
    """Drives the search whose folder is named; returns the exit code."""
    folder = Path(arguments[0]).absolute()
    search = Search(Group(folder.with_suffix(".json")))
    alive = take(search.lock_file)
    if alive is None:
        print(f"The search {search.id} has a process already.", file=sys.stderr)
        return 2
    waiting = WaitingTrainer()
    try:
        driver = Driver(search, waiting)
        signal.signal(signal.SIGTERM, lambda *_: driver.stopping.set())
        write_end(folder, driver.run())
    except _HopelessError as error:
        message = f"{_MOST_FAILED} trials in a row failed. The last one said: {error}"
        write_end(folder, Ended(state="failed", message=message))
    except BaseException as error:
        traceback.print_exc()
        failure = describe_failure(error)
        write_end(folder, Ended(state="failed", message=failure["message"], error=failure))
        return 1
    finally:
        waiting.end()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
