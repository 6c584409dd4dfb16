"""Several X-rays corrected at once in a browser: boxes, shift, class, leaving out, tags, undo."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
from lab_server import LabServer, settle
from patience import expect
from playwright.sync_api import Locator, Page
from small_images import make_images

from xraylib.datasets.catalog import add_dataset, find_dataset
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("gallery")
    place = Workspace(folder / "workspace")
    add_dataset(make_images(folder / "tiny", size=48), "tiny", workspace=place)
    with LabServer(place.root, folder / "server.log") as started:
        yield started


def test_several_are_selected_with_shift_corrected_taken_back_and_exported(
    page: Page, server: LabServer
) -> None:
    place = Workspace(server.workspace)
    page.goto(server.address("Dataset?data=tiny"))
    settle(page)
    page.get_by_text("Select several").click()

    def box(number: int) -> Locator:
        found = page.get_by_test_id("stCheckbox").filter(has_text=f"{number}")
        return found.filter(has=page.get_by_text(f"{number}", exact=True)).first

    expect(page.get_by_text("0 selected")).to_be_visible()
    box(2).click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    box(6).click(modifiers=["Shift"])
    expect(page.get_by_text("5 selected")).to_be_visible()
    for number in range(2, 7):
        expect(box(number).get_by_role("checkbox")).to_be_checked()
    box(4).click()
    expect(page.get_by_text("4 selected")).to_be_visible()

    page.get_by_role("button", name="Leave out", exact=True).click()
    page.get_by_role("button", name="Leave out 4 X-rays").click()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    settle(page)
    assert len(find_dataset("tiny", workspace=place).curation.excluded) == 4
    page.get_by_role("button", name="Undo").click()
    settle(page)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    assert not find_dataset("tiny", workspace=place).curation.excluded

    box(1).click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("button", name="Give a class").click()
    label = page.get_by_role("combobox", name="Class")
    label.fill("Doubtful")
    label.press("Enter")
    page.get_by_role("button", name="Give this class").click()
    expect(page.get_by_text("was ").first).to_be_visible()
    settle(page)
    ((path, given),) = find_dataset("tiny", workspace=place).curation.labels
    assert given == "Doubtful"

    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="table", exact=False).first.click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    (row,) = (row for row in rows if row["label"] == "Doubtful")
    assert row["path"] == path
    assert row["label_of_folder"] != "Doubtful"
