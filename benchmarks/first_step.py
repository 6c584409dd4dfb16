"""A new folder, from the command to the first step of training; and its first pass beside Keras's.

    python benchmarks/first_step.py [--baseline CHECKOUT] [--images 10000] [--pairs 3]

CHECKOUT is a working tree of the project with an environment in ``.venv``. Both run `xraylib train`
on the same folder (variants of the sample's images, no two files alike) in an empty workspace, and
take turns; the clock stops when the run tells of its first step. The processor's time is that of
the command, of the trainer and of the children of both, looked at ten times a second.

The first pass is all that is decoded before training: here the scan, which leaves index and
prepared pixels, there one round through ``keras.utils.image_dataset_from_directory``, both in a
process of their own and without the time that it takes to load the packages. Ours starts its
children in that time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from child_decoding import PROJECT, processor

OURS = """
import sys, time
from pathlib import Path
from xraylib.datasets.scan import scan
from xraylib.images.prepare import Preparation
from xraylib.loading.one_pass import OnePass
loaded, began = time.process_time(), time.perf_counter()
prepared = OnePass(Preparation(), Path(sys.argv[2]))
index = scan(sys.argv[1], prepared=prepared)
assert prepared.give(index, index.rows(), Preparation())
print(time.perf_counter() - began, loaded)
"""
THEIRS = """
import sys, time
from keras.utils import image_dataset_from_directory
loaded, began = time.process_time(), time.perf_counter()
for split in ("train", "test"):
    for _ in image_dataset_from_directory(
        f"{sys.argv[1]}/{split}", color_mode="grayscale", image_size=(256, 256), verbose=False
    ):
        pass
print(time.perf_counter() - began, loaded)
"""


def make_images(folder: Path, count: int) -> None:
    """Variants of the sample's images, each moved sideways and with a row of its own."""
    import cv2
    import numpy as np

    rng = np.random.default_rng(count)
    sources = sorted((PROJECT / "sample_data").glob("t*/*/*.png"))
    pictures = [cv2.imread(str(source), cv2.IMREAD_GRAYSCALE) for source in sources]
    for number in range(count):
        source = sources[number % len(sources)]
        pixels = np.roll(pictures[number % len(sources)], number // len(sources), axis=1)
        pixels[0] = rng.integers(0, 256, pixels.shape[1])
        place = folder / source.parent.parent.name / source.parent.name
        place.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(place / f"p{number:06d}_1.png"), pixels)


class Busy:
    """The processor's time of processes as they were last seen."""

    def __init__(self) -> None:
        self.seconds: dict[tuple[int, float], float] = {}

    def look(self, roots: list[psutil.Process]) -> None:
        for root in roots:
            try:
                for process in (root, *root.children(recursive=True)):
                    used = process.cpu_times()
                    key = (process.pid, process.create_time())
                    self.seconds[key] = used.user + used.system
            except psutil.Error:
                continue


def first_step(checkout: Path, folder: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, from the command to the first step."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as workspace:
        words = ["--model", "lesson-cnn", "--augment", "lesson", "--epochs", "1", "--detach"]
        busy, began = Busy(), time.perf_counter()
        command = subprocess.Popen(
            [str(checkout / ".venv/bin/python"), "-m", "xraylib", "train", str(folder), *words],
            cwd=checkout,
            env=os.environ | {"XRAYLIB_WORKSPACE": workspace},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        roots, run = [psutil.Process(command.pid)], None
        while True:
            time.sleep(0.1)
            run = run or next(Path(workspace).glob("runs/2*"), None)
            if run is not None and len(roots) == 1:
                roots += [one for one in psutil.process_iter() if _trains(one, run)]
            busy.look(roots)
            if run is not None and '"event": "step"' in _text(run / "metrics.jsonl"):
                break
            if command.poll() not in (None, 0):
                raise SystemExit(f"{checkout}: xraylib train failed")
        seconds = time.perf_counter() - began
        command.wait()
        for root in roots[1:]:
            root.kill()
            root.wait()
    return seconds, sum(busy.seconds.values())


def _trains(process: psutil.Process, run: Path) -> bool:
    try:
        return str(run) in process.cmdline()
    except psutil.Error:
        return False


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def first_pass(code: str, folder: Path) -> tuple[float, float]:
    """Seconds and processor seconds of one of the two."""
    with tempfile.TemporaryDirectory() as cache:
        before = os.times()
        printed = subprocess.run(
            [sys.executable, "-c", code, str(folder), cache],
            cwd=PROJECT,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout
        after = os.times()
    used = after.children_user + after.children_system
    seconds, loaded = map(float, printed.split())
    return seconds, used - before.children_user - before.children_system - loaded


def compare(
    words: str,
    one: Callable[[], tuple[float, float]],
    other: Callable[[], tuple[float, float]],
    pairs: int,
) -> None:
    """Both in turns; the median of the ratios."""
    found = []
    for number in range(pairs):
        if number % 2:
            theirs, ours = other(), one()
        else:
            ours, theirs = one(), other()
        found.append((ours, theirs))
        print(
            f"{ours[0]:8.1f} s {theirs[0]:8.1f} s, processor {ours[1]:8.1f} s {theirs[1]:8.1f} s",
            flush=True,
        )
    for place, unit in enumerate(("by the clock", "of the processor")):
        ratios = sorted(ours[place] / theirs[place] for ours, theirs in found)
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}, {pairs} pairs"
        print(f"{words}, {unit}: {statistics.median(ratios):.2f} ({spread})")


def main() -> None:
    """Prints the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--baseline", type=Path)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the images are, or are to stay")
    parser.add_argument("--only", choices=("step", "pass"))
    options = parser.parse_args()
    print(processor())
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "images"
        if not folder.exists():
            make_images(folder, options.images)
        if options.only != "step":
            compare(
                "first pass / Keras's",
                lambda: first_pass(OURS, folder),
                lambda: first_pass(THEIRS, folder),
                options.pairs,
            )
        if options.baseline and options.only != "pass":
            compare(
                "to the first step / baseline's",
                lambda: first_step(PROJECT, folder),
                lambda: first_step(options.baseline.resolve(), folder),
                options.pairs,
            )


if __name__ == "__main__":
    main()
