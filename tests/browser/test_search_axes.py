"""The axes of a search in a browser: a box that is drawn over them filters the table of trials."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_server import LabServer, settle
from made_runs import draw_noise
from made_searches import made_search
from patience import expect
from playwright.sync_api import Page

from xraylib.training.search.search import Search
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    folder = tmp_path_factory.mktemp("axes")
    place = Workspace(folder / "workspace")
    return made_search(place, draw_noise(folder / "images", train=12), name="night")


@pytest.fixture(scope="module")
def server(search: Search, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    log = tmp_path_factory.mktemp("server") / "server.log"
    with LabServer(search.workspace.root, log) as started:
        yield started


def test_a_box_drawn_over_an_axis_keeps_the_trials_that_pass_through_it(
    page: Page, server: LabServer, search: Search
) -> None:
    page.goto(server.address(f"Training?run={search.group.runs[0].id}"))
    settle(page)
    page.get_by_role("radio", name="All settings").click()
    settle(page)
    chart = page.locator("[class*='st-key-parallel-']")
    points = chart.locator("[aria-label^='Setting: Batch size; Place: 0;'][aria-label*='Trial:']")
    eights = [one.number for one in search.trials if one.values["batch_size"] == 8]
    expect(points).to_have_count(len(eights))
    points.first.scroll_into_view_if_needed()
    place = points.first.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    assert 0 < len(eights) < len(search.trials)
    expect(page.get_by_text("Each trial", exact=True)).to_be_visible()
    page.mouse.move(x - 25, y - 15)
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.move(x + 25, y + 15, steps=4)
    page.mouse.up()
    kept = page.get_by_text(f"Each trial ({len(eights)} of {len(search.trials)})", exact=True)
    expect(kept).to_be_visible()
    settle(page)
    # The table opens by itself with these trials and no other; it is told in its canvas.
    cells = page.locator("[class*='st-key-trials-'] canvas tbody tr > td:first-child")
    expect(cells).to_have_count(len(eights))
    assert sorted(map(int, cells.all_text_contents())) == sorted(eights)
    page.mouse.click(x + 70, y - 60)
    expect(page.get_by_text("Each trial", exact=True)).to_be_visible()
