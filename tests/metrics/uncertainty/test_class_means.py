"""MOVER against calculations by hand, and that rare classes do not mislead."""

from __future__ import annotations

import math

import numpy as np
import pytest

from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.intervals import Interval, wilson_interval
from xraylib.metrics.uncertainty.class_means import correlations, mover
from xraylib.metrics.uncertainty.shares import exact_interval


def test_arms_are_added_as_errors_are() -> None:
    ends = [Interval(0.5, 0.9), Interval(0.1, 0.6)]
    half = np.array([0.5, 0.5])
    apart = mover([0.8, 0.4], ends, half, np.eye(2))
    assert apart == pytest.approx(
        (0.6 - math.hypot(0.15, 0.15), 0.6 + math.hypot(0.05, 0.1)), abs=1e-12
    )
    alike = mover([0.8, 0.4], ends, half, np.ones((2, 2)))
    assert alike == pytest.approx((0.6 - 0.3, 0.6 + 0.15), abs=1e-12)


def test_what_tells_no_error_or_rests_on_few_patients_is_taken_as_alike() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 50))
    found = correlations([one, one + other, np.zeros(50)], np.arange(50))
    assert found[0, 1] == pytest.approx(np.dot(one, one + other) / (
        np.linalg.norm(one) * np.linalg.norm(one + other)))  # fmt: skip
    assert found[2].tolist() == [1, 1, 1]
    assert correlations([one, -one], np.arange(50))[0, 1] == 0
    assert correlations([one, other], np.arange(50) // 10).min() == 1


@pytest.mark.parametrize(("n", "method"), [(10, "exact"), (40, "wilson")])
def test_balanced_accuracy_is_square_and_add_of_the_recalls(n: int, method: str) -> None:
    from scipy.stats import binomtest

    true = np.repeat([0, 1], [290, n])
    called = np.r_[np.repeat([0, 1], [280, 10]), np.repeat([1, 0], [7, n - 7])]
    found = evaluate_predictions(true, np.eye(2)[called], ["A", "B"])
    (l1, u1) = wilson_interval(280, 290) or (0, 0)
    second = binomtest(7, n).proportion_ci(method=method)
    l2, u2 = second.low, second.high
    a, b = 280 / 290, 7 / n
    middle = (a + b) / 2
    assert found.balanced_accuracy.interval == pytest.approx(
        (middle - math.hypot(a - l1, b - l2) / 2, middle + math.hypot(u1 - a, u2 - b) / 2)
    )


def test_f1_grows_with_a_share() -> None:
    # 6 of the 10 that are of class B or called so are both.
    true, called = [1] * 8 + [0] * 6, [1] * 6 + [0] * 2 + [1] * 2 + [0] * 4
    score = evaluate_predictions(true, np.eye(2)[called], ["A", "B"]).per_class["B"].f1
    assert score.value == pytest.approx(12 / 16)
    low, high = exact_interval(0.6, 10)
    assert score.interval == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))


@pytest.mark.slow
@pytest.mark.parametrize("recall", [0.6, 0.8, 0.9])
@pytest.mark.parametrize("positives", [1, 2, 5, 10])
def test_with_few_of_a_class_the_intervals_hold_the_truth(positives: int, recall: float) -> None:
    """300 images, recall of the others 0.95."""
    rng = np.random.default_rng(6)
    true = (np.arange(300) < positives).astype(int)
    held = 0
    for _ in range(300):
        right = rng.random(300) < np.where(true == 1, recall, 0.95)
        called = np.where(right, true, 1 - true)
        found = evaluate_predictions(true, np.eye(2)[called], ["A", "B"])
        low, high = found.balanced_accuracy.interval or (1, 0)
        held += low <= (0.95 + recall) / 2 <= high
    assert held >= 0.93 * 300, held / 300


@pytest.mark.slow
@pytest.mark.parametrize("patients", [2, 5, 12, 30])
def test_with_few_patients_of_many_images_the_intervals_hold_the_truth(patients: int) -> None:
    """20 images of each patient, of two classes, both recalls 0.75 on average."""
    rng = np.random.default_rng(7)
    whose = np.repeat(np.arange(patients), 20)
    held = {"accuracy": 0, "balanced_accuracy": 0}
    for _ in range(300):
        skill = rng.beta(3, 1, patients)
        true = rng.integers(0, 2, len(whose))
        called = np.where(rng.random(len(whose)) < skill[whose], true, 1 - true)
        found = evaluate_predictions(
            true, np.eye(2)[called], ["A", "B"], whose.astype(str).tolist()
        )
        for name in held:
            low, high = found[name].interval or (1, 0)
            held[name] += low <= 0.75 <= high
    assert min(held.values()) >= 0.92 * 300, held
