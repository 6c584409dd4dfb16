"""Designs are compared over trainings and patients."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.metrics.comparing.designs import compare_designs

NAMES = {f"{design}{i}": design for design in "ab" for i in range(3)}


def test_with_one_image_a_patient_and_equal_trainings_it_is_the_paired_t_test() -> None:
    from scipy.stats import ttest_1samp

    rng = np.random.default_rng(0)
    one, other = rng.random(80) < 0.8, rng.random(80) < 0.6
    right = {name: one if name[0] == "a" else other for name in NAMES}
    (found,) = compare_designs(right, NAMES, np.arange(80))
    expected = ttest_1samp(one * 1.0 - other, 0)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert (found.better, found.verdict) == ("a", "a is better")


def test_the_spread_of_trainings_counts() -> None:
    from scipy.stats import ttest_ind

    # Every patient has the same gap, so that all chance is the trainings'.
    reached = {"a0": 0.9, "a1": 0.7, "a2": 0.8, "b0": 0.6, "b1": 0.65, "b2": 0.7}
    right = {name: np.tile(np.arange(20) < 20 * share, 50) for name, share in reached.items()}
    (found,) = compare_designs(right, NAMES, np.repeat(np.arange(50), 20))
    expected = ttest_ind([0.9, 0.7, 0.8], [0.6, 0.65, 0.7], equal_var=False)
    assert found.difference == pytest.approx(0.15)
    assert found.p == pytest.approx(expected.pvalue)
    assert found.better is None


def test_equal_designs_are_seldom_called_unequal() -> None:
    rng = np.random.default_rng(1)
    claims = 0
    for _ in range(200):
        skills = rng.normal(1.2, 0.4, 6)
        hard = rng.normal(0, 1, 66)
        right = {
            name: rng.random(66) < 1 / (1 + np.exp(-(skill - hard)))
            for name, skill in zip(NAMES, skills, strict=True)
        }
        (found,) = compare_designs(right, NAMES, np.arange(66))
        claims += found.better is not None
    assert claims <= 16  # 5 % of 200 are 10


def test_a_design_trained_once_is_not_compared() -> None:
    right = {name: np.ones(9, bool) for name in NAMES}
    assert compare_designs(right, {name: name for name in NAMES}, np.arange(9)) == ()
    assert compare_designs(right, NAMES, np.zeros(9, np.int64)) == ()
