"""Fine-tuning in two phases: the head first, then the backbone too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fine_tuned import backbone_spec
from tiny_runs import SIZE, make_run, tiny_spec, train_here

from xraylib.errors import SpecError
from xraylib.networks.spec import ModelSpec
from xraylib.training.config import TrainConfig
from xraylib.training.script.keras_script import keras_script
from xraylib.workspace import Workspace


@pytest.mark.xdist_group("tensorflow")
def test_the_first_phase_leaves_a_part_alone_and_the_second_begins_with_a_fresh_optimizer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from xraylib.training.loop import network

    # The convolution stands for a backbone: what counts is who learns when.
    monkeypatch.setattr(network, "backbone_layers", lambda model, _spec: [model.layers[2]])
    config = TrainConfig(seed=1, epochs=3, head_epochs=1)
    made = network.Network(tiny_spec(3), config)
    pixels = np.random.default_rng(0).integers(0, 256, (12, SIZE, SIZE, 1), np.uint8)
    labels = np.arange(12) % 3

    def changed() -> list[bool]:
        before = made.weights()
        made.train_batch(pixels, labels)
        return [not np.array_equal(*pair) for pair in zip(before, made.weights(), strict=True)]

    assert changed() == [False, False, True, True]
    state = made.state()
    made.fine_tune()
    assert changed() == [True, True, True, True]
    made.set_state(state)
    again = network.Network(tiny_spec(3), config)
    again.set_state(state)
    for one in (made, again):
        one.fine_tune()
        one.train_batch(pixels, labels)
    for ours, theirs in zip(made.state(), again.state(), strict=True):
        assert np.array_equal(ours, theirs)


@pytest.mark.long
@pytest.mark.xdist_group("tensorflow")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_script_of_a_run_in_two_phases_repeats_its_losses(
    workspace: Workspace, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"epochs": 3, "head_epochs": 1, "batch_size": 16, "learning_rate": 0.001}
    run = make_run(workspace, images, backbone_spec(), **settings)
    train_here(run)
    assert run.status().state == "finished", run.status().message
    file = run.folder / "model.py"
    monkeypatch.setattr(sys, "argv", [str(file)])
    monkeypatch.chdir(tmp_path)
    script: dict[str, Any] = {"__name__": "script"}
    exec(compile(file.read_text(encoding="utf-8"), "model.py", "exec"), script)
    second = script["train"](images, 3).history["loss"]
    assert second == pytest.approx([e["loss"] for e in run.epochs()][1:], abs=1e-3)


def test_the_script_says_both_phases() -> None:
    settings = TrainConfig(
        epochs=9, head_epochs=2, warmup_epochs=1, schedule="cosine", early_stopping_patience=3
    )
    script = keras_script(backbone_spec(), train=settings)
    training = script[script.index("def train(data") : script.index('if __name__ == "__main__"')]
    first, _, second = training.partition("        layer.trainable = True\n")
    assert "layer.trainable = False" in first
    assert "epochs=2" in first
    assert "end_learning_rate=LEARNING_RATE" in first
    assert "EarlyStopping" not in first
    assert "initial_epoch=2" in second
    assert "LEARNING_RATE * 0.1" in second
    assert "(epochs - 2) * len(training)" in second
    assert "EarlyStopping" in second
    compile(script, "model.py", "exec")


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        (tiny_spec(), "has no Backbone"),
        (backbone_spec(None), "has a Backbone (layer 1) that stays"),
    ],
)
def test_two_phases_need_a_backbone_that_learns(
    workspace: Workspace, images: Path, spec: ModelSpec, what: str
) -> None:
    with pytest.raises(SpecError) as refused:
        make_run(workspace, images, spec, head_epochs=1)
    assert refused.value.code == "no-fine-tuning"
    assert str(refused.value) == (
        f"Fine-tuning in two phases was asked for and the network {what}. Expected a Backbone "
        "whose last stages learn in the second phase. Do this: set the Backbone's trainable_from, "
        "for example to 5, or head_epochs to 0."
    )
