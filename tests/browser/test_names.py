"""What a browser makes of names that hold marks: text and nothing else, and no request."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from hostile_names import CLASSES, NAME, hostile_run
from lab_server import LabServer, keyed, settle
from made_runs import draw_noise, finish, made_run
from patience import click, expect
from playwright.sync_api import Browser, Page

from xraylib.datasets.catalog import add_dataset
from xraylib.workspace import Workspace

PAGES = {
    "": NAME,
    "Dataset?data=marks": CLASSES[0],
    "Dataset?data=marks&view=Numbers": "",  # it has them in charts
    "Dataset?data=marks&view=Unreadable": "broken *c* `d` <b>.png",
    "Training": NAME,
    "Results?tab=All+figures": CLASSES[0],
    "Results?tab=Curves": CLASSES[0],
    "Results?tab=Errors": CLASSES[0],
    "Model_card?model=marks": "marks",
}
# What a name would have become: bold, a formula, a picture, a link, an icon, a colour.
READ = """[...document.querySelectorAll(
    'b, .katex, img[src="f"], a[href*="example"], [data-testid="stIconMaterial"]')]
    .filter(one => one.tagName === 'B' ? one.textContent === 'b'
        : one.dataset.testid === 'stIconMaterial' ? one.textContent === 'bug' : true)
    .map(one => one.outerHTML)"""
# As text, in a choice, or in a grid, whose cells are drawn and cannot be anything but text.
SHOWN = """name => document.body.innerText.includes(name)
    || [...document.querySelectorAll('input')].some(one => one.value.includes(name))
    || document.querySelector('canvas')"""


def test_names_are_text_on_every_page_and_nobody_else_is_asked(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = hostile_run(Workspace(tmp_path / "workspace"), tmp_path, monkeypatch)
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(90_000)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with LabServer(run.folder.parent.parent, tmp_path / "server.log") as server:
        for address, name in PAGES.items():
            joint = "&" if "?" in address else "?"
            page.goto(server.address(f"{address}{joint}run={run.id}"))
            _drawn(page)
            page.wait_for_function(SHOWN, arg=name)
            assert page.evaluate(READ) == [], address
        ours = (f"http://127.0.0.1:{server.port}/", "data:", "blob:")
        assert [url for url in asked if not url.startswith(ours)] == []
    context.close()


FORMULA = "=HYPERLINK(A1)"
TABLES = {
    "": None,
    "Training": "runs-csv",
    "Dataset?data=formulas&view=Numbers": "counts-csv",
    "Dataset?data=formulas&view=Unreadable": "unreadable-csv",
}


def test_no_table_hands_out_a_formula(page: Page, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "workspace")
    images = draw_noise(tmp_path / "images")
    finish(made_run(workspace, images, name=FORMULA))
    shutil.move(images / "train" / "Covid", images / "train" / FORMULA)
    (images / "train" / FORMULA / "broken.png").write_bytes(b"no picture")
    add_dataset(images, "formulas", workspace=workspace)
    with LabServer(workspace.root, tmp_path / "server.log") as server:
        for address, key in TABLES.items():
            page.goto(server.address(address))
            page.locator("h1").first.wait_for()
            settle(page)
            table = page.get_by_test_id("stDataFrame").last
            table.hover()
            expect(table.get_by_role("button", name="Search")).to_be_visible()
            expect(page.get_by_role("button", name="Download as CSV")).to_have_count(0)
            if key is not None:
                with page.expect_download() as started:
                    click(keyed(page, key).get_by_role("button"))
                text = started.value.path().read_text(encoding="utf-8")
                cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
                assert f"'{FORMULA}" in cells, address
                assert not [cell for cell in cells if cell.startswith("=")], address


def _drawn(page: Page) -> None:
    """Waits until the page was drawn once and nothing goes on."""
    page.locator("h1").first.wait_for()
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=\"stApp\"]')?.dataset.testScriptState"
        ".startsWith('running')"
    )
