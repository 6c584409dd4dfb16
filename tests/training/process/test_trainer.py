"""Real trainers in processes of their own, on images that take a second to learn."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import psutil
import pytest
from nursery import Nursery
from tiny_runs import SIZE, learnt, make_run, tiny_spec
from until import until

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.errors import RunError
from xraylib.training.process import queue
from xraylib.training.process.progress import NO_MODEL_YET
from xraylib.training.run.derived import clone_run
from xraylib.training.run.runs import Run
from xraylib.training.run.status import read_status
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.xdist_group("trainer"), pytest.mark.timeout(900)]

# Checkpoints before every step, and death in the middle of the thirteenth.
MORTAL = """
import os, signal
import xraylib.training.loop.checkpoint as checkpoint
checkpoint.EVERY_SECONDS = 0
import xraylib.training.loop.network as network
train_batch, steps = network.Network.train_batch, 0
def mortal(self, *batch):
    global steps
    steps += 1
    if steps > 12:
        os.kill(os.getpid(), signal.SIGKILL)
    return train_batch(self, *batch)
network.Network.train_batch = mortal
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"))


def forgetful_run(workspace: Workspace, images: Path) -> Run:
    """With everything that a resumed run could get wrong: dropout, augmentation, validation."""
    return make_run(
        workspace,
        images,
        tiny_spec(dropout=True),
        epochs=4,
        seed=5,
        augment=AUGMENT_PRESETS["strong"],
    )


@pytest.fixture(scope="module")
def finished(shared: Workspace, images: Path) -> Run:
    run = forgetful_run(shared, images)
    queue.start(run)
    status = queue.wait(run, timeout=600)
    assert status.state == "finished", run.log_tail()
    return run


def two_resumes_at_once(run: Run) -> list[str]:
    def resume(_number: int) -> str:
        try:
            queue.resume(run)
        except RunError as error:
            return error.code
        return "resumed"

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(resume, range(2)))


def trainer_of(run: Run) -> psutil.Process | None:
    for process in psutil.process_iter(["cmdline"]):
        if str(run.folder) in (process.info["cmdline"] or []):
            return process
    return None


def columns(run: Run) -> dict[str, list[Any]]:
    table = run.predictions()
    assert table is not None
    return dict(table.to_pydict())


def test_a_finished_run_has_everything(finished: Run) -> None:
    status = finished.status()
    assert (status.epoch, status.epochs, status.has_model, status.error) == (4, 4, True, None)
    assert status.message == "Trained 4 epochs. The model has the weights of epoch 4."
    assert status.progress == 1
    assert status.seconds_left is None
    events = finished.events()[0]
    assert [e["epoch"] for e in events if e["event"] == "epoch"] == [1, 2, 3, 4]
    assert events[-1] == {
        **{"event": "finished", "run": finished.id, "status": "finished"},
        "time": events[-1]["time"],
    }
    assert finished.epochs()[0]["images"] == 40
    present = {path.name for path in finished.folder.iterdir()}
    made = "model.weights.h5 model.py predictions.parquet evaluation.json ood.json"
    assert set(made.split()) <= present
    assert {"spec.json", "train.json", "data.json", "split.csv", "environment.json"} <= present
    record = finished.record()
    assert record.val_accuracy == finished.epochs()[-1]["val_accuracy"]
    assert not [name for name in present if name.startswith(".")]


def test_the_trainer_is_a_process_of_its_own_and_gone_at_the_end(finished: Run) -> None:
    until(lambda: trainer_of(finished) is None)


def test_stored_predictions_are_those_of_the_saved_weights(finished: Run) -> None:
    from xraylib.datasets.scan import DatasetIndex
    from xraylib.evaluation.predict import predict

    stored = columns(finished)
    assert set(stored["split"]) == {"val", "test"}
    assert len(stored["path"]) == 8 + 16
    index = DatasetIndex.load(finished.folder / "index.parquet")
    paths = index.table["path"].to_pylist()
    found = predict(finished, index, [paths.index(path) for path in stored["path"]])
    ours = np.stack([stored[f"p_{name}"] for name in finished.classes], axis=1)
    assert np.abs(found - ours).max() < 1e-6
    assert list(stored) == ["path", "label", "split", "patient", "p_bright", "p_dark"]


