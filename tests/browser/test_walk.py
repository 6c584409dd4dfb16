"""The whole way in a real browser, from a fresh server to a classified upload."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from lab_server import SECOND, LabServer, keyed, settle
from patience import click, expect
from PIL import Image
from playwright.sync_api import Locator, Page
from until import until

from xraylib.networks.designs import design_to_link
from xraylib.networks.presets import preset
from xraylib.training.process import queue
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace

SAMPLE_DATA = Path(__file__).resolve().parents[2] / "sample_data"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """One server for the whole walk, so that each step finds what the one before it made."""
    folder = tmp_path_factory.mktemp("walk")
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


def open_page(page: Page, server: LabServer, path: str) -> None:
    page.goto(server.address(path))
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def runs_of(server: LabServer) -> list[Run]:
    return list_runs(workspace=Workspace(server.workspace))


def go_on_to_training(page: Page) -> None:
    click(page.get_by_role("link", name="Train this network"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Training")
    settle(page)


def start(page: Page, *, epochs: int) -> None:
    field = page.get_by_role("spinbutton", name="Epochs", exact=True)
    if not field.is_visible():  # folded, because an earlier run has curves
        click(page.get_by_text("New run", exact=True))
        settle(page)
    field.fill(str(epochs))
    field.press("Tab")
    click(page.get_by_role("button", name="Start", exact=True))
    expect(stop_button(page)).to_be_visible(timeout=120 * SECOND)


def stop_button(page: Page) -> Locator:
    return keyed(page, "stop").get_by_role("button")


def until_seen(page: Page, true: Callable[[], object]) -> None:
    """Looks five times a second: each look is work for the browser, which has the page to draw."""
    until(true, pause=lambda _: page.wait_for_timeout(200))


def curve_points(page: Page) -> int:
    """Points of the longest line of the loss chart; 0 before there is one."""
    lines = keyed(page, "curve-loss").locator("path[aria-roledescription='line mark']")
    drawn = lines.evaluate_all("lines => lines.map(line => line.getAttribute('d') || '')")
    return max((path.count("L") + path.count("M") for path in drawn), default=0)


def test_a_changed_augmentation_shows_new_pictures(page: Page, server: LabServer) -> None:
    open_page(page, server, "Dataset?view=Augmentation")
    image = page.get_by_alt_text(re.compile("as prepared, not augmented"))
    variants = page.get_by_alt_text(re.compile(r"^Epoch \d+: "))
    expect(variants).to_have_count(12, timeout=120 * SECOND)

    def sources(pictures: Locator) -> list[str | None]:
        return [picture.get_attribute("src") for picture in pictures.all()]

    before, unchanged = sources(variants), sources(image)
    page.get_by_role("slider", name="Rotation").press("End")
    until_seen(page, lambda: variants.count() == 12 and not set(before) & set(sources(variants)))
    assert sources(image) == unchanged  # the image itself is the same


def test_an_edited_layer_changes_the_shapes_behind_it(page: Page, server: LabServer) -> None:
    open_page(page, server, "Architecture")
    layers = page.get_by_test_id("stMain")
    parameters = page.get_by_test_id("stMetricValue").first
    expect(parameters).to_have_text("712")
    # 5 × 5 windows at every third place of 256 pixels: (256 − 5) // 3 + 1 = 84.
    expect(layers).to_contain_text("84×84×5")
    click(keyed(page, "layer-2").get_by_role("button"))
    strides = page.get_by_label("Stride (px)", exact=True)
    strides.fill("2")
    strides.press("Enter")
    # At every second place: (256 − 5) // 2 + 1 = 126, and more values for the Dense layer.
    expect(layers).to_contain_text("126×126×5")
    expect(parameters).not_to_have_text("712")


def test_the_newcomers_button_starts_one_run_and_a_reload_no_other(
    page: Page, server: LabServer
) -> None:
    open_page(page, server, "")
    click(page.get_by_role("button", name="Learn with the sample X-rays"))
    expect(stop_button(page)).to_be_visible(timeout=120 * SECOND)
    expect(page).to_have_url(re.compile(r"Training\?run=\d{8}T"))
    page.reload()
    settle(page)
    expect(keyed(page, "curve-loss")).to_be_visible()
    (run,) = runs_of(server)
    queue.stop(run)
    assert queue.wait(run, timeout=300).state == "stopped"


def test_the_curves_grow_until_stop_ends_the_run_and_leaves_a_model(
    page: Page, server: LabServer
) -> None:
    open_page(page, server, "Architecture")
    click(page.get_by_role("combobox", name="Start from"))
    click(page.get_by_role("option", name="lesson-cnn", exact=True))
    click(page.get_by_role("button", name="Use it"))
    expect(page.get_by_test_id("stSidebar")).to_contain_text("lesson-cnn,")
    go_on_to_training(page)
    start(page, epochs=5000)
    # The curves of an earlier run may still be on show: the run itself tells.
    run = runs_of(server)[0]
    lengths: set[int] = set()

    def have_grown() -> bool:
        points = curve_points(page)
        if 0 < points <= len(run.epochs()):
            lengths.add(points)
        return len(lengths) >= 3

    until_seen(page, have_grown)
    assert run.status().state == "running"
    click(stop_button(page))
    expect(keyed(page, "run-state")).to_contain_text("Stopped")
    status = run.status()
    assert (status.state, status.has_model) == ("stopped", True)
    assert 2 <= status.epoch < 5000


def test_a_run_that_has_ended_by_itself_says_so(page: Page, server: LabServer) -> None:
    design = preset("lesson-cnn", input_shape=(64, 64, 1))
    open_page(page, server, f"Architecture?design={design_to_link(design)}")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("lesson-cnn,")
    go_on_to_training(page)
    start(page, epochs=3)
    expect(keyed(page, "run-state")).to_contain_text("Finished", timeout=300 * SECOND)
    until_seen(page, lambda: curve_points(page) == 3)
    expect(page.get_by_role("button", name="See how good it is")).to_be_visible()


def test_a_finished_run_is_published_and_classifies_uploads(
    page: Page, server: LabServer, tmp_path: Path
) -> None:
    run = next(run for run in runs_of(server) if run.status().state == "finished")
    open_page(page, server, f"Results?run={run.id}&tab=Publish")
    expect(page.get_by_text(re.compile(r"\d+ of 60 right"))).to_be_visible()
    page.get_by_label("Name of the model", exact=True).fill("walk")
    click(page.get_by_text("I know this, and those who use the model will be told"))
    click(page.get_by_role("button", name="Publish"))
    same = page.get_by_text("says what the trained network says")
    expect(same).to_be_visible(timeout=300 * SECOND)
    click(page.get_by_role("link", name="Classify X-rays with it"))
    click(page.get_by_role("button", name="I understand, continue"))
    expect(page.get_by_role("combobox", name="Model")).to_have_value("walk")

    png = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[0]
    dicom = sorted(SAMPLE_DATA.rglob("*.dcm"))[0]
    for file, facts in ((png, "PNG, 8 bit"), (dicom, "DICOM, 12 bit")):
        upload(page, file)
        expect(page.get_by_text(facts)).to_be_visible(timeout=60 * SECOND)
        heading = page.get_by_role("heading", name=re.compile("^(More like|Undecided)"))
        expect(heading).to_have_text(
            re.compile(
                r"More like (Covid|Normal|Pneumonia) than the others|Undecided: \w+ 0\.\d\d, \w+ 0"
            )
        )
        expect(page.get_by_test_id("stPlotlyChart").locator("image")).to_have_count(2)
        expect(page.get_by_text("walk, version 1. Accuracy")).to_be_visible()
        expect(page.get_by_text("not a medical device").first).to_be_visible()
        forget(page)

    # Not in PNG's own words: an ordinary text file with another name.
    text = tmp_path / "image.png"
    text.write_text("This is a letter, not an X-ray.\n" * 20)
    upload(page, text)
    expect(page.get_by_text("This file was refused")).to_be_visible()
    expect(
        page.get_by_text("The file is text. Expected a PNG, JPEG, TIFF, WebP, BMP or DICOM file.")
    ).to_be_visible()


def test_many_files_stand_in_a_table_and_the_refused_ones_at_its_end(
    page: Page, server: LabServer, tmp_path: Path
) -> None:
    open_page(page, server, "Classify")
    click(page.get_by_role("button", name="I understand, continue"))
    expect(page.get_by_text("No X-ray at hand?")).to_be_visible()
    settle(page)
    files = []
    for place, grey in enumerate(np.random.default_rng(0).integers(0, 255, (3, 64, 64), np.uint8)):
        file = tmp_path / f"noise-{place}.png"
        Image.fromarray(grey).save(file)
        files.append(file)
    broken = tmp_path / "cut.png"
    broken.write_bytes(files[0].read_bytes()[:200])
    upload(page, *files, broken)
    expect(page.get_by_text("4 files")).to_be_visible(timeout=60 * SECOND)
    expect(page.get_by_text("3 cannot be judged, 1 refused")).to_be_visible()
    expect(page.get_by_role("heading", name="This model cannot judge this picture")).to_be_visible()
    with page.expect_download() as download:
        click(page.get_by_role("button", name="Download the results as CSV"))
    assert re.fullmatch(r"xray-lab-[0-9a-f]{16}\.csv", download.value.suggested_filename)
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("noise-0.png,cannot-judge,,,,,")
    assert lines[4].startswith("cut.png,refused,")
    forget(page)
    expect(page.get_by_text("No X-ray at hand?")).to_be_visible()


def upload(page: Page, *files: Path) -> None:
    # After "Forget" a fresh drop area takes the place of the full one, which fades out first.
    area = page.get_by_test_id("stFileUploader").locator("input[type=file]")
    expect(area).to_have_count(1)
    area.set_input_files([str(file) for file in files])


def forget(page: Page) -> None:
    click(page.get_by_role("button", name="Forget everything now"))
    expect(page.get_by_text("No X-ray at hand?")).to_be_visible()
