"""Tiny data sets and runs that train in a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scanned import scanned

from xraylib.augmentation.augment import AugmentConfig
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    Rescaling,
)
from xraylib.networks.spec import ModelSpec
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.process.progress import Progress, describe_failure
from xraylib.training.run.create import create_run
from xraylib.training.run.locks import take
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

SIZE = 32


def write_images(root: Path, classes: tuple[str, ...] = ("dark", "bright")) -> Path:
    """24 training and 8 test images a class that a network can tell apart: by brightness."""
    rng = np.random.default_rng(1)
    for split, count in (("train", 24), ("test", 8)):
        for place, label in enumerate(classes):
            folder = root / split / label
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                pixels = rng.normal(60 + 80 * place, 25, (SIZE, SIZE)).clip(0, 255)
                name = f"p{number // 2:03d}_{number}.png"
                Image.fromarray(pixels.astype(np.uint8)).save(folder / name)
    return root


def tiny_spec(classes: int = 2, *, units: int | None = None, dropout: bool = False) -> ModelSpec:
    """One convolution; one sigmoid unit if ``units`` is 1.

    With ``dropout`` it has BatchNormalization too: all that a resumed run could get wrong.
    """
    units = units or classes
    return ModelSpec(
        name="tiny",
        layers=(
            Input(shape=(SIZE, SIZE, 1)),
            Rescaling(scale=1 / 255),
            Conv2D(filters=2, kernel_size=5, strides=4, activation="relu"),
            *((BatchNormalization(),) if dropout else ()),
            Flatten(),
            *((Dropout(rate=0.3),) if dropout else ()),
            Dense(units=units, activation="sigmoid" if units == 1 else "softmax"),
        ),
    )


def make_run(workspace: Workspace, root: Path, spec: ModelSpec, **options: Any) -> Run:
    """A run that is ready to start."""
    augment = options.pop("augment", AugmentConfig())
    name = options.pop("name", "")
    index = scanned(root)
    return create_run(
        spec=spec,
        train=TrainConfig(**{"epochs": 3, "batch_size": 8, "learning_rate": 0.01, **options}),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=(SIZE, SIZE)),
        augment=augment,
        name=name,
        workspace=workspace,
    )


def train_here(run: Run) -> None:
    """Trains in this process, which has loaded TensorFlow already."""
    from xraylib.training.loop import network
    from xraylib.training.loop.session import train

    chosen, network.choose_threads = network.choose_threads, lambda _threads: None
    alive = take(run.lock_file)
    progress = Progress(run, patience=3600)  # a stop must not end the test's own process
    progress.protect()
    try:
        train(run, progress)
    except Exception as error:  # as the trainer's own process does
        failure = describe_failure(error)
        progress.finish("failed", failure["message"], error=failure)
    finally:
        network.choose_threads = chosen
        if alive is not None:
            alive.release()


def learnt(run: Run) -> dict[str, Any]:
    """Every number that a run has: the arrays of its checkpoint, its epochs, its predictions."""
    found = CheckpointStore(run.folder / "checkpoint").load()
    predictions = run.predictions()
    assert found is not None
    assert predictions is not None
    times = ("time", "seconds", "val_seconds", "rss_bytes", "rss_anon_bytes", "cpu_percent")
    return {
        **{name: (array.dtype.str, array.tobytes()) for name, array in found.arrays.items()},
        "epochs": [{k: v for k, v in e.items() if k not in times} for e in run.epochs()],
        "predictions": predictions.to_pydict(),
    }
