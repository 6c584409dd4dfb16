"""A group against the others: against SciPy, and how often equal groups are told apart."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from xraylib.metrics.comparing.two_groups import Apart, apart, too_few
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.resampling import share_interval


def _apart(
    right: NDArray[np.bool_], own: NDArray[np.bool_], groups: NDArray[np.int64]
) -> Apart | None:
    sides = [
        Score(float(right[side].mean()), share_interval(right, side, groups))
        for side in (own, ~own)
    ]
    return apart(*sides)


def test_of_many_images_its_p_is_that_of_two_shares() -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(0)
    own = np.arange(2000) < 700
    right = rng.random(2000) < np.where(own, 0.76, 0.8)
    expected = ttest_ind(right[own] * 1.0, right[~own] * 1.0, equal_var=False).pvalue
    found = _apart(right, own, np.arange(2000))
    assert found is not None
    assert found.p == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize(("each", "own", "of"), [(1, 10, 60), (1, 40, 120), (5, 15, 40)])
def test_equal_groups_are_seldom_told_apart(each: int, own: int, of: int) -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(of), each)
    told = []
    for _ in range(400):
        skill = rng.beta(4, 1, of)[groups]
        found = _apart(rng.random(len(groups)) < skill, groups < own, groups)
        assert found is not None
        told.append(found.p <= 0.05)
    assert np.mean(told) <= 0.08


def test_fewer_than_ten_patients_are_too_few_to_tell() -> None:
    assert too_few(np.arange(0))
    assert too_few(np.arange(9))
    assert not too_few(np.arange(10))
    assert too_few(np.arange(100) // 12)
    assert not too_few(np.arange(100) // 10 + 7)
    # Ten patients of whom one has most of the images are worth (30 + 9)² / (900 + 9) = 1.7.
    assert too_few(np.concatenate([np.zeros(30, np.int64), np.arange(1, 10)]))


def test_a_group_that_is_always_wrong_is_told_apart() -> None:
    right = np.arange(100) >= 40
    found = _apart(right, ~right, np.arange(100))
    assert found is not None
    assert 0 < found.p < 1e-6
    assert found.difference == -1
