"""Folds are pooled: each image once, by the run that did not learn from it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_runs import draw_noise
from scanned import scanned
from sklearn.metrics import accuracy_score, roc_auc_score
from tiny_findings import findings_index, findings_spec
from tiny_runs import SIZE

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.cli import main
from xraylib.datasets.labels.findings import policy
from xraylib.datasets.split import make_split
from xraylib.evaluation.several.out_of_fold import out_of_fold
from xraylib.images.prepare import Preparation
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.findings.evaluation import evaluate_findings
from xraylib.networks.presets import preset
from xraylib.training.config import TrainConfig
from xraylib.training.groups.repeats import create_folds, create_repeats
from xraylib.training.run.derived import images_of
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace


def test_every_image_counts_once_and_intervals_are_by_patient(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = scanned(draw_noise(tmp_path / "images"))
    preparation = Preparation(image_size=(24, 20))
    options = {
        "spec": preset("lesson-dense", input_shape=preparation.input_shape, classes=3),
        "train": TrainConfig(epochs=1),
        "index": index,
        "split": make_split(index),
        "preparation": preparation,
        "augment": AUGMENT_PRESETS["none"],
        "workspace": workspace,
    }
    group = create_folds(4, **options)
    assert out_of_fold(group) is None
    rng = np.random.default_rng(0)
    labels, said, patients = [], [], []
    for run in group.runs:
        own, split = images_of(run)
        images = own.images(split.val)
        p = rng.dirichlet(np.ones(3), len(images))
        rows = [(one.path, one.label, "val", one.patient) for one in images]
        write_predictions(run.folder / PREDICTIONS, rows, p, own.classes)
        write_status(run.folder, RunStatus(state="finished", epoch=1, epochs=1))
        labels += [own.classes.index(one.label) for one in images]
        patients += [one.patient for one in images]
        said.append(p)
    found = out_of_fold(group)
    assert found is not None
    assert (found.folds, found.of, found.evaluation.n) == (4, 4, len(index.rows("train")))
    expected = evaluate_predictions(labels, np.concatenate(said), list(index.classes), patients)
    assert found.evaluation.accuracy == expected.accuracy
    assert found.evaluation.auc.interval == expected.auc.interval
    pooled = np.concatenate(said)
    right = accuracy_score(labels, pooled.argmax(axis=1))
    assert found.evaluation.accuracy.value == pytest.approx(right, abs=1e-12)
    area = roc_auc_score(labels, pooled, multi_class="ovr")
    assert found.evaluation.auc.value == pytest.approx(area, abs=1e-6)
    assert main(["groups", group.id, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)["out_of_fold"]
    assert (printed["folds"], printed["accuracy"]) == (4, expected.accuracy.value)
    assert main(["groups", group.id]) == 0
    assert f"accuracy {expected.accuracy:.3f}" in capsys.readouterr().out
    assert out_of_fold(create_repeats(2, **options)) is None


def test_findings_are_pooled_as_well(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = findings_index(tmp_path / "images")
    group = create_folds(
        3,
        spec=findings_spec(),
        train=TrainConfig(epochs=1, class_mode="multilabel"),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=(SIZE, SIZE)),
        augment=AUGMENT_PRESETS["none"],
        workspace=workspace,
    )
    rng = np.random.default_rng(0)
    truth, said, patients = [], [], []
    for run in group.runs:
        own, split = images_of(run)
        assert own.findings is not None
        images, values = own.images(split.val), policy(own.findings.values[split.val])
        p = rng.random((len(images), 2))
        rows = [(one.path, "", "val", one.patient) for one in images]
        write_predictions(run.folder / PREDICTIONS, rows, p, run.classes, truth=values)
        write_status(run.folder, RunStatus(state="finished", epoch=1, epochs=1))
        truth.append(values)
        said.append(p)
        patients += [one.patient for one in images]
    found = out_of_fold(group)
    assert found is not None
    expected = evaluate_findings(
        np.concatenate(truth), np.concatenate(said), list(run.classes), patients
    )
    assert found.evaluation.n == expected.n == 90
    assert found.evaluation.auc == expected.auc
    assert main(["groups", group.id]) == 0
    assert f"AUC, mean of the findings, {expected.auc:.3f}" in capsys.readouterr().out
