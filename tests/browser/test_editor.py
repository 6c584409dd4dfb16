"""Editing a network in a real browser: list, fields, sums, table and sidebar stay in step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
from lab_server import SECOND, LabServer, keyed, settle
from patience import click, expect
from playwright.sync_api import Page

from xraylib.app.shared.current_design import with_copy, with_layer, with_value
from xraylib.networks.designs import design_to_link
from xraylib.networks.layers import Dense, Flatten, Input
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace

LESSON = preset("lesson-cnn")
LONG = preset("small-cnn")
QUICK = preset("lesson-cnn", input_shape=(64, 64, 1))
SHORT = ModelSpec(
    name="short",
    layers=(Input(shape=(256, 256, 1)), Flatten(), Dense(units=3, activation="softmax")),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("editor")
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


@pytest.fixture(autouse=True)
def _no_script_fails(server: LabServer) -> Iterator[None]:
    yield
    assert "Traceback" not in server.text()


def open_design(page: Page, server: LabServer, spec: ModelSpec) -> None:
    page.goto(server.address(f"Architecture?design={design_to_link(spec)}"))
    expect(page.get_by_text("Train this network")).to_be_visible(timeout=120 * SECOND)
    settle(page)


def open_layer(page: Page, index: int) -> None:
    row = keyed(page, f"layer-{index}").get_by_role("button")
    click(row)
    expect(row.locator("strong")).to_be_visible()  # another layer was open, with all its buttons
    settle(page)


def expect_everywhere(page: Page, spec: ModelSpec, index: int) -> None:
    """List, fields, sums, table and sidebar show ``spec``, and layer ``index`` is the open one."""
    result = trace(spec)
    label, row = spec.layers[index].label, result.rows[index]
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(f"{result.total_params:,}")
    expect(keyed(page, f"layer-{index}")).to_have_text(re.compile(rf"{index}\s+{re.escape(label)}"))
    expect(page.get_by_label("Filters", exact=True)).to_have_value(str(spec.layers[index].filters))
    cells = page.get_by_role("region", name="Layers with").locator("tbody tr").nth(index)
    expect(cells).to_contain_text(label)
    expect(cells).to_contain_text(f"{row.params:,}")
    expect(page.get_by_test_id("stSidebar")).to_contain_text(f"{result.total_params:,} parameters")


@pytest.mark.parametrize(
    ("spec", "index"), [(LESSON, 2), (LONG, 3)], ids=["all-layers", "open-ones"]
)
def test_everything_follows_edits_and_their_undoing(
    page: Page, server: LabServer, spec: ModelSpec, index: int
) -> None:
    open_design(page, server, spec)
    open_layer(page, index)
    expect_everywhere(page, spec, index)
    less = with_value(spec, index, "filters", spec.layers[index].filters + 3)
    for _ in range(3):  # faster than the page is drawn, so the server may see two of them as one
        click(page.get_by_test_id("stNumberInputStepUp").first)
    expect_everywhere(page, less, index)
    settle(page)
    more = with_value(spec, index, "filters", spec.layers[index].filters + 4)
    click(page.get_by_test_id("stNumberInputStepUp").first)
    expect_everywhere(page, more, index)
    click(page.get_by_role("button", name="Undo", exact=True))
    expect_everywhere(page, less, index)
    click(page.get_by_role("button", name="Redo", exact=True))
    expect_everywhere(page, more, index)
    click(page.get_by_role("button", name="Copy", exact=True))
    expect_everywhere(page, with_copy(more, index), index + 1)
    click(page.get_by_role("button", name="Delete", exact=True))
    expect_everywhere(page, more, index)


@pytest.mark.parametrize("pause", [0, 40, 150], ids=["one-message", "two-messages", "while-drawn"])
def test_no_edit_is_lost_that_comes_before_the_one_before_is_drawn(
    page: Page, server: LabServer, pause: int
) -> None:
    open_design(page, server, LONG)
    open_layer(page, 3)
    steps = page.get_by_test_id("stNumberInputStepUp").first
    copy = page.get_by_role("button", name="Copy", exact=True)
    # On the elements, not at a place on the screen: what is drawn late may move them.
    page.evaluate(
        "([more, copy, ms]) => { const then = () => copy.click(); more.click();"
        " ms ? setTimeout(then, ms) : then(); }",
        [steps.element_handle(), copy.element_handle(), pause],
    )
    more = with_value(LONG, 3, "filters", LONG.layers[3].filters + 1)
    expect_everywhere(page, with_copy(more, 3), 4)


def test_a_trial_runs_while_the_network_is_edited(page: Page, server: LabServer) -> None:
    open_design(page, server, QUICK)
    open_layer(page, 2)
    going = page.get_by_text(re.compile(r"Trial: .* s so far"))
    button = page.get_by_role("button", name="Time a trial")
    for _ in range(3):  # on a busy machine the page may be drawn anew under the pointer
        if button.is_visible():
            click(button)
        with suppress(AssertionError):
            expect(going).to_be_visible(timeout=30 * SECOND)
            break
    else:
        expect(going).to_be_visible()
    click(page.get_by_test_id("stNumberInputStepUp").first)
    edited = with_value(QUICK, 2, "filters", 6)
    expect_everywhere(page, edited, 2)
    click(page.get_by_role("button", name="Undo", exact=True))
    expect_everywhere(page, QUICK, 2)
    expect(page.get_by_text("measured by a trial of this design")).to_be_visible(
        timeout=120 * SECOND
    )
    expect(going).to_have_count(0)


def test_sums_and_picture_stay_in_sight_while_layers_are_opened_and_added(
    page: Page, server: LabServer
) -> None:
    open_design(page, server, LESSON)
    sums, box = page.get_by_test_id("stMetricValue").first, page.locator(".touch .box").first
    for index in (2, 7, 2):
        open_layer(page, index)
        expect(sums).to_be_in_viewport()
        expect(box).to_be_in_viewport()
    click(page.get_by_role("button", name="Add below"))
    more = with_layer(LESSON, 2, "Conv2D")
    expect_everywhere(page, more, 3)
    expect(sums).to_be_in_viewport()
    expect(box).to_be_in_viewport()


@pytest.mark.parametrize("spec", [SHORT, LESSON, LONG], ids=lambda spec: spec.name)
def test_a_phone_shows_the_boxes_large_enough_to_read(
    page: Page, server: LabServer, spec: ModelSpec
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_design(page, server, spec)
    boxes = page.locator(".touch .box")
    expect(boxes.last).to_be_attached()
    assert min(boxes.evaluate_all("all => all.map(one => one.clientWidth)")) >= 80
    whole = page.evaluate("document.documentElement.scrollWidth")
    assert whole <= 390  # the boxes move sideways, not the page
