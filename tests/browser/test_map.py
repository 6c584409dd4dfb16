"""The map in a browser: the picture of the point under the mouse, and what is drawn around."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_server import LabServer, settle
from patience import expect
from playwright.sync_api import Page
from small_images import make_images

from xraylib.datasets.catalog import add_dataset
from xraylib.workspace import Workspace

POINTS = ".st-key-map-chart .js-plotly-plot .scatterlayer path.point"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("map")
    place = Workspace(folder / "workspace")
    add_dataset(make_images(folder / "tiny", size=48), "tiny", workspace=place)
    with LabServer(place.root, folder / "server.log") as started:
        yield started


def test_resting_on_a_point_shows_its_picture_and_drawing_around_points_a_gallery(
    page: Page, server: LabServer
) -> None:
    page.goto(server.address("Dataset?data=tiny&view=Map"))
    settle(page)
    points = page.locator(POINTS)
    expect(points).to_have_count(14)
    picture = page.get_by_test_id("map-picture")
    expect(picture).to_be_hidden()
    seen = set()
    for number in (0, 13):
        points.nth(number).hover(force=True)
        expect(picture).to_be_visible()
        image = picture.locator("img")
        expect(image).to_have_js_property("naturalWidth", 48)
        seen.add(image.get_attribute("alt"))
        page.mouse.move(5, 5)
        expect(picture).to_be_hidden()
    assert len(seen) == 2
    area = page.locator(".st-key-map-chart .nsewdrag").bounding_box()
    assert area is not None
    left, top = area["x"] + 2, area["y"] + 2
    right, bottom = left + area["width"] - 4, top + area["height"] - 4
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=6)
    page.mouse.up()
    settle(page)
    expect(page.get_by_text("14 selected")).to_be_visible()
    expect(page.get_by_role("button", name="Give a class")).to_be_visible()
