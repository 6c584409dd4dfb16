"""How much too good the best is: against SciPy's integral, tables, and a simulation."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.metrics.comparing.best_of import expected_maximum, expected_optimism


@pytest.mark.parametrize(
    ("k", "value"), [(1, 0.0), (2, 0.5641896), (3, 0.8462844), (10, 1.5387527)]
)
def test_the_expected_maximum_is_that_of_the_tables(k: int, value: float) -> None:
    # Tippett 1925, and for two 1 / sqrt(pi).
    assert expected_maximum(k) == pytest.approx(value, abs=1e-5)


def test_the_expected_maximum_of_many_is_scipys_integral() -> None:
    from scipy.integrate import quad
    from scipy.stats import norm

    expected = quad(lambda x: x * 21 * norm.pdf(x) * norm.cdf(x) ** 20, -12, 12)[0]
    assert expected_maximum(21) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("each", [1, 4])
def test_it_is_what_the_best_of_equal_runs_wins_by_luck(each: int) -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(80), each)
    won, told = [], []
    for _ in range(200):
        # Images are hard or easy for all 12 runs; patients besides for each run on its own.
        hard = rng.normal(size=80)
        chance = 1 / (1 + np.exp(-(1.2 - hard + rng.normal(size=(12, 80)))))
        right = rng.random((12, 80 * each)) < chance[:, groups]
        reached = right.mean(axis=1)
        won.append(reached.max() - reached.mean())
        told.append(expected_optimism(list(right), groups))
    assert np.mean(told) == pytest.approx(np.mean(won), rel=0.06)


def test_runs_that_say_the_same_win_nothing() -> None:
    right = np.arange(30) % 3 > 0
    assert expected_optimism([right] * 5, np.arange(30)) == 0
    assert expected_optimism([right], np.arange(30)) == 0
