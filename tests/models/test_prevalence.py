"""What a positive answer is worth elsewhere, against a hand calculation and simulations."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.errors import ConfigError
from xraylib.metrics.intervals import wilson_interval
from xraylib.metrics.measured import Score
from xraylib.models.track_record import predictive_value, ratio_interval


def share(part: int, of: int) -> Score:
    return Score(part / of, wilson_interval(part, of))


def test_it_is_bayes_rule() -> None:
    # 18 of 20 found, 4 of 40 others called so; of 1,000 people 20 have it: 18 and 98 are called so.
    found = predictive_value(share(18, 20), share(36, 40), 0.02)
    assert found.value == pytest.approx(18 / (18 + 98))
    assert found.interval is not None
    assert found.interval.low < found.value < found.interval.high
    # Where every class is as frequent as in testing it is what was counted there.
    same = predictive_value(share(18, 20), share(36, 40), 20 / 60)
    assert same.value == pytest.approx(18 / 22)


def test_the_interval_of_a_ratio_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    for n, m, s, f in ((20, 40, 0.9, 0.05), (20, 40, 0.6, 0.2), (10, 300, 0.8, 0.1)):
        held = []
        for a, b in zip(rng.binomial(n, s, 4000), rng.binomial(m, f, 4000), strict=True):
            if a or b:
                above, below = wilson_interval(int(a), n), wilson_interval(int(b), m)
                assert above is not None
                assert below is not None
                found = ratio_interval(a / n, above, b / m, below)
                held.append(found.low <= s / f <= found.high)
        assert 0.93 <= np.mean(held) <= 0.975, (n, m, s, f)


@pytest.mark.parametrize(("right", "wrong"), [(0, 0), (0, 1), (0, 40), (20, 0), (20, 40), (1, 39)])
def test_an_estimate_lies_within_its_interval_at_the_edges(right: int, wrong: int) -> None:
    for prevalence in (1e-6, 0.02, 0.999):
        found = predictive_value(share(right, 20), share(40 - wrong, 40), prevalence)
        if right == wrong == 0:
            assert found.value is None
            continue
        assert found.value is not None
        assert found.interval is not None
        assert 0 <= found.interval.low <= found.value <= found.interval.high <= 1


def test_nothing_is_known_of_a_class_that_was_not_tested() -> None:
    assert predictive_value(Score(None), share(36, 40), 0.02).value is None
    assert predictive_value(share(18, 20), Score(1.0), 0.02).value is None


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.1, float("nan")])
def test_a_prevalence_is_a_share(prevalence: float) -> None:
    with pytest.raises(ConfigError) as caught:
        predictive_value(share(18, 20), share(36, 40), prevalence)
    assert caught.value.message == (
        f"The prevalence is {prevalence}. Expected a share between 0 and 1, both excluded. Do "
        "this: say how many of 100 have the disease, divided by 100."
    )
