"""Search with pruning against full random trials on the lesson's set: which loss, when.

    python benchmarks/search.py [--pairs 3] [--trials 30] [--epochs 40] [--side 128] [--seed 1]
        [--keep FOLDER]
    python benchmarks/search.py --short          # one pair of 10 trials of 12 epochs, 64 pixels

Each pair has a seed of its own. First `trials` random trials are trained to their end, without
pruning; then a search with TPE and pruning goes on until one of its trials has at most their
lowest validation loss, or until it has taken as much processor time as they did. Both begin with
the same design, small-cnn with the settings that a newcomer finds, and search the space `usual`.
What is told is the processor time of all trainers and of who proposes, and the wall time, one run
at a time. `benchmarks/pruning.py` tries pruners on what `--keep` leaves.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))


@dataclass
class Spent:
    """Processor time of a search: of its process and all that it started, the ended ones too."""

    root: str
    each: dict[tuple[int, float], float] = field(default_factory=dict)

    def look(self) -> float:
        """Seconds so far.

        Processes are found by the folder that they are told to work in; a trainer that waits for
        a run is told later, and is known by who started it.
        """
        every = list(psutil.process_iter(["cmdline", "create_time", "ppid"]))
        named = {
            one.pid
            for one in every
            if any(self.root in word for word in one.info["cmdline"] or [])
            and "xraylib" in " ".join(one.info["cmdline"])
        }
        for one in every:
            waits = "--wait" in (one.info["cmdline"] or []) and one.info["ppid"] in named
            if one.pid in named or waits:
                try:
                    used = one.cpu_times()
                except psutil.Error:
                    continue
                self.each[one.pid, one.info["create_time"]] = used.user + used.system
        return sum(self.each.values())


def searched(folder: Path, given: argparse.Namespace, seed: int, **options: Any) -> dict[str, Any]:
    """One search, ended as soon as ``until`` is reached or ``most`` processor seconds are spent."""
    import xraylib
    from xraylib.images.prepare import Preparation
    from xraylib.training.planning.plan import plan_run
    from xraylib.workspace import Workspace

    until, most = options.pop("until", None), options.pop("most", float("inf"))
    workspace = Workspace(folder)
    plan = plan_run(
        PROJECT / "sample_data",
        model="small-cnn",
        train=xraylib.TrainConfig(epochs=given.epochs, seed=0),
        augment="lesson",
        preparation=Preparation(image_size=(given.side, given.side)),
    )
    search = xraylib.create_search(**vars(plan), **options, seed=seed, workspace=workspace)
    spent, began, first = Spent(str(folder)), time.monotonic(), None
    search.start()
    told: dict[str, Any] = {}
    while search.state == "running":
        used = spent.look()
        losses = [one.loss for one in search.trials if one.loss is not None]
        lowest = min(losses, default=float("inf"))
        if lowest < told.get("loss", float("inf")):
            told = {"loss": lowest, "reached": used, "reached_wall": time.monotonic() - began}
        if until is not None and lowest <= until and first is None:
            first = used
            search.stop()
        if used > most:
            search.stop()
        time.sleep(0.1)
    for run in search.group.runs:
        xraylib.stop(run)
        xraylib.wait(run)
    states = [one.state for one in search.trials]
    return {
        **told,
        "used": spent.look(),
        "wall": time.monotonic() - began,
        "trials": len(states),
        "pruned": states.count("pruned"),
        "hit": first,
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--pruner", default="halving")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", type=Path, help="leaves the runs of each pair in this folder")
    given = parser.parse_args()
    if given.short:
        given.pairs, given.trials, given.epochs, given.side = 1, 10, 12, 64
    os.environ["XRAYLIB_MAX_RUNNING"] = "1"
    ratios = []
    for seed in range(given.seed, given.seed + given.pairs):
        with ExitStack() as stack:
            if given.keep is None:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            else:
                folder = given.keep / f"pair-{seed}"
                folder.mkdir(parents=True)
            random = searched(folder / "random", given, seed, trials=given.trials, sampler="random")
            print(
                f"pair {seed}: {random['trials']} random trials of {given.epochs} epochs: loss "
                f"{random['loss']:.3f}, {random['used']:.0f} s of processor time, "
                f"{random['wall']:.0f} s; the best was there after {random['reached']:.0f} s",
                flush=True,
            )
            pruned = searched(
                folder / "search",
                given,
                seed,
                trials=10 * given.trials,
                pruner=given.pruner,
                until=random["loss"],
                most=random["used"],
            )
        hit = pruned["hit"]
        ratio = float("inf") if hit is None else hit / random["used"]
        ratios.append(ratio)
        print(
            f"pair {seed}: search, {given.pruner}: loss {pruned['loss']:.3f} with "
            f"{pruned['trials']} trials ({pruned['pruned']} pruned); "
            + (
                f"not reached in {pruned['used']:.0f} s"
                if hit is None
                else f"reached after {hit:.0f} s of processor time, {ratio:.2f} x"
                f" (wall {pruned['reached_wall'] / random['wall']:.2f} x)"
            ),
            flush=True,
        )
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        "unknown",
    )
    print(
        f"median {statistics.median(ratios):.2f} x of {len(ratios)} pair(s), target 0.40 x; "
        f"{os.cpu_count()} cores of {processor}"
    )


if __name__ == "__main__":
    main()