def test_the_last_epoch_tells_what_the_saved_weights_do_on_validation(finished: Run) -> None:
    from sklearn.metrics import accuracy_score, log_loss

    stored = columns(finished)
    own = [i for i, split in enumerate(stored["split"]) if split == "val"]
    truth = [finished.classes.index(stored["label"][i]) for i in own]
    p = np.array([[stored[f"p_{name}"][i] for name in finished.classes] for i in own])
    p /= p.sum(axis=1, keepdims=True)  # float32 sums to 1 only nearly
    last = finished.epochs()[-1]
    assert last["val_loss"] == pytest.approx(log_loss(truth, p), abs=1e-5)
    assert last["val_accuracy"] == accuracy_score(truth, p.argmax(axis=1))
    evaluation = finished.evaluation()
    assert evaluation is not None
    assert set(evaluation) == {"val", "test"}
    assert evaluation["val"].accuracy.value == last["val_accuracy"]
    assert evaluation["val"].auc.value == pytest.approx(last["val_auc"])
    assert evaluation["test"].n == 16


def test_the_split_that_was_written_is_the_split_that_was_used(finished: Run) -> None:
    from xraylib.datasets.split_table import from_csv

    split = from_csv(finished.folder / "split.csv")
    held = {(p, s) for p, s in zip(split.path, split.split, strict=True) if s != "train"}
    stored = columns(finished)
    assert held == set(zip(stored["path"], stored["split"], strict=True))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_run_is_interrupted_and_goes_on_to_the_same_bits(
    finished: Run, nursery: Nursery
) -> None:
    run = clone_run(finished)
    assert nursery.wait(nursery.start(run, MORTAL)) == -signal.SIGKILL, run.log_tail()
    status = run.status()
    assert status.state == "interrupted"
    assert "killed" in status.message
    assert 1 <= len(run.epochs()) < 4
    assert sorted(two_resumes_at_once(run)) == ["resumed", "run-started"]
    queue.stop(run)
    status = queue.wait(run, timeout=600)
    assert (status.state, status.message) == ("stopped", NO_MODEL_YET)
    run.stop_file.unlink()
    assert nursery.wait(nursery.start(run)) == 0, run.log_tail()
    assert run.status().state == "finished"
    assert learnt(run) == learnt(finished)


def test_stop_ends_a_running_epoch_and_leaves_a_model(
    shared: Workspace, images: Path, nursery: Nursery
) -> None:
    run = make_run(shared, images, tiny_spec(units=1), epochs=10_000, class_mode="binary")
    nursery.start(run)
    until(lambda: run.status().epoch >= 3)
    told = run.status()
    assert told.state == "running"
    assert len(run.epochs()) >= told.epoch
    queue.stop(run)
    status = queue.wait(run, timeout=600)
    assert status.state == "stopped"
    assert status.has_model
    assert status.epoch == len(run.epochs())
    assert status.message == (
        f"Stopped after {status.epoch} of 10000 epochs. The model has the weights of epoch "
        f"{status.epoch}."
    )
    stored = columns(run)
    sums = np.array(stored["p_bright"]) + np.array(stored["p_dark"])
    assert sums == pytest.approx(1, abs=1e-6)
    with h5py.File(run.weights_file) as saved:
        assert saved["layers/conv2d/vars/0"].shape == (5, 5, 1, 2)


def test_stop_ends_a_run_that_loads_tensorflow(shared: Workspace, images: Path) -> None:
    run = make_run(shared, images, tiny_spec())
    queue.start(run)
    until(lambda: run.status().phase == "tensorflow")
    queue.stop(run)
    status = queue.wait(run, timeout=600)
    assert status.state == "stopped"
    assert not status.has_model
    assert status.message == ("Stopped before the first epoch was complete, so there is no model.")
    assert run.events()[0] == [
        {
            **{"event": "finished", "run": run.id, "status": "stopped"},
            "time": run.events()[0][0]["time"],
        }
    ]


def test_a_crash_is_told_with_its_cause(shared: Workspace, images: Path) -> None:
    run = make_run(shared, images, tiny_spec())
    (run.folder / "spec.json").write_text('{"schema": 1, "name": "x", "layers": []}')
    queue.start(run)
    status = queue.wait(run, timeout=600)
    assert status.state in ("failed", "damaged")  # with such a file it is both
    told = read_status(run.folder)
    assert told.state == "failed"
    assert told.error is not None
    assert told.error["code"] == "damaged"
    assert "spec.json" in told.error["message"]
    assert "Traceback" in run.log_tail()


def test_the_size_of_these_images_is_that_of_the_networks() -> None:
    assert tiny_spec().input_shape == (SIZE, SIZE, 1)


_LOADS = """
import sys
from xraylib.training.process.trainer import prepare_process
prepare_process()
import xraylib.training.loop.network
asked = ("IPython", "pandas", "scipy", "sklearn", "tensorflow")
print([name for name in asked if sys.modules.get(name) is not None])
"""


def test_a_trainer_loads_nothing_with_tensorflow_that_it_can_do_without() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADS], stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "['tensorflow']"
