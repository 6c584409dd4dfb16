"""A group against the others: against SciPy, and how often equal groups are told apart."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.metrics.comparing.two_groups import difference_p


def test_of_many_images_it_is_welchs_t_test() -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(0)
    own = np.arange(2000) < 700
    right = rng.random(2000) < np.where(own, 0.76, 0.8)
    expected = ttest_ind(right[own] * 1.0, right[~own] * 1.0, equal_var=False).pvalue
    assert difference_p(right, own, np.arange(2000)) == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("each", [1, 5])
def test_equal_groups_are_seldom_told_apart(each: int) -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(40 if each > 1 else 120), each)
    own = groups < (15 if each > 1 else 40)
    found = []
    for _ in range(400):
        skill = rng.beta(4, 1, groups.max() + 1)[groups]
        p = difference_p(rng.random(len(groups)) < skill, own, groups)
        assert p is not None
        found.append(p <= 0.05)
    assert np.mean(found) <= 0.08


def test_few_images_or_few_patients_are_too_few_to_tell() -> None:
    right = np.arange(100) % 4 > 0
    assert difference_p(right, np.arange(100) < 29, np.arange(100)) is None
    assert difference_p(right, np.arange(100) > 29, np.arange(100)) is not None
    assert difference_p(right, np.arange(100) < 50, np.arange(100) // 10) is None
    assert difference_p(right, np.ones(100, bool), np.arange(100)) is None


def test_a_group_that_is_always_wrong_is_told_apart() -> None:
    right = np.arange(100) >= 40
    p = difference_p(right, ~right, np.arange(100))
    assert p is not None
    assert 0 < p < 1e-6
