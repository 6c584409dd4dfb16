"""The interval of an AUC: against the equation it solves, DeLong by pairs, and simulations."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from xraylib.metrics.intervals import roc_auc, wilson_interval
from xraylib.metrics.uncertainty.area_interval import area_interval, newcombe_interval

Z = 1.959963984540054


def variance(area: float, m: float, n: float) -> float:
    """Hanley and McNeil 1982 with Q1 = A / (2 - A) and Q2 = 2 A² / (1 + A), both sides (m + n) / 2.

    Written as they have it, not as Newcombe transforms it.
    """
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    more = (m + n) / 2 - 1
    return (area * (1 - area) + more * (one - area**2 + two - area**2)) / (m * n)


@pytest.mark.parametrize(
    ("area", "m", "n"), [(0.8, 12, 30), (0.97, 3, 297), (1.0, 1, 299), (0.0, 5, 5), (0.55, 2, 2)]
)
def test_its_ends_are_as_far_as_their_own_errors_allow(area: float, m: int, n: int) -> None:
    from scipy.optimize import brentq

    def left(value: float) -> float:
        return abs(value - area) - Z * variance(value, m, n) ** 0.5

    low, high = newcombe_interval(area, m, n)
    for end, there in ((low, 1e-9), (high, 1 - 1e-9)):
        if end != area:
            start = min(max(area, 1e-12), 1 - 1e-12)
            assert end == pytest.approx(brentq(left, *sorted((start, there))), abs=1e-6)
    assert (low == 0) == (area == 0)
    assert (high == 1) == (area == 1)


def test_of_one_image_a_side_it_is_wilsons_of_one_image() -> None:
    assert newcombe_interval(1.0, 1, 1) == pytest.approx(wilson_interval(1, 1))


def by_pairs(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    """DeLong's variance from the matrix of all pairs."""
    kernel = (scores[truth][:, None] > scores[~truth]) + 0.5 * (
        scores[truth][:, None] == scores[~truth]
    )
    m, n = kernel.shape
    return float(kernel.mean(1).var(ddof=1) / m + kernel.mean(0).var(ddof=1) / n)


def test_it_rests_on_as_many_images_as_delongs_variance_says() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(200) < 0.4
    scores = np.round(rng.normal(size=200) + truth, 1)  # with ties
    area, m, n = roc_auc(truth, scores) or 0, int(truth.sum()), int((~truth).sum())
    worth = variance(area, m, n) / by_pairs(truth, scores)
    expected = newcombe_interval(area, worth * m, worth * n)
    found = area_interval(truth, scores, np.arange(200))
    assert found == pytest.approx(expected, abs=1e-9)
    # Where there are this many it is near to DeLong's own on the logit scale.
    half = Z * by_pairs(truth, scores) ** 0.5 / (area * (1 - area))
    logit = np.log(area / (1 - area))
    ends = [1 / (1 + np.exp(-(logit + side * half))) for side in (-1, 1)]
    assert found == pytest.approx(ends, abs=0.01)


def test_images_of_a_patient_who_are_all_alike_win_nothing() -> None:
    rng = np.random.default_rng(4)
    truth = np.arange(80) < 40
    scores = rng.normal(size=80) + truth
    once = area_interval(truth, scores, np.arange(80)) or (0, 0)
    often = np.tile(np.arange(80), 5)
    five = area_interval(truth[often], scores[often], often) or (0, 0)
    assert 1 <= (five[1] - five[0]) / (once[1] - once[0]) < 1.05  # Student's t of 78
    fooled = area_interval(truth[often], scores[often], np.arange(400)) or (0, 0)
    assert (fooled[1] - fooled[0]) < 0.6 * (once[1] - once[0])


def test_an_empty_side_has_none() -> None:
    assert area_interval(np.ones(3, bool), np.arange(3.0), np.arange(3)) is None


@pytest.mark.parametrize("positives", [1, 2, 5, 10])
@pytest.mark.parametrize("shift", [0.8, 1.8, 3.0])
def test_it_holds_the_truth_however_few_are_of_the_class(positives: int, shift: float) -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(5)
    truth = np.arange(300) < positives
    area = norm.cdf(shift / np.sqrt(2))
    held = 0
    for _ in range(400):
        low, high = area_interval(truth, rng.normal(size=300) + shift * truth, np.arange(300)) or (
            1,
            0,
        )
        held += low <= area <= high
    assert held >= 0.925 * 400  # 2.5 standard deviations of the simulation under 95 %
