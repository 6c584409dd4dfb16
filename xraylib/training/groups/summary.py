"""What the runs of a group have reached: mean and spread, as values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from xraylib.errors import PathError
from xraylib.json_values import JsonObject
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, State

Kind = Literal["repeats", "folds", "shares", "search"]
METRICS: Final = (
    "val_accuracy", "val_auc", "val_loss", "test_accuracy", "test_auc",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How a number is spread over runs.

    Attributes:
        mean: None without any run, likewise ``lowest`` and ``highest``.
        spread: Sample standard deviation (n - 1); None for fewer than two runs.
        n: How many runs have the number.
        lowest: Of them.
        highest: Of them.
    """

    mean: float | None
    spread: float | None
    n: int
    lowest: float | None
    highest: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of these numbers."""
        n = len(values)
        mean = math.fsum(values) / n if n else None
        deviation = None
        if mean is not None and n > 1:
            deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1))
        return cls(
            mean=mean,
            spread=deviation,
            n=n,
            lowest=min(values, default=None),
            highest=max(values, default=None),
        )


@dataclass(frozen=True, kw_only=True)
class MemberNumbers:
    """One run of a group and what it reached.

    Attributes:
        run: Its id.
        seed: Of its training; None where its settings are damaged.
        state: See ``RunStatus``.
        numbers: By the names in `METRICS`; None where it has none. The ``val_`` numbers are those
            of the weights that were kept.
    """

    run: str
    seed: int | None
    state: State
    numbers: Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True)
class GroupSummary:
    """What the runs of a group have reached.

    Attributes:
        group: Its id.
        kind: ``"repeats"``, ``"folds"``, ``"shares"`` or ``"search"``.
        name: For people.
        patients_told: False for folds of images of which no name tells a patient: each then counts
            as a patient of its own.
        of: How many runs it had; some may have been deleted.
        states: How many runs are in each state.
        runs: Those that are there, in their order.
        metrics: By the names in `METRICS`, over runs that ended well (``finished``); a number that
            is undefined in a run does not count there.
    """

    group: str
    kind: Kind
    name: str
    patients_told: bool
    of: int
    states: Mapping[State, int]
    runs: tuple[MemberNumbers, ...]
    metrics: Mapping[str, Spread]

    def to_json(self) -> JsonObject:
        """The object that ``xraylib groups --json`` prints."""
        return {
            "group": self.group,
            "kind": self.kind,
            "name": self.name,
            "patients_told": self.patients_told,
            "of": self.of,
            "states": {str(state): number for state, number in self.states.items()},
            "runs": [
                {"run": one.run, "seed": one.seed, "state": one.state, **one.numbers}
                for one in self.runs
            ],
            "metrics": {name: asdict(found) for name, found in self.metrics.items()},
        }


def member_numbers(run: Run) -> MemberNumbers:
    """What a run has reached so far; one with a damaged record has reached nothing."""
    status, seed, test = run.status(), None, None
    try:
        seed = run.train.seed
        test = ((run.evaluation() or {}) if status.state == "finished" else {}).get("test")
    except PathError as error:
        status = RunStatus.of_damage(error)
    kept = status.kept or {}
    return MemberNumbers(
        run=run.id,
        seed=seed,
        state=status.state,
        numbers={
            "val_accuracy": kept.get("val_accuracy"),
            "val_auc": kept.get("val_auc"),
            "val_loss": kept.get("val_loss"),
            "test_accuracy": test["accuracy"].value if test and "accuracy" in test else None,
            "test_auc": test["auc"].value if test else None,
        },
    )
