"""Images a second of `xraylib classify DIR --out FILE`, and against one process, in one run.

    python benchmarks/classify_folder.py [--images 10000] [--model phantom-demo]

Wanted: at least 300 PNG images of 256 × 256 pixels a second on two processors. What is counted is
the whole command, from its start to its end. The images are the sample's, each with its own name.
It is then stopped half-way and gone on with, and the two results must be the same.
Exits with 1 if anything is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WANTED = 300.0


def command(folder: Path, out: Path, model: str, workers: int) -> list[str]:
    words = [sys.executable, "-m", "xraylib", "classify", str(folder), "--out", str(out)]
    return [*words, "--model", model, "--workers", str(workers), "--json"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--model", default="phantom-demo")
    options = parser.parse_args()
    sources = sorted((PROJECT / "sample_data").rglob("*.png"))
    workers = min(2, os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "films"
        for number in range(options.images):
            place = folder / f"{number // 1000:03d}"
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(sources[number % len(sources)], place / f"{number:06d}.png")
        rates = {}
        for count in (1, workers):
            out = Path(name) / f"results-{count}.csv"
            start = time.perf_counter()
            subprocess.run(
                command(folder, out, options.model, count),
                check=True,
                cwd=PROJECT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            rates[count] = options.images / (time.perf_counter() - start)
            print(f"{count} process(es): {rates[count]:.0f} images/s", flush=True)
        cut = Path(name) / "cut.csv"
        begun = subprocess.Popen(
            command(folder, cut, options.model, workers),
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        whole = (Path(name) / f"results-{workers}.csv").stat().st_size
        while begun.poll() is None and (not cut.exists() or cut.stat().st_size < whole / 2):
            time.sleep(0.02)
        begun.kill()
        begun.wait()
        again = subprocess.run(
            command(folder, cut, options.model, workers),
            check=True,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        kept = json.loads(again.stdout)["kept"]
        lines = sorted(cut.read_bytes().splitlines())
        same = lines == sorted((Path(name) / f"results-{workers}.csv").read_bytes().splitlines())
        print(
            f"Killed, and gone on with: {kept:,} rows kept; same results:", "yes" if same else "NO"
        )
    good = rates[workers] >= WANTED and same and 0 < kept < options.images
    print(f"Wanted: {WANTED:.0f} images/s on two processors:", "yes" if good else "NO")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
