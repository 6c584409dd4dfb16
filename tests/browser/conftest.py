"""What the browser tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_server import chromium
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests of one file."""
    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started
