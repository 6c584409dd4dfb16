"""Serious violations of the accessibility rules on any page, light or dark, found by axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe import violations
from lab_server import LabServer, chromium, find_chromium
from made_runs import draw_noise, finish, made_run
from playwright.sync_api import expect, sync_playwright

from xraylib.workspace import Workspace

FILM = sorted((Path(__file__).parents[2] / "sample_data" / "test" / "Covid").glob("*.png"))[0]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        find_chromium() is None, reason="no Chromium on this machine (apt-get install chromium)"
    ),
]

PAGES = (
    "",
    "Dataset",
    "Dataset?view=Augmentation",
    "Architecture",
    "Training",
    "Results",
    "Results?tab=Errors",
    "Results?tab=Publish",
    "Model_card",
    "Classify",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A server with one finished run, so that no page is empty."""
    folder = tmp_path_factory.mktemp("axe")
    films = draw_noise(folder / "films")
    finish(made_run(Workspace(folder / "workspace"), films, name="Noise"), wrong=3)
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_violation(theme: Any, server: LabServer) -> None:
    found: dict[str, list[str]] = {}
    with sync_playwright() as playwright, chromium(playwright) as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 900}, color_scheme=theme)
        for path in PAGES:
            page.goto(server.address(path))
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
            found[path] = violations(page)
        page.get_by_role("button", name="I understand, continue").click()
        expect(page.get_by_text("No film at hand?")).to_be_visible(timeout=60_000)
        found["Classify, empty"] = violations(page)
        upload = page.get_by_test_id("stFileUploader").locator("input[type=file]")
        upload.set_input_files([str(FILM)])
        expect(page.get_by_role("heading", name="More like")).to_be_visible(timeout=60_000)
        found["Classify, a film"] = violations(page)
    assert {path: bad for path, bad in found.items() if bad} == {}
