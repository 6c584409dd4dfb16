"""What the browser tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_server import SECOND, Complaints, chromium, find_chromium
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

_MARKS = (
    pytest.mark.browser,
    pytest.mark.timeout(600),
    # A press is lost now and then where the page was drawn anew under it; told as "rerun".
    pytest.mark.flaky(reruns=1),
    pytest.mark.skipif(
        find_chromium() is None, reason="no Chromium on this machine (apt-get install chromium)"
    ),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in _MARKS:
                item.add_marker(mark)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests of one file."""
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Keeps Streamlit's own files, so that the second page comes faster than the first."""
    made = browser.new_context(viewport={"width": 1366, "height": 768})
    made.set_default_timeout(60 * SECOND)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab of its own for each test; no complaint may come from it."""
    tab = context.new_page()
    complaints = Complaints(tab)
    yield tab
    tab.close()
    assert complaints.found == []
