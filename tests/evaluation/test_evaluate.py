"""A run is judged by its stored predictions where they suffice, else by its network."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.evaluate import evaluate_run, stored_evaluation
from xraylib.training.run.results import PREDICTIONS

pytestmark = pytest.mark.xdist_group("tensorflow")

CLASSES = ("High", "Low", "Middle")


@pytest.fixture(scope="module")
def images(bars: Any) -> Path:
    return bars.images


@pytest.fixture(scope="module")
def run(bars: Any) -> Any:
    return bars.run


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loads the network fails."""
    monkeypatch.setitem(sys.modules, "xraylib.evaluation.predict", None)


@pytest.mark.usefixtures("no_network")
def test_the_runs_own_images_are_judged_by_its_stored_predictions(run: Any, images: Path) -> None:
    result = evaluate_run(run)
    assert (result.n, result.split, result.source) == (15, "test", "stored")
    assert result.patients == 9
    assert result.classes == CLASSES
    assert result.run == run.id
    again = evaluate_run(run, data=images)  # unchanged: the same images
    assert again == result
    assert evaluate_run(run, split="val").split == "val"


def test_the_network_and_the_stored_predictions_agree(
    run: Any, images: Path, tmp_path: Path
) -> None:
    from sklearn.metrics import accuracy_score

    copy = shutil.copytree(images, tmp_path / "copy")
    (copy / "train" / "Low" / "p999_0.png").write_bytes(
        next((copy / "train" / "Low").iterdir()).read_bytes()
    )
    steps: list[tuple[int, int]] = []
    predicted = evaluate_run(run, data=copy, progress=lambda *step: steps.append(step))
    stored = stored_evaluation(run)
    assert predicted.source == "predicted"
    assert predicted.confusion == stored.confusion
    assert predicted.auc.value == pytest.approx(stored.auc.value, abs=1e-9)
    assert predicted.log_loss.value == pytest.approx(stored.log_loss.value, abs=1e-6)
    assert steps == [(15, 15)]
    table = run.predictions().to_pylist()
    test = [row for row in table if row["split"] == "test"]
    truth = [CLASSES.index(row["label"]) for row in test]
    said = np.argmax([[row[f"p_{name}"] for name in CLASSES] for row in test], axis=1)
    assert stored.accuracy.value == accuracy_score(truth, said)


def test_training_images_are_predicted_without_those_kept_for_validation(run: Any) -> None:
    result = evaluate_run(run, split="train")
    assert result.source == "predicted"
    assert result.n == sum(run.data.counts["train"].values())


def test_a_folder_without_split_folders_is_judged_whole_and_unknown_classes_are_counted(
    run: Any, images: Path, tmp_path: Path
) -> None:
    root = shutil.copytree(images / "test", tmp_path / "flat")
    shutil.copytree(root / "Low", root / "Other")
    result = evaluate_run(run, data=root)
    assert (result.n, result.split, result.left_out) == (15, "all", 5)
    assert result.confusion == stored_evaluation(run).confusion


def test_images_of_one_class_alone_give_what_can_be_said(
    run: Any, images: Path, tmp_path: Path
) -> None:
    shutil.copytree(images / "test" / "Low", tmp_path / "one" / "Low")
    result = evaluate_run(run, data=tmp_path / "one")
    assert result.n == 5
    assert result.auc.value is None
    assert result.auc.reason == "no images of class High, Middle"


def test_what_cannot_be_judged_is_refused_with_a_remedy(
    run: Any, tmp_path: Path, images: Path
) -> None:
    with pytest.raises(DatasetError, match="There is no split called 'tset'"):
        evaluate_run(run, split="tset")
    shutil.copytree(images / "test" / "Low", tmp_path / "none" / "Strange")
    with pytest.raises(DatasetError) as caught:
        evaluate_run(run, data=tmp_path / "none")
    assert caught.value.code == "no-films"
    from xraylib.training.run.runs import Run

    bare = Run(shutil.copytree(run.folder, tmp_path / run.id))
    (bare.folder / PREDICTIONS).unlink()
    with pytest.raises(RunError) as missing:
        evaluate_run(bare)
    assert missing.value.code == "no-predictions"
