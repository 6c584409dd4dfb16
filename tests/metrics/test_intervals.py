"""Areas under the curve and their intervals, worked out by hand on a few images."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.metrics.intervals import (
    Z95,
    delong_interval,
    delong_variance,
    logit_interval,
    patient_draws,
    roc_auc,
    wilson_interval,
    wilson_of_share,
)

TRUTH = [True, True, False, False]
SCORES = [0.9, 0.4, 0.5, 0.1]
# Of the four pairs 0.9 wins two and 0.4 wins one.
AREA = 3 / 4
# Shares of the others below 0.9 and 0.4: 1 and 1/2. Shares of the positive above 0.5 and 0.1: 1/2
# and 1. Each two have the variance 1/8, divided by the two images of their side.
VARIANCE = 1 / 16 + 1 / 16


def test_two_images_on_each_side_have_an_area_and_a_variance() -> None:
    assert roc_auc(TRUTH, SCORES) == AREA
    assert delong_variance(TRUTH, SCORES) == pytest.approx(VARIANCE)
    assert delong_variance(TRUTH[:3], SCORES[:3]) is None
    assert delong_variance(TRUTH[1:], SCORES[1:]) is None


def test_the_interval_of_an_area_is_on_the_logit_scale() -> None:
    # ln(3) ± 1.96 · sqrt(1/8) / (3/4 · 1/4), back through 1 / (1 + exp(-x))
    half = Z95 * np.sqrt(VARIANCE) / (AREA * (1 - AREA))
    low, high = (1 / (1 + np.exp(-x)) for x in (np.log(3) - half, np.log(3) + half))
    assert delong_interval(TRUTH, SCORES) == pytest.approx((low, high))


@pytest.mark.parametrize(("value", "error"), [(0.0, 0.1), (1.0, 0.1), (0.5, 0.0), (0.5, -0.1)])
def test_a_value_at_its_end_or_without_an_error_has_no_interval(value: float, error: float) -> None:
    assert logit_interval(value, error) is None


def test_wilson_by_hand() -> None:
    # 8 of 10: (0.8 + z²/20 ± z sqrt(0.016 + z²/400)) / (1 + z²/10) with z² = 3.8415
    assert wilson_interval(8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-6)
    assert wilson_of_share(0.8, 10.0) == wilson_interval(8, 10)
    assert wilson_interval(0, 0) is None
    assert wilson_interval(0, 10)[0] == 0.0  # type: ignore[index]
    assert wilson_interval(10, 10)[1] == 1.0  # type: ignore[index]


def test_patients_are_drawn_with_replacement_as_many_as_there_are() -> None:
    pieces = list(patient_draws(7, repeats=50, step=20))
    assert [len(piece) for piece in pieces] == [20, 20, 10]
    drawn = np.concatenate(pieces)
    assert drawn.shape == (50, 7)
    assert (drawn.sum(axis=1) == 7).all()
    assert (drawn >= 0).all()
    # Which: NumPy's own generator of the seed, image by image.
    rng = np.random.default_rng(0)
    expected = [np.bincount(row, minlength=7) for row in rng.integers(0, 7, (20, 7))]
    assert np.array_equal(pieces[0], expected)
