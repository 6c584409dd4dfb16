"""The exported page in Chromium: how large it is, how soon it answers, how long an X-ray takes.

    python benchmarks/on_device.py [--model NAME] [--rounds N]

Sizes are those of all files together, compressed by gzip as hosts send them. Times are medians:
from the address to the end of the proof, with nothing kept; the first answer after that; and what
the worker itself took for a PNG of the sample images, decoded, prepared, judged, with its heat map,
beside Python's own time for the same file on this machine. Memory is what the page's process has
to itself (RssAnon), before and at most while a DICOM file of 25 megapixels is judged; Linux alone.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gzip
import platform
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from child_decoding import processor
from playwright.sync_api import Page, sync_playwright

from xraylib.images.sandbox.shared import read_image
from xraylib.models.catalog import find_model
from xraylib.models.classify.classifier import Classifier
from xraylib.models.export import export_model
from xraylib.settings import SAMPLE_DATA

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from made_images import dicom


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


def opened(page: Page, address: str) -> float:
    """Seconds from the address to the end of the proof."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("body[data-state=ready]", state="attached", timeout=120_000)
    return time.perf_counter() - began


def judged(page: Page, file: Path) -> tuple[float, float]:
    """Seconds until the answer stands there, and the worker's own milliseconds."""
    began = time.perf_counter()
    page.set_input_files("#files", str(file))
    page.wait_for_selector("#results h2", timeout=60_000)
    seconds = time.perf_counter() - began
    told = page.get_attribute("#results figure", "data-milliseconds")
    page.click("#forget")
    return seconds, float(told or "nan")


def own_memory() -> dict[str, float]:
    """Megabytes of each process of Chromium that draws a page."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"--type=renderer" in (place / "cmdline").read_bytes():
                told = re.search(r"RssAnon:\s+(\d+) kB", (place / "status").read_text())
                found[place.name] = int(told[1]) / 1000 if told else 0.0
    return found


def large_file(page: Page, folder: Path) -> tuple[float, float, float]:
    """Megabytes before and at most, and the worker's milliseconds."""
    side = 5000
    across, down = np.mgrid[0:side, 0:side]
    file = folder / "large.dcm"
    file.write_bytes(dicom(((across + down) * 4095 // (2 * side)).astype(np.uint16)))
    before, most, done = own_memory(), dict[str, float](), threading.Event()

    def watch() -> None:
        while not done.wait(0.03):
            for number, held in own_memory().items():
                most[number] = max(held, most.get(number, 0.0))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    milliseconds = judged(page, file)[1]
    done.set()
    watcher.join()
    number = max(most, key=lambda one: most[one] - before.get(one, most[one]))
    return before.get(number, float("nan")), most[number], milliseconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="phantom-demo")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    files = sorted((SAMPLE_DATA / "test").rglob("*.png"))[:20]
    bundle = find_model(asked.model)
    model = Classifier(bundle, workers=1)
    with tempfile.TemporaryDirectory() as place:
        export_model(bundle, "web", Path(place) / "page")
        parts = [gzip.compress(file.read_bytes(), 9) for file in (Path(place) / "page").iterdir()]
        handler = functools.partial(Quiet, directory=place)
        loads, firsts, workers = [], [], []
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as tool:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            chromium = tool.chromium.launch(executable_path=shutil.which("chromium"))
            for _ in range(asked.rounds):
                page = chromium.new_context().new_page()
                loads.append(opened(page, f"http://127.0.0.1:{server.server_port}/page/"))
                page.click("#accept")
                firsts.append(judged(page, files[0])[0])
                workers += [judged(page, file)[1] for file in files[1:]]
                if len(loads) == asked.rounds:
                    memory = large_file(page, Path(place))
                page.context.close()
            version = chromium.version
            chromium.close()
            server.shutdown()
    here = []
    for file in files:
        began = time.perf_counter()
        model.classify(read_image(file))
        here.append(1000 * (time.perf_counter() - began))
    print(f"{processor()}, {platform.system()}, Chromium {version}")
    print(f"all files, gzip: {sum(map(len, parts)) / 1e6:.2f} MB in {len(parts)} files")
    print(f"address to proof: {statistics.median(loads):.2f} s, {asked.rounds} times")
    print(f"first answer after that: {statistics.median(firsts):.2f} s")
    print(
        f"an X-ray in the worker: {statistics.median(workers):.1f} ms, the quickest tenth "
        f"{statistics.quantiles(workers, n=10)[0]:.1f}, n = {len(workers)}"
    )
    print(
        f"25 megapixels of 16 bits: {memory[0]:.0f} MB before, {memory[1]:.0f} at most, "
        f"{memory[2] / 1000:.1f} s in the worker"
    )
    print(f"an X-ray in Python: {statistics.median(here[1:]):.1f} ms, n = {len(here) - 1}")


if __name__ == "__main__":
    main()
