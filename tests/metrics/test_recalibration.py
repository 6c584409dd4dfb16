"""Slope and intercept of calibration against statsmodels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xraylib.metrics.calibration import calibration
from xraylib.metrics.recalibration import class_calibration

PLACE = np.arange(60)
POSITIVE = (PLACE * 7 % 11) < 4
P = np.clip(0.3 + 0.3 * POSITIVE + 0.29 * np.cos(PLACE * 1.7), 0.02, 0.98)
Z = 1.959963984540054


def test_value_and_error_are_those_of_statsmodels() -> None:
    # statsmodels 0.15.0, with x = log(P / (1 - P)) and tol=1e-14:
    # GLM(POSITIVE, add_constant(x), Binomial()).fit() and GLM(POSITIVE, ones, offset=x).fit()
    found = class_calibration(POSITIVE, P, PLACE)
    for score, value, error in (
        (found.slope, 1.4439178914954576, 0.3999698739772851),
        (found.intercept, -0.2766513737049165, 0.3140297216063735),
    ):
        assert score.value == pytest.approx(value, rel=1e-9)
        assert score.interval == pytest.approx((value - Z * error, value + Z * error), rel=1e-6)
    assert (found.positives, found.negatives) == (int(POSITIVE.sum()), 60 - int(POSITIVE.sum()))


def test_of_patients_the_error_is_that_of_clusters() -> None:
    # The same with fit(cov_type="cluster", cov_kwds={"groups": PLACE // 3,
    # "use_correction": False}), then for 20 patients sqrt(20 / 19) and Student's t of 19,
    # not the normal quantile.
    found = class_calibration(POSITIVE, P, PLACE // 3)
    for score, value, error in (
        (found.slope, 1.4439178914954576, 0.2216957489045431),
        (found.intercept, -0.2766513737049165, 0.11235621496241535),
    ):
        half = 2.093024054 * np.sqrt(20 / 19) * error
        assert score.interval == pytest.approx((value - half, value + half), rel=1e-6)


@pytest.mark.parametrize("called", [10, 6])
def test_a_class_that_one_probability_parts_from_the_others_settles_no_slope(called: int) -> None:
    # All 10 of the class get 0.9; or 6 of them, and 4 what all others get.
    found = class_calibration(
        np.arange(20) < 10, np.where(np.arange(20) < called, 0.9, 0.1), PLACE[:20]
    )
    assert found.slope.value is None
    assert found.slope.reason.endswith("one probability parts the class from the others")
    nothing = class_calibration(np.zeros(5, bool), np.full(5, 0.2), PLACE[:5])
    assert nothing.slope.reason == nothing.intercept.reason == "no image is of the class"
    assert nothing.to_json()["slope_reason"] == "no image is of the class"


def test_probabilities_twice_too_sure_have_a_slope_of_a_half() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=20_000)
    positive = rng.random(20_000) < 1 / (1 + np.exp(-logits))
    found = class_calibration(positive, 1 / (1 + np.exp(-2 * logits)), np.arange(20_000))
    low, high = found.slope.interval or (0, 0)
    assert low < 0.5 < high < 0.53


@pytest.mark.parametrize(
    ("n", "sharper", "judgement"),
    [(66, 1.0, "too-few"), (66, 6.0, "off"), (20_000, 1.0, "fits"), (20_000, 1.5, "off")],
)
def test_few_images_are_not_taken_for_a_good_sign(n: int, sharper: float, judgement: str) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(n, 3))
    p: Any = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    true = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    said = p**sharper / (p**sharper).sum(axis=1, keepdims=True)
    found = calibration(true, said, classes=("A", "B", "C"))
    assert found.judgement == judgement == found.to_json()["judgement"]
    assert list(found.per_class) == ["A", "B", "C"]


@pytest.mark.parametrize("spread", [0.0, 1e-17, 1e-12])
def test_a_network_that_says_the_same_of_every_image_has_no_slope(spread: float) -> None:
    """As after an epoch or two: nothing is settled, and nothing breaks."""
    positive = np.arange(60) % 3 == 0
    p = 1 / 3 + spread * np.random.default_rng(0).normal(size=60)
    found = class_calibration(positive, p, np.arange(60))
    assert found.slope.value is None or np.isfinite(found.slope.value)
    if not spread:
        assert found.slope.value is None
        assert found.slope.reason == "the probabilities of all images are the same"
    assert found.intercept.value == pytest.approx(0, abs=1e-6)
