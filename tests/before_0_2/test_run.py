"""A run of version 0.1.0 is listed, shown, judged, compared, published and trained further."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from before import RUN, recorded, restore
from command_json import KERAS, answer, lost, shape

from xraylib.cli import main
from xraylib.evaluation.evaluate import evaluate_run, stored_predictions
from xraylib.evaluation.run_compare import compare_runs
from xraylib.networks.presets import preset
from xraylib.settings import SAMPLE_DATA
from xraylib.training.config import TrainConfig
from xraylib.training.run.derived import images_of
from xraylib.training.run.runs import Run, list_runs, open_run
from xraylib.workspace import Workspace

LEARNT_EPOCHS = 2


@pytest.fixture
def run(workspace: Workspace) -> Run:
    """The run of before, in a workspace of this test's own."""
    return Run(restore(workspace.root, SAMPLE_DATA))


def plain(value: Any) -> Any:
    """As JSON gives it back."""
    return json.loads(json.dumps(value, default=lambda one: one.to_json()))


def agrees(before: Any, now: Any, where: str = "$") -> None:
    """Every key of before is there with its value; sentences say "image" where they said "film".

    Intervals, and how they are made, are those of today: before, they were too narrow where a class
    or patients were few, and a value of 0 had none.
    """
    if isinstance(before, dict):
        assert before.keys() - {"undefined"} <= now.keys(), where
        for key, value in before.items():
            if key.endswith("_ci"):
                assert value is None or len(now[key]) == len(value), where
            elif key not in ("methods", "undefined", "notes"):
                agrees(value, now[key], f"{where}.{key}")
    elif isinstance(before, list):
        assert len(before) == len(now), where
        for place, value in enumerate(before):
            agrees(value, now[place], f"{where}[{place}]")
    elif isinstance(before, float):
        assert now == pytest.approx(before, rel=1e-9), where
    elif isinstance(before, str):
        assert now == before.replace("film", "image"), where
    else:
        assert now == before, where


@pytest.mark.usefixtures("run")
def test_it_is_listed_and_shown(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert [found.id for found in list_runs(workspace=workspace)] == [RUN]
    assert main(["show", RUN, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["state"] == "finished"
    assert shown["has_model"] is True
    assert shown["epochs_done"] == LEARNT_EPOCHS
    assert shown["best_epoch"] == 1
    assert shown["model"] == "lesson-cnn"
    assert shown["counts"]["test"] == {"Covid": 20, "Normal": 20, "Pneumonia": 20}
    assert shown["val_accuracy"] == pytest.approx(11 / 47)


def test_its_settings_are_the_values_of_today(run: Run) -> None:
    assert run.train == TrainConfig(epochs=LEARNT_EPOCHS)
    assert run.spec == preset("lesson-cnn", input_shape=(256, 256, 1), classes=3)
    assert run.augment.rotation_range == 15.0
    assert run.augment.zoom_range == (0.8, 1.2)
    assert run.preparation.image_size == (256, 256)
    assert [event["epoch"] for event in run.epochs()] == [1, 2]
    index, split = images_of(run)
    assert index.fingerprint == run.data.fingerprint
    assert [len(split.train), len(split.val), len(split.test)] == [193, 47, 60]


@pytest.mark.usefixtures("run")
def test_it_is_judged_as_it_was_then(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", RUN, "--split", "test", "--json"]) == 0
    now = json.loads(capsys.readouterr().out)
    agrees({**recorded("evaluate"), "data": str(SAMPLE_DATA)}, now)


def test_the_evaluation_that_it_kept_is_read(run: Run) -> None:
    kept = plain(run.evaluation())
    told = json.loads((run.folder / "evaluation.json").read_text(encoding="utf-8"))
    assert kept == told
    assert kept["test"]["confusion"] == [[12, 8, 0], [18, 2, 0], [16, 4, 0]]
    for name in ("accuracy", "auc", "brier", "log_loss", "ece"):
        now = plain(evaluate_run(run, split="val"))[name]
        assert now == pytest.approx(kept["val"][name], rel=1e-9)


def test_it_is_compared_with_a_run_of_today(run: Run, workspace: Workspace) -> None:
    twin = Run(run.folder.with_name("20261129T220219Z-29ffe3"))
    twin.folder.mkdir()
    for file in run.folder.iterdir():
        if file.is_file():
            (twin.folder / file.name).write_bytes(file.read_bytes())
    told = plain(compare_runs([run, twin], split="test", workspace=workspace))
    assert [entry["accuracy"] for entry in told["entries"]][:2] == [14 / 60, 14 / 60]


@pytest.mark.xdist_group("tensorflow")
def test_its_weights_predict_what_it_predicted_then(run: Run) -> None:
    from xraylib.evaluation.predict import predict

    index, split = images_of(run)
    then = stored_predictions(run, split="test")
    rows = split.test
    assert [image.path for image in index.images(rows)] == list(then.paths)
    now = predict(run, index, rows)
    # Images differ by 1e-4 after two epochs, so a wrong image or weight is seen.
    np.testing.assert_allclose(now, then.probabilities, rtol=0, atol=1e-6)
    assert np.ptp(then.probabilities, axis=0).min() > 1e-4


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.usefixtures("run")
def test_it_is_published_today() -> None:
    told = answer(main, KERAS["publish"], {"run": RUN})
    assert lost(recorded("shapes")["publish"], shape(told)) == []
    assert told["version"] == 1
    agrees(recorded("evaluate")["accuracy"], told["accuracy"])


@pytest.mark.xdist_group("trainer")
def test_it_is_trained_further_from_where_it_ended(run: Run, workspace: Workspace) -> None:
    told = answer(main, KERAS["resume --epochs"], {"run": RUN})
    assert lost(recorded("shapes")["resume --epochs"], shape(told)) == []
    longer = next(found for found in list_runs(workspace=workspace) if found.id != RUN)
    assert longer.origin.run == RUN
    assert longer.status().state == "finished"
    epochs = longer.epochs()
    assert [event["epoch"] for event in epochs] == [1, 2, 3]
    assert epochs[:LEARNT_EPOCHS] == run.epochs()
    assert open_run(RUN, workspace=workspace).status().state == "finished"
