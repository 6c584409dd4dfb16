"""What a search was asked for and what its trials have reached, as its folder keeps it.

runs/.groups/<id>.json   the group: kind, name and runs
runs/.groups/<id>/
  search.json     what was asked for, written once
  plan/           what each trial is made from: files as in a run's folder
  trials.json     a row a trial, replaced in one step by who proposes
  journal.log     Optuna's storage, appended
  end.json        how it ended; not there while it goes on
  place.json      where its trials run, unless on this machine
  alive.lock      held by who proposes as long as it lives
  stop            there when somebody asked it to stop
  log.txt         what that process printed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from xraylib.arguments import checked_fields, refused_argument
from xraylib.json_values import JsonObject
from xraylib.records import read_if_kept, read_record
from xraylib.training.run.ids import is_run_id
from xraylib.training.search.space import Space
from xraylib.training.search.tunable import TUNABLES, Value
from xraylib.workspace import write_json

Pruner = Literal["none", "median", "halving"]
Sampler = Literal["tpe", "random"]
TrialState = Literal["going", "finished", "pruned", "failed", "stopped"]
End = Literal["finished", "stopped", "failed"]

PRUNERS: Final[tuple[str, ...]] = get_args(Pruner)
SAMPLERS: Final[tuple[str, ...]] = get_args(Sampler)


@checked_fields
@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a search was asked for.

    Attributes:
        trials: How many, the design as it is among them.
        space: What is tried.
        pruner: How hopeless trials are found: ``"none"``, ``"median"`` or ``"halving"``.
        sampler: ``"tpe"`` learns from the trials before, ``"random"`` draws.
        seed: Of the proposals.
        epochs: Of each trial.
    """

    trials: int
    space: Space
    pruner: Pruner
    sampler: Sampler
    seed: int
    epochs: int

    def to_json(self) -> JsonObject:
        """The content of ``search.json``."""
        return {**vars(self), "space": self.space.to_json(), "space_name": self.space.name}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Asked:
        """What `to_json` wrote.

        Raises:
            ConfigError, LookupError, TypeError: It is no such record.
        """
        names = ("trials", "pruner", "sampler", "seed", "epochs")
        space = Space.from_json(value["space"], value["space_name"])
        return cls(space=space, **{name: value[name] for name in names})


@checked_fields
@dataclass(frozen=True, kw_only=True)
class Trial:
    """One trial of a search.

    Attributes:
        number: From 1, which is the design as it is.
        values: What it tries, by the names of the space.
        run: Its run's id; empty where none could be made.
        state: ``"pruned"`` was stopped because its curve was hopeless, ``"stopped"`` by somebody.
        loss: The lowest validation loss (mean cross-entropy) so far, which its weights have.
        epochs: Complete ones.
        seconds: That its run took, waiting not counted; None while it goes on.
        message: Why it failed.
        resumed: How often its run was taken up again after its process had died.
    """

    number: int
    values: Mapping[str, Value]
    run: str = ""
    state: TrialState = "going"
    loss: float | None = None
    epochs: int = 0
    seconds: float | None = None
    message: str = ""
    resumed: int = 0

    def __post_init__(self) -> None:
        if self.run and not is_run_id(self.run):
            raise refused_argument("run", self.run, "the id of a run", of="Trial")
        if self.number < 1 or not self.values.keys() <= TUNABLES.keys():
            raise refused_argument("values", self.values, "values of settings", of="Trial")
        for name, value in self.values.items():
            if not TUNABLES[name].takes(value):
                raise refused_argument(name, value, TUNABLES[name].expected, of="Trial")

    @property
    def counts(self) -> bool:
        """Whether it has a loss that the search may choose by."""
        return self.state == "finished" and self.loss is not None

    def to_json(self) -> JsonObject:
        """All fields."""
        return {**vars(self), "values": dict(self.values)}


@checked_fields
@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a search ended.

    Attributes:
        state: ``"finished"``, ``"stopped"`` or ``"failed"``.
        message: One sentence for people.
        error: ``{"code", "message"}`` of what failed.
    """

    state: End
    message: str = ""
    error: Mapping[str, str] = field(default_factory=dict)


def read_asked(folder: Path) -> Asked:
    """What the search in this folder was asked for.

    Raises:
        PathError: codes ``missing``, ``damaged`` and ``newer-version``.
    """
    return read_record(folder / "search.json", Asked.from_json)


def read_trials(folder: Path) -> tuple[Trial, ...]:
    """Its trials so far, in their order.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    found = read_if_kept(
        folder / "trials.json", lambda value: tuple(Trial(**one) for one in value["trials"])
    )
    return found or ()


def write_trials(folder: Path, trials: Sequence[Trial]) -> None:
    """Replaces its trials in one step; makes no folder that was deleted."""
    rows = [one.to_json() for one in trials]
    write_json(folder / "trials.json", {"trials": rows}, new_folder=False)


def read_end(folder: Path) -> Ended | None:
    """How it ended, or None while it goes on or nobody could say.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    return read_if_kept(folder / "end.json", lambda value: Ended(**value))


def write_end(folder: Path, ended: Ended) -> None:
    """Says how it ended."""
    write_json(folder / "end.json", {**vars(ended), "error": dict(ended.error)}, new_folder=False)
