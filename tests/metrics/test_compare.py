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
from xraylib.metrics.compare import compare_predictions
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.intervals import wilson_interval
from xraylib.metrics.table import METRICS
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

COMPARED = [
    key
    for metric in METRICS
    if "compare" in metric.told
    for key in (metric.name, f"{metric.name}_ci")
]
"""Of each entry, in this order; another metric that is compared needs no change here."""

CLASSES = ("High", "Low", "Middle")


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
    assert list(value) == ["n", "patients", "classes", "entries", "pairs", "designs", "notes"]
    assert list(value["entries"][0]) == ["name", *COMPARED, "right"]
    assert list(value["pairs"][0]) == [
        "first", "second", "difference", "difference_ci", "only_first_right", "only_second_right",
        "p", "p_holm", "same_design", "by_luck", "better", "verdict",
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


@pytest.mark.slow
def test_five_equal_runs_of_patients_with_several_images_are_seldom_called_unequal() -> None:
    rng = np.random.default_rng(2)
    patients = np.repeat(np.arange(60), 5)
    claims = 0
    for _ in range(100):
        true = rng.integers(0, 2, 300)
        runs = {}
        for name in "abcde":
            # Each run is right on most images of some patients, and on few of others.
            chance = 1 / (1 + np.exp(-rng.normal(1.2, 1.5, 60)))
            right = rng.random(300) < chance[patients]
            runs[name] = np.eye(2)[np.where(right, true, 1 - true)]
        found = compare_predictions(true, runs, ("A", "B"), patients.astype(str))
        claims += any(pair.better for pair in found.pairs if pair.second in runs)
    assert claims <= 9  # 5 % wanted; beyond 9 of 100 lie 3 % of the simulations then


@pytest.mark.slow
def test_the_first_lines_of_results_and_compare_say_the_same() -> None:
    rng = np.random.default_rng(3)
    told = set()
    for _ in range(150):
        true = (np.arange(66) < 24).astype(int)
        said = {name: np.eye(2)[np.where(rng.random(66) < 0.76, true, 1 - true)] for name in "abc"}
        found = compare_predictions(true, said, ("A", "B"))
        for name, p in said.items():
            alone = evaluate_predictions(true, p, ("A", "B")).majority
            (pair,) = (one for one in found.pairs if (one.first, one.second) == (name, "always A"))
            words = {name: "better than", "always A": "worse than"}
            assert alone.words == words.get(str(pair.better), "not distinguishable from")
            assert alone.compared is not None
            assert (alone.compared.p, alone.compared.interval) == (pair.p, pair.interval)
            told.add(alone.words)
    assert len(told) > 1


def test_trainings_of_one_design_differ_by_luck() -> None:
    true = np.arange(66) % 2
    said = {"lucky": true, "unlucky": np.where(np.arange(66) < 30, 1 - true, true)}
    p = {name: np.eye(2)[called] for name, called in said.items()}
    apart, one = (
        compare_predictions(true, p, ("A", "B"), designs=designs).pairs[0]
        for designs in (None, {"lucky": "d", "unlucky": "d"})
    )
    assert (apart.better, apart.by_luck) == ("lucky", False)
    assert (one.p, one.better, one.same_design, one.by_luck) == (apart.p, None, True, True)
    assert one.verdict == "the same design, and luck of training, on these 66 images"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trained_runs import draw_images

    return draw_images(tmp_path_factory.mktemp("compared") / "bars", CLASSES)


@pytest.mark.slow
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
        "n", "patients", "classes", "entries", "pairs", "designs", "notes", "split", "baseline",
        "left_out", "known_images",
    ]  # fmt: skip
    assert list(printed["entries"][0]) == ["name", *COMPARED, "right", "run", "label"]
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


def test_runs_that_differ_in_their_seed_alone_are_trainings_of_one_design(
    workspace: Workspace, images: Path
) -> None:
    def write(run: Any, seed: int) -> None:
        file = run.folder / "train.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "seed": seed}))

    rng = np.random.default_rng(0)
    runs = []
    for network in ("lesson-cnn", "lesson-dense"):
        for seed in range(3):
            wrong = rng.random(10_000) < (0.1 if network == "lesson-cnn" else 0.9)

            def says(true: Any, wrong: Any = wrong) -> Any:
                return sure(np.where(wrong[: len(true)], (true + 1) % 3, true), 3)

            run = judged_run(workspace, images, says, network=network)
            write(run, seed)
            runs.append(Run(run.folder))
    found = compare_runs(runs, workspace=workspace)
    same = {(pair.first, pair.second): pair.same_design for pair in found.pairs}
    assert same[runs[0].id, runs[2].id]
    assert not same[runs[0].id, runs[3].id]
    (two,) = found.designs
    assert two.first_runs == tuple(run.id for run in runs[:3])
    assert two.second_runs == tuple(run.id for run in runs[3:])
    assert two.better == two.first == runs[0].id
