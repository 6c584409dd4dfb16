"""Images for a wanted precision, against SciPy's intervals and calculations written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special, stats

from xraylib.errors import ConfigError
from xraylib.metrics.study.precision import METHODS, about, half_width, plan_precision, points
from xraylib.metrics.uncertainty.quantiles import beta_quantile, beta_share

SCIPY = {"wilson": "wilson", "clopper-pearson": "exact"}


def scipy_half_width(hits: int, n: int, method: str) -> float:
    interval = stats.binomtest(hits, n).proportion_ci(method=SCIPY[method])
    return (interval.high - interval.low) / 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("hits", "n"), [(0, 12), (1, 12), (47, 66), (66, 66), (270, 300)])
def test_half_the_width_is_that_of_scipys_interval(method: str, hits: int, n: int) -> None:
    assert half_width(hits / n, n, method) == pytest.approx(  # type: ignore[arg-type]
        scipy_half_width(hits, n, method), abs=1e-9
    )


def test_the_figures_that_studies_are_planned_with() -> None:
    # 66 images around 0.75: z sqrt(p q / n + z² / 4n²) / (1 + z² / n) = 1.96 · 0.05532 / 1.0582
    assert half_width(0.75, 66) == pytest.approx(0.1025, abs=5e-5)
    # Wald's formula says z² p q / d² = 288.1 and 138.3; Wilson's is narrower at 0.75, wider at 0.9
    assert plan_precision(0.75, 0.05).images == 286
    assert plan_precision(0.9, 0.05).images == 141
    assert str(plan_precision(0.75, 0.05)) == (
        "for ± 5 points at 0.75 about 290 images of as many patients"
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.75, 0.9, 0.98, 1.0])
@pytest.mark.parametrize("within", [0.02, 0.05, 0.2])
def test_it_is_the_least_number_of_images(method: str, share: float, within: float) -> None:
    n = plan_precision(share, within, method=method).images  # type: ignore[arg-type]
    assert half_width(share, n, method) <= within + 1e-12  # type: ignore[arg-type]
    if n > 1:
        assert half_width(share, n - 1, method) > within  # type: ignore[arg-type]


def test_images_of_one_patient_count_by_the_design_effect() -> None:
    # Kish 1965: 1 + (3 - 1) · 0.5 = 2 images for one; 286 · 2 = 572, of 572 / 3 = 190.7 patients.
    plan = plan_precision(0.75, 0.05, per_patient=3, alike=0.5)
    assert (plan.design_effect, plan.independent, plan.images, plan.patients) == (2, 286, 572, 191)
    assert plan_precision(0.75, 0.05, per_patient=3, alike=0).images == 286
    careful = plan_precision(0.75, 0.05, per_patient=3)
    assert (careful.images, careful.patients) == (858, 286)


def test_a_planned_study_is_as_precise_as_planned_when_patients_are_drawn() -> None:
    """Simulated: 191 patients with 3 images each, results alike to the degree 0.5."""
    plan = plan_precision(0.75, 0.05, per_patient=3, alike=0.5)
    rng = np.random.default_rng(0)
    own = rng.random((4000, plan.patients, 1)) < 0.75
    # An image repeats its patient's result with chance 0.5 ** 0.5, so that two agree by ρ = 0.5.
    same = rng.random((4000, plan.patients, 3)) < math.sqrt(0.5)
    each = np.where(same, own, rng.random((4000, plan.patients, 3)) < 0.75)
    spread = each.mean(axis=(1, 2)).std()
    assert 1.96 * spread == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        {"share": 1.2},
        {"within": 0.5},
        {"within": 0.0},
        {"per_patient": 0.5},
        {"alike": 1.5},
        {"within": 1e-6, "method": "clopper-pearson"},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_precision(**{"share": 0.75, "within": 0.05, **wrong})  # type: ignore[arg-type]
    assert caught.value.code == "precision"


@pytest.mark.slow
def test_the_beta_distribution_is_scipys() -> None:
    rng = np.random.default_rng(0)
    for a, b, x, q in rng.random((200, 4)) * [300, 300, 1, 1]:
        assert beta_share(x, a + 0.1, b + 0.1) == pytest.approx(
            special.betainc(a + 0.1, b + 0.1, x), abs=1e-10
        )
        assert beta_quantile(q, a + 0.1, b + 0.1) == pytest.approx(
            stats.beta.ppf(q, a + 0.1, b + 0.1), abs=1e-9
        )


def test_numbers_are_told_as_a_plan_is() -> None:
    assert [about(n) for n in (7, 66, 141, 286, 1234)] == [7, 66, 140, 290, 1200]
    assert [points(x) for x in (0.1025, 0.05, 0.044, 0.01)] == [
        "10 points",
        "5 points",
        "4.4 points",
        "1 point",
    ]
