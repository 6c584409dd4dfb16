"""What a whole audit costs, and how often `shortcut` fires where there is none.

    python benchmarks/audit.py [--sizes 1000 10000 100000] [--keep FOLDER] [--once]
    python benchmarks/audit.py --shuffles 20

Times: for each size that many phantoms are made, each bent in its own way and every hundredth with
a changed copy. In a process of its own the folder is scanned (not counted), and then `audit` is
called as the command and the page call it; printed are its seconds, the processor time of it and
its children, the seconds of an audit again with the descriptors kept (not with `--once`), and the
highest anonymous memory (RssAnon, on Linux) of the process, children not counted.

Shuffles: the classes of the sample data are shuffled among images, and among patients, and
`shortcut` is asked each time. With shuffled classes there is nothing to find.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from near_duplicates import bent, jpeg, toned
from scan import Highest, anonymous_memory, timed

from xraylib.audit import audit
from xraylib.audit.checks.shortcut import shortcut_findings
from xraylib.audit.copies import groups, near_pairs
from xraylib.audit.descriptors import describe_images
from xraylib.datasets.scan import scan
from xraylib.settings import SAMPLE_DATA

COPY_EVERY = 100


def make_some(root: Path, first: int, last: int) -> None:
    """Images ``first`` to ``last`` of the set, and the copies of some of them."""
    cv2.setNumThreads(1)
    sources = [
        (path.parent.name, cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
        for path in sorted((SAMPLE_DATA / "train").rglob("*.png"))
    ]
    for number in range(first, last):
        rng = np.random.default_rng(number)
        label, image = sources[number % len(sources)]
        split = "test" if number % 5 == 0 else "train"
        folder = root / split / label
        folder.mkdir(parents=True, exist_ok=True)
        data = cv2.imencode(".jpg", bent(image, rng), [cv2.IMWRITE_JPEG_QUALITY, 90])[1]
        (folder / f"film_{number:06}.jpg").write_bytes(data.tobytes())
        if number % COPY_EVERY == 1:
            again = toned(jpeg(cv2.imdecode(data, 0), 60), 0.8, 10)
            cv2.imwrite(str(folder / f"film_{number:06}_copy.jpg"), again)


def make_images(root: Path, count: int) -> None:
    """``count`` phantoms and their copies, by all cores; they appear whole or not at all."""
    unfinished = root.with_name(f".{root.name}")
    starts = range(0, count, 500)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(make_some, unfinished, at, min(at + 500, count)) for at in starts]
        for job in jobs:
            job.result()
    unfinished.rename(root)


def processor_seconds() -> float:
    """Of this process and of the children that have ended."""
    whole = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in whole)


def measure(root: Path, *, once: bool) -> dict[str, Any]:
    """One audit of one folder, in this process, and another."""
    index = scan(root)
    with tempfile.TemporaryDirectory() as folder, Highest() as highest:
        cache = Path(folder) / "looks.parquet"
        idle, busy = anonymous_memory(), processor_seconds()
        began = time.perf_counter()
        report = audit(index, cache=cache)
        seconds, busy = time.perf_counter() - began, processor_seconds() - busy
        again = float("nan") if once else timed(lambda: audit(index, cache=cache))
    pairs = {frozenset(pair) for finding in report.of("near-duplicate") for pair in finding.pairs}
    paths = index.table["path"].to_pylist()
    wanted = {
        frozenset((path, path.replace("_copy.jpg", ".jpg")))
        for path in paths
        if path.endswith("_copy.jpg")
    }
    return {
        "films": len(index),
        "whole audit, s": seconds,
        "processor time, s": busy,
        "films/s": len(index) / seconds,
        "again, descriptors kept, s": again,
        "copies made": len(wanted),
        "copies found": len(pairs & wanted),
        "other pairs": len(pairs - wanted),
        "memory above idle at its highest, MB": highest.value - idle if idle else float("nan"),
    }


def time_audits(sizes: list[int], keep: Path | None, *, once: bool) -> None:
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        for count in sizes:
            root = (keep or Path(temporary)) / f"{count}-phantoms"
            if not root.exists():
                seconds = timed(lambda r=root, c=count: make_images(r, c))
                print(f"made {count:,} images in {seconds:.0f} s", file=sys.stderr, flush=True)
            command = [sys.executable, __file__, "--measure", str(root), *["--once"] * once]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            results.append(json.loads(done.stdout.splitlines()[-1]))
            print(f"{count:,}: {results[-1]}", file=sys.stderr, flush=True)
    print(f"phantoms of 256 × 256 pixels, {os.cpu_count()} cores")
    for name in results[0]:
        print(f"{name:40}" + "".join(f"{result[name]:>14,.1f}" for result in results))


def shuffle(times: int) -> None:
    """How often `shortcut` fires on the sample data with shuffled classes."""
    index = scan(SAMPLE_DATA)
    descriptors = describe_images(index)
    copies = groups(index, [pair[:2] for pair in near_pairs(index, descriptors)])
    patients = np.array(index.table["patient"].to_pylist())
    labels = np.array(index.table["label"].to_pylist(), dtype=object)
    at = index.table.schema.get_field_index("label")
    print(f"sample data as it is: {len(shortcut_findings(index, descriptors, copies))} findings")
    for kind in ("film", "patient"):
        fired = 0
        for seed in range(times):
            rng = np.random.default_rng(seed)
            if kind == "film":
                mixed = rng.permutation(labels)
            else:
                names, first, which = np.unique(patients, return_index=True, return_inverse=True)
                mixed = labels[first][rng.permutation(len(names))][which]
            table = index.table.set_column(at, index.table.schema.field(at), [mixed.tolist()])
            fired += bool(shortcut_findings(replace(index, table=table), descriptors, copies))
        print(f"classes shuffled by {kind}: shortcut fired in {fired} of {times}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--keep", type=Path, help="where to make the images, and leave them")
    parser.add_argument("--once", action="store_true", help="leave out the audit again")
    parser.add_argument("--shuffles", type=int, help="shuffle the classes so many times instead")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, once=options.once)))
    elif options.shuffles:
        shuffle(options.shuffles)
    else:
        time_audits(options.sizes, options.keep, once=options.once)


if __name__ == "__main__":
    main()
