"""Two of a part: waited for where one goes, a failure where both stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from patience import click, expect
from playwright.sync_api import Browser, Page

TWO = """<p class="state">Stopped</p><p class="state">Finished</p>
<button onclick="document.title = 'clicked'">Start</button><button>Start</button>
<script>
const afterwards = (milliseconds) => setTimeout(() => {
  document.querySelector("p").remove();
  document.querySelectorAll("button")[1].remove();
}, milliseconds);
</script>"""


@pytest.fixture
def two(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_content(TWO)
    yield page
    page.close()


def test_the_one_that_stays_is_waited_for(two: Page) -> None:
    two.evaluate("afterwards(300)")
    expect(two.locator(".state")).to_have_text("Finished")


def test_a_click_waits_until_there_is_one(two: Page) -> None:
    two.evaluate("afterwards(300)")
    click(two.get_by_role("button", name="Start"))
    expect(two).to_have_title("clicked")


def test_two_that_both_stay_are_a_failure(two: Page) -> None:
    with pytest.raises(AssertionError, match="strict mode violation"):
        expect(two.locator(".state")).to_have_text("Finished", timeout=300)


def test_other_failures_are_not_asked_again(two: Page) -> None:
    with pytest.raises(AssertionError, match="Elsewhere"):
        expect(two.locator(".state").first).to_have_text("Elsewhere", timeout=300)
