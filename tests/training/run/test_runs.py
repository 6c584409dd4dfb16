"""Run folders."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import SIZE, make_run, tiny_spec

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.curation import Curation
from xraylib.datasets.split_table import from_csv
from xraylib.errors import DatasetError, PathError, RunError, SpecError
from xraylib.records import read_json
from xraylib.training.run.delete import delete_run, delete_runs
from xraylib.training.run.derived import clone_run
from xraylib.training.run.environment import kept_onednn
from xraylib.training.run.locks import take
from xraylib.training.run.record import RunData, ValidationImages
from xraylib.training.run.runs import Run, list_runs, open_run
from xraylib.training.run.status import STATES, RunStatus, read_status, write_status
from xraylib.workspace import Workspace, write_json


def test_a_run_holds_all_that_is_needed_to_repeat_it(workspace: Workspace, images: Path) -> None:
    spec = tiny_spec()
    run = make_run(
        workspace, images, spec, seed=4, name="first try", augment=AUGMENT_PRESETS["lesson"]
    )
    again = open_run(run.id, workspace=workspace)
    assert again.spec == spec
    assert again.train.seed == 4
    assert again.augment == AUGMENT_PRESETS["lesson"]
    assert again.preparation.input_shape == (SIZE, SIZE, 1)
    assert again.name == "first try"
    assert again.classes == ("bright", "dark")
    assert again.data.root == images
    assert again.data.counts["test"] == {"bright": 8, "dark": 8}
    assert again.data.validation == ValidationImages(fraction=round(8 / 48, 4), seed=0, made=True)
    assert len(from_csv(again.folder / "split.csv")) == 64
    environment = read_json(again.folder / "environment.json")
    assert environment["packages"]["tensorflow"]
    assert environment["cores"] >= 1
    assert abs(again.created - time.time()) < 10


def test_what_repeats_a_run_computes_as_the_run_did_whatever_the_host_says_now(
    workspace: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAYLIB_ONEDNN", "off")
    run = make_run(workspace, images, tiny_spec())
    monkeypatch.setenv("XRAYLIB_ONEDNN", "on")
    assert kept_onednn(clone_run(run).folder) is False
    assert kept_onednn(make_run(workspace, images, tiny_spec()).folder) is True
    environment = read_json(run.folder / "environment.json")
    del environment["onednn"]  # as runs had it before the choice was kept
    write_json(run.folder / "environment.json", environment)
    assert kept_onednn(clone_run(run).folder) is None
    write_json(run.folder / "environment.json", {**environment, "onednn": "maybe"})
    with pytest.raises(PathError, match=r"environment\.json"):
        clone_run(run)


def test_runs_are_listed_newest_first_and_half_made_ones_not_at_all(
    workspace: Workspace, images: Path
) -> None:
    assert list_runs(workspace=workspace) == []
    runs = [make_run(workspace, images, tiny_spec()) for _ in range(3)]
    (workspace.runs / ".new-20990101T000000Z-ffffff").mkdir()
    assert {run.id for run in list_runs(workspace=workspace)} == {run.id for run in runs}
    ids = [run.id for run in list_runs(workspace=workspace)]
    assert ids == sorted(ids, reverse=True)


@pytest.mark.parametrize("name", ["nothing", "../../etc", "20260101T000000Z-00000g", ""])
def test_a_run_that_does_not_exist_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(RunError) as refused:
        open_run(name, workspace=workspace)
    assert str(refused.value) == (
        f"There is no run called {name!r}. Expected the id of a run, such as "
        "20260131T120000Z-0a1b2c, or its name. Do this: choose one from the list of runs (xraylib "
        "runs)."
    )


def test_a_new_run_is_queued_for_a_moment_and_then_interrupted(run: Run) -> None:
    assert run.status().state == "queued"
    write_status(run.folder, RunStatus(updated=time.time() - 60))
    status = run.status()
    assert status.state == "interrupted"
    assert "ended without saying why" in status.message


@pytest.mark.parametrize("state", [s for s in STATES if s not in ("queued", "interrupted")])
def test_the_lock_tells_who_lives(run: Run, state: Any) -> None:
    write_status(run.folder, RunStatus(state=state, updated=time.time()))
    lock = take(run.lock_file)
    assert lock is not None
    assert run.status().state == state
    lock.release()
    alive = ("preparing", "running")
    assert run.status().state == ("interrupted" if state in alive else state)


def test_status_survives_being_written_and_read(run: Run) -> None:
    status = RunStatus(
        state="failed",
        error={"code": "x", "message": "y"},
        epoch=3,
        epochs=7,
        best_epoch=2,
        seconds_left=1.5,
    )
    write_status(run.folder, status)
    assert read_status(run.folder) == status
    (run.folder / "status.json").write_text("{")
    with pytest.raises(PathError, match=r"status.json is damaged \(line 1"):
        read_status(run.folder)
    assert (Run(run.folder).status().state, Run(run.folder).status().is_final) == ("damaged", True)


def test_progress_counts_complete_epochs_and_the_steps_of_the_next() -> None:
    status = RunStatus(state="running", phase="training", epoch=3, epochs=10, step=1, steps=2)
    assert status.progress == pytest.approx(0.35)
    assert RunStatus(state="finished", epoch=4, epochs=10).progress == 1
    assert RunStatus().progress == 0


def test_events_come_in_pieces_and_a_torn_line_waits(run: Run) -> None:
    file = run.folder / "metrics.jsonl"
    assert run.events() == ([], 0)
    file.write_bytes(b'{"event": "step"}\n{"event": "ep')
    events, place = run.events()
    assert events == [{"event": "step"}]
    with file.open("ab") as stream:
        stream.write(b'och", "epoch": 1}\n\0\0\0\n{"event": "step"}\n')
    events, place = run.events(place)
    assert events == [{"event": "epoch", "epoch": 1}, {"event": "step"}]
    assert place == file.stat().st_size
    assert run.events(place) == ([], place)
    assert run.epochs() == [{"event": "epoch", "epoch": 1}]


def test_the_record_is_json_and_says_what_the_table_shows(run: Run) -> None:
    record = json.loads(json.dumps(run.record().to_json()))
    assert record["run"] == run.id
    assert record["state"] == "queued"
    assert record["model"] == "tiny"
    assert record["data"] == run.data.root.name
    assert record["epochs"] == 3
    assert record["epochs_done"] == 0
    assert record["val_accuracy"] is None


def test_a_run_shows_itself_even_when_its_folder_is_gone(run: Run, tmp_path: Path) -> None:
    write_json(run.folder / "notes.json", {"name": "first"})
    assert repr(run) == f"Run({run.id}, 'first', queued, 0 of 3 epochs)"
    page = run._repr_html_()
    assert f"Run {run.id}: first" in page
    assert '<td style="text-align:left">tiny</td>' in page
    assert "<svg" not in page  # nothing to draw yet
    with (run.folder / "metrics.jsonl").open("w") as file:
        for epoch, loss in enumerate((1.0, 0.5, 0.75), start=1):
            line = {"event": "epoch", "epoch": epoch, "loss": loss, "val_loss": None}
            file.write(json.dumps(line) + "\n")
    drawn = Run(run.folder)._repr_html_()
    assert 'points="34.0,34.0 160.0,106.0 286.0,70.0"' in drawn
    gone = Run(tmp_path / "gone")
    assert repr(gone) == "Run(gone, status.json is not there)"
    assert "Run(gone" in gone._repr_html_()


def test_a_run_without_results_has_none(run: Run) -> None:
    assert run.predictions() is None
    assert run.evaluation() is None
    assert run.log_tail() == ""


def test_only_a_run_that_has_ended_can_be_deleted(workspace: Workspace, run: Run) -> None:
    with pytest.raises(RunError) as refused:
        delete_run(run)
    assert str(refused.value) == (
        f"The run {run.id} has not ended. Expected a run that is finished, stopped, failed or "
        "interrupted. Do this: stop it first."
    )
    write_status(run.folder, RunStatus(state="stopped"))
    delete_run(run)
    assert list_runs(workspace=workspace) == []
    assert os.listdir(workspace.runs) == []  # noqa: PTH208


def test_of_several_runs_all_are_deleted_or_none(
    workspace: Workspace, run: Run, images: Path
) -> None:
    other = make_run(workspace, images, tiny_spec())
    write_status(run.folder, RunStatus(state="stopped"))
    with pytest.raises(RunError, match=other.id):
        delete_runs([run, other])
    assert len(list_runs(workspace=workspace)) == 2
    write_status(other.folder, RunStatus(state="failed"))
    delete_runs([run, other])
    assert list_runs(workspace=workspace) == []


def test_a_network_that_does_not_fit_the_classes_is_refused(
    workspace: Workspace, images: Path
) -> None:
    with pytest.raises(SpecError) as refused:
        make_run(workspace, images, tiny_spec(classes=3))
    assert str(refused.value) == (
        "The network ends in 3 outputs. Expected 2 for 2 classes in class mode categorical. Do "
        "this: give the last Dense layer 2 unit(s)."
    )
    assert (refused.value.index, refused.value.field, refused.value.nearest) == (4, "units", (2,))
    assert list_runs(workspace=workspace) == []


def test_a_network_that_does_not_fit_the_images_is_refused(
    workspace: Workspace, images: Path
) -> None:
    spec = tiny_spec().with_input_shape((64, 64, 1))
    with pytest.raises(SpecError) as refused:
        make_run(workspace, images, spec)
    assert str(refused.value) == (
        "The network takes 64×64×1 and the images are prepared as 32×32×1. Expected the same "
        "height, width and channels. Do this: change the network's Input or the preparation."
    )


def test_early_stopping_needs_validation_images(workspace: Workspace, images: Path) -> None:
    from xraylib.datasets.scan import scan
    from xraylib.datasets.split import make_split
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig
    from xraylib.training.run.create import create_run

    index = scan(images)
    with pytest.raises(RunError) as refused:
        create_run(
            spec=tiny_spec(),
            train=TrainConfig(early_stopping_patience=3),
            index=index,
            split=make_split(index, validation=0),
            preparation=Preparation(image_size=(SIZE, SIZE)),
            augment=AUGMENT_PRESETS["none"],
            workspace=workspace,
        )
    assert str(refused.value) == (
        "Early stopping is on and there are no validation images. Expected validation images whose "
        "loss can be watched. Do this: set some images apart for validation, or switch early "
        "stopping off."
    )


def test_a_folder_without_classes_cannot_be_trained_on(workspace: Workspace, images: Path) -> None:
    with pytest.raises(DatasetError) as refused:
        make_run(workspace, images / "train" / "dark", tiny_spec(classes=1, units=2))
    assert str(refused.value) == (
        "The training images have no class folders. Expected readable images of at least two "
        "classes, each in a folder of its own. Do this: choose a folder with one subfolder for "
        "each class."
    )


@pytest.mark.usefixtures("run")
def test_looking_at_runs_needs_no_tensorflow() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from xraylib.workspace import Workspace;"
        "from xraylib.training.run.runs import *; from xraylib.training.process import queue;"
        "print([r.record().state for r in list_runs()]);"
        "print(sorted({'tensorflow', 'keras', 'scipy', 'sklearn', 'h5py'} & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout == "['queued']\n[]\n"


def test_data_of_an_older_version_is_read_and_what_is_damaged_is_refused(run: Run) -> None:
    old = read_json(run.folder / "data.json")
    for name in ("excluded", "split", "patients", "source_fingerprint"):
        del old[name]
    write_json(run.folder / "data.json", old)
    again = Run(run.folder).data
    assert again.curation == Curation()
    assert again.source_fingerprint == again.fingerprint == run.data.fingerprint
    assert again == run.data
    assert RunData.from_json(again.to_json()) == again
    del old["classes"]
    write_json(run.folder / "data.json", old)
    with pytest.raises(PathError) as refused:
        _ = Run(run.folder).data
    assert refused.value.code == "damaged"
