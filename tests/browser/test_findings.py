"""A run of several findings on the pages, wide and on a phone: all is drawn, nothing complains."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from judged_findings import judged_findings_run
from lab_server import SECOND, LabServer, settle
from patience import expect
from playwright.sync_api import Page

from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace

TABS = ("All figures", "Curves", "Calibration", "Errors", "Robustness", "Checklist")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("findings")
    place = Workspace(folder / "workspace")
    judged_findings_run(place, folder / "images")
    with LabServer(place.root, folder / "server.log") as started:
        yield started


@pytest.fixture
def run(server: LabServer) -> Run:
    (made,) = list_runs(workspace=server.workspace)
    return made


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["wide", "phone"])
def test_results_and_training_tell_of_each_finding(
    page: Page, server: LabServer, run: Run, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for tab in TABS:
        page.goto(server.address(f"Results?run={run.id}&tab={tab.replace(' ', '+')}"))
        expect(page.get_by_role("heading", name="Results")).to_be_visible(timeout=60 * SECOND)
        settle(page)
        expect(page.get_by_test_id("stMain")).to_contain_text("Mean AUC of the findings")
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        _is_whole(page, size[0])
    page.goto(server.address(f"Training?run={run.id}"))
    settle(page)
    expect(page.get_by_text("known labels of")).to_be_visible()
    _is_whole(page, size[0])


def _is_whole(page: Page, width: int) -> None:
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
