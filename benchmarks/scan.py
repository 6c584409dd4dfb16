"""What 100,000 images cost: indexing, looking again, showing a page, memory.

    python benchmarks/scan.py [--sizes 1000 10000 100000] [--side 32] [--keep FOLDER]

Makes that many small PNG images (each with pixels of its own, in train/ and test/, three classes),
and for each size, in a process of its own that stands for the web process:

first index    open_dataset of a folder that was never seen: files/s, all cores
rescan         open_dataset again, nothing changed: seconds, median of 5; the index is read from
               its Parquet file each time
command        `xraylib scan` as a process of its own: with an empty workspace, again, and again
               in other words (text in place of JSON), for which the kept answer is none; the least
               of 5 but for the first, which is the median of 3 workspaces
page           the images of one gallery page (find, rows, kept thumbnails): server milliseconds,
               median over many pages; `first` is the first time that a filter or order is asked
               for, `made` a page whose thumbnails nobody has seen yet
Dataset page   the whole script of the page as Streamlit runs it for a visitor (AppTest), the index
               being open: server milliseconds, median; `cpu` is processor time, which other
               programs on this machine disturb less. With each of the page's filters and orders;
               "only findings" after a report that names every 50th image (it is made up: the images
               are noise)
memory         anonymous resident memory (RssAnon) of that process: idle is after the Dataset page
               was shown with the sample data; then after everything above, and at its highest

Figures, then ratios of the largest to the smallest size. Memory is measured on Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

LABELS = ("Covid", "Normal", "Pneumonia")
PAGES = 20
RUNS = 9
COMMANDS = 3


def make_images(root: Path, count: int, side: int) -> None:
    """``count`` PNG files in 2 splits × 3 classes, four images a patient."""
    import cv2
    import numpy as np

    rng = np.random.default_rng(count)
    for split in ("train", "test"):
        for label in LABELS:
            (root / split / label).mkdir(parents=True)
    for number in range(count):
        split = "test" if number % 5 == 0 else "train"
        pixels = rng.integers(0, 256, (side, side), dtype=np.uint8)
        _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        folder = root / split / LABELS[number // 4 % 3]
        with (folder / f"p{number // 4:05d}_{number % 4}.png").open("wb") as file:
            file.write(data)


def anonymous_memory() -> float | None:
    """RssAnon of this process in MB."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return None


class Highest:
    """The highest RssAnon while it is entered, looked at every 20 ms."""

    def __enter__(self) -> Highest:
        self.value = anonymous_memory() or 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.ended.wait(0.02):
            self.value = max(self.value, anonymous_memory() or 0.0)


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def gallery_pages(workspace: Any, name: str, index: Any) -> dict[str, float]:
    """Milliseconds of gallery pages below the page's widgets: find, rows, kept thumbnails."""
    from xraylib.datasets.query import ImageQuery, image_page
    from xraylib.datasets.thumbnails import thumbnail

    def page(query: ImageQuery, number: int) -> None:
        found = image_page(index, query, number)
        index.images(found.rows)
        for row in found.rows.tolist():
            thumbnail(name, index, row, workspace=workspace)

    queries = {
        "all": ImageQuery(),
        "class and split": ImageQuery(split="train", label="Normal"),
        "text": ImageQuery(text="p0000 normal"),
        "only findings": ImageQuery(paths=named_images(index)),
        "sorted by size": ImageQuery(sort="bytes", descending=True),
        "sorted by patient": ImageQuery(sort="patient"),
    }
    result = {}
    for words, query in queries.items():
        result[f"{words}, first"] = timed(lambda q=query: image_page(index, q, 1)) * 1e3
        made = [timed(lambda q=query, n=n: page(q, n)) for n in range(1, PAGES + 1)]
        if words == "all":
            result["all, thumbnails made"] = statistics.median(made) * 1e3
        busy = time.process_time()
        again = [timed(lambda q=query, n=n: page(q, n)) for n in range(1, PAGES + 1)]
        result[words] = statistics.median(again) * 1e3
        result[f"{words}, cpu"] = (time.process_time() - busy) / PAGES * 1e3
    return result


def named_images(index: Any) -> frozenset[str]:
    """Every 50th image."""
    return frozenset(index.table["path"].to_pylist()[::50])


def keep_report(workspace: Any, name: str, index: Any) -> None:
    """An audit that names every 50th image."""
    from xraylib.audit import AuditReport, Finding, keep_audit

    finding = Finding(
        code="odd-one-out",
        severity="warning",
        message="Named by the benchmark",
        remedy="Nothing",
        paths=tuple(sorted(named_images(index))),
    )
    report = AuditReport(
        findings=(finding,), fingerprint=index.fingerprint, images=len(index.rows())
    )
    keep_audit(name, report, workspace=workspace)


def open_dataset_page(name: str) -> Any:
    """The Dataset page in a visitor's session, run once."""
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=300)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = name
    page.run()
    if page.exception:
        raise SystemExit(f"The Dataset page failed: {page.exception[0].message}")
    return page


