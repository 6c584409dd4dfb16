"""The eight tasks, each done by hand as a learner would who guesses wrong."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import violations
from lab_server import SECOND, LabServer, keyed, settle
from patience import click, expect
from playwright.sync_api import Browser, Locator, Page

from xraylib.lesson.progress import read_progress

PICTURES = os.environ.get("XRAYLIB_LESSON_PICTURES", "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("lesson")
    with LabServer(folder / "workspace", folder / "server.log", lesson=True) as started:
        yield started


class Learner:
    """Presses and types, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0
        self.side = page.get_by_test_id("stSidebar")

    def press(self, part: Locator) -> None:
        self.presses += 1
        click(part)
        settle(self.page)

    def button(self, name: str) -> None:
        self.press(self.side.get_by_role("button", name=name))

    def guess(self, what: str) -> None:
        if what[:1].isdigit() and " " not in what:
            self.type(self.side.get_by_label("Your guess"), what)
        else:
            self.press(self.side.get_by_text(what, exact=True))
            self.button("That is my guess")
        expect(self.side.get_by_text("Your guess:")).to_be_visible()

    def go(self, sign: Locator) -> None:
        self.press(self.side.get_by_role("link", name="Go there"))
        expect(sign).to_be_visible()
        settle(self.page)

    def type(self, field: Locator, text: str) -> None:
        self.presses += 1
        field.fill(text)
        field.press("Enter")
        self.page.wait_for_timeout(0.3 * SECOND)
        settle(self.page)

    def open_layer(self, index: int) -> None:
        self.press(keyed(self.page, f"layer-{index}").get_by_role("button"))
        expect(keyed(self.page, f"layer-{index}").locator("strong")).to_be_visible()
        settle(self.page)

    def told(self, answer: str, *, done: int) -> None:
        expect(self.side.locator("strong", has_text=answer).first).to_be_visible()
        expect(self.side.get_by_text(f"Lesson: {done} of 8")).to_be_visible()
        settle(self.page)
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES) / f"lesson-{done}.png"))


def setting(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMain").get_by_label(name, exact=True)


def pixels(learner: Learner) -> None:
    page = learner.page
    learner.guess("32,768: 0 to 1")
    learner.go(setting(page, "Height (px)"))
    for side in ("Height (px)", "Width (px)"):
        learner.type(setting(page, side), "128")
    learner.told("16,384: 0 to 1", done=1)


def augmentation(learner: Learner) -> None:
    page = learner.page
    learner.guess("2880")
    rotation = page.get_by_role("slider", name="Rotation").first
    learner.go(rotation)
    learner.presses += 1
    before = page.get_by_alt_text(re.compile("^Epoch 1: ")).get_attribute("alt")
    rotation.press("End")  # further than asked for: a key that is held loses steps
    expect(page.get_by_alt_text(re.compile("^Epoch 1: "))).not_to_have_attribute("alt", before)
    page.wait_for_timeout(0.5 * SECOND)
    settle(page)
    learner.button("Check")
    learner.told("240", done=2)


def loading(learner: Learner) -> None:
    page = learner.page
    learner.guess("12")
    learner.go(setting(page, "Batch size"))
    learner.type(setting(page, "Epochs"), "2")
    learner.type(setting(page, "Batch size"), "16")
    learner.press(page.get_by_test_id("stMain").get_by_role("button", name="Start", exact=True))
    learner.told("13", done=3)


def dense(learner: Learner) -> None:
    page = learner.page
    learner.guess("655360")
    learner.go(keyed(page, "layer-3"))
    learner.open_layer(3)
    learner.type(setting(page, "Units"), "10")
    learner.told("655,370", done=4)


def filters(learner: Learner) -> None:
    page = learner.page
    learner.guess("45")
    learner.press(page.locator("button[data-layer='2']"))  # its box in the picture
    expect(page.get_by_role("application").first).to_be_visible()
    learner.press(page.get_by_role("button", name="Edit this layer"))
    expect(keyed(page, "layer-2").locator("strong")).to_be_visible()
    learner.type(setting(page, "Kernel (px)"), "3")
    learner.told("50", done=5)


def stride(learner: Learner) -> None:
    learner.guess("128")
    learner.open_layer(2)
    learner.type(setting(learner.page, "Stride (px)"), "2")
    learner.told("126", done=6)


def stacking(learner: Learner) -> None:
    learner.guess("80")
    learner.open_layer(2)
    learner.press(learner.page.get_by_role("button", name="Add below"))
    learner.told("368", done=7)


def pooling(learner: Learner) -> None:
    page = learner.page
    learner.guess("17640")
    learner.open_layer(2)
    kind = page.get_by_role("combobox", name="New layer")
    learner.press(kind)
    kind.press_sequentially("MaxPool")
    learner.press(page.get_by_role("option", name="MaxPooling2D", exact=True))
    expect(kind).to_have_value("MaxPooling2D")
    learner.press(page.get_by_role("button", name="Add below"))
    learner.told("8,820", done=8)


def test_a_learner_does_all_eight(browser: Browser, server: LabServer) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(60 * SECOND)
    page = context.new_page()
    page.goto(server.address())
    expect(page.get_by_text("Lesson: 0 of 8")).to_be_visible(timeout=120 * SECOND)
    settle(page)
    assert violations(page) == []
    learner = Learner(page)
    tasks = (pixels, augmentation, loading, dense, filters, stride, stacking, pooling)
    for number, task in enumerate(tasks):
        before, begun = learner.presses, time.monotonic()
        task(learner)
        seconds = time.monotonic() - begun
        print(f"{task.__name__}: {learner.presses - before} presses, {seconds:.1f} s")
        if number + 1 < len(tasks):
            learner.button("Next")
    kept = read_progress(workspace=server.workspace)
    assert kept.folded
    assert [one.answer for one in kept.tried.values()] == [
        "16,384: 0 to 1", "240", "13", "655,370", "50", "126", "368", "8,820",
    ]  # fmt: skip
    page.goto(server.address())
    expect(page.get_by_text("Lesson: 8 of 8")).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("stSidebar").get_by_label("Task")).to_have_count(0)
    context.close()
    assert "Traceback" not in server.text()
