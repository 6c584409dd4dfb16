"""How precise a run's figures are: the half width of the very intervals that the pages show."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from judged_runs import judged_run, sure
from made_runs import draw_noise
from scanned import scanned

from xraylib.cli import main
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.precision import dataset_precision, run_precision
from xraylib.workspace import Workspace


def test_it_is_half_the_interval_of_the_evaluation(workspace: Workspace, tmp_path: Path) -> None:
    images = draw_noise(tmp_path / "images", train=8, test=9)
    run = judged_run(workspace, images, lambda labels: sure((labels + (labels == 0)) % 3, 3))
    found = {one.figure: one for one in run_precision(run)}
    evaluation = stored_evaluation(run)
    for figure, score in {
        "accuracy": evaluation.accuracy,
        "sensitivity for Normal": evaluation.per_class["Normal"].recall,
        "specificity for Normal": evaluation.per_class["Normal"].specificity,
    }.items():
        low, high = score.interval
        one_sided = score.value in (0, 1)  # then the whole interval lies on one side
        width = high - low
        assert found[figure].half_width == pytest.approx(width if one_sided else width / 2)
        assert found[figure].share == score.value
    assert evaluation.per_class["Normal"].recall.value == 1
    # Clopper and Pearson's interval of 9 of 9 is 0.664 to 1; the plan is for its middle.
    assert str(found["sensitivity for Normal"]) == (
        "sensitivity for Normal: 9 images: ± 34 points; for ± 5 points at 0.83 about 220 images "
        "of as many patients"
    )
    assert str(found["accuracy"]) == (
        "accuracy: 27 images: ± 17 points; for ± 5 points at 0.67 about 340 images of as many "
        "patients"
    )


def test_images_of_one_patient_ask_for_more_images(workspace: Workspace, tmp_path: Path) -> None:
    images = draw_noise(tmp_path / "images", train=8, test=9)
    for place, file in enumerate(sorted((images / "test").rglob("*.png"))):
        file.rename(file.with_name(f"p9{place // 3}_{place}.png"))

    def says(labels: np.ndarray) -> np.ndarray:
        calls = labels.copy()
        calls[-3:] = 0  # one patient, all wrong
        return sure(calls, 3)

    run = judged_run(workspace, images, says)
    accuracy = run_precision(run)[0]
    assert (accuracy.images, accuracy.patients) == (27, 9)
    assert accuracy.worth < 10
    plan = accuracy.plan
    assert plan is not None
    assert plan.images == pytest.approx(plan.independent * 27 / accuracy.worth, abs=1)
    assert plan.patients == pytest.approx(plan.images / 3, abs=1)


def test_of_a_data_set_the_test_images_count_patient_by_patient(tmp_path: Path) -> None:
    found = dataset_precision(scanned(draw_noise(tmp_path / "images", test=22)), share=0.75)
    assert [(one.figure, one.images) for one in found] == [
        ("accuracy", 66),
        ("sensitivity for Covid", 22),
        ("sensitivity for Normal", 22),
        ("sensitivity for Pneumonia", 22),
    ]
    assert str(found[0]) == (
        "accuracy: 66 images: ± 10 points; for ± 5 points at 0.75 about 290 images of as many "
        "patients"
    )


def test_without_test_images_it_says_what_they_would_have_to_be(tmp_path: Path) -> None:
    images = draw_noise(tmp_path / "images", test=1)
    index = scanned(images).without(str(p.relative_to(images)) for p in images.rglob("test/*/*"))
    accuracy = dataset_precision(index, share=0.9)[0]
    assert accuracy.half_width is None
    assert accuracy.plan is not None
    assert accuracy.plan.images == 141


def test_the_command_plans_with_and_without_a_run(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["precision", "--share", "0.75", "--images", "66"]) == 0
    assert capsys.readouterr().out == (
        "66 images: ± 10 points at 0.75.\n"
        "For ± 5 points at 0.75 about 290 images of as many patients.\n"
    )
    run = judged_run(workspace, draw_noise(tmp_path / "images"), lambda labels: sure(labels, 3))
    assert main(["precision", run.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["figure"] for one in told["figures"]][:2] == ["accuracy", "sensitivity for Covid"]
    assert main(["precision"]) == 1
    assert "error[usage]: It is not clear what to plan" in capsys.readouterr().err
