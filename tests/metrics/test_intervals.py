"""Areas under the curve and their intervals, worked out by hand on a few images."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.metrics.intervals import (
    logit_interval,
    patient_draws,
    roc_auc,
    wilson_interval,
    wilson_of_share,
)


def test_two_images_on_each_side_have_an_area() -> None:
    # Of the four pairs 0.9 wins two and 0.4 wins one.
    assert roc_auc([True, True, False, False], [0.9, 0.4, 0.5, 0.1]) == 3 / 4


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
