"""Home, Training and Results with 20, 2,000 and 5,000 ended runs, side by side.

    python benchmarks/many_runs.py [--rounds 7]

One real ended run is cloned by hard links. Each page is opened in turn in each of the workspaces,
a new visit each time, after one look that is not counted; figures are medians of the processor
time of one visit and their ratio to 20 runs. Beside them stand the bytes of a page's tables and
menus (200 rows and entries at most), and of Chromium, where it is found: the time in which its
page was busy from the address to half a second of silence.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from child_decoding import processor  # noqa: E402
from cold_page import opened  # noqa: E402
from lab_server import LabServer, chromium, find_chromium  # noqa: E402
from made_runs import draw_noise, finish, made_run  # noqa: E402
from many_runs import multiply  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402
from streamlit.testing.v1 import AppTest  # noqa: E402

from xraylib.app.shell.pages import PAGES  # noqa: E402
from xraylib.workspace import Workspace  # noqa: E402

NUMBERS = (20, 2_000, 5_000)
SHOWN = ("home", "training", "results")


def visit(key: str, workspace: Workspace) -> tuple[float, int]:
    """Seconds of processor time of one visit, and bytes of what it draws."""
    os.environ["XRAYLIB_WORKSPACE"] = str(workspace.root)
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=600)
    app.switch_page(PAGES[key].file)
    began = time.process_time()
    app.run()
    took = time.process_time() - began
    assert not app.exception, app.exception
    drawn = [*app.dataframe, *app.selectbox, *app.multiselect]
    return took, sum(len(element.proto.SerializeToString()) for element in drawn)


def busy(browser: Browser, address: str) -> float:
    """Seconds in which Chromium was busy with one look at a page, in a new profile."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable")
    opened(page, session, address)
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return float(found["TaskDuration"])


def in_chromium(workspaces: dict[int, Workspace], place: Path, rounds: int) -> None:
    """Prints the table of the browser."""
    print(f"{'page':10}{'runs':>8}{'busy ms':>8}{'ratio':>8}   of the same round")
    with ExitStack() as stack:
        browser = stack.enter_context(chromium(stack.enter_context(sync_playwright())))
        servers = {
            number: stack.enter_context(LabServer(workspace.root, place / f"{number}.log"))
            for number, workspace in workspaces.items()
        }
        for key in SHOWN:
            path = "" if key == "home" else key.capitalize()
            took: dict[int, list[float]] = {number: [] for number in NUMBERS}
            for turn in range(rounds + 1):
                for number, server in servers.items():
                    seconds = busy(browser, server.address(path))
                    if turn:  # the first look of each is not counted
                        took[number].append(seconds)
            for number, found in took.items():
                ratios = [one / base for one, base in zip(found, took[NUMBERS[0]], strict=True)]
                print(
                    f"{key:10}{number:8,}{1000 * statistics.median(found):8.0f}"
                    f"{statistics.median(ratios):8.2f}   {min(ratios):.2f} to {max(ratios):.2f}"
                )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as place:
        images = draw_noise(Path(place) / "images")
        workspaces = {}
        for number in NUMBERS:
            workspaces[number] = Workspace(Path(place) / f"with-{number}")
            multiply(finish(made_run(workspaces[number], images, name="one")), number - 1)
        print(processor())
        print(f"{'page':10}{'runs':>8}{'ms':>8}{'ratio':>8}{'kB drawn':>10}{'ratio':>8}")
        for key in SHOWN:
            for workspace in workspaces.values():
                visit(key, workspace)
            took: dict[int, list[float]] = {number: [] for number in NUMBERS}
            drawn = dict.fromkeys(NUMBERS, 0)
            for _ in range(rounds):
                for number, workspace in workspaces.items():
                    seconds, drawn[number] = visit(key, workspace)
                    took[number].append(seconds)
            base = statistics.median(took[NUMBERS[0]])
            for number in NUMBERS:
                median = statistics.median(took[number])
                print(
                    f"{key:10}{number:8,}{1000 * median:8.0f}{median / base:8.2f}"
                    f"{drawn[number] / 1000:10.1f}{drawn[number] / drawn[NUMBERS[0]]:8.2f}"
                )
        if find_chromium() is not None:
            in_chromium(workspaces, Path(place), rounds)


if __name__ == "__main__":
    main()
