"""Home, Training and Results with 20, 2,000 and 5,000 ended runs, side by side.

    python benchmarks/many_runs.py [--rounds 7]

One real ended run is cloned by hard links. Each page is opened in turn in each of the workspaces,
a new visit each time, after one look that is not counted; figures are medians of the processor
time of one visit and their ratio to 20 runs. The browser gets the same number of rows and menu
entries from 200 runs on, so its work is counted by the bytes of a page's tables and menus.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from child_decoding import processor  # noqa: E402
from made_runs import draw_noise, finish, made_run  # noqa: E402
from many_runs import multiply  # noqa: E402
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


if __name__ == "__main__":
    main()
