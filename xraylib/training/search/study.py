"""Optuna behind a few functions: the one place that imports it, once something is proposed.

The journal is appended by one process at a time. Two things of it do not survive a killed process
by themselves (Optuna 5.0.0), so they are seen to here: half a line at its end makes the next one
unreadable and is cut off, and a lock of Optuna's own kind would be waited for for half a minute,
so the lock is one that the kernel frees.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock

from xraylib.records import MOST_JSON, read_bytes
from xraylib.training.search.record import Asked, TrialState
from xraylib.training.search.space import Choice
from xraylib.training.search.tunable import Value

if TYPE_CHECKING:
    import optuna

_NUMBER: Final = "number"
_STATES: Final[Mapping[str, TrialState]] = {
    "RUNNING": "going", "COMPLETE": "finished", "PRUNED": "pruned", "FAIL": "failed",
}  # fmt: skip
_STARTUP: Final = 8
"""Trials that are drawn before TPE learns from them."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A trial as the journal knows it.

    Attributes:
        number: Of the trial in the search, from 1.
        values: What it tries.
        state: Never ``"stopped"``, which counts as pruned here.
        loss: That it was told to have.
    """

    number: int
    values: Mapping[str, Value]
    state: TrialState
    loss: float | None


class Study:
    """The proposals of one search.

    Args:
        folder: Of the search; the caller holds its lock.
        asked: What the search was asked for.
    """

    def __init__(self, folder: Path, asked: Asked) -> None:
        import optuna
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
        self._asked = asked
        journal = folder / "journal.log"
        cut_half_a_line(journal)
        lock: Any = _Lock(folder / "journal.lock")
        self._study = optuna.create_study(
            study_name="search",
            storage=JournalStorage(JournalFileBackend(str(journal), lock_obj=lock)),
            pruner=_pruner(asked),
            load_if_exists=True,
        )
        self._trials: dict[int, optuna.Trial] = {}
        for trial in self._study.get_trials(deepcopy=False):
            if trial.state == optuna.trial.TrialState.RUNNING:
                if _NUMBER in trial.user_attrs:
                    self._trials[trial.user_attrs[_NUMBER]] = optuna.Trial(
                        self._study, trial._trial_id
                    )
                else:  # who proposed it died before anything was made of it
                    self._study.tell(trial.number, state=optuna.trial.TrialState.FAIL)

    def proposals(self) -> dict[int, Proposal]:
        """All that were proposed, by the number of the trial."""
        return {
            trial.user_attrs[_NUMBER]: Proposal(
                number=trial.user_attrs[_NUMBER],
                values=trial.params,
                state=_STATES[trial.state.name],
                loss=trial.value,
            )
            for trial in self._study.get_trials(deepcopy=False)
            if _NUMBER in trial.user_attrs
        }

    def propose(
        self, number: int, values: Mapping[str, Value] | None = None
    ) -> Mapping[str, Value]:
        """What the trial of this number tries.

        A sampler with a seed begins its numbers again in each process; so each trial gets one of
        its own, by the seed of the search and the trials before it: the same study goes on in the
        same way whether it was interrupted or not.

        Args:
            number: Of the trial, from 1.
            values: Those that it shall have, where they are not to be proposed.
        """
        if values is not None:
            self._study.enqueue_trial(dict(values), skip_if_exists=True)
        self._study.sampler = _sampler(self._asked, len(self._study.get_trials(deepcopy=False)))
        trial = self._study.ask(_distributions(self._asked))
        trial.set_user_attr(_NUMBER, number)
        self._trials[number] = trial
        found: Mapping[str, Value] = trial.params
        return found

    def report(self, number: int, epoch: int, loss: float) -> None:
        """Tells the lowest validation loss that a trial has had up to an epoch."""
        trial = self._trials.get(number)
        if trial is not None and epoch not in self._reported(trial):
            trial.report(loss, epoch)

    def is_hopeless(self, number: int) -> bool:
        """Whether the trial's curve lies above those of the trials before."""
        trial = self._trials.get(number)
        return trial is not None and trial.should_prune()

    def tell(self, number: int, loss: float | None, *, pruned: bool = False) -> None:
        """Ends a trial: with its loss, as pruned, or, without a loss, as failed."""
        import optuna

        trial = self._trials.pop(number, None)
        if trial is None:
            return
        states = optuna.trial.TrialState
        if pruned:
            self._study.tell(trial, state=states.PRUNED)
        elif loss is None:
            self._study.tell(trial, state=states.FAIL)
        else:
            self._study.tell(trial, loss)

    def _reported(self, trial: optuna.Trial) -> Mapping[int, float]:
        every = self._study.get_trials(deepcopy=False)
        found: Mapping[int, float] = every[trial.number].intermediate_values
        return found


def cut_half_a_line(journal: Path) -> int:
    """Takes away what a killed process has written of a line; how many bytes that were."""
    if not journal.exists():
        return 0
    raw = read_bytes(journal, MOST_JSON)
    whole = raw.rfind(b"\n") + 1
    if whole < len(raw):
        with journal.open("r+b") as file:
            file.truncate(whole)
    return len(raw) - whole


class _Lock:
    """A lock as Optuna asks for, which nobody holds whose process has ended."""

    def __init__(self, file: Path) -> None:
        self._lock = FileLock(file)

    def acquire(self) -> bool:
        self._lock.acquire()
        return True

    def release(self) -> None:
        self._lock.release()


def _distributions(asked: Asked) -> dict[str, Any]:
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    found: dict[str, Any] = {}
    for name, one in asked.space.dimensions.items():
        if isinstance(one, Choice):
            found[name] = CategoricalDistribution(one.options)
        elif one.whole:
            found[name] = IntDistribution(int(one.low), int(one.high), log=one.log)
        else:
            found[name] = FloatDistribution(one.low, one.high, log=one.log)
    return found


def _sampler(asked: Asked, before: int) -> Any:
    from optuna.samplers import RandomSampler, TPESampler

    seed = (asked.seed * 1_000_003 + before) % 2**32
    if asked.sampler == "random":
        return RandomSampler(seed=seed)
    startup = min(_STARTUP, max(3, asked.trials // 3))
    return TPESampler(seed=seed, multivariate=True, constant_liar=True, n_startup_trials=startup)


def _pruner(asked: Asked) -> Any:
    from optuna.pruners import MedianPruner, NopPruner, SuccessiveHalvingPruner

    if asked.pruner == "median":
        return MedianPruner(n_startup_trials=4, n_warmup_steps=max(1, asked.epochs // 6))
    if asked.pruner == "halving":
        # Earlier, the ranks of losses say next to nothing of the end; the next time is the end.
        third = -(-asked.epochs // 3)
        return SuccessiveHalvingPruner(min_resource=third, reduction_factor=3)
    return NopPruner()
