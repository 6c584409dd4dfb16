"""Whether more images would help, told by runs whose answers follow a known curve."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scanned import scanned
from sklearn.metrics import roc_auc_score
from tiny_findings import findings_index, findings_spec
from tiny_runs import SIZE as TINY

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.cli import main
from xraylib.datasets.split import make_split
from xraylib.evaluation.several.learning_curve import learning_curve
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.settings import SAMPLE_DATA
from xraylib.training.config import TrainConfig
from xraylib.training.groups.group import Group
from xraylib.training.groups.learning import create_learning_curve
from xraylib.training.groups.repeats import create_repeats
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace

SHARES = (0.15, 0.3, 0.5, 0.75, 1.0)
SIZE = (64, 64)


def group_of_shares(workspace: Workspace, *, seeds: int = 3) -> Group:
    index = scanned(SAMPLE_DATA)
    return create_learning_curve(
        SHARES,
        seeds,
        spec=preset("small-cnn", input_shape=(*SIZE, 1), classes=3),
        train=TrainConfig(epochs=1),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=SIZE),
        augment=AUGMENT_PRESETS["none"],
        workspace=workspace,
    )


def answer(run: Run, accuracy: float, rng: np.random.Generator) -> None:
    """Ends a run as one that calls each image rightly with this probability."""
    index = scanned(SAMPLE_DATA)
    split = make_split(index)
    rows = [*split.val, *split.test]
    places = ["val"] * len(split.val) + ["test"] * len(split.test)
    labels = index.label_numbers[rows]
    calls = np.where(rng.random(len(rows)) < accuracy, labels, (labels + 1) % 3)
    told = [
        (image.path, image.label, place, image.patient)
        for image, place in zip(index.images(rows), places, strict=True)
    ]
    p = np.full((len(rows), 3), 0.05, np.float32)
    p[np.arange(len(rows)), calls] = 0.9
    write_predictions(run.folder / PREDICTIONS, told, p, index.classes)
    write_status(run.folder, RunStatus(state="finished", epoch=1, epochs=1))


@pytest.mark.slow
def test_a_design_that_learns_more_from_more_is_told_to(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    group, rng = group_of_shares(workspace), np.random.default_rng(1)
    assert learning_curve(group) is None
    for run in group.runs:
        answer(run, 1 - 3.2 * run.data.images_in("train") ** -0.5, rng)
    found = learning_curve(group)
    assert found is not None
    assert (found.split, found.finished, found.of, found.figure) == ("test", 15, 15, "accuracy")
    test = make_split(scanned(SAMPLE_DATA)).test
    assert found.judged == len(test)
    for share, point in zip(SHARES, found.curve.points, strict=True):
        true = 1 - 3.2 * point.images**-0.5
        assert point.share == share
        assert point.ci.low <= true <= point.ci.high
        assert point.figure == pytest.approx(np.mean(point.each))
        assert point.ci.low < point.figure < point.ci.high
    new = found.curve.doubled
    assert new.images == 2 * round(found.curve.points[-1].images)
    assert new.ci.low <= 1 - 3.2 * new.images**-0.5 <= new.ci.high
    assert str(found).startswith(
        f"Doubling to {2 * round(found.curve.points[-1].images / 5) * 5:,} "
    )
    assert ("not distinguishable" in str(found)) == (not new.tells)
    assert json.loads(json.dumps(found.to_json()))["doubled"]["distinguishable"] == new.tells
    lows, middles = np.array(found.curve.line)[:, 2], np.array(found.curve.line)[:, 1]
    assert np.diff(middles).min() >= 0
    assert (lows <= middles).all()
    assert learning_curve(group) == found  # the same draws each time
    place = ["--workspace", str(workspace.root)]
    assert main(["groups", group.id, "--json", *place]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["kind"] == "shares"
    assert told["learning_curve"] == json.loads(json.dumps(found.to_json()))
    assert main(["groups", group.id, *place]) == 0
    shown = capsys.readouterr()
    words = " ".join(shown.out.split())
    assert str(found) in words
    assert found.precision is not None
    assert f"How precise that is: {found.precision}." in " ".join(shown.err.split())
    assert [f"{share:.0%}" in words for share in SHARES] == [True] * 5


@pytest.mark.slow
def test_what_more_images_do_not_change_is_not_called_a_gain(workspace: Workspace) -> None:
    group, rng = group_of_shares(workspace), np.random.default_rng(2)
    for run in group.runs:
        answer(run, 0.7, rng)
    found = learning_curve(group)
    assert found is not None
    assert not found.curve.doubled.tells
    assert "a gain is not distinguishable from none" in str(found)
    assert found.precision is not None
    assert "images" in str(found.precision)


def test_two_shares_and_other_groups_have_no_curve(workspace: Workspace) -> None:
    group, rng = group_of_shares(workspace, seeds=1), np.random.default_rng(2)
    for run in group.runs[:2]:
        answer(run, 0.7, rng)
    assert learning_curve(group) is None
    answer(group.runs[4], 0.7, rng)
    found = learning_curve(group)
    assert found is not None
    assert [one.share for one in found.curve.points] == [0.15, 0.3, 1.0]
    index = scanned(SAMPLE_DATA)
    repeats = create_repeats(
        2,
        spec=preset("small-cnn", input_shape=(*SIZE, 1), classes=3),
        train=TrainConfig(epochs=1),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=SIZE),
        augment=AUGMENT_PRESETS["none"],
        workspace=workspace,
    )
    assert learning_curve(repeats) is None


def test_findings_have_a_curve_of_their_mean_area(workspace: Workspace, tmp_path: Path) -> None:
    index, rng = findings_index(tmp_path / "images"), np.random.default_rng(5)
    split = make_split(index)
    group = create_learning_curve(
        (0.3, 0.6, 1.0),
        2,
        spec=findings_spec(),
        train=TrainConfig(epochs=1, class_mode="multilabel"),
        index=index,
        split=split,
        preparation=Preparation(image_size=(TINY, TINY)),
        augment=AUGMENT_PRESETS["none"],
        workspace=workspace,
    )
    assert index.findings is not None
    truth = np.maximum(index.findings.values[split.test], -1)
    rows = [(image.path, "", "test", image.patient) for image in index.images(split.test)]
    expected: dict[int, list[float]] = {}
    for run in group.runs:
        skill = 0.2 + run.data.images_in("train") / 90
        p = 1 / (1 + np.exp(-rng.normal(skill * np.maximum(truth, 0), 1)))
        write_predictions(
            run.folder / PREDICTIONS, rows, p.astype(np.float32), run.classes, truth=truth
        )
        write_status(run.folder, RunStatus(state="finished", epoch=1, epochs=1))
        areas = [
            roc_auc_score(column[column >= 0], said[column >= 0])
            for column, said in zip(truth.T, p.astype(np.float32).T, strict=True)
        ]
        expected.setdefault(run.data.images_in("train"), []).append(float(np.mean(areas)))
    found = learning_curve(group)
    assert found is not None
    assert (found.figure, found.precision) == ("mean AUC", None)
    for point, areas in zip(found.curve.points, expected.values(), strict=True):
        assert point.each == pytest.approx(areas)
        assert point.figure == pytest.approx(np.mean(areas))
