"""``xraylib.train``: from a folder and a name to a trained run."""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from scanned import scanned
from tiny_runs import SIZE, tiny_spec, write_images

import xraylib
from xraylib.datasets.catalog import add_dataset, change_dataset
from xraylib.datasets.curation import Curation
from xraylib.errors import ConfigError, DatasetError, TrainingError
from xraylib.images.prepare import Preparation
from xraylib.training import train as module
from xraylib.training.process import display as display_module
from xraylib.training.process.display import open_display
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.run.status import RunStatus, read_status, write_status
from xraylib.workspace import Workspace, write_json

pytestmark = pytest.mark.slow  # its tests take some seconds together


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_images(tmp_path_factory.mktemp("images"))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """What would have been started, and is not."""
    found: list[Run] = []
    monkeypatch.setattr("xraylib.training.process.queue.start", lambda run, **_: found.append(run))
    return found


def test_a_folder_a_preset_and_settings_are_enough(
    workspace: Workspace, images: Path, started: list[Run]
) -> None:
    run = xraylib.train(
        str(images),
        model="small-cnn",
        epochs=4,
        batch_size=8,
        augment="gentle",
        name="a",
        wait=False,
    )
    assert started == [run]
    assert list_runs(workspace=workspace) == [run]
    assert (run.train.epochs, run.train.batch_size, run.name) == (4, 8, "a")
    assert run.spec == xraylib.preset("small-cnn", classes=2)
    assert run.augment == xraylib.AUGMENT_PRESETS["gentle"]
    assert run.data.root == images
    assert run.preparation == Preparation()


def test_an_index_a_network_and_a_workspace_of_ones_own(
    tmp_path: Path, images: Path, started: list[Run]
) -> None:
    index = scanned(images)
    split = xraylib.make_split(index, seed=7)
    run = xraylib.train(
        index,
        model=tiny_spec(),
        split=split,
        augment=xraylib.AugmentConfig(zoom_range=0.1),
        workspace=str(tmp_path / "mine"),
        wait=False,
    )
    assert run.folder.parent == tmp_path / "mine" / "runs"
    assert run.spec == tiny_spec()
    assert run.preparation == Preparation(image_size=(SIZE, SIZE))
    assert run.data.validation.seed == 7
    assert started == [run]


def test_files_of_a_network_and_of_an_augmentation(
    tmp_path: Path, images: Path, started: list[Run]
) -> None:
    write_json(tmp_path / "spec.json", tiny_spec().to_json())
    write_json(tmp_path / "augment.json", {"rotation_range": 3})
    run = xraylib.train(
        images,
        model=tmp_path / "spec.json",
        augment=str(tmp_path / "augment.json"),
        preparation=Preparation(image_size=(40, 36)),
        workspace=tmp_path / "mine",
        wait=False,
    )
    assert run.spec.input_shape == (40, 36, 1)
    assert run.augment.rotation_range == 3
    assert started == [run]


def test_the_name_of_a_data_set_brings_what_was_left_out_of_it(
    workspace: Workspace, images: Path, started: list[Run]
) -> None:
    add_dataset(images, "mine", workspace=workspace)
    left_out = Curation(excluded=("train/dark/p000_0.png",))
    change_dataset("mine", curation=left_out, workspace=workspace)
    run = xraylib.train("mine", model=tiny_spec(), wait=False)
    assert (run.data.name, run.data.curation) == ("mine", left_out)
    assert run.data.source_fingerprint == scanned(images).fingerprint != run.data.fingerprint
    assert started == [run]


