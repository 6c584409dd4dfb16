"""A newcomer's first hour in a browser: few clicks, links that are passed on, tasks found."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lab_server import SECOND, LabServer, keyed, settle
from made_runs import draw_noise, finish, made_run
from patience import click, expect
from playwright.sync_api import Browser, Locator, Page

from xraylib.networks.designs import design_to_link
from xraylib.networks.presets import preset
from xraylib.workspace import Workspace

MOST_CLICKS = 3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A server as it is after the installation: no run, the tasks open."""
    folder = tmp_path_factory.mktemp("first")
    with LabServer(folder / "workspace", folder / "server.log", lesson=True) as started:
        yield started


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A server with one finished run."""
    folder = tmp_path_factory.mktemp("links")
    images = draw_noise(folder / "images")
    finish(made_run(Workspace(folder / "workspace"), images, name="Noise"), wrong=3)
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=120 * SECOND)
    settle(page)


def copied(page: Page) -> str:
    """What *Copy link* puts on the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    click(keyed(page, "copy-link").get_by_role("button"))
    code = page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")
    code.hover()
    click(code.get_by_role("button", name="Copy to clipboard"))
    address: str = page.evaluate("navigator.clipboard.readText()")
    return address


@pytest.fixture
def visit(browser: Browser) -> Iterator[Page]:
    """Somebody else's first visit."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(60 * SECOND)
    yield context.new_page()
    context.close()


def test_three_clicks_lead_from_the_first_page_to_ones_own_network_judging_an_x_ray(
    page: Page, server: LabServer
) -> None:
    clicks = 0

    def press(part: Locator) -> None:
        nonlocal clicks
        clicks += 1
        click(part)

    opened(page, server.address())
    press(page.get_by_role("button", name="Learn with the sample X-rays"))
    tried = keyed(page, "try-0").get_by_role("button")
    expect(tried).to_be_visible(timeout=500 * SECOND)  # trained, and opened by itself
    press(tried)
    expect(page.locator(".bar")).to_have_count(3)
    expect(page.locator(".film img")).to_be_visible()
    assert clicks <= MOST_CLICKS
    assert not any(Workspace(server.workspace).models.glob("*/*"))  # the run's own, unpublished
    assert "Traceback" not in server.text()


def test_a_copied_link_shows_the_same_network_in_a_new_visit(
    page: Page, visit: Page, furnished: LabServer
) -> None:
    spec = preset("small-cnn", input_shape=(96, 80, 1))
    opened(page, furnished.address(f"Architecture?design={design_to_link(spec)}"))
    click(keyed(page, "layer-1").get_by_role("button"))
    settle(page)
    click(page.get_by_role("button", name="Delete", exact=True))
    expect(page.get_by_test_id("stMetricValue").nth(2)).to_have_text(str(len(spec.layers) - 1))
    settle(page)
    opened(visit, copied(page))
    for place in range(4):
        figure = page.get_by_test_id("stMetricValue").nth(place).inner_text()
        expect(visit.get_by_test_id("stMetricValue").nth(place)).to_have_text(figure)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)], ids=["wide", "phone"])
def test_home_leads_to_the_tasks(page: Page, furnished: LabServer, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    opened(page, furnished.address())
    side = page.get_by_test_id("stSidebar")
    expect(side.get_by_label("Task")).to_have_count(0)  # put away
    click(page.get_by_role("button", name="Short tasks"))
    expect(side).to_have_attribute("data-collapsed", "false")
    expect(side.locator("summary").first).to_be_focused()
    expect(side.get_by_role("button", name="That is my guess")).to_be_in_viewport()
    click(side.locator("summary").first)  # put away again, and they stay so
    expect(side.get_by_label("Task")).to_have_count(0)


def test_all_steps_stay_in_sight_beside_the_open_tasks(page: Page, server: LabServer) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    opened(page, server.address())
    side = page.get_by_test_id("stSidebar")
    for number in range(1, 9):
        click(side.get_by_label("Task", exact=True))
        click(page.get_by_role("option", name=re.compile(f"^{number} ")))
        expect(side.get_by_label("Task", exact=True)).to_have_value(re.compile(f"^{number} "))
        settle(page)
        for name in ("1 Dataset", "3 Training", "5 Classify"):
            expect(side.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
        expect(side.get_by_role("button", name="That is my guess")).to_be_in_viewport(ratio=1)
    expect(side.get_by_text("712 parameters")).to_have_count(0)
    click(side.locator("summary").first)  # put away: each step tells again where it stands
    expect(side.get_by_text("712 parameters")).to_be_visible()
