"""The trials of a search as tables for charts: every setting brought to a place from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xraylib.app.shared.runs.words import duration
from xraylib.rounding import rounded
from xraylib.training.search.record import Trial
from xraylib.training.search.space import Choice, Range, Space
from xraylib.training.search.tunable import TUNABLES, Value

LOSS: Final = "Validation loss"
STATES: Final = {
    "going": "trains", "finished": "finished", "pruned": "pruned", "failed": "failed",
    "stopped": "stopped",
}  # fmt: skip
"""Of a trial, for people."""


def place(dimension: Choice | Range, value: Value) -> float:
    """Where a value lies in its setting, 0 to 1; what lies outside is at that end."""
    if isinstance(dimension, Choice):
        if value not in dimension:
            return 0.0
        return dimension.options.index(value) / (len(dimension.options) - 1)
    low, high, number = dimension.low, dimension.high, float(value)
    if dimension.log:
        low, high, number = math.log(low), math.log(high), math.log(max(number, 1e-300))
    return min(max((number - low) / (high - low), 0.0), 1.0)


def places(space: Space, trials: Sequence[Trial]) -> NDArray[np.float64]:
    """``(trials, settings)``: where each value lies."""
    return np.array(
        [
            [place(one, trial.values[name]) for name, one in space.dimensions.items()]
            for trial in trials
        ]
    )


def value_words(value: Value) -> str:
    """``0.0031``, ``adam`` or ``yes``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def trial_name(trial: Trial) -> str:
    """``Trial 7``."""
    return f"Trial {trial.number}"


def trials_table(trials: Sequence[Trial]) -> pd.DataFrame:
    """A row a trial, the lowest loss first; those without one last."""
    ranked = sorted(
        trials, key=lambda one: (not one.counts, math.inf if one.loss is None else one.loss)
    )
    names = list(trials[0].values) if trials else []
    return pd.DataFrame(
        {
            "Trial": [one.number for one in ranked],
            "State": [STATES[one.state] for one in ranked],
            LOSS: [None if one.loss is None else round(one.loss, 4) for one in ranked],
            "Epochs": [one.epochs for one in ranked],
            "Time": ["–" if one.seconds is None else duration(one.seconds) for one in ranked],
            **{
                TUNABLES[name].title: [value_words(one.values[name]) for one in ranked]
                for name in names
            },
            "Run": [one.run[-6:] for one in ranked],
        },
        index=[one.run for one in ranked],
    )


def parallel_table(space: Space, trials: Sequence[Trial]) -> pd.DataFrame:
    """A row for each trial and axis: its place, the value in words, and the trial's loss.

    The last axis is the loss, by rank, the lowest above.
    """
    told = [one for one in trials if one.loss is not None]
    order = {one.number: at for at, one in enumerate(sorted(told, key=lambda t: t.loss or 0.0))}
    last = max(len(told) - 1, 1)
    rows: list[dict[str, Any]] = []
    for one in told:
        about = {"Trial": one.number, LOSS: one.loss, "State": STATES[one.state]}
        for name, dimension in space.dimensions.items():
            value = one.values[name]
            rows.append(
                {
                    **about,
                    "Setting": TUNABLES[name].title,
                    "Place": place(dimension, value),
                    "Value": value_words(value),
                }
            )
        rows.append(
            {
                **about,
                "Setting": LOSS,
                "Place": 1 - order[one.number] / last,
                "Value": rounded(one.loss, 3),
            }
        )
    return pd.DataFrame(rows)


def through(table: pd.DataFrame, box: Mapping[str, Any]) -> list[int] | None:
    """Numbers of the trials that pass through a box on the axes; None where none was drawn.

    Args:
        table: From `parallel_table`.
        box: What the chart's selection says: the axes (``Setting``) and the ends (``Place``).
    """
    axes, ends = box.get("Setting"), box.get("Place")
    if not axes or not ends:
        return None
    low, high = min(ends), max(ends)
    kept = set(table["Trial"])
    for axis in axes:
        own = table[table["Setting"] == axis]
        kept &= set(own["Trial"][own["Place"].between(low, high)])
    return sorted(int(one) for one in kept)
