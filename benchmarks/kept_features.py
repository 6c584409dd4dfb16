"""A frozen backbone whose features are kept, against computing them in every epoch.

    python benchmarks/kept_features.py [--backbone MobileNetV2] [--side 96] [--epochs 20]
        [--pairs 3]

Fresh weights, which cost as much as others; the sample's images, not augmented; a head of a
pooling, dropout and one layer. Whole trainings of one epoch, of 20 from kept features and of 20
without take turns in one process, whose processor time is counted from the first batch to the end
of the last validation. Then the weights and every number told by both ways of 20 epochs are
compared bit by bit. Wanted: 20 epochs in at most 1.5 of the time of one, and no difference. Exits
with 1 if either is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from child_decoding import processor

from xraylib import onednn
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.loading.loader import Batches, build_cache
from xraylib.networks.layers import Backbone, Dense, Dropout, GlobalAveragePooling2D, Input
from xraylib.networks.spec import ModelSpec
from xraylib.settings import SAMPLE_DATA
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.loop.fit import Fit
from xraylib.training.process.progress import Progress
from xraylib.training.run.environment import cores
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status

WANTED = 1.5
NUMBERS = ("loss", "accuracy", "auc", "val_loss", "val_accuracy", "val_auc")


def parts_of(pixels: Any, labels: Any, splits: Any, part: str, size: int) -> Batches:
    """The batches of one split."""
    return Batches(
        pixels=pixels,
        labels=labels,
        batch_size=size,
        shuffle=part == "train",
        positions=np.flatnonzero(splits == part),
    )


def training(
    spec: ModelSpec, images: tuple[Any, Any, Any], epochs: int, *, keep: bool
) -> tuple[float, list[Any], list[Any]]:
    """Processor seconds, the state in the end, and what was told."""
    from xraylib.training.loop.network import Network

    config = TrainConfig(epochs=epochs, seed=1)
    network = Network(spec, config)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "run"
        folder.mkdir()
        write_status(folder, RunStatus(state="running"))
        progress = Progress(Run(folder))
        fit = Fit(
            network,
            parts_of(*images, "train", config.batch_size),
            parts_of(*images, "val", 64),
            classes=int(images[1].max()) + 1,
            config=config,
            progress=progress,
            store=CheckpointStore(folder / "checkpoint"),
            keep=keep,
        )
        before = time.process_time()
        fit.run()
        took = time.process_time() - before
        progress.finish("finished", "")
        lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    events = [event for event in map(json.loads, lines) if event["event"] == "epoch"]
    return took, network.state(), [[event[name] for name in NUMBERS] for event in events]


def main() -> int:
    """Prints the ratios and whether anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backbone", default="MobileNetV2")
    parser.add_argument("--side", type=int, default=96)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    onednn.use(onednn.chosen())
    from xraylib.training.loop.network import choose_threads

    choose_threads(cores())
    print(processor())
    index = scan(SAMPLE_DATA)
    split = make_split(index)
    side = (options.side, options.side)
    with tempfile.TemporaryDirectory() as place:
        rows = np.sort(np.concatenate([split.train, split.val]))
        preparation = Preparation(image_size=side)
        pixels = build_cache(index, rows, preparation, Path(place)).pixels[:]
    names = list(index.classes)
    told = [index.image(int(row)) for row in rows]
    labels = np.array([names.index(one.label) for one in told])
    images = pixels, labels, np.where(np.isin(rows, split.val), "val", "train")
    spec = ModelSpec(
        name="frozen",
        layers=(
            Input(shape=(*side, 1)),
            Backbone(name=options.backbone, weights="none"),
            GlobalAveragePooling2D(),
            Dropout(rate=0.2),
            Dense(units=len(names), activation="softmax"),
        ),
    )
    ratios, gains, same = [], [], True
    for number in range(options.pairs):
        ways = [(1, True), (options.epochs, True), (options.epochs, False)]
        done = {
            way: training(spec, images, way[0], keep=way[1])
            for way in (ways if number % 2 else reversed(ways))
        }
        one, kept, plain = (done[way] for way in ways)
        ratios.append(kept[0] / one[0])
        gains.append(plain[0] / kept[0])
        bits = all(np.array_equal(*pair) for pair in zip(kept[1], plain[1], strict=True))
        same = same and bits and kept[2] == plain[2]
        print(
            f"one epoch {one[0]:.1f} s, {options.epochs} from kept features {kept[0]:.1f} s, "
            f"without {plain[0]:.1f} s of the processor",
            flush=True,
        )
    ratio = statistics.median(ratios)
    print(
        f"{options.backbone}, {options.side} x {options.side}, {options.epochs} epochs / one: "
        f"{ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f}, {options.pairs} pairs); without "
        f"keeping / with: {statistics.median(gains):.1f}; weights and numbers the same in every "
        f"bit: {'yes' if same else 'NO'}"
    )
    return 0 if ratio <= WANTED and same else 1


if __name__ == "__main__":
    sys.exit(main())
