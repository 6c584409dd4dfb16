"""The whole way in a real browser, from a fresh server to a classified upload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_server import Complaints, LabServer, chromium, find_chromium
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        find_chromium() is None, reason="no Chromium on this machine (apt-get install chromium)"
    ),
]

SAMPLE_DATA = Path(__file__).resolve().parents[2] / "sample_data"
SECOND = 1_000.0
"""Playwright counts in milliseconds."""

HEADINGS = {
    "": "X-ray Lab",
    "Dataset": "Dataset",
    "Architecture": "Architecture",
    "Training": "Training",
    "Results": "Results",
    "Classify": "Classify",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """One server for the whole walk, so that each step finds what the one before it made."""
    folder = tmp_path_factory.mktemp("walk")
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1366, "height": 768})
    made.set_default_timeout(30 * SECOND)
    expect.set_options(timeout=30 * SECOND)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab of its own for each step; no complaint may come from it."""
    tab = context.new_page()
    complaints = Complaints(tab)
    yield tab
    tab.close()
    assert complaints.found == []


def open_page(page: Page, server: LabServer, path: str) -> None:
    page.goto(server.address(path))
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def settle(page: Page) -> None:
    """Waits until no script runs; a page that polls is quiet between two looks."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", re.compile("notRunning|initial"))
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def keyed(page: Page, key: str) -> Locator:
    """The element that the page made with this key."""
    return page.locator(f".st-key-{key}")


def curve_points(page: Page) -> int:
    """Points of the longest line of the loss chart; 0 before there is one."""
    lines = keyed(page, "curve-loss").locator("path[aria-roledescription='line mark']")
    drawn = lines.evaluate_all("lines => lines.map(line => line.getAttribute('d') || '')")
    return max((path.count("L") + path.count("M") for path in drawn), default=0)


@pytest.mark.parametrize("path", HEADINGS, ids=lambda path: path or "Home")
def test_a_page_opens_by_its_own_address_on_a_fresh_server(
    path: str, browser: Browser, tmp_path: Path
) -> None:
    with LabServer(tmp_path / "workspace", tmp_path / "server.log") as fresh:
        tab = browser.new_page()
        complaints = Complaints(tab)
        tab.goto(fresh.address(path))
        heading = tab.get_by_role("heading", level=1)
        expect(heading).to_have_text(HEADINGS[path], timeout=60 * SECOND)
        settle(tab)
        expect(tab.get_by_test_id("stException")).to_have_count(0)
        tab.close()
        assert complaints.found == []
        assert "Traceback" not in fresh.text()
