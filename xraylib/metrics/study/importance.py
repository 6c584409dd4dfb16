"""How much of what many trials reached each of their settings explains, with its uncertainty.

Functional analysis of variance (F. Hutter, H. Hoos, K. Leyton-Brown, "An efficient approach for
assessing hyperparameter importance", ICML 2014, https://proceedings.mlr.press/v32/hutter14.html):
a forest of regression trees is fitted, each leaf of which is a box; averaged over all other
settings it says how the outcome depends on one alone. Trials are drawn with replacement again and
again: of 30 trials a single forest would tell three digits and mean one. NumPy only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import Interval

Floats = NDArray[np.float64]

LEAST_TRIALS: Final = 8
_DEPTH: Final = 6
_TREES: Final = 4
"""A draw; each tree looks at a random part of the settings at each fork."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one setting explains by itself.

    Attributes:
        share: Of the variance of the outcome over the whole space, 0 to 1; mean of the draws.
        ci: 95 % interval over other trials of the same search.
    """

    share: float
    ci: Interval


def importance(
    settings: Floats, outcome: Floats, *, draws: int = 60, seed: int = 0
) -> list[Share] | None:
    """The share of each setting, alone, in the variance of the outcome.

    Args:
        settings: ``(trials, settings)``, each brought to 0 to 1.
        outcome: ``(trials,)``; its ranks are explained, so that one trial that went far astray
            does not decide all.
        draws: Of the trials.
        seed: Of the draws.

    Returns:
        None for fewer than eight trials, or where all reached the same.
    """
    n = len(outcome)
    if n < LEAST_TRIALS or not np.ptp(outcome):
        return None
    ranks = np.argsort(np.argsort(outcome, kind="stable"), kind="stable") / (n - 1)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        rows = rng.integers(0, n, n)
        trees = [_shares(settings[rows], ranks[rows], rng) for _ in range(_TREES)]
        found.append(np.mean(trees, axis=0))
    table = np.array(found)
    low, high = np.quantile(table, (0.025, 0.975), axis=0)
    return [
        Share(share=float(mean), ci=Interval(float(one), float(two)))
        for mean, one, two in zip(table.mean(axis=0), low, high, strict=True)
    ]


def _shares(settings: Floats, outcome: Floats, rng: np.random.Generator) -> Floats:
    """``(settings,)`` of one tree; zeros where it found nothing to split."""
    width = settings.shape[1]
    leaves = list(_leaves(settings, outcome, np.zeros(width), np.ones(width), _DEPTH, rng))
    low, high = (np.array([leaf[place] for leaf in leaves]) for place in (0, 1))
    value = np.array([leaf[2] for leaf in leaves])
    sides = high - low
    volume = sides.prod(axis=1)
    mean = float(volume @ value)
    total = float(volume @ (value - mean) ** 2)
    if total <= 0:
        return np.zeros(width)
    shares = np.zeros(width)
    for one in range(width):
        ends = np.unique(np.concatenate([low[:, one], high[:, one]]))
        middle = (ends[1:] + ends[:-1]) / 2
        inside = (low[:, one] <= middle[:, None]) & (middle[:, None] < high[:, one])
        marginal = inside @ (volume / sides[:, one] * value)
        shares[one] = np.diff(ends) @ (marginal - mean) ** 2 / total
    return shares


def _leaves(
    settings: Floats,
    outcome: Floats,
    low: Floats,
    high: Floats,
    depth: int,
    rng: np.random.Generator,
) -> Iterator[tuple[Floats, Floats, float]]:
    """The boxes of a tree with the mean outcome in each."""
    fork = None if depth == 0 or len(outcome) < 4 else _fork(settings, outcome, rng)
    if fork is None:
        yield low, high, float(outcome.mean())
        return
    one, place = fork
    left = settings[:, one] <= place
    for side, end in ((left, high), (~left, low)):
        ends = [low.copy(), high.copy()]
        ends[0 if end is low else 1][one] = place
        yield from _leaves(settings[side], outcome[side], ends[0], ends[1], depth - 1, rng)


def _fork(settings: Floats, outcome: Floats, rng: np.random.Generator) -> tuple[int, float] | None:
    """The setting and the place that divide the outcome best; None where nothing does."""
    width = settings.shape[1]
    best, found = 1e-12, None
    for one in rng.permutation(width)[: max(1, (2 * width + 2) // 3)]:
        order = np.argsort(settings[:, one], kind="stable")
        x, y = settings[order, one], outcome[order]
        left = np.arange(1, len(y))
        sums = np.cumsum(y)[:-1]
        gain = sums**2 / left + (y.sum() - sums) ** 2 / (len(y) - left) - y.sum() ** 2 / len(y)
        gain[x[1:] <= x[:-1]] = -1.0
        place = int(gain.argmax())
        if gain[place] > best:
            best, found = float(gain[place]), (int(one), float((x[place] + x[place + 1]) / 2))
    return found
