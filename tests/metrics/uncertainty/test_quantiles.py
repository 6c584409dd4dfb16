"""Quantiles against SciPy, and how much patients of unequal size are worth."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.metrics.uncertainty.quantiles import (
    beta_quantile,
    beta_share,
    patients_worth,
    t95,
    widening,
)


@pytest.mark.parametrize("freedom", [1, 1.3, 2, 2.75, 4, 9, 29.5, 120, 4_000, 1e5, 9e5])
def test_the_percentile_of_students_t_is_scipys(freedom: float) -> None:
    from scipy.stats import t

    assert t95(freedom) == pytest.approx(t.ppf(0.975, freedom), rel=1e-9)


def test_under_one_degree_of_freedom_counts_as_one_and_without_end_it_is_normal() -> None:
    assert t95(0.0) == t95(1.0) == pytest.approx(12.7062047)
    assert t95(1e9) == 1.959963984540054


@pytest.mark.slow
def test_the_beta_distribution_is_scipys() -> None:
    from scipy.stats import beta

    rng = np.random.default_rng(0)
    for a, b in np.exp(rng.uniform(-2, 6, (200, 2))).tolist():
        x = float(rng.random())
        assert beta_share(x, a, b) == pytest.approx(beta.cdf(x, a, b), abs=1e-11)
        for share in (0.025, 0.975):
            assert beta_quantile(share, a, b) == pytest.approx(beta.ppf(share, a, b), abs=1e-9)
    assert (beta_share(0.0, 2, 3), beta_share(1.0, 2, 3)) == (0, 1)


def test_one_patient_with_nearly_all_images_is_not_worth_ten() -> None:
    assert patients_worth(np.repeat(np.arange(10), 20)) == pytest.approx(10)
    uneven = np.repeat(np.arange(10), [910] + [10] * 9)
    assert patients_worth(uneven) == pytest.approx(1000**2 / (910**2 + 9 * 10**2))
    assert widening(np.arange(1000)) == pytest.approx(1, abs=0.002)
