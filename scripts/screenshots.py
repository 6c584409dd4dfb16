"""Makes the pictures of the README: starts the app, uses it as a visitor would, and looks.

    python scripts/screenshots.py                   # into docs/pictures/
    python scripts/screenshots.py --into DIR --all  # every page, light and dark, laptop and phone
    python scripts/screenshots.py --device          # the page in the browser alone, on a phone
    python scripts/screenshots.py --lesson          # a task that is done, and what it begins with

Needs Chromium and the extra ``test``. Trains a network on the sample data and publishes it, in a
workspace of its own that is deleted afterwards; about three minutes.
"""

from __future__ import annotations

import argparse
import functools
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from lab_server import Complaints, LabServer, chromium, find_chromium  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402

from xraylib.app.shared.runs.start import start_run  # noqa: E402
from xraylib.augmentation.augment import AUGMENT_PRESETS  # noqa: E402
from xraylib.images.prepare import Preparation  # noqa: E402
from xraylib.models.bundle import open_bundle  # noqa: E402
from xraylib.models.export import export_model  # noqa: E402
from xraylib.networks.presets import preset  # noqa: E402
from xraylib.settings import SHIPPED_MODELS  # noqa: E402
from xraylib.training.config import TrainConfig  # noqa: E402
from xraylib.training.process import queue  # noqa: E402
from xraylib.workspace import Workspace  # noqa: E402

IMAGE = sorted((PROJECT / "sample_data" / "test" / "Pneumonia").glob("*.png"))[0]
PAGES = {
    "home": "",
    "dataset": "Dataset",
    "augmentation": "Dataset?view=Augmentation",
    "architecture": "Architecture",
    "training": "Training?run={run}",
    "results": "Results?run={run}",
    "classify": "Classify?model=small-cnn",
}
SHOWN_DARK = ("training", "classify")
SIZES = {"laptop": (1366, 768), "phone": (420, 900)}
SECOND = 1_000.0


def main() -> int:
    """Takes the pictures; 1 if there is no Chromium or a page complained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=PROJECT / "docs" / "pictures")
    parser.add_argument("--all", action="store_true", help="dark and phone as well")
    parser.add_argument("--device", action="store_true", help="the exported page alone")
    parser.add_argument("--lesson", action="store_true", help="a task, and Architecture, alone")
    options = parser.parse_args()
    if find_chromium() is None:
        print("No Chromium found. Install it, for example with: apt-get install chromium")
        return 1
    options.into.mkdir(parents=True, exist_ok=True)
    if options.device:
        with sync_playwright() as playwright, chromium(playwright) as browser:
            on_device(browser, options.into)
        return 0
    if options.lesson:
        with sync_playwright() as playwright, chromium(playwright) as browser:
            lesson(browser, options.into)
        return 0
    with (
        tempfile.TemporaryDirectory() as folder,
        LabServer(Path(folder) / "workspace", Path(folder) / "server.log") as server,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        run = prepare(Workspace(server.workspace))
        complaints = []
        for theme, pages in (("light", PAGES), ("dark", PAGES if options.all else SHOWN_DARK)):
            for size in SIZES if options.all else ("laptop",):
                with tab(browser, theme, size) as (page, heard):
                    for name in pages:
                        look_at(page, server, PAGES[name].format(run=run))
                        use(page, name)
                        page.screenshot(path=options.into / f"{name}-{theme}{_suffix(size)}.png")
                    complaints += heard.found
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


def on_device(browser: Browser, into: Path) -> None:
    """The shipped model's exported page with an answer, on a dark phone."""
    with tempfile.TemporaryDirectory() as folder:
        export_model(open_bundle(SHIPPED_MODELS / "phantom-demo" / "1"), "web", Path(folder) / "x")
        handler = functools.partial(SimpleHTTPRequestHandler, directory=folder)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
            page.goto(f"http://127.0.0.1:{server.server_port}/x/")
            page.get_by_role("button", name="I understand, continue").click(timeout=120 * SECOND)
            page.set_input_files("#files", str(IMAGE))
            expect(page.get_by_role("heading", name="More like")).to_be_visible(timeout=60 * SECOND)
            page.screenshot(path=into / "on-device-phone.png")
            page.close()
            server.shutdown()


def lesson(browser: Browser, into: Path) -> None:
    """Architecture as a newcomer finds it, and beside it the task about strides, guessed wrong."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LabServer(Path(folder) / "w", Path(folder) / "server.log", lesson=True) as server,
        tab(browser, "light", "laptop") as (page, _),
    ):
        look_at(page, server, "Architecture")
        side = page.get_by_test_id("stSidebar")
        side.get_by_text("Lesson: 0 of 8").click()
        quiet(page)
        page.screenshot(path=into / "architecture-light.png")
        side.get_by_text("Lesson: 0 of 8").click()
        tasks = side.get_by_role("combobox", name="Task")
        tasks.click()
        page.get_by_role("option", name="6 Stride and padding").click()
        guess = side.get_by_role("spinbutton", name="Your guess")
        guess.fill("128")
        guess.press("Enter")
        quiet(page)
        page.get_by_role("button", name="2 Conv2D").click()
        quiet(page)
        stride = page.get_by_label("Stride (px)", exact=True)
        stride.fill("2")
        stride.press("Enter")
        expect(side.get_by_text("Lesson: 1 of 8")).to_be_visible(timeout=60 * SECOND)
        quiet(page)
        page.screenshot(path=into / "lesson-light.png")


def prepare(workspace: Workspace) -> str:
    """Trains the better small network on the sample data and publishes it; the run's id."""
    run = start_run(
        workspace,
        dataset="sample",
        spec=preset("small-cnn", standardise=True),
        preparation=Preparation(),
        augment=AUGMENT_PRESETS["lesson"],
        train=TrainConfig(epochs=50, batch_size=16, early_stopping_patience=50),
        name="Small CNN",
    )
    queue.wait(run)
    command = [sys.executable, "-m", "xraylib", "publish", run.id, "small-cnn"]
    environ = {**os.environ, "XRAYLIB_WORKSPACE": str(workspace.root)}
    subprocess.run(command, check=True, env=environ, cwd=PROJECT)
    return run.id


def use(page: Page, name: str) -> None:
    """Does on a page what its picture should show."""
    if name == "augmentation":
        page.get_by_role("radio", name="Lesson").or_(
            page.get_by_role("button", name="Lesson")
        ).first.click()
    elif name == "classify":
        page.get_by_role("button", name="I understand, continue").click()
        upload = page.get_by_test_id("stFileUploader").locator("input[type=file]")
        upload.set_input_files([str(IMAGE)])
        expect(page.get_by_role("heading", name="More like")).to_be_visible()
    quiet(page)


def look_at(page: Page, server: LabServer, address: str) -> None:
    """Opens an address and waits until nothing moves any more."""
    page.goto(server.address(address))
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60 * SECOND)
    quiet(page)


def quiet(page: Page) -> None:
    """Waits until no script runs and no element is still loading, and lets charts be drawn."""
    app = page.get_by_test_id("stApp")
    for _ in range(3):
        page.wait_for_timeout(700)
        expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=60 * SECOND)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60 * SECOND)


@contextmanager
def tab(browser: Browser, theme: str, size: str) -> Iterator[tuple[Page, Complaints]]:
    """A tab in its own context, with its complaints."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
    )
    context.set_default_timeout(60 * SECOND)
    page = context.new_page()
    try:
        yield page, Complaints(page)
    finally:
        context.close()


def _suffix(size: str) -> str:
    return "" if size == "laptop" else f"-{size}"


if __name__ == "__main__":
    sys.exit(main())
