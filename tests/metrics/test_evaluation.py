"""Every number against scikit-learn or a calculation written out here."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from xraylib.errors import DatasetError
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.intervals import (
    bootstrap_weights,
    roc_auc,
    weighted_auc,
    wilson_interval,
)
from xraylib.metrics.scores import brier_score, calibration_error, confusion_matrix, log_loss

CLASSES = ("Covid", "Normal", "Pneumonia")


def evaluated(*given: Any) -> dict[str, Any]:
    """The evaluation as JSON."""
    value: dict[str, Any] = evaluate_predictions(*given).to_json()
    return value


def _predictions(n: int, k: int, seed: int, ties: bool = False) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    true = np.r_[np.arange(k), rng.integers(0, k, n - k)]
    logits = rng.normal(size=(n, k)) + 1.2 * np.eye(k)[true]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    if ties:
        p = np.round(p * 6) + 0.25
        p = p / p.sum(1, keepdims=True)
    return true, p


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize(("n", "k"), [(12, 2), (66, 3), (300, 5)])
def test_every_number_equals_scikit_learns(n: int, k: int, ties: bool) -> None:
    from sklearn import metrics as sk

    true, p = _predictions(n, k, seed=n + k, ties=ties)
    names = [f"c{i}" for i in range(k)]
    result = evaluated(true, p, names)
    predicted = p.argmax(1)
    assert result["confusion"] == sk.confusion_matrix(true, predicted).tolist()
    assert result["accuracy"] == pytest.approx(sk.accuracy_score(true, predicted), abs=1e-12)
    assert result["balanced_accuracy"] == pytest.approx(
        sk.balanced_accuracy_score(true, predicted), abs=1e-12
    )
    assert result["log_loss"] == pytest.approx(sk.log_loss(true, p), abs=1e-12)
    expected = (
        sk.roc_auc_score(true, p[:, 1])
        if k == 2
        else sk.roc_auc_score(true, p, multi_class="ovr", average="macro")
    )
    assert result["auc"] == pytest.approx(expected, abs=1e-12)
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        true, predicted, zero_division=np.nan
    )
    for i, name in enumerate(names):
        row = result["per_class"][name]
        for key, value in (("precision", precision[i]), ("recall", recall[i]), ("f1", f1[i])):
            if np.isnan(value):
                assert row[key] is None
                assert result["undefined"][f"per_class.{name}.{key}"]
            else:
                assert row[key] == pytest.approx(value, abs=1e-12)
        others = sk.recall_score(true != i, predicted != i)
        assert row["specificity"] == pytest.approx(others, abs=1e-12)
        assert row["support"] == support[i]
        assert row["auc"] == pytest.approx(sk.roc_auc_score(true == i, p[:, i]), abs=1e-12)
    json.dumps(result, allow_nan=False)


def test_brier_score_equals_scikit_learns_for_two_classes_and_its_sum_for_more() -> None:
    from sklearn.metrics import brier_score_loss

    true, p = _predictions(80, 2, seed=1)
    assert brier_score(true, p) == pytest.approx(brier_score_loss(true, p[:, 1]), abs=1e-12)
    by_hand = (0.5**2 + 0.3**2 + 0.2**2 + 0.1**2 + 0.1**2) / 2  # (.5 .3 .2) is 0, (0 .9 .1) is 1
    assert brier_score([0, 1], [[0.5, 0.3, 0.2], [0.0, 0.9, 0.1]]) == pytest.approx(by_hand)


def test_log_loss_of_a_certain_mistake_is_large_but_finite() -> None:
    assert log_loss([0], [[0.0, 1.0]]) == pytest.approx(-np.log(2.220446049250313e-16))


def test_calibration_error_by_hand() -> None:
    # Two images at 0.9 (one right), two at 0.6 (both right): (2*|0.5-0.9| + 2*|1-0.6|) / 4
    p = [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]]
    assert calibration_error([0, 1, 0, 0], p) == pytest.approx((2 * 0.4 + 2 * 0.4) / 4)


def test_confusion_matrix_has_the_true_class_by_row() -> None:
    assert confusion_matrix([0, 0, 1, 2], [0, 1, 1, 1], 3).tolist() == [
        [1, 1, 0],
        [0, 1, 0],
        [0, 1, 0],
    ]


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 20), (20, 20), (58, 66), (5, 10_000)])
def test_wilson_interval_equals_scipys(k: int, n: int) -> None:
    from scipy.stats import binomtest

    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert wilson_interval(k, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_interval_of_nothing_is_undefined() -> None:
    assert wilson_interval(0, 0) is None


def test_a_weighted_auc_equals_the_auc_of_the_images_repeated() -> None:
    rng = np.random.default_rng(4)
    truth = rng.random(40) < 0.5
    scores = np.round(rng.normal(size=40), 1)
    weights = next(bootstrap_weights(np.arange(40), repeats=5, seed=1))
    for row, area in zip(weights, weighted_auc(truth, scores, weights), strict=True):
        times = row.astype(int)
        assert area == pytest.approx(roc_auc(np.repeat(truth, times), np.repeat(scores, times)))


def test_the_bootstrap_draws_whole_patients_as_many_as_there_are() -> None:
    groups = np.array([0, 0, 1, 2, 2, 2])
    weights = np.concatenate(list(bootstrap_weights(groups, repeats=50, seed=0)))
    assert weights.shape == (50, 6)
    assert np.array_equal(weights[:, 0], weights[:, 1])
    assert np.all(weights[:, [0, 2, 3]].sum(1) == 3)


def test_the_interval_of_macro_auc_contains_it_and_widens_with_images_of_the_same_patients() -> (
    None
):
    true, p = _predictions(120, 3, seed=5)
    single = evaluated(true, p, CLASSES)
    assert single["auc_ci"][0] < single["auc"] < single["auc_ci"][1]
    copies, patients = np.tile(true, 4), np.tile([f"p{i}" for i in range(120)], 4)
    repeated = evaluated(copies, np.tile(p, (4, 1)), CLASSES, patients)
    fooled = evaluated(copies, np.tile(p, (4, 1)), CLASSES)
    assert repeated["auc_ci"] == pytest.approx(single["auc_ci"], abs=0.005)
    assert np.diff(fooled["auc_ci"])[0] < 0.6 * np.diff(repeated["auc_ci"])[0]
    assert repeated["patients"] == 120
    for rate in ("recall", "precision", "specificity", "npv", "auc"):
        for name, row in repeated["per_class"].items():
            drawn, formula = row[f"{rate}_ci"], single["per_class"][name][f"{rate}_ci"]
            assert drawn == pytest.approx(formula, abs=0.02), rate
    assert repeated["accuracy_ci"] == pytest.approx(single["accuracy_ci"], abs=0.01)
    assert repeated["notes"] == ["480 images come from 120 patients: intervals count patients"]


def test_a_share_of_one_is_worth_as_many_images_as_it_has_patients() -> None:
    right = [[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.8]]
    result = evaluated([0, 0, 1, 1], right, ["A", "B"], ["p", "p", "q", "q"])
    # Of n of n Clopper and Pearson's low end is the n-th root of 0.025.
    assert result["accuracy_ci"] == pytest.approx((0.025**0.5, 1))
    assert result["per_class"]["A"]["recall_ci"] == pytest.approx((0.025, 1))
    alone = evaluated([0, 0, 1, 1], right, ["A", "B"], ["p"] * 4)
    assert alone["accuracy_ci"] == pytest.approx((0.025, 1))
    assert alone["auc_ci"] is None


def test_a_class_without_images_gives_none_and_a_reason() -> None:
    result = evaluated([0, 0, 1], [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1]], CLASSES)
    assert result["accuracy"] == pytest.approx(2 / 3)
    assert result["auc"] is None
    assert result["balanced_accuracy"] is None
    row = result["per_class"]["Pneumonia"]
    assert (row["recall"], row["precision"], row["f1"], row["auc"]) == (None,) * 4
    assert row["specificity"] == 1.0
    assert result["undefined"]["auc"] == "no images of class Pneumonia"
    assert result["undefined"]["per_class.Pneumonia.recall"] == "no image is truly Pneumonia"
    assert result["undefined"]["per_class.Pneumonia.precision"] == "no image was called Pneumonia"


def test_what_is_perfect_or_wholly_wrong_has_an_interval_too() -> None:
    right = evaluated([0, 0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0, 1]], ["A", "B"])
    wrong = evaluated([0, 0, 1, 1], [[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [1, 0]], ["A", "B"])
    for name in ("accuracy", "balanced_accuracy", "auc", "auc_weighted"):
        assert (right[name], wrong[name]) == (1, 0)
        low, high = right[f"{name}_ci"]
        assert 0 < low < high == 1, name
        assert wrong[f"{name}_ci"] == pytest.approx([1 - high, 1 - low]), name
    for name in ("recall", "f1", "auc"):
        assert right["per_class"]["B"][f"{name}_ci"][1] == 1, name
        assert wrong["per_class"]["B"][f"{name}_ci"][0] == 0, name
    told = ("accuracy", "auc", "recall", "f1")
    assert not [key for key in right["undefined"] if any(name in key for name in told)]


def test_no_images_give_no_numbers() -> None:
    result = evaluated([], np.zeros((0, 3)), CLASSES)
    assert result["n"] == 0
    assert result["accuracy"] is None
    assert result["undefined"]["accuracy"] == "there are no images"
    json.dumps(result, allow_nan=False)


@pytest.mark.parametrize(
    ("true", "p", "what"),
    [
        (
            [0, 1],
            [[1, 0, 0]],
            "There are 2 labels and probabilities of shape (1, 3) for 3 classes. Expected "
            "probabilities of shape (2, 3). Do this: give one row of probabilities for each "
            "label.",
        ),
        (
            [3],
            [[1, 0, 0]],
            "A label is 3. Expected whole numbers from 0 to 2 for 3 classes. Do this: use the "
            "same classes for labels and probabilities.",
        ),
        (
            [-1],
            [[1, 0, 0]],
            "Some labels are not positions of a class. Expected whole numbers from 0 to 2. Do "
            "this: leave out images without a label.",
        ),
        (
            [0],
            [[float("nan"), 0, 0]],
            "Some rows are no probabilities (not a number, negative, or a sum other than 1). "
            "Expected numbers from 0 to 1 that sum to 1 in each row. Do this: check the "
            "network's last activation, or train with a lower learning rate.",
        ),
    ],
)
def test_what_are_no_predictions_is_refused(true: Any, p: Any, what: str) -> None:
    with pytest.raises(DatasetError) as caught:
        evaluated(true, p, CLASSES)
    assert str(caught.value) == what
    assert caught.value.code == "predictions"


def test_a_hundred_thousand_predictions_take_seconds() -> None:
    true, p = _predictions(100_000, 3, seed=6)
    result = evaluated(true, p, CLASSES)
    assert result["auc_ci"][1] - result["auc_ci"][0] < 0.01
