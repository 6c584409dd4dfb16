"""What a run on a Ray cluster of this machine takes beside the same run in the local queue.

    python benchmarks/cluster_overhead.py [--pairs 3] [--epochs 60]

The lesson's network on the sample data, with as many threads there as here; both ways take turns.
The cluster (a head without cores, and one node that has all) is up before the clock starts, and
the images are prepared. Both ways the trainer loads TensorFlow anew. Also told: from how long a run
on the difference is a tenth; how long the cluster took to come up; and the memory of head, node and
courier, each process counted with its own pages and its part of those that it shares.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
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


def memory(processes: Iterable[psutil.Process]) -> float:
    """Megabytes."""
    found = 0
    for process in processes:
        with suppress(psutil.Error):
            found += process.memory_full_info().pss
    return found / 1e6


def couriers() -> list[psutil.Process]:
    """The processes of this machine that stand for runs there."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if "xraylib.training.cluster.courier" in process.cmdline():
                found.append(process)
    return found


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
    courier = 0.0
    while not (status := run.status()).is_final:
        if place == "ray":
            courier = max(courier, memory(couriers()))
            time.sleep(0.4)
        time.sleep(0.1)
    took = time.monotonic() - began
    assert status.state == "finished", (status, run.log_tail())
    if courier:
        print(f"  a courier of {courier:.0f} MB")
    return took


def main() -> None:
    """Prints the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=60)
    arguments = parser.parse_args()
    print(processor())
    began = time.monotonic()
    cluster = RayCluster()
    head = time.monotonic() - began
    try:
        cluster.add(cpus=cores())
        both = time.monotonic() - began
        time.sleep(10)
        told = [memory(one.processes()) for one in (cluster.head, cluster.nodes[0])]
        print(
            f"head up in {head:.1f} s, node in {both - head:.1f} s more; at rest head "
            f"{told[0]:.0f} MB, node {told[1]:.0f} MB"
        )
        os.environ.update(cluster.env)
        with tempfile.TemporaryDirectory() as place:
            workspace = Workspace(Path(place))
            one_run(workspace, "here", 1)
            one_run(workspace, "ray", 1)
            found, more = [], []
            for number in range(arguments.pairs):
                places: list[PlaceName] = ["here", "ray"] if number % 2 else ["ray", "here"]
                took = {place: one_run(workspace, place, arguments.epochs) for place in places}
                found.append(took["ray"] / took["here"])
                more.append(took["ray"] - took["here"])
                print(f"ray {took['ray']:.1f} s, here {took['here']:.1f} s", flush=True)
    finally:
        cluster.close()
    extra = statistics.median(more)
    print(f"{extra:.1f} s more ({min(more):.1f} to {max(more):.1f}): a tenth of {10 * extra:.0f} s")
    print(
        f"ray / here: {statistics.median(found):.3f} ({min(found):.3f} to {max(found):.3f}, "
        f"{arguments.pairs} pairs, {arguments.epochs} epochs, {cores()} threads)"
    )


if __name__ == "__main__":
    main()
