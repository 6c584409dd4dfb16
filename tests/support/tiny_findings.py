"""Tiny images with two findings that go together a little, and runs that learn them in a second."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scanned import scanned
from tiny_runs import SIZE

from xraylib.augmentation.augment import AugmentConfig
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import Findings
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.layers import Conv2D, Dense, GlobalAveragePooling2D, Input, Rescaling
from xraylib.networks.spec import ModelSpec
from xraylib.training.config import TrainConfig
from xraylib.training.run.create import create_run
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

NAMES = ("Bright", "Striped")


def findings_index(root: Path, *, unknown: float = 0.2, uncertain: float = 0.05) -> DatasetIndex:
    """90 training and 40 test images that may be bright, striped, both or neither."""
    rng = np.random.default_rng(4)
    for split, count in (("train", 90), ("test", 40)):
        (root / split / "all").mkdir(parents=True, exist_ok=True)
        for number in range(count):
            bright, striped = rng.random(2) < (0.45, 0.35)
            pixels = rng.normal(80 + 60 * bright, 12, (SIZE, SIZE))
            pixels[::4] += 90 * striped
            name = f"p{number // 2:03d}_{number}_{int(bright)}{int(striped)}.png"
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(root / split / "all" / name)
    index = scanned(root)
    told = np.array([[int(path[-6]), int(path[-5])] for path in index.table["path"].to_pylist()])
    drawn = rng.random(told.shape)
    values = np.where(drawn < unknown, -1, np.where(drawn < unknown + uncertain, -2, told))
    findings = Findings(
        names=NAMES, values=values.astype(np.int8), kind="multilabel", form="one-hot"
    )
    return replace(index, findings=findings)


def findings_spec(units: int = 2) -> ModelSpec:
    """Two convolutions and an average over the image, so that there is a class activation map."""
    return ModelSpec(
        name="tiny",
        layers=(
            Input(shape=(SIZE, SIZE, 1)),
            Rescaling(scale=1 / 255),
            Conv2D(filters=8, kernel_size=3, strides=1, activation="relu"),
            Conv2D(filters=8, kernel_size=3, strides=2, activation="relu"),
            GlobalAveragePooling2D(),
            Dense(units=units, activation="sigmoid"),
        ),
    )


def make_findings_run(workspace: Workspace, root: Path, **options: Any) -> Run:
    """A run of findings that is ready to start."""
    index = options.pop("index", None) or findings_index(root)
    settings = {"epochs": 30, "batch_size": 8, "learning_rate": 0.02, "class_mode": "multilabel"}
    return create_run(
        spec=options.pop("spec", findings_spec()),
        train=TrainConfig(**{**settings, **options}),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=(SIZE, SIZE)),
        augment=AugmentConfig(),
        workspace=workspace,
    )