def whole_pages(name: str) -> dict[str, float]:
    """Milliseconds of whole runs of the page's script, without and with filters and orders."""
    result = {}
    for words, extra in {
        "no filter": {},
        "class": {"class": "Normal"},
        "class and split": {"class": "Normal", "split": "Training"},
        "text": {"text": "p0000 normal"},
        "only findings": {"findings": "true"},
        "sorted by size": {"sort": "File size", "down": "true"},
        "all of these": {
            "class": "Normal",
            "split": "Training",
            "text": "p0",
            "findings": "true",
            "sort": "Patient",
        },
    }.items():
        page = open_dataset_page(name)
        for key, value in extra.items():
            page.query_params[key] = value
        page.run()
        busy = time.process_time()
        result[words] = statistics.median(timed(page.run) for _ in range(RUNS)) * 1e3
        result[f"{words}, cpu"] = (time.process_time() - busy) / RUNS * 1e3
    return result


def command_scans(root: Path) -> dict[str, float]:
    """Seconds and processor seconds of `xraylib scan` as a process, the first time and again."""
    took: dict[str, list[tuple[float, float]]] = {"first": [], "again": [], "in other words": []}
    for _ in range(COMMANDS):
        with tempfile.TemporaryDirectory() as workspace:
            for words, times in (("first", 1), ("again", 5), ("in other words", 1)):
                more = () if words == "in other words" else ("--json",)
                took[words] += [command_scan(root, workspace, *more) for _ in range(times)]
    result = {}
    for place, unit in enumerate(("s", "cpu s")):
        first = statistics.median(one[place] for one in took["first"])
        result[f"first, {unit}"] = first
        for words in ("again", "in other words"):
            result[f"{words}, {unit}"] = least = min(one[place] for one in took[words])
            result[f"{words} / first, {unit}"] = least / first
    return result


def command_scan(root: Path, workspace: str, *more: str) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "xraylib", "scan", str(root), *more],
        env=os.environ | {"XRAYLIB_WORKSPACE": workspace},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(root: Path) -> dict[str, Any]:
    """Everything about one folder of images, in this process."""
    from xraylib.datasets.catalog import add_dataset, open_dataset
    from xraylib.datasets.dataset_ref import SAMPLE
    from xraylib.workspace import Workspace

    workspace = Workspace.open()
    open_dataset_page(SAMPLE)
    idle = anonymous_memory()
    add_dataset(root, "films", workspace=workspace)
    with Highest() as highest:
        began = time.perf_counter()
        index = open_dataset("films", workspace=workspace)
        first = time.perf_counter() - began
        rescans = [timed(lambda: open_dataset("films", workspace=workspace)) for _ in range(5)]
        pages = gallery_pages(workspace, "films", index)
        count = len(index.rows())
        keep_report(workspace, "films", index)
        del index
        whole = whole_pages("films")
    return {
        "count": count,
        "first index, files/s": count / first,
        "rescan, s": statistics.median(rescans),
        "command": command_scans(root),
        "page, ms": pages,
        "Dataset page, ms": whole,
        "memory, MB": {
            "idle": idle,
            "above idle at the end": (anonymous_memory() or 0) - (idle or 0),
            "above idle at its highest": highest.value - (idle or 0),
        }
        if idle is not None
        else {},
    }


def flat(result: dict[str, Any]) -> dict[str, float]:
    """One figure a line."""
    lines = {}
    for name, value in result.items():
        if isinstance(value, dict):
            lines |= {f"{name}: {inner}": number for inner, number in value.items()}
        elif name != "count":
            lines[name] = value
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--side", type=int, default=32, help="pixels of each image's side")
    parser.add_argument("--keep", type=Path, help="where to make the images, and leave them")
    parser.add_argument("--command", type=Path, help="only scan this folder by the command")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.command:
        for name, figure in command_scans(options.command).items():
            print(f"{name:44}{figure:>12,.3f}")
        return
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        base = options.keep or Path(temporary)
        results = []
        for count in options.sizes:
            root = base / f"{count}-films"
            if not root.exists():
                seconds = timed(lambda r=root, c=count: make_images(r, c, options.side))
                print(f"made {count:,} images in {seconds:.0f} s", file=sys.stderr, flush=True)
            environment = os.environ | {
                "XRAYLIB_WORKSPACE": str(Path(temporary) / f"workspace-{count}"),
            }
            done = subprocess.run(
                [sys.executable, __file__, "--measure", str(root)],
                env=environment,
                stdout=subprocess.PIPE,
                check=True,
            )
            results.append(json.loads(done.stdout.splitlines()[-1]))
    lines = [flat(result) for result in results]
    print(f"images of {options.side} × {options.side} pixels, {os.cpu_count()} cores")
    heads = "".join(f"{result['count']:>12,}" for result in results)
    print(f"{'':44}{heads}{'ratio':>8}")
    for name in lines[0]:
        figures = [line[name] for line in lines]
        ratio = figures[-1] / figures[0] if figures[0] else float("nan")
        print(f"{name:44}" + "".join(f"{figure:>12,.2f}" for figure in figures) + f"{ratio:>8.2f}")


if __name__ == "__main__":
    main()
