"""What decoding every file in a child costs: `classify DIR` and `scan` against another checkout.

    python benchmarks/child_decoding.py CHECKOUT [--images 2000] [--dicom 200] [--pairs 5]

CHECKOUT is a working tree of the project with an environment in `.venv`. Both commands are run by
either checkout on the same folders (the sample's PNG images of 256 × 256 pixels, each with a name
of its own, and as many copies of its DICOM files as asked for), in alternating pairs, each from its
start to its end. Printed are the medians of images a second and of processor seconds, and the
median of the pairs' ratios. Wanted: at least 0.9 of the other's images a second. Exits with 1 if
that is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WANTED = 0.9


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next(line.partition(":")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{' '.join(name.split())}, {os.cpu_count()} of them"


def made(folder: Path, sources: list[Path], count: int) -> Path:
    """A folder of ``count`` copies with names of their own, in class folders."""
    for number in range(count):
        source = sources[number % len(sources)]
        place = folder / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place / f"p{number:05d}_1{source.suffix}")
    return folder


def measured(checkout: Path, words: list[str], workspace: Path) -> tuple[float, float]:
    """Seconds, and processor seconds, of one command."""
    python = checkout / ".venv" / "bin" / "python"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    made = subprocess.run(
        [str(python), "-m", "xraylib", "--workspace", str(workspace), *words, "--json"],
        check=False,
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if made.returncode not in (0, 1):  # 1: an X-ray got no answer
        made.check_returncode()
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--dicom", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    checkouts = {"other": options.checkout.resolve(), "this": PROJECT}
    print(f"{processor()}; {options.pairs} alternating pairs; medians")
    good = True
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        sample = PROJECT / "sample_data"
        folders = {
            "PNG": made(base / "png", sorted(sample.rglob("*.png")), options.images),
            "DICOM": made(base / "dicom", sorted(sample.rglob("*.dcm")), options.dicom),
        }
        for kind, folder in folders.items():
            count = options.images if kind == "PNG" else options.dicom
            for what in ("classify", "scan") if count else ():
                taken: dict[str, list[tuple[float, float]]] = {"other": [], "this": []}
                for pair in range(options.pairs):
                    order = ("other", "this") if pair % 2 == 0 else ("this", "other")
                    for which in order:
                        words = [what, str(folder)]
                        if what == "classify":
                            words += ["--out", str(base / f"{kind}-{which}-{pair}.csv")]
                        taken[which].append(measured(checkouts[which], words, base / which))
                rates = {
                    which: statistics.median(count / seconds for seconds, _ in runs)
                    for which, runs in taken.items()
                }
                work = {
                    which: statistics.median(cpu for _, cpu in runs)
                    for which, runs in taken.items()
                }
                ratio = statistics.median(
                    old / new
                    for (old, _), (new, _) in zip(taken["other"], taken["this"], strict=True)
                )
                good &= ratio >= WANTED
                print(
                    f"{what} {count:,} {kind}: {rates['other']:.0f} -> {rates['this']:.0f} "
                    f"images/s (ratio {ratio:.3f}), processor {work['other']:.1f} -> "
                    f"{work['this']:.1f} s ({work['other'] / work['this']:.3f})",
                    flush=True,
                )
    print(f"Wanted: at least {WANTED:.1f} of the other's images a second:", "yes" if good else "NO")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
