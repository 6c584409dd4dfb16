"""Temperature, curve and calibration error against SciPy, hand calculations and simulation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judged_runs import judged_run

from xraylib.errors import ConfigError
from xraylib.evaluation.run_calibration import calibrate_run
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.metrics.calibration import (
    expected_error,
    fit_temperature,
    reliability_curve,
    with_temperature,
)
from xraylib.metrics.intervals import wilson_interval, wilson_of_share
from xraylib.metrics.scores import bin_of, calibration_error, log_loss
from xraylib.workspace import Workspace


def _softmax(logits: Any) -> Any:
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def _drawn(n: int, k: int, seed: int) -> tuple[Any, Any, Any]:
    """Labels drawn from softmax(logits), and those logits: perfectly calibrated."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(n, k)) * 1.5
    p = _softmax(logits)
    return (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(0, k - 1), p, logits


@pytest.mark.parametrize(("n", "k"), [(40, 2), (66, 3), (3000, 5)])
def test_the_temperature_is_scipys(n: int, k: int) -> None:
    from scipy.optimize import minimize_scalar

    true, _, logits = _drawn(n, k, seed=n)
    p = _softmax(2.5 * logits)
    found = minimize_scalar(
        lambda t: log_loss(true, _softmax(2.5 * logits / t)), bounds=(0.1, 15), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    assert fit_temperature(true, p) == pytest.approx(found.x, rel=1e-4)


def test_an_overconfident_network_is_mended_with_the_factor_that_spoilt_it() -> None:
    true, honest, logits = _drawn(20_000, 3, seed=0)
    sure = _softmax(3 * logits)
    temperature = fit_temperature(true, sure)
    assert temperature == pytest.approx(3, rel=0.05)
    assert temperature is not None
    mended = with_temperature(sure, temperature)
    assert calibration_error(true, sure) > 0.1
    assert calibration_error(true, mended) < 0.02
    assert np.array_equal(mended.argmax(axis=1), sure.argmax(axis=1))
    far = sure.min(axis=1) > 1e-12  # below, a probability counts as 1e-12
    assert far.mean() > 0.99
    assert np.abs(with_temperature(sure, 3) - honest)[far].max() < 1e-9


def test_two_classes_are_the_sigmoid_of_the_logit_by_the_temperature() -> None:
    scaled = with_temperature([[0.2, 0.8], [1.0, 0.0]], 2.0)
    assert scaled[0, 1] == pytest.approx(1 / (1 + np.exp(-np.log(4) / 2)))
    assert scaled.sum(axis=1) == pytest.approx([1, 1])
    assert np.array_equal(with_temperature([[0.2, 0.8]], 1.0), [[0.2, 0.8]])
    for bad in (0.0, -1.0, float("nan")):
        with pytest.raises(ConfigError, match=r"Expected a positive number\. Do this: fit it on"):
            with_temperature([[0.2, 0.8]], bad)


def test_images_that_do_not_settle_it_give_no_temperature() -> None:
    assert fit_temperature([0, 1], [[0.6, 0.4], [0.3, 0.7]]) is None
    assert fit_temperature(np.zeros(0, int), np.zeros((0, 2))) is None


def test_the_expected_error_is_what_perfectly_calibrated_models_show() -> None:
    shown, said = [], []
    for seed in range(200):
        true, p, _ = _drawn(66, 3, seed)
        shown.append(calibration_error(true, p))
        said.append(expected_error(p, repeats=100))
    assert np.mean([mean for mean, _ in said]) == pytest.approx(np.mean(shown), rel=0.05)
    below = np.mean([value <= top for value, (_, top) in zip(shown, said, strict=True)])
    assert below == pytest.approx(0.95, abs=0.04)


def test_the_curve_is_the_calculation_by_hand() -> None:
    p = [[0.55, 0.45], [0.58, 0.42], [0.05, 0.95]]
    curve = reliability_curve([0, 1, 1], p, bins=10)
    assert [row.n for row in curve] == [2, 1]
    assert (curve[0].low, curve[0].high) == (0.5, 0.6)
    assert curve[0].confidence == pytest.approx(0.565)
    assert (curve[0].accuracy, curve[1].accuracy) == (0.5, 1.0)
    gaps = sum(row.n * abs(row.accuracy - row.confidence) for row in curve) / 3
    assert gaps == pytest.approx(calibration_error([0, 1, 1], p, bins=10))
    # Of 1 of 2 Clopper and Pearson's: (1 - low)² = 0.975, as high by symmetry.
    assert curve[0].interval == pytest.approx((1 - 0.975**0.5, 0.975**0.5))


def test_images_of_one_patient_in_a_bin_of_the_curve_count_for_what_they_are_worth() -> None:
    p = np.tile([0.9, 0.1], (12, 1))
    true = [0] * 9 + [1] * 3  # four patients with three images each, one of them wrong on all
    (row,) = reliability_curve(true, p, groups=np.arange(12) // 3)
    assert row.interval == pytest.approx(wilson_of_share(3 / 4, 3))  # patients less one
    assert row.interval[0] < (wilson_interval(9, 12) or (0, 0))[0] - 0.1


def test_a_confidence_on_the_edge_of_a_bin_belongs_to_the_lower_one() -> None:
    # 0.6 is the edge of bins 9 and 10 of 15, and 0.65 lies in the upper one. In bins of their own
    # the gaps are |1 - 0.6| and |0 - 0.65|; in one bin they would nearly cancel out: |1 - 1.25|.
    true, p = [0, 1], [[0.6, 0.4], [0.65, 0.35]]
    assert calibration_error(true, p) == pytest.approx((0.4 + 0.65) / 2)
    assert [(one.low, one.n) for one in reliability_curve(true, p)] == [(8 / 15, 1), (9 / 15, 1)]
    # With every edge so: the confidence i / 15 of i - 1 and i is put into the former.
    edges = np.arange(1, 16) / 15
    assert bin_of(edges).tolist() == list(range(15))
    assert bin_of(np.array([0.2, 1 / 15, 0.0, 1.0])).tolist() == [2, 0, 0, 14]
    assert bin_of(edges[:-1] + 1e-12).tolist() == list(range(1, 15))


def test_what_chance_alone_gives_counts_edges_as_the_error_does() -> None:
    # Two images on an edge and two above it. In bins of their own each pair is right 0, 1 or 2
    # times, and the mean gap is that of two binomials, one a bin, written out.
    p = [[0.6, 0.4], [0.6, 0.4], [0.65, 0.35], [0.65, 0.35]]

    def mean_gap(q: float) -> float:
        chances = ((1 - q) ** 2, 2 * q * (1 - q), q**2)
        return sum(chance * abs(k - 2 * q) for k, chance in enumerate(chances))

    mean, _ = expected_error(p, repeats=20_000)
    assert mean == pytest.approx((mean_gap(0.6) + mean_gap(0.65)) / 4, rel=0.01)


def test_a_run_is_calibrated_on_validation_images_and_measured_on_test_images(
    workspace: Workspace, tmp_path: Path, capsys: Any
) -> None:
    from trained_runs import draw_images

    from xraylib.cli import main

    images = draw_images(tmp_path / "bars", ("High", "Low", "Middle"))

    def says(true: Any) -> Any:
        p = np.full((len(true), 3), 0.02)
        called = np.where(np.arange(len(true)) % 3 == 0, (true + 1) % 3, true)
        p[np.arange(len(true)), called] = 0.96
        return p

    run = judged_run(workspace, images, says)
    result = calibrate_run(run)
    assert (result.split, result.n, result.too_few) == ("test", 15, True)
    assert result.images == sum(run.data.counts["val"].values())
    assert result.temperature > 2
    assert result.after.log_loss < result.before.log_loss
    assert result.after.ece < result.before.ece
    assert main(["calibrate", run.id, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed.pop("operating") == read_operating(run).to_json()
    assert printed == result.to_json()
    assert main(["calibrate", run.id]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("temperature ")
    assert "it is not applied: 6 validation images are too few" in said.out
