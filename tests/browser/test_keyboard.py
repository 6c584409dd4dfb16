"""Classify by keyboard alone, on a phone's width, and with a folder that is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import violations
from lab_server import SECOND, LabServer, settle
from patience import click, expect
from playwright.sync_api import Browser, FileChooser, Locator, Page, TimeoutError

from xraylib.settings import SAMPLE_DATA

IMAGES = sorted((SAMPLE_DATA / "test" / "Covid").glob("*.png"))[:2]

MOST_TABS = 60
MOST_TRIES = 5


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("keyboard")
    environ = {"XRAYLIB_MODE": "demo"}
    with LabServer(folder / "workspace", folder / "server.log", environ=environ) as started:
        yield started


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until ``wanted`` has the focus, as somebody without a mouse would."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached with {MOST_TABS} tabs")


def chooser_of(page: Page, button: Locator) -> FileChooser:
    """What opens where a button is reached by Tab and pressed; again if it was drawn anew."""
    for _ in range(MOST_TRIES):
        tab_to(page, button)
        try:
            with page.expect_file_chooser(timeout=10 * SECOND) as chosen:
                page.keyboard.press("Enter")
        except TimeoutError:
            continue
        return chosen.value
    raise AssertionError(f"{button} opens nothing")


def test_from_the_notice_to_forgetting_by_keyboard_alone(demo: LabServer, page: Page) -> None:
    page.goto(demo.address("Classify"))
    tab_to(page, page.get_by_role("button", name="I understand, continue"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("No X-ray at hand?")).to_be_visible()
    settle(page)

    zone = page.get_by_test_id("stFileUploaderDropzone").first
    browse = zone.get_by_role("button", name="Upload", exact=True)
    chooser_of(page, browse).set_files(IMAGES[0])
    result = page.get_by_role("heading", name=re.compile("^More like .* than the others"))
    expect(result).to_be_visible()
    settle(page)

    opacity = page.get_by_role("slider", name=re.compile("^Heat map"))
    tab_to(page, opacity)
    before = opacity.input_value()
    page.keyboard.press("ArrowRight")
    expect(opacity).not_to_have_value(before)
    settle(page)

    tab_to(page, page.get_by_role("button", name="Window"))
    page.keyboard.press("Enter")
    white = page.get_by_role("slider", name="Grey levels shown").last
    tab_to(page, white)
    page.keyboard.press("ArrowLeft")
    expect(white).to_have_value("254")
    page.keyboard.press("Escape")
    settle(page)

    tab_to(page, page.get_by_role("button", name="Report to print"))
    with page.expect_download() as kept:
        page.keyboard.press("Space")
    assert kept.value.suggested_filename.endswith(".html")

    tab_to(page, page.get_by_role("button", name="Forget everything now"))
    page.keyboard.press("Enter")
    expect(result).to_have_count(0)
    expect(page.get_by_text("No X-ray at hand?")).to_be_visible()


def test_a_folder_is_dropped_and_every_image_in_it_is_judged(
    demo: LabServer, page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "images"
    (folder / "below").mkdir(parents=True)
    for place, image in zip((folder, folder / "below"), IMAGES, strict=True):
        (place / image.name).write_bytes(image.read_bytes())
    page.goto(demo.address("Classify"))
    click(page.get_by_role("button", name="I understand, continue"))
    zone = page.get_by_test_id("stFileUploaderDropzone").first
    expect(zone).to_be_visible()
    box = zone.bounding_box()
    assert box is not None
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + box["width"] / 2,
                "y": box["y"] + box["height"] / 2,
                "data": {"items": [], "files": [str(folder)], "dragOperationsMask": 1},
            },
        )
    expect(page.get_by_text("2 files", exact=True)).to_be_visible()


def test_on_a_phone_nothing_lies_beside_the_screen(demo: LabServer, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.set_default_timeout(60 * SECOND)
    page = context.new_page()
    page.goto(demo.address("Classify"))
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    button = page.get_by_role("button", name="I understand, continue")
    expect(button).to_be_visible()
    assert page.evaluate(wide) <= 0
    button.tap()
    page.get_by_role("button", name="A DICOM phantom", exact=True).tap()
    result = page.get_by_role("heading", name=re.compile("^More like"))
    expect(result).to_be_visible()
    assert violations(page) == []
    assert page.evaluate(wide) <= 0
    for seen in (page.get_by_test_id("stPlotlyChart"), result):
        box = seen.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    expect(page.get_by_role("button", name="Forget everything now")).to_be_in_viewport()
    context.close()
