"""Runs as a trainer would leave them behind, made without training anything."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scanned import scanned

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.split import make_split
from xraylib.datasets.split_table import from_csv
from xraylib.images.prepare import Preparation
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.networks.presets import preset
from xraylib.training.config import TrainConfig
from xraylib.training.run.create import create_run
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, read_status, write_status
from xraylib.workspace import Workspace, write_json

CLASSES = ("Covid", "Normal", "Pneumonia")


def draw_noise(root: Path, *, train: int = 8, test: int = 4) -> Path:
    """Small noise images of three classes in ``train`` and ``test``, one patient an image."""
    rng = np.random.default_rng(0)
    for split, count in (("train", train), ("test", test)):
        for name in CLASSES:
            folder = root / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(0, 255, (24, 20), np.uint8)
                Image.fromarray(pixels).save(folder / f"p{split}{name}{number}_0.png")
    return root


def made_run(
    workspace: Workspace,
    images: Path,
    *,
    name: str = "",
    epochs: int = 3,
    network: str = "lesson-dense",
    **train: Any,
) -> Run:
    """A run that waits to be started; ``train`` are other settings of its training."""
    index = scanned(images)
    preparation = Preparation(image_size=(24, 20))
    return create_run(
        spec=preset(network, input_shape=preparation.input_shape, classes=len(CLASSES)),
        train=TrainConfig(epochs=epochs, **train),
        index=index,
        split=make_split(index, seed=0),
        preparation=preparation,
        augment=AUGMENT_PRESETS["lesson"],
        dataset="noise",
        name=name,
        workspace=workspace,
    )


def finish(run: Run, *, wrong: int = 1) -> Run:
    """Gives the run epochs, predictions and an evaluation; ``wrong`` test images are mistaken."""
    tell_epochs(run, run.train.epochs)
    table = scanned(run.data.root)
    images, truth, probabilities = [], [], []
    told = from_csv(run.folder / "split.csv")
    split_of = dict(zip(told.path, told.split, strict=True))
    mistaken = 0
    for row in range(len(table)):
        image = table.image(row)
        split = split_of.get(image.path, "train")  # a smaller run leaves images out
        if split == "train":
            continue
        label = CLASSES.index(image.label)
        called = label
        if split == "test" and mistaken < wrong:
            called, mistaken = (label + 1) % len(CLASSES), mistaken + 1
        shares = np.full(len(CLASSES), 0.15)
        shares[called] = 0.7
        images.append((image.path, image.label, split, image.patient))
        truth.append(label)
        probabilities.append(shares)
    write_predictions(run.folder / PREDICTIONS, images, np.array(probabilities), CLASSES)
    evaluations = {}
    for split in ("val", "test"):
        chosen = [i for i, image in enumerate(images) if image[2] == split]
        evaluations[split] = evaluate_predictions(
            [truth[i] for i in chosen], np.array([probabilities[i] for i in chosen]), CLASSES
        ).to_json()
    write_json(run.folder / "evaluation.json", evaluations)
    epochs = run.train.epochs
    kept = dict(run.epochs()[-1])
    set_state(run, state="finished", epoch=epochs, best_epoch=2, has_model=True, kept=kept)
    return run


def tell_epochs(run: Run, count: int) -> None:
    """Appends epoch events as the trainer writes them."""
    with (run.folder / "metrics.jsonl").open("a", encoding="utf-8") as file:
        for epoch in range(1, count + 1):
            event = {
                "event": "epoch", "epoch": epoch, "images": 20, "loss": 1 / epoch,
                "accuracy": 0.5, "auc": 0.6, "val_loss": abs(epoch - 2) + 0.5,
                "val_accuracy": 1 / 3, "val_auc": 0.5, "seconds": 0.1, "val_seconds": 0.02,
                "learning_rate": 0.001, "time": time.time(),
            }  # fmt: skip
            file.write(json.dumps(event) + "\n")


def set_state(run: Run, **changes: object) -> None:
    """Writes other values into ``status.json``."""
    status: RunStatus = replace(read_status(run.folder), updated=time.time(), **changes)  # type: ignore[arg-type]
    write_status(run.folder, status)
