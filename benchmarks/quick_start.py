"""The one-button run: how long it takes and how good it is on the test images, over five seeds.

    python benchmarks/quick_start.py [--seeds 5] [--workspace DIR]

Exactly what the button on Home starts, on the sample data, one run after the other; only the seed
differs, from 0 on. A trainer waits with TensorFlow loaded, as it does while somebody reads the
page (`XRAYLIB_WARM=on`). The clock starts where the button is pressed, so it counts looking at the
images, dividing them, training, judging and learning what they look like; "first point" is where
the curve begins. Opening the network afterwards (Try it now) is timed by itself. The target is a
median test accuracy of 0.90 within 45 seconds on two quiet cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from child_decoding import processor

os.environ["XRAYLIB_WARM"] = "on"

from xraylib.app.shared.runs import start
from xraylib.app.shared.warm_trainer import waiting_trainer
from xraylib.app.shell.jobs import Job
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.training.process import queue
from xraylib.workspace import Workspace

_LOADED_SECONDS = 20.0


def pressed(workspace: Workspace, seed: int) -> tuple[float, float, float, float]:
    """Test accuracy; seconds to the first point and to the end of the run; seconds to open it."""
    waiting_trainer().prepare()
    time.sleep(_LOADED_SECONDS)
    start.QUICK_SETTINGS = replace(start.QUICK_SETTINGS, seed=seed)
    began = time.monotonic()
    run = start.quick_start(workspace)
    while not run.epochs():
        time.sleep(0.02)
        assert not run.status().error, run.log_tail()
    first = time.monotonic() - began
    status = queue.wait(run, timeout=600)
    whole = time.monotonic() - began
    assert status.state == "finished", run.log_tail()
    began = time.monotonic()
    opened = Job(["explain", run.id, "--json"], workspace=workspace.root).wait(300)
    assert opened.succeeded, opened.message
    accuracy = stored_evaluation(run, split="test").accuracy.value
    return accuracy, first, whole, time.monotonic() - began


def main() -> None:
    """Prints one line a seed and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--workspace", type=Path, help="keep the runs here")
    options = parser.parse_args()
    print(processor())
    with tempfile.TemporaryDirectory() as place:
        workspace = Workspace(options.workspace or Path(place))
        rows = []
        for seed in range(options.seeds):
            rows.append(pressed(workspace, seed))
            accuracy, first, whole, opening = rows[-1]
            print(
                f"seed {seed}: test accuracy {accuracy:.3f}, first point {first:.1f} s, "
                f"end {whole:.1f} s, opened in {opening:.1f} s more",
                flush=True,
            )
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    print(
        f"median of {len(rows)}: test accuracy {medians[0]:.3f} (wanted 0.90), first point "
        f"{medians[1]:.1f} s, end {medians[2]:.1f} s (wanted 45), opened in {medians[3]:.1f} s more"
    )


if __name__ == "__main__":
    main()
