"""Two judges of the same images: against SciPy, all flips written out, and calculations by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from xraylib.metrics.comparing.paired import difference_interval, holm, p_words, sign_flip_p


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (5, 5), (9, 2), (40, 71), (0, 2000)])
def test_with_one_image_a_patient_it_is_mcnemars_exact_test(one: int, other: int) -> None:
    from scipy.stats import binomtest

    first = np.r_[np.ones(one), np.zeros(other), np.ones(7)]
    second = np.r_[np.zeros(one), np.ones(other), np.ones(7)]
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert sign_flip_p(first, second, np.arange(len(first))) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_of_patients_it_is_the_share_of_all_flips_that_are_as_far(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(10), 5)
    first, second = rng.random(50) < 0.6, rng.random(50) < 0.4
    sums = np.bincount(groups, weights=first * 1.0 - second)
    flips = np.array([flip @ sums for flip in map(np.array, product([1, -1], repeat=10))])
    expected = np.mean(np.abs(flips) >= abs(sums.sum()) - 1e-9)
    assert sign_flip_p(first, second, groups) == pytest.approx(expected, abs=1e-12)


def test_no_p_value_is_nought() -> None:
    first, second = np.ones(2000, bool), np.zeros(2000, bool)
    assert 0 < sign_flip_p(first, second, np.arange(2000)) < 1e-15
    assert p_words(sign_flip_p(first, second, np.arange(2000))) == "p < 0.001"
    assert (p_words(0.0012), p_words(1.0)) == ("p = 0.001", "p = 1.000")


def test_the_interval_has_the_width_of_the_paired_standard_error() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.random(300) < 0.85, rng.random(300) < 0.75
    low, high = difference_interval(first, second, np.arange(300)) or (0, 0)
    gap = first.astype(float) - second
    error = gap.std(ddof=1) / np.sqrt(300)
    assert (low + high) / 2 == pytest.approx(gap.mean(), abs=1e-12)
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.05)
    twice = difference_interval(np.tile(first, 2), np.tile(second, 2), np.tile(np.arange(300), 2))
    assert twice == pytest.approx((low, high), abs=1e-12)  # the same patients: nothing was won


def test_of_few_patients_the_interval_is_students() -> None:
    from scipy.stats import ttest_1samp

    gaps = np.array([0.3, 0.1, -0.2, 0.4])  # of 10 images each
    first = np.concatenate([np.arange(10) < 5 + 10 * gap for gap in gaps])
    second = np.tile(np.arange(10) < 5, 4)
    found = difference_interval(first, second, np.repeat(np.arange(4), 10))
    expected = ttest_1samp(gaps, 0).confidence_interval(0.95)
    assert found == pytest.approx((expected.low, expected.high))


def test_runs_that_never_disagree_still_have_an_interval() -> None:
    right = np.ones(66, bool)
    low, high = difference_interval(right, right, np.arange(66)) or (0, 0)
    assert (low, high) == pytest.approx((-3.8415 / 69.8415, 3.8415 / 69.8415), abs=1e-4)
    assert difference_interval(right, right, np.zeros(66, np.int64)) is None


def test_holm_is_the_calculation_by_hand() -> None:
    # sorted 0.01, 0.03, 0.04: 3 · 0.01, 2 · 0.03, then no smaller than the one before
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
