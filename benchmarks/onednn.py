"""Whole trainings with oneDNN and without, in turns: what `XRAYLIB_ONEDNN` decides.

    python benchmarks/onednn.py [--pairs 5]

Sample data, augmented as in the lesson; an epoch's time is the median of all but the first. Where
TensorFlow itself would leave oneDNN off (no AVX-512 VNNI), the ratio is what the setting gains.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from pathlib import Path

from child_decoding import processor

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.networks.presets import preset
from xraylib.settings import SAMPLE_DATA
from xraylib.training.config import TrainConfig
from xraylib.training.process import queue
from xraylib.training.run.create import create_run
from xraylib.workspace import Workspace

EPOCHS = 6


def epoch_seconds(workspace: Workspace, network: str, wish: str) -> float:
    """The median time of an epoch, as the trainer tells it."""
    os.environ["XRAYLIB_ONEDNN"] = wish
    index = scan(SAMPLE_DATA)
    run = create_run(
        spec=preset(network, classes=len(index.classes)),
        train=TrainConfig(epochs=EPOCHS),
        index=index,
        split=make_split(index),
        preparation=Preparation(),
        augment=AUGMENT_PRESETS["lesson"],
        workspace=workspace,
    )
    queue.start(run)
    status = queue.wait(run, timeout=1800)
    assert status.state == "finished", run.log_tail()
    return statistics.median(float(epoch["seconds"]) for epoch in run.epochs()[1:])


def main() -> None:
    """Prints the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args().pairs
    flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split()
    kinds = [name for name in ("avx2", "avx512f", "avx512_vnni", "amx_tile") if name in flags]
    print(f"{processor()}: {', '.join(kinds)}")
    with tempfile.TemporaryDirectory() as place:
        workspace = Workspace(Path(place))
        for network in ("lesson-cnn", "small-cnn"):
            ratios = []
            for number in range(pairs):
                order = ("on", "off") if number % 2 else ("off", "on")
                took = {wish: epoch_seconds(workspace, network, wish) for wish in order}
                ratios.append(took["off"] / took["on"])
            print(
                f"{network}: an epoch without oneDNN takes {statistics.median(ratios):.2f} times "
                f"({min(ratios):.2f} to {max(ratios):.2f}, {pairs} pairs) that with it",
                flush=True,
            )


if __name__ == "__main__":
    main()
