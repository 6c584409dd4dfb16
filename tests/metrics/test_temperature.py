"""A temperature is applied where it helps on images held out, and nowhere else."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import log_loss

from xraylib.metrics.calibration import fit_temperature, with_temperature
from xraylib.metrics.temperature import (
    PARTS,
    choose_temperature,
    held_out_gain,
    sign_flip_p,
)


def _judged(n: int, sureness: float, *, each: int = 1, seed: int = 0) -> Any:
    """Labels, probabilities that are ``sureness`` times too sure, patients."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(n, 3))
    right = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = (rng.random(n)[:, None] > right.cumsum(axis=1)).sum(axis=1)
    said = np.exp(sureness * logits)
    return true, said / said.sum(axis=1, keepdims=True), np.arange(n) // each


def test_a_network_that_is_far_too_sure_gets_one() -> None:
    found = choose_temperature(*_judged(200, 3.0))
    assert found.applied == found.fitted == pytest.approx(3.0, rel=0.35)
    assert (found.reason, found.images) == ("", 200)
    assert found.gain is not None
    assert found.gain > 0.1
    assert found.p is not None
    assert found.p <= 0.05


@pytest.mark.slow
def test_a_calibrated_network_gets_none_in_at_least_95_of_100_cases() -> None:
    applied = [choose_temperature(*_judged(60, 1.0, seed=seed)).applied for seed in range(60)]
    assert sum(one != 1 for one in applied) <= 3


def test_the_reason_says_worse_or_within_chance() -> None:
    told = {choose_temperature(*_judged(60, 1.0, seed=seed)).reason for seed in range(12)}
    assert any("makes the log loss worse" in words for words in told)
    assert any("within chance (p = 0." in words for words in told)


def test_the_gain_is_that_of_temperatures_fitted_on_other_patients() -> None:
    true, p, patients = _judged(90, 2.0, each=3)
    found = held_out_gain(true, p, patients)
    assert found.shape == (30,)
    part = (np.random.default_rng([0, 7]).permutation(30) % PARTS)[patients]
    by_hand = 0.0
    for number in range(PARTS):
        held = part == number
        assert not set(patients[held]) & set(patients[~held])
        temperature = fit_temperature(true[~held], p[~held])
        assert temperature is not None
        cooled = with_temperature(p[held], temperature)
        labels = [0, 1, 2]
        by_hand += held.sum() * (
            log_loss(true[held], p[held], labels=labels)
            - log_loss(true[held], cooled, labels=labels)
        )
    assert found.sum() == pytest.approx(by_hand)


def test_few_or_perfect_images_settle_none() -> None:
    few = choose_temperature(*_judged(29, 3.0))
    assert (few.applied, few.p) == (1.0, None)
    assert few.reason == "29 validation images are too few to rely on a temperature (at least 30)"
    perfect = choose_temperature([0, 1] * 30, np.eye(2)[[0, 1] * 30] * 0.8 + 0.1)
    assert (perfect.fitted, perfect.applied) == (None, 1.0)
    assert "called right" in perfect.reason
    assert choose_temperature([], np.zeros((0, 2))).reason == "there are no validation images"


@pytest.mark.parametrize("gains", [[0.5, 0.2, -0.1, 0.4], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
def test_few_signs_are_all_tried(gains: list[float]) -> None:
    sums = [abs(np.dot(signs, gains)) for signs in product((-1, 1), repeat=len(gains))]
    exact = np.mean([one >= abs(sum(gains)) - 1e-12 for one in sums])
    assert sign_flip_p(np.array(gains)) == pytest.approx(exact)


def test_many_signs_are_drawn_and_agree_with_a_normal_test() -> None:
    from scipy.stats import ttest_1samp

    gains = np.random.default_rng(1).normal(0.1, 1, 200)
    assert sign_flip_p(gains) == pytest.approx(ttest_1samp(gains, 0).pvalue, abs=0.03)


def test_patients_count_not_images() -> None:
    """Forty copies of five patients are five patients: no five signs reach 5 in 100, two-sided."""
    true, p, _ = _judged(5, 4.0, seed=3)
    many = choose_temperature(
        np.repeat(true, 40), np.repeat(p, 40, axis=0), np.repeat(range(5), 40)
    )
    assert many.applied == 1.0
