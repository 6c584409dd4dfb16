"""Serious violations of the accessibility rules on any page, light or dark, found by axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import violations
from lab_server import LabServer
from made_runs import draw_noise, finish, made_run
from patience import click, expect
from playwright.sync_api import Page

from xraylib.app.shell.pages import PAGES
from xraylib.workspace import Workspace

IMAGE = sorted((Path(__file__).parents[2] / "sample_data" / "test" / "Covid").glob("*.png"))[0]

TITLES = [page.title for key, page in PAGES.items() if key != "classify"] + ["Classify"]
VIEWS = ("Dataset?view=Augmentation", "Results?tab=Errors", "Results?tab=Publish")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A server with one finished run, so that no page is empty."""
    folder = tmp_path_factory.mktemp("axe")
    images = draw_noise(folder / "images")
    finish(made_run(Workspace(folder / "workspace"), images, name="Noise"), wrong=3)
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


@pytest.mark.parametrize(
    ("theme", "rules"),
    # Of all rules one alone looks at colours.
    [("light", ()), ("dark", ("color-contrast",))],
    ids=["light", "dark"],
)
def test_no_page_has_a_serious_violation(
    theme: Any, rules: tuple[str, ...], server: LabServer, page: Page
) -> None:
    found: dict[str, list[str]] = {}
    page.emulate_media(color_scheme=theme)
    page.goto(server.address())
    links = page.get_by_test_id("stSidebar").get_by_role("link")
    for title in TITLES:
        click(links.filter(has_text=title))
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        found[title] = violations(page, *rules)
    click(page.get_by_role("button", name="I understand, continue"))
    expect(page.get_by_text("No X-ray at hand?")).to_be_visible()
    found["Classify, empty"] = violations(page, *rules)
    upload = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    upload.set_input_files([str(IMAGE)])
    expect(page.get_by_role("heading", name="More like")).to_be_visible()
    found["Classify, an X-ray"] = violations(page, *rules)
    for view in VIEWS:
        page.goto(server.address(view))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found[view] = violations(page, *rules)
    assert {path: bad for path, bad in found.items() if bad} == {}
