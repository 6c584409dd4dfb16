"""What a run on a Ray cluster of this machine takes beside the same run in the local queue.

    python benchmarks/cluster_overhead.py [--pairs 3] [--epochs 60]

The lesson's network on the sample data, with as many threads there as here; both ways take turns.
The cluster (a head without cores, and one node that has all) is up before the clock starts, and
the images are prepared. Also told: how long the cluster took to come up, and its memory at rest.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from child_decoding import processor

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.settings import PROJECT, SAMPLE_DATA, PlaceName
from xraylib.training.config import TrainConfig
from xraylib.training.process import queue
from xraylib.training.run.create import create_run
from xraylib.training.run.environment import cores
from xraylib.workspace import Workspace

sys.path.insert(0, str(PROJECT / "tests" / "support"))
from ray_cluster import RayCluster


def one_run(workspace: Workspace, place: PlaceName, epochs: int) -> float:
    """Seconds from its start to its end."""
    os.environ["XRAYLIB_PLACE"] = place
    index = scan(SAMPLE_DATA)
    run = create_run(
        spec=preset("lesson-cnn", input_shape=(256, 256, 1), classes=len(index.classes)),
        train=TrainConfig(epochs=epochs),
        index=index,
        split=make_split(index),
        preparation=Preparation(),
        augment=AUGMENT_PRESETS["lesson"],
        workspace=workspace,
    )
    began = time.monotonic()
    queue.start(run)
    status = queue.wait(run, timeout=1800)
    assert status.state == "finished", (status, run.log_tail())
    return time.monotonic() - began


def main() -> None:
    """Prints the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=60)
    arguments = parser.parse_args()
    print(processor())
    before, began = psutil.virtual_memory().available, time.monotonic()
    cluster = RayCluster()
    try:
        cluster.add(cpus=cores())
        time.sleep(5)
        used = before - psutil.virtual_memory().available
        print(f"cluster up in {time.monotonic() - began - 5:.1f} s, {used / 1e6:.0f} MB at rest")
        os.environ.update(cluster.env)
        with tempfile.TemporaryDirectory() as place:
            workspace = Workspace(Path(place))
            one_run(workspace, "here", 1)
            one_run(workspace, "ray", 1)
            found = []
            for number in range(arguments.pairs):
                places: list[PlaceName] = ["here", "ray"] if number % 2 else ["ray", "here"]
                took = {place: one_run(workspace, place, arguments.epochs) for place in places}
                found.append(took["ray"] / took["here"])
                print(f"ray {took['ray']:.1f} s, here {took['here']:.1f} s", flush=True)
    finally:
        cluster.close()
    print(
        f"ray / here: {statistics.median(found):.3f} ({min(found):.3f} to {max(found):.3f}, "
        f"{arguments.pairs} pairs, {arguments.epochs} epochs, {cores()} threads)"
    )


if __name__ == "__main__":
    main()
