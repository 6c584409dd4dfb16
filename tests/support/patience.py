"""Playwright's ``expect`` and ``click``, patient while Streamlit redraws a page.

In the middle of a redraw what stood before may still be there beside what is new, and Playwright
fails at once where it finds two parts that match. Here that is one more thing that must pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, overload

from playwright.sync_api import Error, Locator, LocatorAssertions, Page, PageAssertions
from playwright.sync_api import expect as expect_once

TIMEOUT = 60_000.0
"""In milliseconds, far more than a busy machine needs; a test that fails waits for them."""


@overload
def expect(actual: Locator) -> LocatorAssertions: ...
@overload
def expect(actual: Page) -> PageAssertions: ...
def expect(actual: Any) -> Any:
    """Expects something of one part, or of the whole page."""
    return _Patient(expect_once(actual))


def click(part: Locator) -> None:
    """Clicks on the one part that matches."""
    _ask(part.click, TIMEOUT)


class _Patient:
    def __init__(self, assertions: object) -> None:
        self._assertions = assertions

    def __getattr__(self, name: str) -> Callable[..., None]:
        method = getattr(self._assertions, name)

        def ask(*arguments: Any, timeout: float = TIMEOUT, **options: Any) -> None:
            _ask(lambda timeout: method(*arguments, timeout=timeout, **options), timeout)

        return ask


def _ask(method: Callable[..., None], timeout: float) -> None:
    """Asks again for as long as two parts match, and no longer than ``timeout``."""
    deadline = time.monotonic() + timeout / 1000
    while True:
        left = max(1.0, (deadline - time.monotonic()) * 1000)
        try:
            return method(timeout=left)
        except (AssertionError, Error) as error:
            if "strict mode violation" not in str(error) or left <= 1.0:
                raise
        time.sleep(0.05)
