"""The inverse power law against SciPy's least squares, and where it is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from xraylib.errors import ConfigError
from xraylib.metrics.study.power_law import POWERS, fit_power_laws

IMAGES = np.array([24.0, 48, 96, 168, 240])


@pytest.mark.parametrize("power", POWERS[10::10])
def test_a_curve_that_is_one_is_found(power: float) -> None:
    law = fit_power_laws(IMAGES, 0.9 - 1.5 * IMAGES**-power)
    assert law.power == pytest.approx(power)
    assert law.ceiling == pytest.approx(0.9)
    assert law.gap == pytest.approx(1.5)
    assert law.at(480) == pytest.approx(0.9 - 1.5 * 480**-power)


def test_it_is_scipys_least_squares() -> None:
    rng = np.random.default_rng(3)
    figures = 0.85 - 1.2 * IMAGES**-0.6 + rng.normal(0, 0.01, (20, 5))
    law = fit_power_laws(IMAGES, figures)
    for row, ceiling, gap, power in zip(figures, law.ceiling, law.gap, law.power, strict=True):
        (a, b, c), _ = curve_fit(
            lambda n, a, b, c: a - b * n**-c, IMAGES, row, p0=(0.85, 1, 0.6),
            bounds=([-2, -50, POWERS[0]], [1, 50, POWERS[-1]]), maxfev=20_000,
        )  # fmt: skip
        ours = ((ceiling - gap * IMAGES**-power - row) ** 2).sum()
        best = ((a - b * IMAGES**-c - row) ** 2).sum()
        assert ours <= best * 1.03 + 1e-9
        assert ceiling - gap * 480**-power == pytest.approx(a - b * 480**-c, abs=0.004)


def test_no_curve_ends_above_the_highest_and_a_fall_is_a_fall() -> None:
    steep = fit_power_laws(IMAGES, np.array([0.5, 0.6, 0.75, 0.9, 1.0]))
    assert steep.ceiling <= 1.0
    falling = fit_power_laws(IMAGES, np.array([0.8, 0.79, 0.78, 0.77, 0.76]))
    assert falling.gap < 0
    assert falling.at(480) < 0.77


def test_two_numbers_are_no_curve() -> None:
    with pytest.raises(ConfigError, match="at least three"):
        fit_power_laws(np.array([10.0, 20, 20]), np.array([0.5, 0.6, 0.6]))
