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
from xraylib.training.run.notes import Notes, write_notes
from xraylib.training.run.runs import list_runs
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
    """A server with two finished runs of one name."""
    folder = tmp_path_factory.mktemp("links")
    images = draw_noise(folder / "images")
    for wrong in (3, 5):
        finish(made_run(Workspace(folder / "workspace"), images, name="Noise"), wrong=wrong)
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


def test_a_copied_link_of_results_holds_run_tab_and_compared_runs_whatever_they_are_called(
    page: Page, visit: Page, furnished: LabServer
) -> None:
    newer, older = list_runs(workspace=Workspace(furnished.workspace))
    opened(page, furnished.address(f"Results?run={older.id}"))
    click(page.get_by_role("tab", name="Compare"))
    click(page.get_by_label("Compare this run with"))
    click(page.get_by_role("option", name="Noise"))
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Remove Noise")).to_be_visible()
    settle(page)
    address = copied(page)
    assert newer.id in address
    assert "Noise" not in address
    write_notes(newer, Notes(name="Called otherwise"))
    opened(visit, address)
    expect(visit.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    expect(visit.get_by_role("button", name="Remove Called otherwise")).to_be_visible()
    expect(visit.get_by_text("Called otherwise").last).to_be_visible()
    click(visit.get_by_role("tab", name="Errors"))  # and back: the choice is still there
    expect(visit.get_by_role("tab", name="Errors")).to_have_attribute("aria-selected", "true")
    settle(visit)
    click(visit.get_by_role("tab", name="Compare"))
    expect(visit.get_by_role("button", name="Remove Called otherwise")).to_be_visible()
    click(visit.get_by_role("button", name="Remove Called otherwise"))
    expect(visit.get_by_role("button", name="Remove Called otherwise")).to_have_count(0)
    expect(visit).not_to_have_url(re.compile(newer.id))
    expect(visit).to_have_url(re.compile(older.id))


def test_a_copied_link_of_a_data_set_holds_its_filters(
    page: Page, visit: Page, furnished: LabServer
) -> None:
    opened(page, furnished.address("Dataset"))
    chosen = "X-rays 1 to 20 of 20, synthetic"
    for name in ("Test", "Pneumonia"):
        click(page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True))
        settle(page)
    expect(page.get_by_text(chosen)).to_be_visible()
    opened(visit, copied(page))
    expect(visit.get_by_text(chosen)).to_be_visible()


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
