"""A run of findings: its loss against Keras, what it tells, resuming, what it is refused for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_findings import NAMES, findings_index, findings_spec, make_findings_run
from tiny_runs import SIZE, learnt, train_here

from xraylib.datasets.split import make_split
from xraylib.errors import DatasetError, RunError, SpecError
from xraylib.evaluation.evaluate import evaluate_run
from xraylib.evaluation.explain.run_sanity import run_sanity
from xraylib.evaluation.findings.evaluation import (
    RunFindingsEvaluation,
    stored_findings_evaluation,
)
from xraylib.evaluation.run_shortcuts import run_shortcuts
from xraylib.evaluation.stored_predictions import stored_predictions
from xraylib.evaluation.stress.stress_test import run_stress
from xraylib.metrics.findings.evaluation import FindingsEvaluation
from xraylib.training.config import TrainConfig
from xraylib.training.groups.divide import divide
from xraylib.training.loop.task import balanced_findings
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("findings")
    made = make_findings_run(Workspace(folder / "workspace"), folder / "images")
    train_here(made)
    assert made.status().state == "finished", made.log_tail()
    return made


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_keras_binary_cross_entropy_with_weight_0_where_it_is_not_known(
    smoothing: float,
) -> None:
    import keras

    from xraylib.training.loop.network import Network

    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 2, (16, 2)).astype(np.int8)
    pixels = rng.integers(0, 256, (16, SIZE, SIZE, 1)).astype(np.uint8)
    weights = np.array([[0.7, 0.4], [1.9, 3.0]])
    config = TrainConfig(class_mode="multilabel", label_smoothing=smoothing)
    network = Network(findings_spec(), config, weights)
    plain, said = network.test_batch(pixels, labels)
    truth, mask = (labels == 1).astype(np.float32), (labels >= 0).astype(np.float32)
    theirs = keras.losses.BinaryCrossentropy(
        label_smoothing=smoothing, reduction="mean_with_sample_weight"
    )
    columns = truth[..., None], said[..., None]
    assert plain.mean() == pytest.approx(float(theirs(*columns, sample_weight=mask)), rel=1e-5)
    factors = np.where(labels == 1, weights[1], weights[0])
    sums = keras.losses.BinaryCrossentropy(label_smoothing=smoothing, reduction="sum")
    expected = float(sums(*columns, sample_weight=mask * factors)) / mask.sum()
    before = network.weights()
    weighted, _ = network.train_batch(pixels, labels)
    assert weighted.mean() == pytest.approx(expected, rel=1e-5)
    network.set_weights(before)
    nothing, _ = network.train_batch(pixels, np.full_like(labels, -1))
    assert nothing.tolist() == [0.0] * 16


def test_what_is_not_known_changes_no_weight() -> None:
    from xraylib.training.loop.network import Network

    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (8, SIZE, SIZE, 1)).astype(np.uint8)
    config = TrainConfig(class_mode="multilabel", optimizer="sgd", learning_rate=0.1)
    labels = np.tile(np.array([[1, -1]], np.int8), (8, 1))
    network = Network(findings_spec(), config)
    before = network.weights()
    network.train_batch(pixels, labels)
    after = network.weights()
    kernel, bias = after[-2] - before[-2], after[-1] - before[-1]
    assert (kernel[:, 0] != 0).any()
    assert bias[0] != 0
    assert (kernel[:, 1] == 0).all()
    assert bias[1] == 0


@pytest.mark.fast
def test_weights_of_rare_findings_let_both_sides_count_the_same_in_sum() -> None:
    labels = np.array([[1, 0], [0, 0], [0, -1], [-1, 0]], np.int8)
    weights = balanced_findings(labels, 2)
    assert weights[1, 0] * 1 == pytest.approx(weights[0, 0] * 2)
    assert weights[1, 0] * 1 + weights[0, 0] * 2 == pytest.approx(3)
    assert weights[0, 1] == 1  # nothing to balance


def test_it_learns_what_each_image_shows_and_tells_so(run: Run) -> None:
    event = run.epochs()[-1]
    assert set(event["val_aucs"]) == set(event["val_recall"]) == set(NAMES)
    assert event["val_auc"] == pytest.approx(np.mean(list(event["val_aucs"].values())))
    assert all(one["label"].removeprefix("no ") in NAMES for one in event["val_wrong"])
    found = evaluate_run(run)
    assert isinstance(found, RunFindingsEvaluation)
    assert found.n == 40
    for name in NAMES:
        own = found.per_finding[name]
        assert own.present + own.absent + own.unknown == 40
        assert own.unknown > 0
        assert (own.auc.value or 0) > 0.9
    kept = run.evaluation()
    assert kept is not None
    assert isinstance(kept["test"], FindingsEvaluation)
    told = json.loads(json.dumps(found.to_json()))
    assert told["per_finding"]["Bright"]["auc_ci"][0] < told["per_finding"]["Bright"]["auc"]


def test_training_images_are_judged_anew_and_a_folder_without_a_table_is_refused(run: Run) -> None:
    found = evaluate_run(run, split="train")
    assert found.n == run.data.images_in("train")
    assert (found.auc.value or 0) > 0.9
    with pytest.raises(DatasetError, match="No table tells which findings") as error:
        evaluate_run(run, data=run.data.root, split="train")
    assert error.value.code == "no-findings"
    kept = evaluate_run(run, split="train", keep_it=True)
    assert kept.kept == "train"
    again = stored_findings_evaluation(run, split="train")
    assert again["auc"].value == pytest.approx(kept["auc"].value)
    assert again.per_finding["Bright"].present == kept.per_finding["Bright"].present


def test_changed_images_heat_maps_and_shortcuts_are_tried_on_findings_too(run: Run) -> None:
    stress = run_stress(run, most=24, only=["rotation"])
    assert stress.findings == 2
    (curve,) = stress.curves
    neutral = next(one for one in curve.steps if one.step == curve.neutral)
    assert neutral.flipped == 0.0
    assert neutral.accuracy > 0.85  # of the labels that are known
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xraylib.evaluation.explain.run_sanity._BUDGET", 1e9)  # however slow it is
        patch.setattr("xraylib.evaluation.explain.run_sanity._MOST_EPOCHS", 2)
        sanity = run_sanity(run, most=8)
    assert sanity.shuffled is not None
    assert "shuffled labels" in sanity.shuffled_words
    shortcuts = run_shortcuts(run)
    inside = {one.label for one in shortcuts.found}
    assert inside <= {"no finding", *NAMES}
    assert shortcuts.images > 100


def test_what_is_asked_of_the_one_class_of_an_image_is_refused(run: Run) -> None:
    with pytest.raises(RunError, match="tells several findings of an image") as error:
        stored_predictions(run)
    assert error.value.code == "several-findings"


def test_a_run_that_was_stopped_goes_on_to_the_very_same_numbers(run: Run) -> None:
    from xraylib.training.loop.fit import Fit
    from xraylib.training.run.derived import clone_run

    whole = clone_run(run, train=replace(run.train, epochs=3))
    train_here(whole)
    halved = clone_run(run, train=replace(run.train, epochs=3))
    steps = 0
    original = Fit._one_epoch

    def stopping(self: Fit, prefetch: object) -> bool:
        nonlocal steps
        steps += 1
        if steps == 2:
            halved.stop_file.touch()
        return original(self, prefetch)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fit, "_one_epoch", stopping)
        train_here(halved)
    halved.stop_file.unlink(missing_ok=True)
    assert halved.status().state in ("stopped", "finished")
    train_here(halved)
    assert halved.status().state == "finished", halved.log_tail()
    assert learnt(halved) == learnt(whole)


@pytest.mark.fast
def test_findings_are_divided_evenly_and_by_patient(tmp_path: Path) -> None:
    index = findings_index(tmp_path)
    split = make_split(index, validation=0.2)
    told = index.findings
    assert told is not None
    for column in range(2):
        share = (told.values[split.val, column] == 1).sum() / (
            (told.values[np.concatenate([split.train, split.val]), column] == 1).sum()
        )
        assert 0.12 < share < 0.28
    assert not set(index.patients(split.train)) & set(index.patients(split.val))
    rows = np.sort(np.concatenate([split.train, split.val]))
    fold = divide(index, rows, 3, seed=0)
    for number in range(3):
        shown = (told.values[rows[fold == number]] == 1).sum(axis=0)
        assert np.abs(shown - (told.values[rows] == 1).sum(axis=0) / 3).max() <= 2


@pytest.mark.fast
def test_what_cannot_be_learnt_is_refused_in_words(tmp_path: Path) -> None:
    index = findings_index(tmp_path / "images")
    workspace = Workspace(tmp_path / "workspace")
    told = index.findings
    assert told is not None

    def code(**options: object) -> str:
        with pytest.raises((DatasetError, SpecError, RunError)) as error:
            make_findings_run(workspace, tmp_path, **{"index": index, **options})
        assert error.value.message.count(". Expected ") == 1
        return error.value.code

    assert code(index=replace(index, findings=None)) == "no-findings"
    one = replace(told, names=NAMES[:1], values=told.values[:, :1])
    assert code(index=replace(index, findings=one)) == "too-few-findings"
    nothing = replace(told, values=np.minimum(told.values, -1))
    assert code(index=replace(index, findings=nothing)) == "nothing-to-learn"
    assert code(spec=findings_spec(3)) == "output-shape"


def test_a_trial_times_the_steps_of_findings_too() -> None:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.training.loop import network
    from xraylib.training.planning.trial import run_trial

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "choose_threads", lambda _threads: None)
        found = run_trial(
            findings_spec(), TrainConfig(class_mode="multilabel"), AugmentConfig(), seconds=0.1
        )
    assert found.step_seconds > 0
