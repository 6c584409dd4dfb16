"""Findings compared between networks: DeLong's formula, Holm, luck of training, false alarms."""

from __future__ import annotations

import json
from statistics import NormalDist

import numpy as np
import pytest
from drawn_findings import NAMES, drawn_findings
from numpy.typing import NDArray

from xraylib.metrics.findings.compare import MEAN, compare_findings


def _delong(
    truth: NDArray[np.bool_], one: NDArray[np.float64], two: NDArray[np.float64]
) -> tuple[float, float]:
    """Difference of two paired areas and its p, written out from DeLong et al. 1988."""

    def parts(s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        beats = (s[truth][:, None] > s[~truth]) + 0.5 * (s[truth][:, None] == s[~truth])
        return beats.mean(axis=1), beats.mean(axis=0)

    (x1, y1), (x2, y2) = parts(one), parts(two)
    gap = x1.mean() - x2.mean()
    variance = np.var(x1 - x2, ddof=1) / len(x1) + np.var(y1 - y2, ddof=1) / len(y1)
    return float(gap), 2 * (1 - NormalDist().cdf(abs(gap) / np.sqrt(variance)))


@pytest.mark.fast
def test_a_difference_is_delongs_where_there_are_many_images() -> None:
    truth, said, _ = drawn_findings(900, seed=3, unknown=0.2, per_patient=1, skill=1.0)
    rng = np.random.default_rng(0)
    other = 1 / (1 + np.exp(-(np.log(said / (1 - said)) + 0.7 * rng.normal(size=said.shape))))
    found = compare_findings(truth, {"one": said, "two": other}, NAMES)
    assert [pair.finding for pair in found.pairs] == [MEAN, *NAMES]
    raw = []
    for place, pair in enumerate(found.pairs[1:]):
        known = truth[:, place] >= 0
        gap, p = _delong(truth[known, place] == 1, said[known, place], other[known, place])
        assert pair.apart is not None
        assert pair.apart.difference == pytest.approx(gap)
        assert pair.apart.p == pytest.approx(p, abs=0.02, rel=0.5)
        raw.append(pair.apart.p)
    # Holm 1979 by hand: the smallest p thrice, the next twice, each at least the one before.
    low, middle, high = sorted(raw)
    by_hand = [min(1, 3 * low)]
    by_hand.append(min(1, max(by_hand[-1], 2 * middle)))
    by_hand.append(min(1, max(by_hand[-1], high)))
    told = [pair.apart.p_holm for pair in found.pairs[1:] if pair.apart is not None]
    assert sorted(told) == pytest.approx(by_hand)
    mean = found.pairs[0].apart
    assert mean is not None
    assert mean.difference == pytest.approx(
        np.mean([pair.apart.difference for pair in found.pairs[1:] if pair.apart is not None])
    )
    assert mean.p_holm == mean.p
    assert json.loads(json.dumps(found.to_json()))["pairs"][0]["finding"] == "mean"


@pytest.mark.fast
def test_a_better_network_is_found_and_luck_of_training_is_not_called_better() -> None:
    truth, said, patients = drawn_findings(300, seed=1, skill=2.0)
    worse = np.random.default_rng(2).random(said.shape)
    found = compare_findings(truth, {"good": said, "noise": worse}, NAMES, patients)
    assert {pair.better for pair in found.pairs} == {"good"}
    twins = compare_findings(
        truth, {"good": said, "noise": worse}, NAMES, patients,
        designs={"good": "same", "noise": "same"},
    )  # fmt: skip
    assert {pair.better for pair in twins.pairs} == {None}
    assert twins.pairs[0].verdict == "the same design, and luck of training"


@pytest.mark.fast
def test_networks_that_say_the_same_and_findings_that_none_shows_are_not_told_apart() -> None:
    truth, said, patients = drawn_findings(60, seed=5)
    truth[:, 2] = np.minimum(truth[:, 2], 0)
    found = compare_findings(truth, {"one": said, "two": said.copy()}, NAMES, patients)
    assert {pair.better for pair in found.pairs} == {None}
    assert found.pairs[3].apart is None
    assert found.pairs[3].verdict == "cannot be compared"


@pytest.mark.long
def test_equal_networks_are_seldom_called_different() -> None:
    rng = np.random.default_rng(7)
    alarms = 0
    for seed in range(60):
        truth, said, patients = drawn_findings(100, seed=seed, per_patient=2, unknown=0.1)
        logit = np.log(said / (1 - said))
        one, two = (1 / (1 + np.exp(-(logit + rng.normal(size=said.shape)))) for _ in range(2))
        found = compare_findings(truth, {"one": one, "two": two}, NAMES, patients)
        alarms += any(pair.better for pair in found.pairs[1:])
    assert alarms <= 8  # 5 % of 60, and three standard errors
