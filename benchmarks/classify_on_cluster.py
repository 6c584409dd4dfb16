"""Images a second of `xraylib classify DIR --on ray` with one node, and with two, in one run.

    python benchmarks/classify_on_cluster.py [--images 10000] [--pairs 1]

Wanted: two nodes at least 1.6 times as fast as one of them. Each node has one processor core, to
which all its processes are bound; the head and the command, which reads the images and sends them,
have no core of their own. What is counted is from the first row to the last, as the command's own
start is the same for both, and beside it the whole command. The nodes are up before the clock
starts. The images are the sample's, each with its own name; the two results must be the same.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from child_decoding import processor

from xraylib.settings import PROJECT, SAMPLE_DATA

sys.path.insert(0, str(PROJECT / "tests" / "support"))
from ray_cluster import RayCluster

WANTED = 1.6


def classified(folder: Path, out: Path, images: int) -> tuple[float, float]:
    """Seconds from the first row to the last, and of the whole command."""
    began = time.monotonic()
    words = ["classify", str(folder), "--on", "ray", "--out", str(out), "--model", "phantom-demo"]
    process = subprocess.Popen(
        [sys.executable, "-m", "xraylib", *words, "--json"], stdout=subprocess.DEVNULL
    )
    first, header = None, 0
    while process.poll() is None:
        size = out.stat().st_size if out.exists() else 0
        header = header or size
        if first is None and size > header > 0:
            first = time.monotonic()
        time.sleep(0.02)
    assert process.returncode in (0, 1)  # 1: a few of the sample's images cannot be judged
    assert out.read_bytes().count(b"\n") == images + 1
    assert first is not None
    return time.monotonic() - first, time.monotonic() - began


def main() -> int:
    """Prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=1)
    given = parser.parse_args()
    sources = sorted(SAMPLE_DATA.rglob("*.png"))
    print(processor(), flush=True)
    found, whole = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "films"
        for number in range(given.images):
            place = folder / f"{number // 1000:03d}"
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(sources[number % len(sources)], place / f"{number:06d}.png")
        for pair in range(given.pairs):
            cluster = RayCluster()
            try:
                os.environ.update(cluster.env)
                took = {}
                for count in (1, 2):
                    cluster.add(core=count - 1)
                    out = Path(name) / f"results-{pair}-{count}.csv"
                    took[count] = classified(folder, out, given.images)
                    rate = given.images / took[count][0]
                    print(
                        f"{count} node(s): {rate:.0f} images/s, the whole command "
                        f"{took[count][1]:.1f} s",
                        flush=True,
                    )
            finally:
                cluster.close()
            one, two = (Path(name) / f"results-{pair}-{count}.csv" for count in (1, 2))
            assert one.read_bytes() == two.read_bytes()
            found.append(took[1][0] / took[2][0])
            whole.append(took[1][1] / took[2][1])
    ratio = statistics.median(found)
    print(
        f"two nodes / one: {ratio:.2f} x ({statistics.median(whole):.2f} x by the whole command), "
        f"wanted {WANTED} x; {given.images:,} images, {given.pairs} pair(s)"
    )
    return 0 if ratio >= WANTED else 1


if __name__ == "__main__":
    raise SystemExit(main())
