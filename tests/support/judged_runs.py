"""Runs with predictions that were made up, for tests that need no network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scanned import scanned

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.training.config import TrainConfig
from xraylib.training.run.create import create_run
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace

Says = Callable[[NDArray[np.int64]], NDArray[np.float64]]


def judged_run(
    workspace: Workspace, images: Path, says: Says, *, network: str = "lesson-cnn", seed: int = 0
) -> Run:
    """A finished run whose probabilities are ``says(labels)``."""
    index = scanned(images)
    split = make_split(index, seed=seed)
    preparation = Preparation(image_size=(64, 64))
    run = create_run(
        spec=preset(network, input_shape=(64, 64, 1), classes=len(index.classes)),
        train=TrainConfig(epochs=1),
        index=index,
        split=split,
        preparation=preparation,
        augment=AUGMENT_PRESETS["none"],
        workspace=workspace,
    )
    rows = [*split.val, *split.test]
    places = ["val"] * len(split.val) + ["test"] * len(split.test)
    described = [
        (image.path, image.label, place, image.patient)
        for image, place in zip(index.images(rows), places, strict=True)
    ]
    p = says(index.label_numbers[rows]).astype(np.float32)
    write_predictions(run.folder / PREDICTIONS, described, p, index.classes)
    write_status(run.folder, RunStatus(state="finished", epoch=1, epochs=1))
    return run


def sure(calls: NDArray[np.int64], classes: int) -> NDArray[np.float64]:
    """0.9 for each called class."""
    p = np.full((len(calls), classes), 0.1 / (classes - 1))
    p[np.arange(len(calls)), calls] = 0.9
    return p
