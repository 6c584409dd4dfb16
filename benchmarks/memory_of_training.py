"""The trainer's own memory with 1,000 and with 100,000 images; target: within 10 %.

    python benchmarks/memory_of_training.py [--images 1000 100000] [--epochs 2]

Each run is an ordinary trainer process on images of 32 x 32 that are in the cache already, as after
a first run. Its RssAnon (pages of mapped files are not in it) is read twenty times a second; what
is compared is the largest value until the last epoch ended, and that of the whole run, whose end
judges the validation images and learns from at most 1,600 images what is usual. For Linux.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

SIDE = 32
BATCH_SIZE = 256
CLASSES = ("bright", "dark")


def made_index(root: Path, images: int) -> Any:
    """An index of images that are nowhere but in the cache."""
    import pyarrow as pa

    from xraylib.datasets.image_row import SCHEMA
    from xraylib.datasets.scan import scan

    template = scan(write_two(root)).table.slice(0, 1).to_pylist()[0]
    rows = []
    for number in range(images):
        label = CLASSES[number % 2]
        name = {"path": f"{label}/p{number:06d}_1.png", "label": label, "patient": f"p{number:06d}"}
        rows.append({**template, **name, "sha256": f"{number:064x}"})
    rows.sort(key=lambda row: str(row["path"]))
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    index = scan(root)
    return type(index)(
        root=index.root,
        classes=CLASSES,
        passed_over=0,
        patient_pattern=index.patient_pattern,
        table=table,
    )


def write_two(root: Path) -> Path:
    """One real image a class."""
    from PIL import Image

    for place, label in enumerate(CLASSES):
        folder = root / label
        folder.mkdir(parents=True, exist_ok=True)
        pixels = np.full((SIDE, SIDE), 60 + 80 * place, np.uint8)
        Image.fromarray(pixels).save(folder / f"p{place:06d}_1.png")
    return root


def measure(images: int, epochs: int) -> tuple[int, int]:
    """The largest RssAnon of one run, in bytes: until its last epoch, and until its end."""
    from xraylib.augmentation.augment import AUGMENT_PRESETS
    from xraylib.datasets.split import make_split
    from xraylib.images.prepare import Preparation
    from xraylib.loading.loader import cache_key
    from xraylib.networks.presets import preset
    from xraylib.training.config import TrainConfig
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run
    from xraylib.workspace import Workspace

    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "workspace")
        index = made_index(Path(folder) / "films", images)
        preparation = Preparation(image_size=(SIDE, SIDE))
        content = [image.sha256 for image in index.images(index.rows())]
        place = workspace.cache / cache_key(content, preparation)
        place.mkdir(parents=True)
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (images, SIDE, SIDE, 1), dtype=np.uint8)
        np.save(place / "pixels.npy", pixels)
        del pixels
        run = create_run(
            spec=preset("lesson-conv", input_shape=(SIDE, SIDE, 1), classes=2),
            train=TrainConfig(epochs=epochs, batch_size=BATCH_SIZE),
            index=index,
            split=make_split(index),
            preparation=preparation,
            augment=AUGMENT_PRESETS["lesson"],
            workspace=workspace,
        )
        queue.start(run)
        (trainer,) = psutil.Process().children()
        training = whole = 0
        while not (status := run.status()).is_final:
            whole = max(whole, rss_anon(trainer.pid))
            if status.phase != "results":
                training = whole
            time.sleep(0.05)
        if status.state != "finished":
            raise SystemExit(f"{status.message}\n{run.log_tail()}")
        return training, whole


def rss_anon(process: int) -> int:
    """Bytes that a process truly occupies; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon")), 0)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, nargs=2, default=[1_000, 100_000])
    parser.add_argument("--epochs", type=int, default=2)
    arguments = parser.parse_args()
    few, many = arguments.images
    found = {images: measure(images, arguments.epochs) for images in (few, many)}
    for images, (training, whole) in found.items():
        print(
            f"{images:>8,} images: {training / 1e6:,.1f} MB of its own (RssAnon) in training, "
            f"{whole / 1e6:,.1f} MB in the whole run"
        )
    print(
        f"ratio in training {found[many][0] / found[few][0]:.3f} (target: at most 1.10), "
        f"in the whole run {found[many][1] / found[few][1]:.3f} (the same)"
    )


if __name__ == "__main__":
    main()
