"""Serious violations of the accessibility rules on any page, light or dark, found by axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from lab_server import LabServer, chromium, find_chromium
from made_runs import draw_noise, finish, made_run
from playwright.sync_api import Page, expect, sync_playwright

from xraylib.workspace import Workspace

AXE = Path(str(files("axe_playwright_python") / "axe.min.js"))
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
    "Classify",
)

# Only violations that people notice; "minor" and "moderate" are advice.
_RUN = """async () => {
  const found = await axe.run(document, {resultTypes: ["violations"]});
  return found.violations
    .filter(v => ["serious", "critical"].includes(v.impact))
    .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 160)} (${n.failureSummary})`));
}"""


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


def violations(page: Page) -> list[str]:
    """What axe finds once the page stands still."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute(
        "data-test-script-state", re.compile("notRunning"), timeout=60_000
    )
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)
    page.wait_for_timeout(400)  # colours fade in; half a fade has half the contrast
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result: list[str] = page.evaluate(_RUN)
    return result
