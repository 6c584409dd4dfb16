"""``model.py`` of a run, run as it is on the same images, repeats what the trainer did."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiny_findings import make_findings_run
from tiny_runs import make_run, tiny_spec, train_here

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.metrics.findings.evaluation import FindingsEvaluation
from xraylib.networks.trace import trace
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = [
    pytest.mark.xdist_group("tensorflow"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def _odd_images(root: Path) -> Path:
    """Images of other sizes than the network's, of all depths that the script reads."""
    random = np.random.default_rng(5)
    for place, label in enumerate(("bright", "dark")):
        folder = root / "train" / label
        folder.mkdir(parents=True)
        for number in range(22):
            size = (int(random.integers(20, 70)), int(random.integers(20, 70)))
            grey = random.normal(150 - 80 * place, 25, size).clip(0, 255).astype(np.uint8)
            image = Image.fromarray(grey)
            if number % 4 == 1:
                image = Image.fromarray(grey.astype(np.uint16) * 250 + number)
            if number % 4 == 2:
                image = Image.merge("RGB", [image, image, Image.fromarray(grey // 2)])
            suffix = "jpg" if number % 4 == 3 else "png"
            image.save(folder / f"p{number:03d}.{suffix}")
    return root


def _run_script(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    file = run.folder / "model.py"
    monkeypatch.setattr(sys, "argv", [str(file)])
    monkeypatch.chdir(tmp_path)
    script: dict[str, Any] = {"__name__": "script"}
    exec(compile(file.read_text(encoding="utf-8"), "model.py", "exec"), script)
    return script


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, marks=pytest.mark.long),
        {
            "class_weights": True,
            "schedule": "cosine",
            "warmup_epochs": 1,
            "label_smoothing": 0.1,
            "global_clipnorm": 0.5,
            "l2": 0.01,
        },
    ],
    ids=["plain", "everything"],
)
def test_the_script_repeats_the_losses_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    images = _odd_images(tmp_path / "images")
    spec = tiny_spec(dropout=True)
    if amount := settings.pop("l2", 0.0):
        layers = [replace(one, l2=amount) if hasattr(one, "l2") else one for one in spec.layers]
        spec = spec.with_layers(layers)
    run = make_run(Workspace(tmp_path / "work"), images, spec, epochs=2, **settings)
    train_here(run)
    script = _run_script(run, monkeypatch, tmp_path)
    assert "the same losses" in script["__doc__"]
    assert script["model"].count_params() == trace(spec).total_params
    history = script["train"](images, 2).history
    for place, epoch in enumerate(run.epochs()):
        assert history["loss"][place] == pytest.approx(epoch["loss"], abs=1e-4)
        assert history["val_loss"][place] == pytest.approx(epoch["val_loss"], abs=1e-4)


def test_with_augmentation_the_script_varies_images_and_says_that_they_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = _odd_images(tmp_path / "images")
    strong = replace(
        AUGMENT_PRESETS["strong"],
        horizontal_flip=True,
        fill_mode="reflect",
        contrast_range=(0.8, 1.2),
        clahe_range=(1, 2),
        noise_range=4,
    )
    run = make_run(Workspace(tmp_path / "work"), images, tiny_spec(), epochs=1, augment=strong)
    train_here(run)
    script = _run_script(run, monkeypatch, tmp_path)
    assert "the values drawn differ" in script["__doc__"]
    assert script["AUGMENT"]["shear_range"] == 10
    assert script["AUGMENT"]["brightness_range"] == (0.7, 1.3)
    assert script["AUGMENT"]["contrast_range"] == (0.8, 1.2)
    assert script["AUGMENT"]["noise_range"] == 4
    assert run.augment == strong
    image = np.arange(32 * 32, dtype=np.uint32).reshape(32, 32, 1).astype(np.uint8)
    varied = [script["augment"](image, 0, place) for place in (1, 1, 2)]
    assert np.array_equal(varied[0], varied[1])
    assert not np.array_equal(varied[0], varied[2])
    assert varied[0].shape == image.shape
    assert np.isfinite(script["train"](images, 1).history["loss"][0])


@pytest.mark.parametrize(
    "settings",
    [{}, {"class_weights": True, "label_smoothing": 0.1, "uncertain": "present"}],
    ids=["plain", "weighted"],
)
def test_the_script_of_findings_repeats_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    images = tmp_path / "images"
    run = make_findings_run(Workspace(tmp_path / "work"), images, epochs=3, **settings)
    train_here(run)
    script = _run_script(run, monkeypatch, tmp_path)
    assert "findings.csv" in script["__doc__"]
    history = script["train"](images, 3).history
    for place, epoch in enumerate(run.epochs()):
        assert history["loss"][place] == pytest.approx(epoch["loss"], abs=1e-4)
        # Keras averages over batches, in which more or less is known.
        assert history["known_accuracy"][place] == pytest.approx(epoch["accuracy"], abs=0.02)
    _, _, test = script["load_all"](images)
    told = script["measured"](test.labels, script["model"].predict(test, verbose=0))
    judged = run.evaluation()["test"]
    assert isinstance(judged, FindingsEvaluation)
    here = [judged.per_finding[name].auc.value for name in run.classes]
    assert told["auc_of_finding"] == pytest.approx(here, abs=1e-3)
    assert told["auc"] == pytest.approx(np.mean(here), abs=1e-3)
