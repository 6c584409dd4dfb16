"""Another site that shows a page of ours in a frame gets nothing, and starts nothing."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lab_server import SECOND, LabServer
from playwright.sync_api import Browser


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address of another origin that serves it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _framed(browser: Browser, site: tuple[Path, str], address: str) -> str:
    """What a frame of another site shows of an address, as text."""
    folder, origin = site
    (folder / "index.html").write_text(f'<iframe src="{address}" width=900 height=700></iframe>')
    context = browser.new_context()
    page = context.new_page()
    page.goto(origin)
    page.wait_for_timeout(6 * SECOND)  # as long as a page of ours takes to come, and more
    (frame,) = page.frames[1:]
    text = frame.locator("body").inner_text() if frame.url.startswith("http") else ""
    context.close()
    return text


def test_a_frame_elsewhere_shows_nothing_of_the_lab_and_starts_no_run(
    browser: Browser, other_site: tuple[Path, str], tmp_path: Path
) -> None:
    with LabServer(tmp_path / "workspace", tmp_path / "server.log") as server:
        text = _framed(browser, other_site, server.address("Training?quick=lesson"))
        assert "Training" not in text
        assert not (tmp_path / "workspace" / "runs").exists()


def test_a_site_that_is_named_shows_the_demo_and_no_other_page(
    browser: Browser, other_site: tuple[Path, str], tmp_path: Path
) -> None:
    environ = {"XRAYLIB_MODE": "demo", "XRAYLIB_EMBED_ORIGINS": other_site[1]}
    with LabServer(tmp_path / "workspace", tmp_path / "server.log", environ=environ) as server:
        assert (
            "not a medical device"
            in _framed(browser, other_site, server.address("Classify")).lower()
        )
        assert "This page is not part of the demo." in _framed(
            browser, other_site, server.address("Training")
        )