@pytest.mark.parametrize(
    ("settings", "code", "message"),
    [
        ({"epoch": 3}, "unknown-argument", "There is no argument of train named 'epoch'"),
        ({"modle": "x"}, "unknown-argument", "Do this: write model if that was meant."),
        ({"epochs": 0}, "train-config", "The training setting epochs is 0"),
        ({"model": "small"}, "unknown-model", "There is no network called 'small'"),
        ({"augment": "wild"}, "unknown-augmentation", "There is no augmentation called 'wild'"),
        ({"wait": "yes"}, "argument", "The argument wait of train is 'yes'"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_a_run_is_made(
    workspace: Workspace,
    images: Path,
    started: list[Run],
    settings: dict[str, object],
    code: str,
    message: str,
) -> None:
    given: dict[str, object] = {"model": "lesson-cnn", **settings}
    with pytest.raises(ConfigError) as refused:
        xraylib.train(images, **given)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert message in refused.value.message
    assert not started
    assert list_runs(workspace=workspace) == []


@pytest.mark.usefixtures("workspace", "started")
def test_a_folder_that_is_not_there_is_told_with_the_data_sets_that_are() -> None:
    with pytest.raises(DatasetError) as refused:
        xraylib.train("nowhere", model="lesson-cnn")
    assert refused.value.message == (
        "There is no folder 'nowhere', and no data set of that name. Expected a folder with "
        "images, or one of the data sets sample. Do this: check the spelling, or choose another "
        "folder."
    )


@pytest.mark.usefixtures("workspace", "started")
def test_ctrl_c_stops_the_run_and_returns_it(
    images: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module.time, "sleep", _interrupt)
    run = xraylib.train(images, model=tiny_spec())
    assert run.status().state == "stopped"
    assert run.stop_file.exists()
    assert capsys.readouterr().err == (
        f"Stopping the run {run.id}; what it has learnt so far is kept.\n"
        f"The run {run.id} is stopped. Stopped before it began.\n"
    )


_pause = time.sleep


def _interrupt(seconds: object, **_: object) -> None:
    """What Ctrl+C does; threads of queues that an earlier test left behind are not meant."""
    if threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt
    _pause(0.05 if not isinstance(seconds, float) else seconds)


def test_ctrl_c_while_the_trainer_starts_leaves_none_behind(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xraylib.training.process.queue.start", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        xraylib.train(images, model=tiny_spec())
    (run,) = list_runs(workspace=workspace)
    assert run.status().state == "stopped"


@pytest.mark.usefixtures("workspace")
def test_a_run_that_failed_is_raised_with_the_words_of_its_trainer(
    images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {
        "code": "loss-nan",
        "message": "It is no number. Expected a loss. Do this: use a lower learning rate.",
    }

    def fail(run: Run, **_: object) -> None:
        write_status(run.folder, RunStatus(state="failed", error=told))

    monkeypatch.setattr("xraylib.training.process.queue.start", fail)
    with pytest.raises(TrainingError) as failed:
        xraylib.train(images, model=tiny_spec())
    (run,) = list_runs()
    assert failed.value.code == "loss-nan"
    assert failed.value.message == f"The run {run.id}: {told['message']}"


@pytest.mark.usefixtures("workspace")
def test_a_terminal_shows_a_bar_and_a_file_nothing(
    images: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def finish(run: Run, **_: object) -> None:
        states = iter(
            [
                RunStatus(state="running", epoch=1, epochs=4, seconds_left=12.0),
                RunStatus(state="finished", epoch=4, epochs=4),
            ]
        )
        write_status(run.folder, next(states))
        pause = module.time.sleep

        def step(seconds: float) -> None:
            if threading.current_thread() is threading.main_thread():
                write_status(run.folder, next(states))
            else:  # a queue that an earlier test left behind
                pause(seconds)

        monkeypatch.setattr(module.time, "sleep", step)
        monkeypatch.setattr("xraylib.training.run.status.is_held", lambda _file: True)

    monkeypatch.setattr("xraylib.training.process.queue.start", finish)
    xraylib.train(images, model=tiny_spec(), epochs=4)
    assert capsys.readouterr().err == ""
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(
        display_module.shutil, "get_terminal_size", lambda: SimpleNamespace(columns=200)
    )
    run = xraylib.train(images, model=tiny_spec(), epochs=4, name="mine")
    assert read_status(run.folder).state == "finished"
    shown = terminal.getvalue().split("\r")
    assert f"{'█' * 6}{'·' * 18}  25%  mine: epoch 2 of 4, 12 s left" in [s.rstrip() for s in shown]
    assert shown[-1] == ""  # nothing stays


def test_a_notebook_shows_a_bar_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    handle = SimpleNamespace(update=drawn.append)

    def display(text: str, **_options: bool) -> SimpleNamespace:
        drawn.append(text)
        return handle

    shell = SimpleNamespace(HTML=str, display=display)
    kernel = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel))
    monkeypatch.setitem(sys.modules, "IPython.display", shell)
    bar = open_display()
    bar.show(0.5, "a < b")
    bar.show(0.5, "a < b")
    bar.close()
    assert drawn == ['<progress value="0.500" max="1"></progress> a &lt; b', ""]


@pytest.mark.xdist_group("trainer")
def test_a_run_is_trained_and_shows_itself(workspace: Workspace, images: Path) -> None:
    run = xraylib.train(images, model=tiny_spec(), epochs=2, batch_size=8, learning_rate=0.01)
    assert run.status().state == "finished"
    assert len(run.epochs()) == 2
    assert repr(run) == f"Run({run.id}, finished, 2 of 2 epochs)"
    page = run._repr_html_()
    assert page.count("<svg") == 2
    assert json.dumps(run.record().to_json())
    assert list_runs(workspace=workspace) == [run]
