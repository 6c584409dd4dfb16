"""How long a run takes to end after somebody pressed Stop; target: 2 s at any moment.

    python benchmarks/stopping.py [--times 5]

Real trainers, each on the sample data in a workspace of its own, are asked to stop as soon as they
are in a named phase, and a random part of it later: while images are read into the cache, while
TensorFlow is loaded, in the first epoch, in a later one (validation included), and while the
results are made. What counts is the time from the request until the trainer has given up its lock
and the run says how it ended; one that finishes what little is left counts too. A run that was over
before its stop is drawn again. Exits with 1 if any took longer.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.settings import SAMPLE_DATA
from xraylib.training.config import TrainConfig
from xraylib.training.process import queue
from xraylib.training.run.create import create_run
from xraylib.training.run.locks import is_held
from xraylib.training.run.status import RunStatus
from xraylib.workspace import Workspace

WANTED = 2.0
EPOCHS = 3
# When each phase has begun, and how much of it, in seconds, a stop may come later.
MOMENTS: dict[str, tuple[Callable[[RunStatus], bool], float]] = {
    "reading images": (lambda s: s.phase == "films", 0.3),
    "loading TensorFlow": (lambda s: s.phase == "tensorflow", 3.0),
    "first epoch": (lambda s: s.phase == "training" and s.epoch == 0, 0.5),
    "later epoch": (lambda s: s.phase == "training" and s.epoch > 0, 1.0),
    "making the results": (lambda s: s.phase == "results", 0.3),
}


def new_run(folder: Path) -> Any:
    """A run of the better small network, which is slow enough to be met in every phase."""
    index = scan(SAMPLE_DATA)
    preparation = Preparation()
    return create_run(
        spec=preset("small-cnn", input_shape=preparation.input_shape, classes=len(index.classes)),
        train=TrainConfig(epochs=EPOCHS),
        index=index,
        split=make_split(index),
        preparation=preparation,
        augment=AUGMENT_PRESETS["lesson"],
        workspace=Workspace(folder),
    )


def stopped_after(reached: Callable[[RunStatus], bool], later: float) -> tuple[float, str] | None:
    """Seconds from the request to the end, and the run's last words; None if it was over before."""
    with tempfile.TemporaryDirectory() as name:
        run = new_run(Path(name) / "workspace")
        queue.start(run)
        while not reached(status := run.status()):
            if status.is_final:
                return None
            time.sleep(0.005)
        time.sleep(later)
        if run.status().is_final:
            return None
        asked = time.perf_counter()
        queue.stop(run)
        while is_held(run.lock_file) or not run.status().is_final:
            time.sleep(0.005)
        seconds = time.perf_counter() - asked
        return seconds, run.status().message


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5, help="stops in each phase")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance, slowest = random.Random(options.seed), 0.0
    for moment, (reached, span) in MOMENTS.items():
        found: list[float] = []
        words: set[str] = set()
        drawn = 0
        while len(found) < options.times and drawn < 4 * options.times:
            drawn += 1
            stopped = stopped_after(reached, chance.uniform(0, span))
            if stopped is not None:
                found.append(stopped[0])
                words.add(stopped[1])
        if not found:
            print(f"{moment:<20}met in none of {drawn} runs", flush=True)
            slowest = float("inf")
            continue
        slowest = max(slowest, *found)
        print(
            f"{moment:<20}{len(found)} stops: median {statistics.median(found):.2f} s, slowest "
            f"{max(found):.2f} s   {' / '.join(sorted(words))}",
            flush=True,
        )
    good = slowest <= WANTED
    print(f"Ended within {WANTED:g} s each:", "yes" if good else "NO")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
