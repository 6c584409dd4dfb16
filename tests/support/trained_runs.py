"""Runs for tests, made without the trainer: weights drawn, a few steps of Keras's own fit."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from PIL import Image
from scanned import scanned

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.split import make_split
from xraylib.evaluation.predict import predict_images
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.networks.render.keras_model import build
from xraylib.networks.weights.weights_file import save_weights
from xraylib.training.config import TrainConfig
from xraylib.training.run.create import create_run
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace

SIDE = 64


def draw_images(root: Path, classes: tuple[str, ...], *, seed: int = 0) -> Path:
    """Images of 80×72 with a bright bar whose height depends on the class; train/ and test/."""
    rng = np.random.default_rng(seed)
    for part, (split, count) in enumerate((("train", 10), ("test", 5))):
        for place, name in enumerate(classes):
            folder = root / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = rng.integers(0, 90, (80, 72))
                top = 10 + 25 * place + int(rng.integers(0, 6))
                pixels[top : top + 12] += 120
                file = folder / f"p{part}{place}{number // 2}_{number}.png"
                Image.fromarray(pixels.astype(np.uint8)).save(file)
    return root


def trained_run(
    workspace: Workspace,
    images: Path,
    network: str,
    *,
    class_mode: str = "categorical",
    standardise: bool = True,
    side: int = SIDE,
) -> Run:
    """A finished run of ``network`` with everything that the trainer leaves behind."""
    index = scanned(images)
    split = make_split(index, seed=0)
    preparation = Preparation(image_size=(side, side))
    spec = preset(
        network,
        input_shape=preparation.input_shape,
        classes=len(index.classes),
        class_mode=class_mode,
        standardise=standardise,
    )
    run = create_run(
        spec=spec,
        train=TrainConfig(epochs=2, class_mode=class_mode),  # type: ignore[arg-type]
        index=index,
        split=split,
        preparation=preparation,
        augment=AUGMENT_PRESETS["lesson"],
        dataset="bars",
        workspace=workspace,
    )
    model = build(spec, seed=1)
    images_ = np.stack([_prepared(run, index, row) for row in split.train]).astype(np.float32)
    labels = index.label_numbers[split.train]
    loss = "binary_crossentropy" if class_mode == "binary" else "sparse_categorical_crossentropy"
    model.compile("adam", loss)
    model.fit(images_, labels, epochs=3, batch_size=8, verbose=0)
    save_weights(model, run.weights_file)
    rows = [*split.val, *split.test]
    places = ["val"] * len(split.val) + ["test"] * len(split.test)
    described = [
        (image.path, image.label, place, image.patient)
        for image, place in zip(index.images(rows), places, strict=True)
    ]
    p = predict_images(model, index, rows, preparation).astype(np.float32)
    write_predictions(run.folder / PREDICTIONS, described, p, index.classes)
    done = RunStatus(state="finished", epoch=2, epochs=2, updated=time.time(), has_model=True)
    write_status(run.folder, done)
    return run


def _prepared(run: Run, index: object, row: int) -> np.ndarray:
    from xraylib.images.prepare import prepare

    return prepare(index.read(int(row)), run.preparation)  # type: ignore[attr-defined]
