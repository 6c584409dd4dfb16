"""From Home to a started run on a folder of one's own, in five clicks on a laptop and a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_server import SECOND, LabServer, settle
from patience import expect
from playwright.sync_api import Browser, Locator, Page
from small_images import make_images
from until import until

from xraylib.training.run.runs import list_runs
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A server that may open two folders, one for each walk."""
    folder = tmp_path_factory.mktemp("own")
    for name in ("laptop", "phone"):
        make_images(folder / "mine" / name)
    environ = {"XRAYLIB_DATA_ROOTS": str(folder / "mine")}
    with LabServer(folder / "workspace", folder / "server.log", environ=environ) as started:
        yield started


class Clicks:
    """Clicks what is on the screen already, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def on(self, what: Locator) -> None:
        expect(what).to_be_in_viewport()
        what.click()
        self.number += 1


@pytest.mark.parametrize(("name", "width", "height"), [("laptop", 1366, 768), ("phone", 390, 844)])
def test_an_own_folder_trains_after_five_clicks(
    browser: Browser, server: LabServer, name: str, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(60 * SECOND)
    page = context.new_page()
    clicks = Clicks(page)
    page.goto(server.address())
    settle(page)
    own = page.get_by_role("button", name="Use my own")
    own.scroll_into_view_if_needed()
    clicks.on(own)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dataset")
    settle(page)
    clicks.on(page.get_by_role("combobox", name="Data set"))
    clicks.on(page.get_by_role("option", name=f"{name}: 15 X-rays, not added"))
    expect(page.get_by_text("as it would be read").first).to_contain_text(name)
    settle(page)
    clicks.on(page.get_by_role("button", name="Use these X-rays"))
    expect(page.get_by_text("Folder " + name)).to_be_visible()
    settle(page)
    clicks.on(page.get_by_role("button", name="Train on these"))
    workspace = Workspace(server.workspace)
    until(lambda: [run for run in list_runs(workspace=workspace) if run.data.name == name])
    expect(page.get_by_role("link", name="See it learn")).to_be_visible()
    assert clicks.number <= 5
    context.close()
