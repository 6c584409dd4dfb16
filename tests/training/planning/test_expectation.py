"""What a run will need: refused where it cannot fit, timed by a trial, scaled from another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from tiny_runs import make_run, tiny_spec, write_images

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.errors import RunError
from xraylib.networks.layers import Backbone, Conv2D, Dense, Flatten, Input
from xraylib.networks.spec import ModelSpec
from xraylib.training.config import TrainConfig
from xraylib.training.planning import expectation
from xraylib.training.planning.expectation import (
    Trial,
    check_memory,
    expect,
    load_trial,
    machine_memory,
    save_trial,
    size_words,
    trial_key,
)
from xraylib.workspace import Workspace

NONE = AUGMENT_PRESETS["none"]
TRIAL = Trial(
    step_seconds=0.5,
    validation_seconds=0.25,
    between_seconds=0.1,
    start_seconds=3.0,
    memory_bytes=400 * 2**20,
    batch_size=32,
    steps=12,
)


def test_a_network_that_cannot_fit_is_refused_with_the_numbers(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(expectation, "machine_memory", lambda: 200 * 2**20)
    images = write_images(tmp_path / "images")
    workspace = Workspace(tmp_path / "work")
    with pytest.raises(RunError) as refused:
        make_run(workspace, images, tiny_spec())
    assert refused.value.code == "not-enough-memory"
    assert refused.value.message == (
        "Training the network 'tiny' with 8 images a step would take about 306 MB of memory "
        "(0 MB for weights, 1 MB for the maps of a batch), and this machine has 200 MB. "
        "Expected a network and a batch that need at most 200 MB. "
        "Do this: use a smaller batch or smaller images, or pool or stride earlier."
    )
    assert not workspace.runs.exists()


def test_a_dense_layer_of_terabytes_is_refused_on_any_machine() -> None:
    spec = ModelSpec(
        name="huge",
        layers=(Input(shape=(2048, 2048, 1)), Flatten(), Dense(units=65_536), Dense(units=2)),
    )
    with pytest.raises(RunError, match=r"would take about 6,1\d\d\.\d GB of memory") as no:
        check_memory(spec, TrainConfig())
    assert "give layer 2, Dense, fewer than its 274,877,972,480 parameters" in no.value.remedy


def test_a_limit_of_the_group_counts_before_the_machines_memory(tmp_path, monkeypatch) -> None:
    limit, none = tmp_path / "memory.max", tmp_path / "none"
    limit.write_text("1000000\n")
    none.write_text("max\n")
    monkeypatch.setattr(expectation, "_LIMITS", (str(none), str(tmp_path / "absent")))
    assert machine_memory() == psutil.virtual_memory().total
    monkeypatch.setattr(expectation, "_LIMITS", (str(limit),))
    assert machine_memory() == 1_000_000


def test_an_epoch_is_its_steps_and_its_validation() -> None:
    # 240 images are 7.5 steps of 0.5 s; 128 images are 2 validation steps of 0.25 s; 0.1 s to
    # judge.
    assert TRIAL.epoch_seconds(240, 128) == pytest.approx(7.5 * 0.5 + 2 * 0.25 + 0.1)


def test_without_any_trial_only_memory_is_said(tmp_path: Path) -> None:
    found = expect(
        tiny_spec(), TrainConfig(), NONE, training=240, validation=60, workspace=Workspace(tmp_path)
    )
    assert (found.epoch_seconds, found.start_seconds, found.source) == (None, None, None)
    assert found.memory_bytes > 300 * 2**20
    assert found.fits


def test_a_trial_of_the_design_is_what_is_said(tmp_path: Path) -> None:
    workspace, train = Workspace(tmp_path), TrainConfig()
    save_trial(trial_key(tiny_spec(), train, NONE), TRIAL, tiny_spec(), workspace=workspace)
    found = expect(tiny_spec(), train, NONE, training=320, validation=64, workspace=workspace)
    assert found.source == "trial"
    assert found.epoch_seconds == pytest.approx(5.35)
    assert found.memory_bytes == TRIAL.memory_bytes


def test_what_is_kept_of_images_counts_once_and_says_nothing_of_another_design(
    tmp_path: Path,
) -> None:
    workspace, train = Workspace(tmp_path), TrainConfig()
    trial = replace(TRIAL, training_once_seconds=0.5, validation_once_seconds=0.25)
    save_trial(trial_key(tiny_spec(), train, NONE), trial, tiny_spec(), workspace=workspace)
    found = expect(tiny_spec(), train, NONE, training=320, validation=64, workspace=workspace)
    assert found.epoch_seconds == pytest.approx(5.35)
    assert found.start_seconds == 3 + 160 + 16
    other = expect(tiny_spec(3), train, NONE, training=320, validation=64, workspace=workspace)
    assert other.source is None


def test_another_design_is_scaled_from_the_most_similar_trial(tmp_path: Path) -> None:
    workspace, train = Workspace(tmp_path), TrainConfig()
    spec = tiny_spec()
    larger = spec.with_layers(
        (*spec.layers[:2], Conv2D(filters=64, kernel_size=5), *spec.layers[3:])
    )
    for one, seconds in ((spec, 0.5), (larger, 8.0)):
        trial = replace(TRIAL, step_seconds=seconds)
        save_trial(trial_key(one, train, NONE), trial, one, workspace=workspace)
    between = spec.with_layers(
        (*spec.layers[:2], Conv2D(filters=40, kernel_size=5), *spec.layers[3:])
    )
    found = expect(between, train, NONE, training=320, validation=0, workspace=workspace)
    assert found.source == "other"
    assert found.epoch_seconds is not None
    assert 40 < found.epoch_seconds < 80  # less than the larger one's 80 s, by its products


def test_the_key_knows_all_that_costs_and_nothing_else() -> None:
    spec, train = tiny_spec(), TrainConfig()
    key = trial_key(spec, train, NONE)
    same: list[tuple[ModelSpec, TrainConfig, Any]] = [
        (replace(spec, name="another"), train, NONE),
        (spec, TrainConfig(epochs=99, seed=4, learning_rate=0.1), NONE),
    ]
    others = [
        (tiny_spec(3), train, NONE),
        (spec, TrainConfig(batch_size=16), NONE),
        (spec, TrainConfig(optimizer="sgd"), NONE),
        (spec, train, AUGMENT_PRESETS["lesson"]),
    ]
    assert {trial_key(*one) for one in same} == {key}
    assert len({key, *(trial_key(*one) for one in others)}) == 5
    fresh, learnt = (
        ModelSpec(name="b", layers=(Input(shape=(32, 32, 1)), Backbone(weights=weights)))
        for weights in ("none", "imagenet")
    )
    assert trial_key(fresh, train, NONE) == trial_key(learnt, train, NONE)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cost": 1, "step_seconds": "x"}'])
def test_a_damaged_trial_counts_for_nothing(tmp_path: Path, text: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.trials.mkdir()
    (workspace.trials / "k.json").write_text(text)
    assert load_trial("k", workspace=workspace) is None
    assert (
        expect(
            tiny_spec(), TrainConfig(), NONE, training=1, validation=0, workspace=workspace
        ).source
        is None
    )


def test_sizes_in_words() -> None:
    assert size_words(412 * 2**20) == "412 MB"
    assert size_words(5.25 * 2**30) == "5.2 GB"


@pytest.mark.long
@pytest.mark.xdist_group("tensorflow")
def test_the_command_times_a_trial_in_a_process_of_its_own(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    file = tmp_path / "spec.json"
    file.write_text(json.dumps(tiny_spec().to_json()))
    workspace = Workspace(tmp_path / "work")
    environ = {**os.environ, "XRAYLIB_WORKSPACE": str(workspace.root)}
    command = [sys.executable, "-m", "xraylib", "trial", str(file), "--batch-size", "8", "--json"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["steps"] >= 3
    assert told["expected"]["source"] == "trial"
    assert told["memory_bytes"] > 100 * 2**20
    kept = load_trial(trial_key(tiny_spec(), TrainConfig(batch_size=8), NONE), workspace=workspace)
    assert kept is not None
    assert kept.step_seconds == told["step_seconds"]
