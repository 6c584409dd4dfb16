"""Runs made from runs: repeated, changed, made longer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_runs import learnt, make_run, tiny_spec, train_here

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.cli import main
from xraylib.errors import RunError
from xraylib.training.process import queue
from xraylib.training.run.derived import clone_run, extend_run
from xraylib.training.run.locks import take
from xraylib.training.run.record import RunOrigin
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")

STRONG = AUGMENT_PRESETS["strong"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def old(shared: Workspace, images: Path) -> Run:
    """Two epochs with dropout, batch normalisation and augmentation."""
    run = make_run(shared, images, tiny_spec(dropout=True), epochs=2, seed=5, augment=STRONG)
    train_here(run)
    assert run.status().state == "finished"
    return run


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Run]]:
    """Who would have been started."""
    runs: list[Run] = []
    monkeypatch.setattr(queue, "start", lambda run, **_: runs.append(run))
    monkeypatch.setattr(queue, "resume", runs.append)
    yield runs
    for run in runs:
        assert run.folder.exists()


def contents(run: Run) -> dict[str, str]:
    return {
        str(path.relative_to(run.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in run.folder.rglob("*")
        if path.is_file()
    }


def test_a_repeated_run_gives_the_same_numbers(old: Run) -> None:
    before = contents(old)
    again = clone_run(old)
    assert again.origin == RunOrigin(kind="repeat", run=old.id)
    train_here(again)
    assert learnt(again) == learnt(old)
    assert contents(old) == before


def test_more_epochs_make_a_run_that_equals_one_of_so_many_epochs(
    old: Run, shared: Workspace, images: Path
) -> None:
    before = contents(old)
    longer = extend_run(old, 4, name="longer")
    assert longer.origin == RunOrigin(kind="extension", run=old.id, epoch=2)
    assert longer.status().state == "queued"
    assert (longer.status().epoch, longer.status().epochs, longer.name) == (2, 4, "longer")
    assert [event["epoch"] for event in longer.epochs()] == [1, 2]
    train_here(longer)
    whole = make_run(shared, images, tiny_spec(dropout=True), epochs=4, seed=5, augment=STRONG)
    train_here(whole)
    assert learnt(longer) == learnt(whole)
    assert longer.status().message == whole.status().message
    assert contents(old) == before


def test_early_stopping_counts_afresh_when_a_run_is_made_longer(
    shared: Workspace, images: Path
) -> None:
    run = make_run(
        shared, images, tiny_spec(), epochs=60, early_stopping_patience=2, learning_rate=1.0
    )
    train_here(run)
    ended = run.status().epoch
    assert ended < 60
    longer = extend_run(run, 70)
    train_here(longer)
    assert longer.status().epoch >= ended + 2


def test_a_changed_run_has_the_same_images_divided_in_the_same_way(old: Run) -> None:
    other = clone_run(old, train=replace(old.train, seed=9, class_mode="sparse"), name="other")
    assert other.origin.kind == "clone"
    assert (other.train.seed, other.name) == (9, "other")
    for name in ("split.csv", "spec.json"):
        assert (other.folder / name).read_bytes() == (old.folder / name).read_bytes()
    ours, theirs = (replace(run.data, class_mode="sparse") for run in (other, old))
    assert ours == theirs


def test_what_cannot_go_on_is_refused(old: Run, shared: Workspace, images: Path) -> None:
    with pytest.raises(RunError) as refused:
        extend_run(old, 2)
    assert str(refused.value) == (
        f"The run {old.id} has 2 epochs already. Expected more epochs than that in all, not 2. Do "
        "this: ask for example for 4."
    )
    new = make_run(shared, images, tiny_spec())
    with pytest.raises(RunError) as refused:
        extend_run(new, 9)
    assert refused.value.code == "run-active"
    queue.stop(new)
    with pytest.raises(RunError) as refused:
        extend_run(new, 9)
    assert str(refused.value) == (
        f"The run {new.id} has no checkpoint to go on from. Expected a run that has trained for a "
        "while. Do this: make a new run with its settings (Use its settings on the Training page, "
        "or xraylib train --from RUN)."
    )
    assert not list(shared.runs.glob(".new-*"))


def test_a_run_whose_trainer_still_lives_is_not_resumed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.stop(run)
    monkeypatch.setattr(queue, "_END_SECONDS", 0.2)
    alive = take(run.lock_file)
    assert alive is not None
    with pytest.raises(RunError) as refused:
        queue.resume(run)
    assert refused.value.code == "run-started"
    alive.release()


def call(workspace: Workspace, *words: object) -> int:
    return main([*map(str, words), "--workspace", str(workspace.root)])


def test_the_command_repeats_a_run_and_takes_changes(
    old: Run, shared: Workspace, started: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(shared, "train", "--from", old.id, "--detach", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (again,) = started
    assert told == {"event": "started", "run": again.id}
    assert (again.spec, again.train, again.data) == (old.spec, old.train, old.data)
    assert again.origin.kind == "repeat"
    options: list[object] = ["--epochs", 7, "--schedule", "cosine", "--warmup-epochs", 2]
    options += ["--label-smoothing", 0.1, "--global-clipnorm", 1, "--class-mode", "binary"]
    options += ["--image-size", 48, "--augment", "none", "--detach"]
    assert call(shared, "train", "--from", old.id, *options) == 0
    other = started[1]
    assert other.train == replace(
        old.train,
        epochs=7,
        schedule="cosine",
        warmup_epochs=2,
        label_smoothing=0.1,
        global_clipnorm=1,
        class_mode="binary",
    )
    assert other.preparation.input_shape == other.spec.input_shape == (48, 48, 1)
    assert other.augment.is_identity


def test_the_command_resumes_and_makes_longer(
    old: Run, shared: Workspace, started: list[Run]
) -> None:
    assert call(shared, "resume", old.id, "--epochs", 5, "--detach") == 0
    assert started[0].train.epochs == 5
    assert started[0].origin.run == old.id
    assert call(shared, "resume", old.id, "--detach") == 0
    assert started[1] == old
    assert started[0] in list_runs(workspace=shared)


def test_the_command_says_what_is_missing(
    shared: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(shared, "train", "--model", "lesson-cnn") == 2
    assert "argument DIR or --dataset NAME is missing" in capsys.readouterr().err


def test_a_finished_run_is_not_resumed_in_place(old: Run) -> None:
    before = contents(old)
    with pytest.raises(RunError) as refused:
        queue.resume(old)
    assert refused.value.code == "run-started"
    assert {k: v for k, v in contents(old).items() if "lock" not in k} == {
        k: v for k, v in before.items() if "lock" not in k
    }
