"""A difference is called real only where it is; numbers against SciPy and hand calculations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judged_runs import judged_run, sure

from xraylib.errors import DatasetError
from xraylib.evaluation.run_compare import compare_runs
from xraylib.metrics.compare import compare_predictions, difference_interval, holm, mcnemar_exact
from xraylib.metrics.intervals import wilson_interval
from xraylib.workspace import Workspace

CLASSES = ("High", "Low", "Middle")


@pytest.mark.parametrize(("one", "other"), [(0, 0), (1, 0), (5, 5), (9, 2), (40, 71), (0, 2000)])
def test_mcnemar_is_the_exact_binomial_test_of_the_images_they_disagree_on(
    one: int, other: int
) -> None:
    from scipy.stats import binomtest

    first = np.r_[np.ones(one), np.zeros(other), np.ones(7)]
    second = np.r_[np.zeros(one), np.ones(other), np.ones(7)]
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert mcnemar_exact(first, second) == pytest.approx(expected, abs=1e-10)


def test_the_interval_has_the_width_of_the_paired_standard_error() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.random(300) < 0.85, rng.random(300) < 0.75
    low, high = difference_interval(first, second, np.arange(300)) or (0, 0)
    gap = first.astype(float) - second
    error = gap.std(ddof=1) / np.sqrt(300)
    assert (low + high) / 2 == pytest.approx(gap.mean(), abs=1e-12)
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.05)
    twice = difference_interval(np.tile(first, 2), np.tile(second, 2), np.tile(np.arange(300), 2))
    assert twice == pytest.approx((low, high), abs=1e-12)  # the same patients: nothing was won


def test_of_very_many_images_the_interval_is_computed_and_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(1)
    first, second, groups = rng.random(900) < 0.85, rng.random(900) < 0.75, np.arange(900) // 2
    drawn = difference_interval(first, second, groups)
    monkeypatch.setattr("xraylib.metrics.compare.MANY", 100)
    assert difference_interval(first, second, groups) == pytest.approx(drawn, abs=0.003)


def test_runs_that_never_disagree_still_have_an_interval() -> None:
    right = np.ones(66, bool)
    low, high = difference_interval(right, right, np.arange(66)) or (0, 0)
    assert (low, high) == pytest.approx((-3.8415 / 69.8415, 3.8415 / 69.8415), abs=1e-4)
    assert difference_interval(right, right, np.zeros(66, np.int64)) is None


def test_holm_is_the_calculation_by_hand() -> None:
    # sorted 0.01, 0.03, 0.04: 3 · 0.01, 2 · 0.03, then no smaller than the one before
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]


def test_a_real_difference_is_called_so() -> None:
    true = np.arange(66) % 3
    poor = np.where(np.arange(66) % 2, true, (true + 1) % 3)
    result = compare_predictions(true, {"good": np.eye(3)[true], "poor": np.eye(3)[poor]}, CLASSES)
    (pair,) = [one for one in result.pairs if one.second == "poor"]
    assert pair.difference == 0.5
    assert (pair.only_first_right, pair.only_second_right) == (33, 0)
    assert pair.verdict == "good is better on these 66 images"
    assert [entry.name for entry in result.entries] == ["good", "poor", "always High"]
    assert result.entries[1].accuracy.interval == wilson_interval(33, 66)
    value = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert list(value) == ["n", "patients", "classes", "entries", "pairs", "notes"]
    assert list(value["entries"][0]) == ["name", "accuracy", "accuracy_ci", "right"]
    assert list(value["pairs"][0]) == [
        "first", "second", "difference", "difference_ci", "only_first_right", "only_second_right",
        "p", "p_holm", "better", "verdict",
    ]  # fmt: skip


def test_on_shuffled_labels_nothing_is_distinguishable() -> None:
    rng = np.random.default_rng(1)
    claims = 0
    for _ in range(200):
        true = rng.permutation(np.repeat([0, 1, 2], 22))
        said = {
            name: np.eye(3)[rng.permutation(np.repeat([0, 1, 2], 22))] for name in ("one", "two")
        }
        result = compare_predictions(true, said, CLASSES)
        claims += any(pair.better for pair in result.pairs)
        if not any(pair.better for pair in result.pairs):
            assert {pair.verdict for pair in result.pairs} == {
                "not distinguishable on these 66 images"
            }
    assert claims <= 10  # 5 % of 200


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trained_runs import draw_images

    return draw_images(tmp_path_factory.mktemp("compared") / "bars", CLASSES)


def test_runs_are_compared_on_the_same_images_with_majority_and_baseline(
    workspace: Workspace, images: Path, capsys: Any
) -> None:
    from xraylib.cli import main

    good = judged_run(workspace, images, lambda true: sure(true, 3))
    alone = compare_runs([good], workspace=workspace)
    assert alone.baseline is None
    assert "train one to see" in alone.notes[-1]
    dense = judged_run(
        workspace, images, lambda true: sure((true + 1) % 3, 3), network="lesson-dense"
    )
    result = compare_runs([good], workspace=workspace)
    assert (result.n, result.left_out, result.baseline) == (15, 0, dense.id)
    assert [entry.name for entry in result.entries] == [good.id, dense.id, "always High"]
    assert [entry.accuracy.value for entry in result.entries] == [1.0, 0.0, 1 / 3]
    assert result.pairs[0].better == good.id
    assert compare_runs([good, dense], workspace=workspace).pairs == result.pairs
    assert main(["compare", good.id, dense.id, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["pairs"] == [pair.to_json() for pair in result.pairs]
    assert list(printed) == [
        "n", "patients", "classes", "entries", "pairs", "notes", "split", "baseline", "left_out",
        "known_images",
    ]  # fmt: skip
    assert list(printed["entries"][0]) == [
        "name", "accuracy", "accuracy_ci", "right", "run", "label",
    ]  # fmt: skip
    assert main(["compare", good.id]) == 0
    assert "is better on these 15 images" in capsys.readouterr().out


def test_images_of_the_same_name_with_other_bytes_are_not_the_same_images(
    workspace: Workspace, images: Path, tmp_path: Path
) -> None:
    from trained_runs import draw_images

    other = draw_images(tmp_path / "bars", CLASSES, seed=9)
    runs = [judged_run(workspace, root, lambda true: sure(true, 3)) for root in (images, other)]
    with pytest.raises(DatasetError) as caught:
        compare_runs(runs)
    assert str(caught.value) == (
        "The runs were not judged on the same test images. Expected runs of one data set with the "
        "same classes. Do this: choose runs of the same data set, or train one of them again on it."
    )
