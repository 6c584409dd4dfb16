"""A file for which there is no room: the page says why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_server import SECOND, LabServer, settle
from playwright.sync_api import Browser, Page, expect

from xraylib.settings import SAMPLE_DATA

WORDS = (
    "2 files were not taken: the files of one visit may have 300 MB at the same time. Take some "
    "out of the drop area, or press Forget everything now; then hand it in again."
)


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    with LabServer(
        tmp_path / "workspace", tmp_path / "server.log", environ={"XRAYLIB_MODE": "demo"}
    ) as server:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_default_timeout(60 * SECOND)
        page = context.new_page()
        page.goto(server.address("Classify"))
        page.get_by_role("button", name="I understand, continue").click()
        settle(page)
        yield page
        context.close()
        assert "Traceback" not in server.text()


def test_the_page_says_why_files_were_not_taken_and_keeps_those_that_were(
    visit: Page, tmp_path: Path
) -> None:
    image = sorted((SAMPLE_DATA / "test" / "Normal").glob("*.png"))[0].read_bytes()
    files = [tmp_path / f"image-{number}.png" for number in range(6)]
    for file in files:
        file.write_bytes(image + bytes(60_000_000))
    visit.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files)
    expect(visit.get_by_text(WORDS)).to_be_visible(timeout=120 * SECOND)
    chips = visit.get_by_test_id("stFileChip")
    expect(chips).to_have_count(6)
    expect(visit.locator("[data-testid=stFileChip][aria-invalid=true]")).to_have_count(2)
    # The four others are judged.
    expect(visit.get_by_text("4 files")).to_be_visible(timeout=120 * SECOND)
    settle(visit)
    visit.locator("[data-testid=stFileChip][aria-invalid=true]").first.hover()
    expect(visit.get_by_text("AxiosError").first).to_be_hidden()
    visit.get_by_role("button", name="Understood").click()
    expect(visit.get_by_text(WORDS)).to_have_count(0)
    expect(chips).to_have_count(6)
    # What to do, done: there is room again.
    visit.get_by_role("button", name="Forget everything now").click()
    expect(chips).to_have_count(0)
    settle(visit)
    visit.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(files[:4])
    expect(visit.get_by_text("4 files")).to_be_visible(timeout=120 * SECOND)
    expect(visit.get_by_text("not taken")).to_have_count(0)
