"""How much too good the best is: held against made-up trials of which the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.metrics.comparing.best_by_loss import optimism_of_best


def made(
    rng: np.random.Generator, trials: int, patients: int, spread: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Losses of trials on images, two a patient, the expectation of each trial, and patients.

    Losses are skewed, and images hard for one trial are hard for the others.
    """
    true = 0.5 + spread * np.abs(rng.normal(size=trials))
    hard = np.repeat(rng.gamma(0.5, 1, patients), 2)
    own = np.repeat(rng.normal(size=(trials, patients)), 2, axis=1)
    noise = 0.4 * own + 0.2 * rng.normal(size=(trials, 2 * patients))
    losses = true[:, None] * (0.3 + 1.4 * hard) + noise * (0.3 + hard)
    return losses, true * (0.3 + 1.4 * 0.5), np.repeat(np.arange(patients), 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("trials", "patients", "spread"),
    [(30, 40, 0.0), (30, 40, 0.1), (10, 40, 0.0), (30, 120, 0.1)],
)
def test_the_estimate_is_right_on_average(trials: int, patients: int, spread: float) -> None:
    rng = np.random.default_rng(8)
    truth, told, alone = [], [], []
    for _ in range(300):
        losses, true, groups = made(rng, trials, patients, spread)
        found = optimism_of_best(losses, groups, repeats=200)
        assert found is not None
        truth.append(true[found.best] - found.loss)
        told.append(found.expected - found.loss)
        # The usual bootstrap: chosen on a draw, judged on all images, the draw among them.
        weights = rng.multinomial(patients, np.ones(patients) / patients, 100)[:, groups]
        drawn = losses @ weights.T / weights.sum(axis=1)
        chosen = drawn.argmin(axis=0)
        alone.append(float(np.mean(losses.mean(axis=1)[chosen] - drawn.min(axis=0))))
    error = np.std(truth) / np.sqrt(len(truth))
    assert np.mean(truth) > 5 * error
    assert abs(np.mean(told) - np.mean(truth)) < 0.15 * np.mean(truth) + 3 * error
    assert np.mean(alone) < np.mean(told)


def test_it_is_the_calculation_written_out() -> None:
    rng = np.random.default_rng(2)
    losses, _, groups = made(rng, 4, 6, 0.2)
    found = optimism_of_best(losses, groups, repeats=50, seed=5)
    assert found is not None
    draws = np.random.default_rng(5).integers(0, 6, (50, 6))
    judged = []
    for draw in draws:
        drawn = np.concatenate([losses[:, groups == one] for one in draw], axis=1)
        best = drawn.mean(axis=1).argmin()
        left = ~np.isin(groups, draw)
        if left.any():
            judged.append(losses[best, left].mean())
    assert found.expected == pytest.approx(np.mean(judged), abs=1e-12)
    assert found.loss == losses.mean(axis=1).min()
    assert found.best == losses.mean(axis=1).argmin()


def test_nothing_is_said_of_one_trial_or_four_patients() -> None:
    losses = np.random.default_rng(0).random((3, 10))
    assert optimism_of_best(losses[:1], np.arange(10)) is None
    assert optimism_of_best(losses, np.arange(10) % 4) is None
    alike = optimism_of_best(np.tile(losses[:1], (3, 1)), np.arange(10))
    assert alike is not None
    assert alike.optimism == pytest.approx(0, abs=0.05)
