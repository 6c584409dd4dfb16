"""Net benefit against a calculation written out, and its intervals against simulations."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.errors import ConfigError, DatasetError
from xraylib.metrics.study.decision import at_prevalence, decision_curve, highest_threshold

# Ten images: four of the class. At 0.5 three of the four and two of the six are flagged.
POSITIVE = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
SCORES = [0.9, 0.8, 0.6, 0.3, 0.7, 0.55, 0.4, 0.2, 0.1, 0.05]


def test_net_benefit_is_hits_less_false_alarms_at_their_price() -> None:
    # Vickers and Elkin 2006, at the images' own prevalence: TP/n - FP/n · t/(1-t) = 3/10 - 2/10 · 1
    (one,) = decision_curve(POSITIVE, SCORES, 0.4, thresholds=[0.5]).points
    assert one.net_benefit == pytest.approx(0.1)
    assert one.treat_all == pytest.approx(0.4 - 0.6)
    assert (one.sensitivity, one.specificity) == pytest.approx((0.75, 4 / 6))
    # At 0.25 all four and three of six: 4/10 - 3/10 / 3 = 0.3; treating all 0.4 - 0.6 / 3 = 0.2.
    (one,) = decision_curve(POSITIVE, SCORES, 0.4, thresholds=[0.25]).points
    assert (one.net_benefit, one.treat_all) == pytest.approx((0.3, 0.2))


def test_another_prevalence_weighs_both_sides_anew() -> None:
    # 2 of 100: 0.75 · 0.02 - (2/6) · 0.98 · t / (1 - t), at t = 0.5.
    (one,) = decision_curve(POSITIVE, SCORES, 0.02, thresholds=[0.5]).points
    assert one.net_benefit == pytest.approx(0.015 - 0.98 / 3)
    assert one.treat_all == pytest.approx(0.02 - 0.98)


def test_treating_all_is_what_a_threshold_below_every_score_does() -> None:
    (one,) = decision_curve(POSITIVE, SCORES, 0.1, thresholds=[0.01]).points
    assert one.net_benefit == pytest.approx(one.treat_all)


def test_the_grid_ends_where_nobody_would_act_any_more() -> None:
    assert highest_threshold(0.02) == pytest.approx(0.08)
    assert highest_threshold(0.5) == 0.99
    points = decision_curve(POSITIVE, SCORES, 0.02).points
    assert points[-1].threshold == pytest.approx(0.08)
    assert points[0].threshold > 0


def test_probabilities_follow_bayes_to_another_prevalence() -> None:
    # Odds 1 at a share of 1/3 are odds 2 · (1/2) / ... : 1 · (0.02/0.98) · ((2/3)/(1/3)) = 2/49.
    assert at_prevalence([0.5], 1 / 3, 0.02)[0] == pytest.approx((2 / 49) / (1 + 2 / 49))
    np.testing.assert_allclose(at_prevalence([0.0, 0.3, 1.0], 0.2, 0.2), [0.0, 0.3, 1.0])
    corrected = decision_curve(POSITIVE, SCORES, 0.02, thresholds=[0.04], learned_at=0.4)
    by_hand = np.array(at_prevalence(SCORES, 0.4, 0.02)) >= 0.04
    assert corrected.points[0].sensitivity == pytest.approx(by_hand[:4].mean())


def drawn(
    rng: np.random.Generator, patients: int, each: int, apart: float = 1.0
) -> tuple[np.ndarray, ...]:
    """Patients with ``each`` nearly equal images: truth, scores, whose."""
    truth = rng.random(patients) < 0.4
    level = rng.normal(np.where(truth, apart, -apart), 1.5)
    scores = 1 / (1 + np.exp(-(level[:, None] + rng.normal(0, 0.2, (patients, each)))))
    whose = np.repeat(np.arange(patients), each)
    return np.repeat(truth, each), scores.ravel(), whose


@pytest.mark.slow
def test_the_interval_holds_the_truth_where_patients_have_several_images() -> None:
    rng = np.random.default_rng(0)
    truth, scores, _ = drawn(rng, 200_000, 1)
    (true,) = decision_curve(truth, scores, 0.2, thresholds=[0.3]).points
    held = {"patients": 0, "images": 0}
    for _ in range(300):
        truth, scores, whose = drawn(rng, 80, 4)
        for name, groups in (("patients", whose), ("images", None)):
            curve = decision_curve(truth, scores, 0.2, thresholds=[0.3], groups=groups)
            low, high = curve.points[0].interval
            held[name] += low <= true.net_benefit <= high
    assert 0.91 <= held["patients"] / 300 <= 0.99
    assert held["images"] / 300 < 0.8  # as if images were independent: far too narrow


def test_few_patients_of_whom_nearly_all_are_found_do_not_make_it_sure() -> None:
    """A bootstrap of patients held the truth in 77 of 100 such test sets."""
    rng = np.random.default_rng(0)
    truth, scores, _ = drawn(rng, 200_000, 1, 3.0)
    (true,) = decision_curve(truth, scores, 0.2, thresholds=[0.3]).points
    assert true.sensitivity > 0.98
    held = 0
    for _ in range(200):
        truth, scores, whose = drawn(rng, 24, 2, 3.0)
        curve = decision_curve(truth, scores, 0.2, thresholds=[0.3], groups=whose)
        low, high = curve.points[0].interval
        held += low <= true.net_benefit <= high
    assert held >= 0.92 * 200


def test_its_interval_is_movers_from_those_of_both_sides() -> None:
    from scipy.stats import binomtest

    # 3 of 4 and 4 of 6: arms of π and (1 - π) · t / (1 - t), added as errors are.
    found, left = (binomtest(*one).proportion_ci(method="exact") for one in ((3, 4), (4, 6)))
    (one,) = decision_curve(POSITIVE, SCORES, 0.4, thresholds=[0.5]).points
    low = 0.1 - np.hypot(0.4 * (0.75 - found.low), 0.6 * (4 / 6 - left.low))
    high = 0.1 + np.hypot(0.4 * (found.high - 0.75), 0.6 * (left.high - 4 / 6))
    assert one.interval == pytest.approx((low, high))


def test_a_perfect_model_is_not_taken_as_sure() -> None:
    curve = decision_curve([1, 1, 1, 0, 0, 0], [0.9] * 3 + [0.1] * 3, 0.5, thresholds=[0.5])
    (one,) = curve.points
    assert one.net_benefit == pytest.approx(0.5)
    assert one.interval.low < 0.45


def test_where_it_is_of_use_and_where_it_harms() -> None:
    rng = np.random.default_rng(1)
    truth, scores, _ = drawn(rng, 3000, 1)
    good = decision_curve(truth, scores, 0.4)
    assert any(low < 0.4 < high for low, high in good.useful)
    assert max(one.interval.high for one in good.points) <= 0.4  # no more than all of the ill
    backwards = decision_curve(truth, 1 - scores, 0.4)
    assert backwards.useful == ()
    assert backwards.harmful
    for curve in (good, backwards):
        for one in curve.points:
            inside = any(a <= one.threshold <= b for a, b in curve.useful)
            assert inside == (one.interval.low > max(one.treat_all, 0))


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="The prevalence is 1"):
        decision_curve(POSITIVE, SCORES, 1)
    with pytest.raises(ConfigError, match="A threshold is not between 0 and 1"):
        decision_curve(POSITIVE, SCORES, 0.1, thresholds=[0.0])
    with pytest.raises(DatasetError, match="0 of 2 images are of the class"):
        decision_curve([0, 0], [0.1, 0.2], 0.1)
