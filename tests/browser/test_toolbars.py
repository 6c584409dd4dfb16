"""The toolbars of charts, tables and pictures cover no words and nothing that can be pressed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab_server import SECOND, LabServer, settle
from made_runs import draw_noise, finish, made_run
from patience import expect
from playwright.sync_api import Page
from toolbars import covered

from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

Place = tuple[LabServer, Run]

RESULTS = [
    f"Results?run={{run}}&tab={tab}"
    for tab in ("Overview", "Curves", "Calibration", "Compare", "Errors")
]
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


@pytest.mark.parametrize("address", ["Training", *RESULTS, *DATASET])
def test_toolbars_cover_nothing(page: Page, place: Place, address: str) -> None:
    server, run = place
    page.goto(server.address(address.format(run=run.id)))
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=120 * SECOND)
    settle(page)
    toolbars, bad = covered(page)
    assert toolbars
    assert bad == []


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
