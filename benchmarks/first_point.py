"""From the start of a run to the first point of its curve: by a trainer that waits, and afresh.

    python benchmarks/first_point.py [--pairs 7]

The lesson's network on the sample data, whose prepared images lie in the cache after a first run
that is not counted. Both ways take turns; the one that waits has loaded TensorFlow before the clock
starts, as it has when somebody presses Start after a look at the page.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from child_decoding import processor

os.environ["XRAYLIB_WARM"] = "on"

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.settings import SAMPLE_DATA
from xraylib.training.config import TrainConfig
from xraylib.training.process import queue
from xraylib.training.process.waiting import WaitingTrainer
from xraylib.training.run.create import create_run
from xraylib.workspace import Workspace

_LOADED_SECONDS = 25.0


def first_point(workspace: Workspace, *, warm: bool) -> float:
    """Seconds until the first epoch is told."""
    waiting = WaitingTrainer()
    if warm:
        waiting.prepare()
        time.sleep(_LOADED_SECONDS)
    index = scan(SAMPLE_DATA)
    run = create_run(
        spec=preset("lesson-cnn", input_shape=(256, 256, 1), classes=len(index.classes)),
        train=TrainConfig(epochs=2),
        index=index,
        split=make_split(index),
        preparation=Preparation(),
        augment=AUGMENT_PRESETS["lesson"],
        workspace=workspace,
    )
    began = time.monotonic()
    queue.start(run, waiting=waiting)
    while not run.epochs():
        time.sleep(0.02)
        assert not run.status().error, run.log_tail()
    took = time.monotonic() - began
    queue.wait(run, timeout=600)
    return took


def main() -> None:
    """Prints the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    pairs = parser.parse_args().pairs
    print(processor())
    with tempfile.TemporaryDirectory() as place:
        workspace = Workspace(Path(place))
        first_point(workspace, warm=False)
        found = []
        for number in range(pairs):
            order = (True, False) if number % 2 else (False, True)
            took = {warm: first_point(workspace, warm=warm) for warm in order}
            found.append((took[True], took[False]))
            print(f"waiting {took[True]:.2f} s, afresh {took[False]:.2f} s", flush=True)
    ratios = [warm / cold for warm, cold in found]
    print(
        f"waiting / afresh: {statistics.median(ratios):.2f} ({min(ratios):.2f} to "
        f"{max(ratios):.2f}, {pairs} pairs)"
    )


if __name__ == "__main__":
    sys.exit(main())
