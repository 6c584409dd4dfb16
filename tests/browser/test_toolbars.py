"""The toolbars of charts, tables and pictures cover no words and nothing that can be pressed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_server import PROJECT, SECOND, LabServer, settle
from made_runs import draw_noise, finish, made_run
from made_searches import made_search
from patience import click, expect
from playwright.sync_api import Browser, BrowserContext, Page
from toolbars import covered

from xraylib.training.run.runs import Run
from xraylib.training.search.search import Search
from xraylib.workspace import Workspace

Place = tuple[LabServer, Run]

RESULTS = [
    f"Results?run={{run}}&tab={tab}"
    for tab in ("Overview", "Curves", "Calibration", "Compare", "Errors")
]
VIEWS = {
    "history": "History",
    "parallel": "All settings",
    "slices": "Each setting",
    "importance": "What matters",
}
DATASET = [
    f"Dataset?view={view}" for view in ("X-rays", "Numbers", "Audit", "Augmentation", "Preparation")
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server with two finished runs, and the first of them."""
    folder = tmp_path_factory.mktemp("toolbars")
    workspace = Workspace(folder / "workspace")
    images = draw_noise(folder / "images")
    run = finish(made_run(workspace, images, name="Noise"), wrong=3)
    finish(made_run(workspace, images, name="Other"), wrong=5)
    with LabServer(workspace.root, folder / "server.log") as started:
        yield started, run


@pytest.fixture(scope="module")
def search(place: Place) -> Search:
    workspace = Workspace(place[0].workspace)
    return made_search(workspace, place[0].workspace.parent / "images", trials=25)


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone, where toolbars are larger and always there, as nothing can point at them."""
    made = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    made.set_default_timeout(60 * SECOND)
    yield made
    made.close()


@pytest.fixture(params=["wide", "phone"])
def shown(
    request: pytest.FixtureRequest, context: BrowserContext, phone: BrowserContext
) -> Iterator[Page]:
    tab = (phone if request.param == "phone" else context).new_page()
    yield tab
    tab.close()


def opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=120 * SECOND)
    settle(page)


def nothing_covered(page: Page) -> None:
    settle(page)
    toolbars, bad = covered(page)
    assert toolbars
    assert bad == []


@pytest.mark.parametrize("address", ["", "Training", *RESULTS, *DATASET])
def test_toolbars_cover_nothing(shown: Page, place: Place, address: str) -> None:
    server, run = place
    opened(shown, server.address(address.format(run=run.id)))
    nothing_covered(shown)


@pytest.mark.parametrize("view", VIEWS)
def test_toolbars_of_a_search_cover_nothing(
    shown: Page, place: Place, search: Search, view: str
) -> None:
    opened(shown, place[0].address(f"Training?run={search.group.runs[0].id}"))
    click(shown.get_by_role("radio", name=VIEWS[view]))
    expect(shown.get_by_role("radio", name=VIEWS[view])).to_be_checked()
    nothing_covered(shown)


def test_toolbars_of_a_large_x_ray_cover_nothing(shown: Page, place: Place) -> None:
    opened(shown, place[0].address("Dataset"))
    click(shown.get_by_test_id("stButton").get_by_role("button", name="Covid").first)
    dialog = shown.get_by_role("dialog")
    for tab in ("What the network sees", "Looks like", "Facts"):
        click(dialog.get_by_role("tab", name=tab))
        expect(dialog.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        nothing_covered(shown)


def test_toolbars_of_many_classified_cover_nothing(shown: Page, place: Place) -> None:
    opened(shown, place[0].address("Classify"))
    click(shown.get_by_role("button", name="I understand"))
    files = sorted((PROJECT / "sample_data" / "test" / "Covid").glob("*.png"))[:6]
    shown.locator("input[type=file]").first.set_input_files(files)
    expect(shown.get_by_text("6 files")).to_be_visible()
    expect(shown.get_by_role("button", name="Report to print")).to_be_visible()
    nothing_covered(shown)
    click(shown.get_by_role("radio", name="Gallery"))
    expect(shown.get_by_role("radio", name="Gallery")).to_be_checked()
    nothing_covered(shown)
    click(shown.get_by_text("History of this visit"))
    expect(shown.get_by_text("Gone when you close the page")).to_be_visible()
    nothing_covered(shown)


def test_a_toolbar_that_covers_is_found(page: Page) -> None:
    page.set_content(
        """<main data-testid="stMain"><button>Start</button>
        <div data-testid="stElementContainer" style="position:relative"><div>Chart</div>
        <div data-testid="stElementToolbar" style="position:absolute;top:-12px;left:0">Full</div>
        </div></main>"""
    )
    toolbars, bad = covered(page)
    assert toolbars == 1
    assert bad
    assert all("Start" in one for one in bad)
