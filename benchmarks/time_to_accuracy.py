"""Wall time to a validation accuracy of 0.90 on the sample data: the lesson's recipe and ours.

    python benchmarks/time_to_accuracy.py [--accuracy 0.9] [--epochs 120] [--minutes 20]

Both train small-cnn on standardised images with augmentation and Adam at 0.003, from the same seed
and on the same split; the lesson's own network (712 parameters) gets no further than 0.68 in 120
epochs from this seed. What is counted is the time from the call to the end of the
first epoch that reaches the accuracy, importing TensorFlow and decoding the images included. Each
gives up after 120 epochs or 20 minutes, whichever comes first, and says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

SIDE = 256
BATCH_SIZE = 32
RATE = 0.003
ROOT = PROJECT / "sample_data"


def design() -> tuple[Any, Any, Any]:
    """Index, split and network, the same for both."""
    from xraylib.datasets.scan import scan
    from xraylib.datasets.split import make_split
    from xraylib.networks.presets import preset

    index = scan(ROOT)
    classes = len(index.classes)
    spec = preset("small-cnn", input_shape=(SIDE, SIDE, 1), classes=classes, standardise=True)
    return index, make_split(index), spec


def ours(accuracy: float, epochs: int, minutes: float) -> dict[str, Any]:
    """Our trainer, as a user starts it."""
    began = time.time()
    from xraylib.augmentation.augment import AUGMENT_PRESETS
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run
    from xraylib.workspace import Workspace

    index, split, spec = design()
    with tempfile.TemporaryDirectory() as folder:
        run = create_run(
            spec=spec,
            train=TrainConfig(epochs=epochs, batch_size=BATCH_SIZE, learning_rate=RATE),
            index=index,
            split=split,
            preparation=Preparation(image_size=(SIDE, SIDE)),
            augment=AUGMENT_PRESETS["lesson"],
            workspace=Workspace(Path(folder)),
        )
        queue.start(run)
        found: list[dict[str, Any]] = []
        while not found and not run.status().is_final and time.time() - began < 60 * minutes:
            time.sleep(0.2)
            found = [e for e in run.epochs() if e["val_accuracy"] >= accuracy]
        queue.stop(run)
        queue.wait(run)
        best = max((e["val_accuracy"] for e in run.epochs()), default=0.0)
    if not found:
        return {"seconds": None, "epoch": None, "best": best}
    return {"seconds": found[0]["time"] - began, "epoch": found[0]["epoch"], "best": best}


def recipe(accuracy: float, epochs: int, minutes: float) -> dict[str, Any]:
    """The lesson's recipe: ImageDataGenerator and fit."""
    began = time.time()
    import keras
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    from xraylib.networks.render.keras_model import build

    index, split, spec = design()
    reached: dict[str, Any] = {"seconds": None, "epoch": None, "best": 0.0}

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            reached["best"] = max(reached["best"], float(logs["val_accuracy"]))
            if reached["best"] >= accuracy:
                reached["seconds"], reached["epoch"] = time.time() - began, epoch + 1
            if reached["seconds"] or time.time() - began > 60 * minutes:
                self.model.stop_training = True

    with tempfile.TemporaryDirectory() as folder:
        for part, rows in (("train", split.train), ("val", split.val)):
            for image in index.images(rows):
                link = Path(folder) / part / image.label / image.path.replace("/", "_")
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(index.root / image.path)
        keras.utils.set_random_seed(0)
        augmenting = ImageDataGenerator(
            zoom_range=0.2, rotation_range=15, width_shift_range=0.05, height_shift_range=0.05
        )
        options: dict[str, Any] = {"target_size": (SIDE, SIDE), "color_mode": "grayscale"}
        options |= {"class_mode": "categorical", "batch_size": BATCH_SIZE}
        training = augmenting.flow_from_directory(f"{folder}/train", **options)
        validation = ImageDataGenerator().flow_from_directory(
            f"{folder}/val", shuffle=False, **options
        )
        model = build(spec, seed=0)
        model.compile(
            optimizer=keras.optimizers.Adam(RATE),
            loss="categorical_crossentropy",
            metrics=["accuracy"],
        )
        model.fit(
            training, validation_data=validation, epochs=epochs, verbose=0, callbacks=[Watch()]
        )
    return reached


MEASURES = {"recipe": recipe, "ours": ours}
LIMITS = ("accuracy", "epochs", "minutes")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accuracy", type=float, default=0.9)
    parser.add_argument("--epochs", type=int, default=120, help="to give up after")
    parser.add_argument("--minutes", type=float, default=20.0, help="to give up after, each")
    parser.add_argument("--only", choices=sorted(MEASURES))
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    limits = arguments.accuracy, arguments.epochs, arguments.minutes
    if arguments.json:
        print(json.dumps(MEASURES[arguments.only](*limits)))
        return
    environ = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    options = [f"--{name}={limit}" for name, limit in zip(LIMITS, limits, strict=True)]
    needed: dict[str, float] = {}
    for which in [arguments.only] if arguments.only else MEASURES:
        command = [sys.executable, __file__, "--only", which, "--json", *options]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environ)
        found = json.loads(done.stdout.splitlines()[-1])
        if found["seconds"] is None:
            limit = f"{arguments.epochs} epochs or {arguments.minutes:g} minutes"
            print(f"{which}: not reached in {limit} (best {found['best']:.3f})")
        else:
            needed[which] = found["seconds"]
            print(f"{which}: {found['seconds']:.0f} s, epoch {found['epoch']}")
        print(f"  load {os.getloadavg()[0]:.1f}", flush=True)
    if len(needed) == len(MEASURES):
        print(f"recipe / ours = {needed['recipe'] / needed['ours']:.2f}")


if __name__ == "__main__":
    main()
