"""A server of our own on a free port, and a Chromium that listens for every complaint.

Used by the browser tests and by ``scripts/screenshots.py``.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Playwright, expect

from xraylib.errors import PathError
from xraylib.lesson.progress import KEPT, Progress, keep_progress

PROJECT = Path(__file__).resolve().parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# On a deep link Streamlit first asks for these two below the page's own path, finds nothing
# there, and asks again at the root.
PROBES = re.compile(r"/[A-Za-z_]+/_stcore/(health|host-config)$")
_START_SECONDS = 120.0
SECOND = 1_000.0
"""Playwright counts in milliseconds."""
# The server drops a picture as soon as no page shows it: one that is still on its way to a browser
# that has moved on is a 404. And half a fade has half the contrast; a spinner has no end.
_STANDS_STILL = """() => [...document.images].every(image => image.complete)
  && document.getAnimations().every(
    one => one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""


def find_chromium() -> str | None:
    """The path of a Chromium, or None."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


class LabServer:
    """``streamlit run streamlit_app.py`` with a workspace of its own, on loopback.

    Args:
        workspace: The folder of runs and models.
        log: Where the server's output goes.
        environ: Variables beside those of this process.
        options: Streamlit options beside its own.
        lesson: Whether the tasks beside the pages are open, as a newcomer finds them; otherwise
            they are put away.
        checkout: Another checkout of the project, with a ``.venv`` of its own, to serve instead.
    """

    def __init__(
        self,
        workspace: Path,
        log: Path,
        *,
        environ: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        lesson: bool = False,
        checkout: Path | None = None,
    ) -> None:
        self._folder = checkout or PROJECT
        self._python = str(checkout / ".venv/bin/python") if checkout else sys.executable
        self.workspace = workspace
        self.log = log
        self._lesson = lesson
        self._environ, self._options = dict(environ or {}), dict(options or {})
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LabServer:
        command = [self._python, "-m", "streamlit", "run", "streamlit_app.py"]
        options = {
            "server.address": "127.0.0.1",
            "server.port": str(self.port),
            "server.headless": "true",
            **self._options,
        }
        for name, value in options.items():
            command += [f"--{name}", value]
        environ = {
            **os.environ,
            "XRAYLIB_WORKSPACE": str(self.workspace),
            "XRAYLIB_MODE": "lab",
            **self._environ,
        }
        if not self._lesson and not (self.workspace / KEPT).exists():
            with suppress(PathError):  # one that cannot be written is what some tests are about
                keep_progress(Progress(folded=True), workspace=self.workspace)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=environ, stdout=log, stderr=log
            )
        try:
            self._wait_until_healthy()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        _stop_runs(self.workspace)

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._process is not None
        return self._process.pid

    def address(self, path: str = "") -> str:
        """The URL of a page, for example ``address("Training?run=…")``."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def text(self) -> str:
        """What the server has printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _wait_until_healthy(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{self.text()}")
            try:
                with urllib.request.urlopen(self.address("_stcore/health"), timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"the server is not ready after {_START_SECONDS:.0f} s:\n{self.text()}")

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)


class Complaints:
    """Errors of a page, and console errors but Streamlit's own two probes on a deep link."""

    def __init__(self, page: Page) -> None:
        self.found: list[str] = []
        page.on("pageerror", lambda error: self.found.append(f"page error: {error}"))
        page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if "404" in message.text and PROBES.search(message.location.get("url", "")):
            return
        self.found.append(f"console error: {message.text} ({message.location.get('url', '')})")


def settle(page: Page, *, seconds: float = 120) -> None:
    """Waits until no script runs and what it sent stands on the page.

    A click is on its way to the server for a moment: look first for what it changes.
    """
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning", timeout=seconds * SECOND)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=seconds * SECOND)
    page.wait_for_function(_STANDS_STILL)


def keyed(page: Page, key: str) -> Locator:
    """The element that the page made with this key."""
    return page.locator(f".st-key-{key}")


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium of the machine."""
    browser = playwright.chromium.launch(
        executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS)
    )
    try:
        yield browser
    finally:
        browser.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop_runs(workspace: Path) -> None:
    """Trainers outlive the server on purpose; those of a test must not outlive the test."""
    from xraylib.training.process import queue
    from xraylib.training.run.runs import list_runs
    from xraylib.workspace import Workspace

    running = [
        run for run in list_runs(workspace=Workspace(workspace)) if not run.status().is_final
    ]
    for run in running:
        queue.stop(run)
    for run in running:
        queue.wait(run, timeout=30)
