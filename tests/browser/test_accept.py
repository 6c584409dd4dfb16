"""Does a model work here? The acceptance test of the card: pressed twice, reloaded, done again."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

import pytest
from lab_server import SECOND, LabServer, keyed, settle
from made_runs import draw_noise
from playwright.sync_api import Page, TimeoutError, expect

from xraylib.datasets.catalog import add_dataset
from xraylib.models.acceptance.accept import acceptance_tests
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("accept")
    workspace = Workspace(folder / "workspace")
    shutil.copytree(SAMPLE_DATA / "test", folder / "ward")
    add_dataset(folder / "ward", "ward", workspace=workspace)
    add_dataset(draw_noise(folder / "noise", train=1, test=20), "noise", workspace=workspace)
    with LabServer(workspace.root, folder / "server.log") as running:
        yield running
        assert "Traceback" not in running.text()


def test_it_is_tried_once_survives_a_reload_and_a_second_set_stands_beside_it(
    page: Page, server: LabServer
) -> None:
    workspace = Workspace(server.workspace)
    page.goto(server.address("Model_card?model=phantom-demo"))
    settle(page)
    _choose(page, "ward")
    page.get_by_role("button", name="Try it on these").dblclick()
    going = page.get_by_role("button", name="Cancel")
    expect(going.or_(page.get_by_text("Nothing here speaks against")).first).to_be_visible()
    page.reload()
    verdict = page.get_by_text("Nothing here speaks against trying it")
    expect(verdict.first).to_be_visible(timeout=240 * SECOND)
    settle(page)
    # A line at the top, one test below, and nothing a second time.
    assert [one.data for one in acceptance_tests("phantom-demo", 1, workspace=workspace)] == [
        "ward"
    ]
    expect(page.get_by_text("Tried on 60 X-rays of ward")).to_have_count(1)
    _choose(page, "noise")
    page.get_by_role("button", name="Try it on these").click()
    expect(page.get_by_text("Do not use here").first).to_be_visible(timeout=240 * SECOND)
    settle(page)
    tests = acceptance_tests("phantom-demo", 1, workspace=workspace)
    assert [one.data for one in tests] == ["noise", "ward"]
    page.reload()
    settle(page)
    expect(page.get_by_text("Tried on 60 X-rays of noise")).to_have_count(1)
    expect(page.get_by_text("60 of the 60 X-rays would get no answer here")).to_have_count(1)
    expect(verdict).to_have_count(1)
    # The newest verdict stands on Classify too.
    page.goto(server.address("Classify?model=phantom-demo"))
    page.get_by_role("button", name="I understand, continue").click()
    expect(page.get_by_text("Tried on 60 X-rays of noise")).to_be_visible()


def _choose(page: Page, name: str) -> None:
    """A data set in the form. A page that is drawn anew closes the list: then once more."""
    field = keyed(page, "accept-dataset").get_by_role("combobox")
    option = page.get_by_role("option", name=name)
    for _ in range(20):
        if field.input_value() == name:
            break
        field.click()
        with contextlib.suppress(TimeoutError):
            option.click(timeout=5 * SECOND)
        settle(page)
    expect(field).to_have_value(name)
