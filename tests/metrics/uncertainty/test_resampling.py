"""Intervals by drawing whole patients: against theory, and what cannot be drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import precision_score

from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.resampling import share_interval, worth_of

CLASSES = ("A", "B", "C")


def evaluated(*given: Any) -> dict[str, Any]:
    """The evaluation as JSON."""
    value: dict[str, Any] = evaluate_predictions(*given).to_json()
    return value


def _images(n: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    true = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    logits = rng.normal(size=(n, 3)) + 1.5 * np.eye(3)[true]
    return true, np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


@pytest.mark.parametrize(("n", "k"), [(60, 2), (90, 3)])
def test_the_weighted_auc_is_scikit_learns(n: int, k: int) -> None:
    from sklearn.metrics import roc_auc_score

    true, p = _images(n, seed=k)
    true, p = np.minimum(true, k - 1), p[:, :k] / p[:, :k].sum(1, keepdims=True)
    expected = (
        roc_auc_score(true, p[:, 1])
        if k == 2
        else roc_auc_score(true, p, multi_class="ovr", average="weighted")
    )
    result = evaluated(true, p, [f"c{i}" for i in range(k)])
    assert result["auc_weighted"] == pytest.approx(expected, abs=1e-12)
    assert result["auc_weighted_ci"][0] < expected < result["auc_weighted_ci"][1]


def test_the_interval_of_a_mean_loss_is_students_t_on_halls_scale() -> None:
    true, p = _images(400, seed=1)
    result = evaluated(true, p, CLASSES)
    losses = -np.log(p[np.arange(400), true])
    # A gamma distribution of the same mean and spread is skewed by 2 spreads a mean: it counts as
    # ten images more, where that is more skewed.
    gamma = 2 * losses.std() / losses.mean()
    skew = scipy.stats.skew(losses)
    skew = max(skew, (400 * skew + 10 * gamma) / 410)
    # Hall 1992: W + skew W² / 3 + skew² W³ / 27 + skew / 6n is as good as normal, W = gap / sd.
    low, high = result["log_loss_ci"]
    for end, side in ((low, 1), (high, -1)):
        w = (losses.mean() - end) / losses.std(ddof=1)
        scaled = 20 * (w + skew * w**2 / 3 + skew**2 * w**3 / 27 + skew / (6 * 400))
        assert scaled == pytest.approx(side * scipy.stats.t.ppf(0.975, 399), rel=1e-3)
    assert high - losses.mean() > losses.mean() - low  # few are large, and more may be
    assert result["brier_ci"][0] < result["brier"] < result["brier_ci"][1]


def test_f1_and_balanced_accuracy_have_intervals_that_hold_them() -> None:
    true, p = _images(120, seed=2)
    result = evaluated(true, p, CLASSES)
    for row in result["per_class"].values():
        assert row["f1_ci"][0] < row["f1"] < row["f1_ci"][1]
    low, high = result["balanced_accuracy_ci"]
    assert low < result["balanced_accuracy"] < high


def test_images_repeated_for_the_same_patients_win_nothing() -> None:
    true, p = _images(100, seed=3)
    once = evaluated(true, p, CLASSES)
    patients = [f"p{i:03d}" for i in range(100)] * 3  # in one order, so that the draws are the same
    thrice = evaluated(np.tile(true, 3), np.tile(p, (3, 1)), CLASSES, patients)
    for name in ("log_loss_ci", "brier_ci"):
        assert thrice[name] == pytest.approx(once[name], rel=1e-6), name
    for name in ("accuracy_ci", "balanced_accuracy_ci", "auc_ci", "auc_weighted_ci"):
        # What several images of a patient are worth is estimated, which costs a little.
        width = np.diff(thrice[name]) / np.diff(once[name])
        assert 0.95 < width < 1.12, name


def test_one_patient_or_an_undefined_figure_has_no_interval() -> None:
    true, p = np.array([0, 1]), np.array([[0.7, 0.3], [0.4, 0.6]])
    one = evaluated(true, p, ["A", "B"], ["p", "p"])
    assert one["log_loss_ci"] is None
    assert one["undefined"]["log_loss_ci"] == "all images are of one patient"
    two = evaluated([0, 0], p, ["A", "B"])
    assert two["log_loss_ci"] is not None
    assert (two["auc"], two["auc_ci"]) == (None, None)
    assert two["undefined"]["auc_ci"] == two["undefined"]["auc"] == "no images of class B"
    perfect = evaluated([0, 0, 1, 1], [[1, 0], [1, 0], [0, 1], [0, 1]], ["A", "B"])
    assert perfect["brier_ci"] is None
    assert perfect["undefined"]["brier_ci"].startswith("the value is 0 on these images")


def test_a_computed_error_is_the_one_that_drawing_gives() -> None:
    from dataclasses import replace

    from xraylib.metrics.checked_images import checked_images
    from xraylib.metrics.table import METRICS
    from xraylib.metrics.uncertainty.resampling import measure

    true, p = _images(1200, seed=4)
    images = checked_images(true, p, CLASSES, [f"p{i // 3}" for i in range(1200)])
    rows = [metric for metric in METRICS if metric.influence is not None]
    assert {row.name for row in rows} == {"brier", "log_loss"}
    computed = measure(images, rows)[0]
    drawn = measure(images, [replace(row, influence=None) for row in rows])[0]
    for name, score in computed.items():
        width = np.diff(score.interval or ()) / np.diff(drawn[name].interval or ())
        assert width == pytest.approx(1, abs=0.08), name


def test_images_of_one_patient_are_worth_less() -> None:
    groups = np.repeat(np.arange(50), 4)
    right = np.repeat(np.random.default_rng(0).random(50) < 0.8, 4)  # all four alike
    every = np.ones(200, bool)
    assert worth_of(right, every, np.arange(200)) == 200
    assert worth_of(right, every, groups) == pytest.approx(49)  # patients less one


def test_a_share_has_one_interval_wherever_it_is_shown() -> None:
    true, p = _images(90, seed=5)
    groups = np.repeat(np.arange(30), 3)
    found = evaluated(true, p, CLASSES, [f"p{group}" for group in groups])
    mine, said = true == 0, p.argmax(axis=1) == 0
    for name, hits, of in (
        ("recall", said, mine),
        ("precision", mine, said),
        ("specificity", ~said, ~mine),
        ("npv", ~mine, ~said),
    ):
        interval = share_interval(hits, of, groups)
        assert interval is not None
        assert found["per_class"]["A"][f"{name}_ci"] == pytest.approx(interval, abs=1e-12), name


def test_the_error_of_a_share_knows_how_many_patients_it_is_of() -> None:
    # Of class A one patient with 2 of 2 right and one with 0 of 2; 20 patients of another class.
    groups = np.concatenate([np.repeat([0, 1], 2), np.arange(2, 22)])
    of = groups < 2
    hits = groups == 0
    # Half is right. Drawing patients moves the sums of hits less half of all by +1 and -1: the
    # error is sqrt(2) / 4, times sqrt(2 / 1) for two patients: 1/2. So 0.25 / 0.25 = 1 image.
    assert worth_of(hits, of, groups) == pytest.approx(1)


def test_of_few_patients_the_error_is_unsure() -> None:
    # Shares of 0.8, 0.7, 0.6, 0.7 and 0.7 of 20 images each: their standard deviation is 0.0707,
    # the error 0.0316, so that 0.21 / 0.001 = 210 images would be, of 100. Three patients more
    # whose images are all alike: 4 of 7 parts of 1/100 and three of 1/5 is 1/10.9. Student's t
    # would make 100 · (1.960 / 2.776)² = 49.8 of them.
    groups = np.repeat(np.arange(5), 20)
    hits = np.concatenate([np.arange(20) < count for count in (16, 14, 12, 14, 14)])
    worth = worth_of(hits, np.ones(100, bool), groups)
    assert worth == pytest.approx(1 / (4 / 7 / 100 + 3 / 7 / 5))


def test_a_predictive_value_of_a_class_without_images_is_missing() -> None:
    true, said = np.array([0, 0, 1, 1, 0, 1]), np.array([0, 2, 1, 2, 0, 1])
    found = evaluate_predictions(true, np.eye(3)[said] * 0.8 + 0.1 * np.ones(3) / 1.5, CLASSES)
    missing = found.per_class[CLASSES[2]]
    # It was called twice and no image is of it: 0 of 2 and 4 of 4, whatever the network does.
    why = f"no image is truly {CLASSES[2]}"
    for name in ("recall", "precision", "npv", "f1", "auc"):
        assert missing[name] == Score(None, None, why, why), name
    first = found.per_class[CLASSES[0]]["precision"]
    assert first.value == precision_score(true == 0, said == 0)
    assert first.interval is not None


def test_a_predictive_value_of_the_only_class_there_is_is_missing() -> None:
    # Two of three were called so: 2 of 2 and 0 of 1, whatever the network does.
    said = np.array([0, 0, 1])
    found = evaluate_predictions(np.zeros(3, int), np.eye(2)[said], CLASSES[:2])
    for name in ("precision", "npv"):
        assert found.per_class[CLASSES[0]][name].reason == f"every image is truly {CLASSES[0]}"
    assert found.per_class[CLASSES[0]]["recall"].value == pytest.approx(2 / 3)
