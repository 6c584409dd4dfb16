"""Training images a second: the lesson's recipe, our trainer, and plain Keras, in one run.

    python benchmarks/training_throughput.py [--epochs 60] [--rounds 3] [--models lesson-cnn]

(a) the lesson's recipe: ImageDataGenerator and flow_from_directory, with augmentation
(b) our trainer as a user starts it: own process, augmentation, metrics, events, checkpoints
(c) plain Keras fit on float arrays in memory, without augmentation

Printed for the lesson's CNN: b / a (target: at least 10), b / c (at least 1.1); for small-cnn:
b / c (at least 1.0). Then what streaming, checkpoints and logs cost against a bare loop on the same
batches (at most 1.03), by `training_pairs.py`, which tells a few percent from noise.

All train the same network on the same images with the same batch size, as many epochs as the
page's quick start (60), and all watch loss, accuracy and AUC on the same validation images. What is
counted is whole `fit`: training images times epochs over the seconds from the first training batch
to the end of the last validation, building TensorFlow's functions included; importing TensorFlow
and, for (b) and (c), decoding the images once are not. Each measurement has a process of its own;
they take turns, and the median of the rounds is compared. Images:
XRAYLIB_REAL_DATA/codecademy_covid19, else the sample data.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

BATCH_SIZE = 32
SIDE = 256
NAMES = {
    "a": "lesson's recipe",
    "b": "our trainer",
    "c": "plain Keras, no augmentation",
}
CHOSEN = {"lesson-cnn": "abc", "small-cnn": "bc"}
# Numerator, denominator and what is wanted of the ratio.
RATIOS = {
    "lesson-cnn": (("b", "a", "at least 10"), ("b", "c", "at least 1.1")),
    "small-cnn": (("b", "c", "at least 1.0"),),
}  # fmt: skip


def data_folder() -> Path:
    """The lesson's images if they are on this machine, else the sample data."""
    real = os.environ.get("XRAYLIB_REAL_DATA", "")
    return Path(real) / "codecademy_covid19" if real else PROJECT / "sample_data"


def images(root: Path) -> tuple[Any, Any]:
    """Index and split, the same for all three."""
    from xraylib.datasets.scan import scan
    from xraylib.datasets.split import make_split

    index = scan(root)
    return index, make_split(index)


def network_value(name: str, classes: int) -> Any:
    """The network's value."""
    from xraylib.networks.presets import preset

    return preset(name, input_shape=(SIDE, SIDE, 1), classes=classes)


def compiled(name: str, classes: int, *, rescaled: bool) -> Any:
    """The same network as Keras code would have it: rescaling outside, compiled with metrics."""
    import keras

    from xraylib.networks.layers import Rescaling
    from xraylib.networks.render.keras_model import build

    spec = network_value(name, classes)
    if rescaled:  # the pixels come as 0..1
        layers = tuple(layer for layer in spec.layers if not isinstance(layer, Rescaling))
        spec = type(spec)(name=spec.name, layers=layers)
    model = build(spec, seed=0)
    auc = keras.metrics.AUC(multi_label=True, num_labels=classes)
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy", auc])
    return model


