"""Thresholds, predictive values and curves against scikit-learn and hand calculations."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import numpy as np
import pytest

from xraylib.errors import ConfigError, DatasetError
from xraylib.metrics.curves import precision_recall_points, roc_points
from xraylib.metrics.thresholds import (
    OperatingPoint,
    at_threshold,
    for_cost,
    for_sensitivity,
    for_specificity,
    predictive_values,
)

TRUTH = [1, 1, 1, 1, 0, 0, 0, 0, 0]
SCORES = [0.9, 0.8, 0.6, 0.3, 0.7, 0.4, 0.3, 0.2, 0.1]


def _images(n: int, seed: int, digits: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.3
    return truth, np.round(1 / (1 + np.exp(-rng.normal(size=n) - truth)), digits)


@pytest.mark.parametrize(("n", "digits"), [(66, 9), (66, 1), (2000, 3)])
def test_curves_are_scikit_learns(n: int, digits: int) -> None:
    from sklearn.metrics import precision_recall_curve, roc_curve

    truth, scores = _images(n, n, digits)
    roc = roc_points(truth, scores)
    fpr, tpr, thresholds = roc_curve(truth, scores, drop_intermediate=False)
    assert np.allclose(roc.x, fpr, atol=1e-12)
    assert np.allclose(roc.y, tpr, atol=1e-12)
    assert np.array_equal(roc.thresholds, thresholds)
    precision, recall, limits = precision_recall_curve(truth, scores)
    curve = precision_recall_points(truth, scores)
    assert np.allclose(curve.x, recall[:-1][::-1], atol=1e-12)
    assert np.allclose(curve.y, precision[:-1][::-1], atol=1e-12)
    assert np.array_equal(curve.thresholds, limits[::-1])


@pytest.mark.parametrize("points", [roc_points, precision_recall_points])
def test_thinning_100000_images_moves_no_point_by_more_than_a_thousandth(points: Any) -> None:
    curve = points(*_images(100_000, 5, 9))
    thin = curve.thinned()
    assert len(thin.x) < 1000
    ends = [0, -1]
    assert np.array_equal(thin.x[ends], curve.x[ends])
    assert np.array_equal(thin.y[ends], curve.y[ends])
    # Each point left out against the very piece that replaced it, with complex numbers.
    places = np.searchsorted(-thin.thresholds, -curve.thresholds).clip(1)
    z, t = curve.x + 1j * curve.y, thin.x + 1j * thin.y
    start, step = t[places - 1], t[places] - t[places - 1]
    along = np.clip(((z - start) * step.conj()).real / np.maximum(abs(step) ** 2, 1e-300), 0, 1)
    assert np.abs(z - start - along * step).max() <= 0.001


def test_thresholds_are_those_found_by_hand() -> None:
    point = for_sensitivity(TRUTH, SCORES, 0.75)
    assert (point.threshold, point.sensitivity, point.specificity) == (0.6, 0.75, 0.8)
    assert for_sensitivity(TRUTH, SCORES, 1.0).threshold == 0.3
    point = for_specificity(TRUTH, SCORES, 0.8)
    assert (point.threshold, point.sensitivity, point.specificity) == (0.6, 0.75, 0.8)
    point = for_specificity(TRUTH, SCORES, 1.0)
    assert (point.threshold, point.sensitivity) == (0.8, 0.5)
    # 0.8: 2 missed, no alarm. 0.6: 1 missed, 1 alarm. 0.3: none missed, 3 alarms.
    assert for_cost(TRUTH, SCORES, missed=1, false_alarm=3).threshold == 0.8
    assert for_cost(TRUTH, SCORES, missed=1.5, false_alarm=1).threshold == 0.6
    assert for_cost(TRUTH, SCORES, missed=3, false_alarm=1).threshold == 0.3
    assert for_cost(TRUTH, SCORES, missed=2, false_alarm=1).threshold == 0.3  # of equals
    nobody = for_specificity([0, 1], [0.9, 0.1], 1.0)
    assert (nobody.sensitivity, nobody.specificity) == (0.0, 1.0)
    assert nobody.threshold > 0.9


def test_a_choice_says_how_many_images_it_rests_on_and_when_they_are_too_few() -> None:
    truth = np.arange(129) < 29
    scores = np.linspace(1, 0, 129)
    wanted = for_sensitivity(truth, scores, 0.9)
    assert (wanted.rests_on, wanted.too_few) == (29, True)
    other = for_specificity(truth, scores, 0.9)
    assert (other.rests_on, other.too_few) == (100, False)
    assert for_cost(truth, scores, missed=1, false_alarm=1).rests_on == 29
    shown = json.loads(json.dumps(at_threshold(truth, scores, 0.5).to_json(), allow_nan=False))
    assert shown["too_few"]
    assert shown["sensitivity_ci"][0] < shown["sensitivity"] <= shown["sensitivity_ci"][1]


def test_predictive_values_are_bayes_rule_in_natural_frequencies() -> None:
    point = OperatingPoint(
        threshold=0.5,
        flagged_right=90,
        positives=100,
        passed_right=176,
        negatives=200,
        rests_on=100,
    )
    values = predictive_values(point, 0.05)
    # Of 1,000 people 50 have it, 45 of them flagged; of 950 others 12 % are: 114.
    assert values.ppv == pytest.approx(45 / 159)
    assert values.npv == pytest.approx(836 / 841)
    # Mercaldo et al. 2007: standard error of the logit of the predictive value.
    error = np.sqrt(0.1 / 90 + 0.88 / 0.12 / 200)
    logit = np.log(values.ppv / (1 - values.ppv))
    expected = 1 / (1 + np.exp(-logit - 1.96 * error * np.array([-1, 1])))
    assert values.ppv_interval == pytest.approx(expected, abs=0.015)
    low, high = math.floor(100 * values.ppv_interval[0]), math.ceil(100 * values.ppv_interval[1])
    assert values.sentences[0] == f"of 100 people flagged, about 28 have it ({low} to {high})"
    # 5 of 841 are 0.6 of 100: too coarse to tell.
    assert values.sentences[1].startswith("of 1,000 people not flagged, about 6 have it all the")


@pytest.mark.parametrize(("hits", "passed"), [(3, 3), (2, 4), (3, 5)])
def test_the_interval_of_a_predictive_value_rests_on_jeffreys_prior(hits: int, passed: int) -> None:
    # Both rates from Beta(right + 1/2, wrong + 1/2), Jeffreys' prior: the chance that the
    # predictive value is at most t, integrated over the sensitivity instead of drawn.
    from scipy.optimize import brentq
    from scipy.stats import beta

    positives, negatives, prevalence = 3, 5, 0.1
    point = OperatingPoint(threshold=0.5, flagged_right=hits, positives=positives,
                           passed_right=passed, negatives=negatives, rests_on=3)  # fmt: skip
    values = predictive_values(point, prevalence)
    found = beta(hits + 0.5, positives - hits + 0.5)
    alarms = beta(negatives - passed + 0.5, passed + 0.5)
    grid = found.ppf((np.arange(4000) + 0.5) / 4000)
    odds = prevalence / (1 - prevalence)

    def at_most(t: float) -> float:
        return float(alarms.sf(grid * odds * (1 - t) / t).mean())

    for bound, share in zip(values.ppv_interval or (), (0.025, 0.975), strict=True):
        expected = brentq(lambda t, share=share: at_most(t) - share, 1e-6, 1 - 1e-9)
        assert bound == pytest.approx(expected, abs=0.012)
    # And of not being flagged: 1 - npv is the share of those missed among them.
    missed = 1 - found.ppf((np.arange(4000) + 0.5) / 4000)

    def npv_at_most(t: float) -> float:
        return float(alarms.sf(1 - missed * odds * t / (1 - t)).mean())

    for bound, share in zip(values.npv_interval or (), (0.025, 0.975), strict=True):
        expected = brentq(lambda t, share=share: npv_at_most(t) - share, 1e-6, 1 - 1e-9)
        assert bound == pytest.approx(expected, abs=0.006)


def test_a_perfect_rate_on_few_images_is_not_taken_as_sure() -> None:
    point = at_threshold([1, 1, 1, 0, 0, 0], [0.9, 0.8, 0.7, 0.3, 0.2, 0.1], 0.5)
    values = predictive_values(point, 0.01)
    assert values.ppv == 1.0
    assert values.ppv_interval[0] < 0.1
    assert values.ppv_interval[1] == values.npv_interval[1] == 1.0  # each holds its own estimate
    flagged, passed = values.sentences
    none, few = "none of the 3 others was flagged", "which are too few to say more"
    least = re.fullmatch(
        rf"of ([\d,]+) people flagged, at least (\d+) have it; {none}, {few}",
        flagged,
    )
    assert least is not None
    base = int(least[1].replace(",", ""))
    assert int(least[2]) == math.floor(base * values.ppv_interval[0])
    assert re.fullmatch(
        r"of [\d,]+ people not flagged, at most \d+ have it all the same; none of the 3 images of "
        f"it was missed, {few}",
        passed,
    )
    nobody = predictive_values(at_threshold([1, 0], [0.4, 0.1], 0.5), 0.1)
    assert nobody.ppv is None
    assert nobody.sentences[0] == "nobody would be flagged"


def test_what_makes_no_sense_is_refused_in_full_sentences() -> None:
    with pytest.raises(DatasetError) as one_sided:
        roc_points([1, 1], [0.1, 0.2])
    assert str(one_sided.value) == (
        "2 of 2 images are of the class. Expected images of the class and images of other classes. "
        "Do this: choose another split or class."
    )
    with pytest.raises(ConfigError) as share:
        for_sensitivity(TRUTH, SCORES, 95)
    assert str(share.value) == (
        "The wanted sensitivity is 95. Expected a number over 0 and at most 1. Do this: write 5 % "
        "as 0.05."
    )
    with pytest.raises(ConfigError, match="The prevalence is 0"):
        predictive_values(at_threshold(TRUTH, SCORES, 0.5), 0)
    with pytest.raises(ConfigError, match=r"The cost of a missed image is -1\."):
        for_cost(TRUTH, SCORES, missed=-1, false_alarm=1)
