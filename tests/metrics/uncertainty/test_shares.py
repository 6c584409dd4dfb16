"""Intervals of shares: of few images too they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.populations.aspect import Aspect
from xraylib.metrics.thresholds import at_threshold
from xraylib.metrics.uncertainty.resampling import share_interval
from xraylib.metrics.uncertainty.shares import (
    FEW,
    exact_interval,
    interval_of_count,
    interval_of_share,
)

TRUTHS = np.arange(50, 96) / 100


@pytest.mark.parametrize(("hits", "n"), [(0, 3), (2, 2), (1, 7), (20, 29)])
def test_the_exact_interval_is_scipys(hits: int, n: int) -> None:
    expected = binomtest(hits, n).proportion_ci(method="exact")
    assert exact_interval(hits / n, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 10, 11, 12, 15, 20, 25])
def test_no_truth_is_held_too_seldom(n: int) -> None:
    """By the binomial distribution itself, for every truth of 0.50 to 0.95."""
    every = [interval_of_count(hits, n) or (1, 0) for hits in range(n + 1)]
    chances = binom.pmf(np.arange(n + 1)[:, None], n, TRUTHS)
    held = np.array([(low <= TRUTHS) & (high >= TRUTHS) for low, high in every])
    assert (chances * held).sum(axis=0).min() >= (0.95 if n < FEW else 0.91)


def test_from_twelve_images_on_it_is_wilsons() -> None:
    expected = binomtest(9, 12).proportion_ci(method="wilson")
    assert interval_of_count(9, 12) == pytest.approx((expected.low, expected.high))
    assert interval_of_count(0, 0) is None


def test_images_count_not_what_they_are_worth() -> None:
    # Twelve images of three patients, two of whom it has right in all: worth two.
    hits, of, groups = np.arange(12) < 8, np.ones(12, bool), np.arange(12) // 4
    assert share_interval(hits, of, groups) == pytest.approx(
        interval_of_share(8 / 12, 2, images=FEW)
    )


def test_a_rare_class_has_one_interval_everywhere() -> None:
    """Four of five images of class B, of 300: recall, specificity of A, and a threshold."""
    true = np.repeat([0, 1], [295, 5])
    scores = np.r_[np.full(295, 0.1), np.full(4, 0.9), 0.2]
    found = evaluate_predictions(true, np.c_[1 - scores, scores], ["A", "B"]).per_class
    expected = binomtest(4, 5).proportion_ci(method="exact")
    ends = pytest.approx((expected.low, expected.high))
    assert found["B"].recall.interval == ends
    assert found["A"].specificity.interval == ends
    at = at_threshold(true == 1, scores, 0.5).to_json()
    assert at["sensitivity_ci"] == ends
    low, high = binomtest(295, 295).proportion_ci(method="exact")
    others = pytest.approx((low, high))
    assert found["B"].specificity.interval == others
    assert at["specificity_ci"] == others
    rows, flagged = np.arange(300), scores >= 0.5
    aspect = Aspect(
        name="B", rows=rows, positive=true == 1, scores=scores, flagged=flagged, groups=rows
    ).measured()
    assert aspect.scores["sensitivity"].interval == ends
    assert aspect.scores["specificity"].interval == others


@pytest.mark.parametrize(("few", "recall"), [(1, 0.9), (2, 0.95), (5, 0.9), (10, 0.9)])
def test_npv_of_a_rare_class_holds_the_truth(few: int, recall: float) -> None:
    """Of so many of 300 images a network misses none, one …; the others it never calls so."""
    others = 300 - few
    truth = others / (others + few * (1 - recall))
    held = 0.0
    for missed in range(few + 1):
        called = np.r_[np.zeros(others + missed, int), np.ones(few - missed, int)]
        true = np.repeat([0, 1], [others, few])
        found = evaluate_predictions(true, np.eye(2)[called], ["A", "B"]).per_class
        low, high = found["B"].npv.interval or (1, 0)
        assert found["A"].precision.interval == pytest.approx((low, high))
        held += (low <= truth <= high) * binom.pmf(missed, few, 1 - recall)
    assert held >= 0.95