def measure_recipe(root: Path, name: str, epochs: int) -> float:
    """(a) Images a second of the lesson's recipe."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    index, split = images(root)
    with tempfile.TemporaryDirectory() as folder:
        for part, rows in (("train", split.train), ("val", split.val)):
            for image in index.images(rows):
                link = Path(folder) / part / image.label / image.path.replace("/", "_")
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(index.root / image.path)
        augmenting = ImageDataGenerator(
            rescale=1 / 255,
            zoom_range=0.2,
            rotation_range=15,
            width_shift_range=0.05,
            height_shift_range=0.05,
        )
        options: dict[str, Any] = {
            "target_size": (SIDE, SIDE),
            "color_mode": "grayscale",
            "class_mode": "categorical",
            "batch_size": BATCH_SIZE,
        }
        training = augmenting.flow_from_directory(f"{folder}/train", **options)
        validation = ImageDataGenerator(rescale=1 / 255).flow_from_directory(
            f"{folder}/val", shuffle=False, **options
        )
        model = compiled(name, len(index.classes), rescaled=True)
        began = time.perf_counter()
        model.fit(training, validation_data=validation, epochs=epochs, verbose=0)
        return len(split.train) * epochs / (time.perf_counter() - began)


def measure_trainer(root: Path, name: str, epochs: int) -> float:
    """(b) Images a second of our trainer, by the times it wrote itself."""
    from xraylib.augmentation.augment import AUGMENT_PRESETS
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run
    from xraylib.workspace import Workspace

    index, split = images(root)
    with tempfile.TemporaryDirectory() as folder:
        run = create_run(
            spec=network_value(name, len(index.classes)),
            train=TrainConfig(epochs=epochs, batch_size=BATCH_SIZE),
            index=index,
            split=split,
            preparation=Preparation(image_size=(SIDE, SIDE)),
            augment=AUGMENT_PRESETS["lesson"],
            workspace=Workspace(Path(folder)),
        )
        queue.start(run)
        status = queue.wait(run)
        if status.state != "finished":
            raise SystemExit(f"the run is {status.state}: {status.message}\n{run.log_tail()}")
        events = run.epochs()
        first, last = events[0], events[-1]
        began = first["time"] - first["seconds"] - first["val_seconds"]
        return len(split.train) * epochs / (last["time"] - began)


def measure_plain(root: Path, name: str, epochs: int) -> float:
    """(c) Images a second of plain Keras on float arrays in memory."""
    import numpy as np

    from xraylib.images.prepare import Preparation, prepare

    index, split = images(root)
    preparation = Preparation(image_size=(SIDE, SIDE))

    def arrays(rows: Any) -> tuple[Any, Any]:
        pixels = np.stack([prepare(index.read(int(row)), preparation) for row in rows])
        truth = np.eye(len(index.classes), dtype=np.float32)[index.label_numbers[rows]]
        return pixels.astype(np.float32) / 255, truth

    training, validation = arrays(split.train), arrays(split.val)
    model = compiled(name, len(index.classes), rescaled=True)
    began = time.perf_counter()
    model.fit(
        *training, validation_data=validation, batch_size=BATCH_SIZE, epochs=epochs, verbose=0
    )
    return len(split.train) * epochs / (time.perf_counter() - began)


MEASURES = {
    "a": measure_recipe,
    "b": measure_trainer,
    "c": measure_plain,
}


def in_a_process(which: str, model: str, epochs: int) -> float:
    """One measurement in a fresh process."""
    command = [sys.executable, __file__, "--only", which, "--models", model]
    command += ["--epochs", str(epochs)]
    environ = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=sorted(CHOSEN), default=list(CHOSEN))
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=sorted(MEASURES), help="one measurement, in this process")
    arguments = parser.parse_args()
    root = data_folder()
    if arguments.only:
        measure = MEASURES[arguments.only]
        print(json.dumps(measure(root, arguments.models[0], arguments.epochs)))
        return
    print(f"{root.name}, {arguments.epochs} epochs, {os.cpu_count()} cores")
    rates: dict[str, dict[str, list[float]]] = {
        model: {which: [] for which in CHOSEN[model]} for model in arguments.models
    }
    for number in range(arguments.rounds):
        for model, found in rates.items():
            for which, values in found.items():
                values.append(in_a_process(which, model, arguments.epochs))
            told = "  ".join(f"{which} {values[-1]:,.0f}" for which, values in found.items())
            load = os.getloadavg()[0]
            print(f"round {number + 1}, {model}: {told} images/s (load {load:.1f})", flush=True)
    for model, found in rates.items():
        medians = {which: statistics.median(values) for which, values in found.items()}
        print(model)
        for which, median in medians.items():
            print(f"  ({which}) {NAMES[which]}: {median:,.0f} images/s")
        for over, under, wanted in RATIOS[model]:
            print(f"  {over}/{under} = {medians[over] / medians[under]:.3g} (target: {wanted})")
    print("all / bare (target: at most 1.03)", flush=True)
    pairs = Path(__file__).with_name("training_pairs.py")
    command = [sys.executable, str(pairs), "--models", *arguments.models, "--only", "all"]
    subprocess.run([*command, f"--epochs={arguments.epochs}"], check=True)


if __name__ == "__main__":
    main()
