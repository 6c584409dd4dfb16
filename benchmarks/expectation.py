"""What is said before a run, against what the run then takes, on the sample data.

    python benchmarks/expectation.py [--epochs 12] [--rounds 1] [--designs lesson-cnn small-cnn]

For each design `xraylib trial` trains a few timed steps in a process of its own, and then an
ordinary run trains, both in a workspace that is deleted afterwards. They take turns; medians of
the rounds are compared. Printed are the seconds an epoch (of a run: from the end of its first
epoch to the end of its last, validation and checkpoints included), the memory of its own (of a
run: the largest RssAnon that it tells), and actual / expected. Wanted: within 30 %, thus 0.70 to
1.30. Exits with 1 if anything is missed.
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

DESIGNS = ("lesson-cnn", "small-cnn", "lesson-dense")
AUGMENT = "lesson"
SIDE = 256
WITHIN = 0.30


def sample(design: str) -> tuple[Any, Any, Any]:
    """Index, split and network."""
    from xraylib.datasets.scan import scan
    from xraylib.datasets.split import make_split
    from xraylib.networks.presets import preset

    index = scan(PROJECT / "sample_data")
    spec = preset(design, input_shape=(SIDE, SIDE, 1), classes=len(index.classes))
    return index, make_split(index), spec


def expected(design: str, root: Path) -> tuple[float, float]:
    """Seconds an epoch and bytes, as the command says them after a trial."""
    _, split, spec = sample(design)
    file = root / f"{design}.json"
    file.write_text(json.dumps(spec.to_json()), encoding="utf-8")
    command = [sys.executable, "-m", "xraylib", "trial", str(file), "--augment", AUGMENT, "--json"]
    command += ["--training", str(len(split.train)), "--validation", str(len(split.val))]
    environ = {
        **os.environ,
        "XRAYLIB_WORKSPACE": str(root / "workspace"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(
        command, check=True, env=environ, cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    told = json.loads(done.stdout)["expected"]
    return float(told["epoch_seconds"]), float(told["memory_bytes"])


def actual(design: str, root: Path, epochs: int) -> tuple[float, float]:
    """Seconds an epoch and bytes of a run, started as a user starts it."""
    from xraylib.augmentation.augment import AUGMENT_PRESETS
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run
    from xraylib.workspace import Workspace

    index, split, spec = sample(design)
    run = create_run(
        spec=spec,
        train=TrainConfig(epochs=epochs),
        index=index,
        split=split,
        preparation=Preparation(image_size=(SIDE, SIDE)),
        augment=AUGMENT_PRESETS[AUGMENT],
        workspace=Workspace(root / "workspace"),
    )
    queue.start(run)
    largest = 0
    try:
        while not (status := run.status()).is_final:
            if status.phase in ("training", "validation"):
                largest = max(largest, status.rss_anon_bytes or 0)
            time.sleep(0.1)
    finally:
        queue.stop(run)
        queue.wait(run)
    if status.state != "finished":
        raise SystemExit(f"{status.message}\n{run.log_tail()}")
    told = run.epochs()
    largest = max([largest, *(event["rss_anon_bytes"] or 0 for event in told)])
    return (told[-1]["time"] - told[0]["time"]) / (len(told) - 1), float(largest)


def compare(design: str, root: Path, epochs: int, rounds: int) -> bool:
    """Prints a design's two lines; whether both are within the bound."""
    before, after = [], []
    for _ in range(rounds):
        before.append(expected(design, root))
        after.append(actual(design, root, epochs))
    good = True
    for place, (what, unit, size) in enumerate((("epoch", "s", 1), ("memory", "MB", 2**20))):
        said = statistics.median(one[place] for one in before) / size
        found = statistics.median(one[place] for one in after) / size
        ratio = found / said
        good &= abs(ratio - 1) <= WITHIN
        print(
            f"{design:<14}{what:<8}expected {said:9.2f} {unit:<3}actual {found:9.2f} {unit:<3}"
            f"ratio {ratio:.2f}",
            flush=True,
        )
    return good


def main() -> int:
    """Measures and prints."""
    from xraylib.networks.presets import PRESETS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--designs", nargs="+", default=DESIGNS, choices=PRESETS)
    parser.add_argument("--epochs", type=int, default=12, help="of each run, at least 2")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    if options.epochs < 2 or options.rounds < 1:
        parser.error("at least 2 epochs and 1 round")
    print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        good = [compare(d, Path(folder), options.epochs, options.rounds) for d in options.designs]
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
