"""Layers put elsewhere in the Architecture page's drawing: by mouse, by finger, by keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from axe import violations_now
from lab_server import LabServer, keyed, settle
from patience import click, expect
from playwright.sync_api import Browser, Locator, Page
from touched import darken, drawn, packed, shown, whole
from until import until

from xraylib.app.shared.current_design import with_place
from xraylib.networks.designs import design_to_link
from xraylib.networks.layers import Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec

SPEC = ModelSpec(
    name="small",
    layers=(
        Input((20, 24, 1)),
        Conv2D(3, 3, activation="relu"),
        MaxPooling2D(2),
        Dropout(0.2),
        Conv2D(2, 3),
        Flatten(),
        Dense(3, activation="softmax"),
    ),
)
IMPOSSIBLE = with_place(SPEC, 1, 5)  # Flatten, then a convolution of a row
PIXELS = np.random.default_rng(3).integers(0, 256, (20, 24, 1), np.uint8)
LESSON = preset("lesson-cnn")


@pytest.fixture
def drawing(page: Page) -> Locator:
    return drawn(page, packed(SPEC, PIXELS))


def box(drawing: Locator, index: int) -> Locator:
    return drawing.locator(f".strip [data-layer='{index}']")


def asked(drawing: Locator) -> list[Any]:
    found: list[Any] = drawing.page.evaluate("window.asked")
    return found


def middle(part: Locator, *, x: float = 0.5, y: float = 0.5) -> tuple[float, float]:
    at = part.bounding_box()
    assert at is not None
    return at["x"] + x * at["width"], at["y"] + y * at["height"]


def drag(drawing: Locator, index: int, onto: int, *, x: float = 0.5, y: float = 0.5) -> None:
    """Drags a box by the mouse to a place of another one, and holds it there."""
    drawing.scroll_into_view_if_needed()
    mouse = drawing.page.mouse
    mouse.move(*middle(box(drawing, index)))
    mouse.down()
    mouse.move(*middle(box(drawing, onto), x=x, y=y), steps=12)


@pytest.mark.parametrize(
    ("index", "onto", "x", "y", "place"),
    [
        (1, 2, 0.9, 0.3, 3),  # to the right of a box: behind all that stands below it, too
        (1, 4, 0.1, 0.5, 3),  # the same place, said from the other side
        (1, 3, 0.5, 0.2, 2),  # over what stands below a box: between the two
        (4, 1, 0.1, 0.5, 1),
        (4, 0, 0.1, 0.5, 1),  # nothing goes before the Input
        (1, 6, 0.9, 0.5, 6),
        (3, 5, 0.9, 0.5, 5),  # a small one, which stands below a box
    ],
)
def test_a_box_is_dragged_to_another_place(
    drawing: Locator, index: int, onto: int, x: float, y: float, place: int
) -> None:
    drag(drawing, index, onto, x=x, y=y)
    expect(drawing.locator(".line")).to_be_visible()
    drawing.page.mouse.up()
    assert asked(drawing) == [["move", [index, place, SPEC.layers[index].kind]]]
    expect(drawing.get_by_role("heading", level=3)).to_have_count(0)  # a drag is no press
    assert drawing.get_by_role("status").inner_text().endswith(f"is put at place {place}.")


def test_a_drag_that_ends_where_it_began_or_is_left_asks_nothing(drawing: Locator) -> None:
    mouse = drawing.page.mouse
    for onto, x in ((2, 0.1), (1, 0.9)):  # before the next one, and behind itself
        drag(drawing, 1, onto, x=x, y=0.4)
        expect(drawing.locator(".line")).to_be_hidden()
        mouse.up()
    drag(drawing, 1, 4, x=0.9)
    drawing.page.keyboard.press("Escape")
    expect(drawing.locator(".lifted, .line")).to_have_count(0)
    mouse.up()
    drag(drawing, 0, 4, x=0.9)  # the Input stays
    mouse.up()
    assert asked(drawing) == []
    expect(drawing.get_by_role("heading", level=3)).to_have_count(0)
    click(box(drawing, 1))  # and a press is a press again
    expect(drawing.get_by_role("heading", level=3)).to_contain_text("Layer 1")


def test_keys_lift_a_box_move_it_and_put_it_down(drawing: Locator) -> None:
    status = drawing.get_by_role("status")
    expect(drawing.get_by_role("group", name="The X-ray's way")).to_have_accessible_description(
        re.compile(r"Drag a box.* keys Shift \+ ← or →")
    )
    expect(box(drawing, 1)).to_have_attribute(
        "aria-keyshortcuts", "Shift+ArrowLeft Shift+ArrowRight"
    )
    box(drawing, 1).focus()
    drawing.page.keyboard.press("ArrowRight")  # alone it does nothing
    expect(drawing.locator(".lifted")).to_have_count(0)
    drawing.page.keyboard.press("Shift+ArrowRight")
    expect(status).to_have_text(
        "Conv to place 2 of 6, behind Max Pool. Enter puts it there, Escape leaves it."
    )
    drawing.page.keyboard.press("ArrowRight")
    expect(status).to_contain_text("Conv to place 3 of 6, behind Dropout.")
    expect(drawing.locator(".line")).to_be_visible()
    assert asked(drawing) == []
    drawing.page.keyboard.press("Enter")
    assert asked(drawing) == [["move", [1, 3, "Conv2D"]]]
    shown(drawing.page, packed(with_place(SPEC, 1, 3), PIXELS))
    expect(box(drawing, 3)).to_be_focused()  # where it stands now
    drawing.page.keyboard.press("Shift+ArrowLeft")
    drawing.page.keyboard.press("Escape")
    expect(status).to_have_text("Conv stays at place 3.")
    drawing.page.keyboard.press("Shift+ArrowLeft")
    drawing.page.keyboard.press("Tab")  # whoever goes on leaves it
    expect(drawing.locator(".lifted, .line")).to_have_count(0)
    assert len(asked(drawing)) == 0


def test_the_open_layer_stays_open_where_it_went(drawing: Locator) -> None:
    click(box(drawing, 2))
    drag(drawing, 2, 1, x=0.1)
    drawing.page.mouse.up()
    shown(drawing.page, packed(with_place(SPEC, 2, 1), PIXELS))
    expect(drawing.get_by_role("heading", level=3)).to_contain_text("Layer 1: MaxPooling2D")
    expect(box(drawing, 1)).to_have_attribute("aria-expanded", "true")


def test_in_an_impossible_order_every_layer_is_there_to_be_dragged_back(page: Page) -> None:
    drawing = drawn(page, packed(IMPOSSIBLE, PIXELS))
    assert box(drawing, 5).get_attribute("title") == (
        "Layer 5, Conv2D: Conv2D needs a map (height × width × channels) "
        "and gets a row of 160 values"
    )
    assert drawing.locator(".strip [data-layer]").count() == len(SPEC.layers)
    expect(box(drawing, 5)).to_contain_text("impossible here")
    click(box(drawing, 6))
    assert asked(drawing) == [["edit", 6]]
    drag(drawing, 5, 1, x=0.1)
    page.mouse.up()
    assert asked(drawing)[1:] == [["move", [5, 1, "Conv2D"]]]
    shown(page, packed(SPEC, PIXELS))
    expect(drawing.locator(".impossible")).to_have_count(0)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )
    yield context.new_page()
    context.close()


def test_a_finger_drags_at_the_dots_and_the_row_scrolls_at_its_end(phone: Page) -> None:
    drawing = drawn(phone, packed(SPEC, PIXELS))
    row, grip = drawing.locator(".strip"), box(drawing, 1).locator(".grip")
    at = grip.bounding_box()
    assert at is not None
    assert min(at["width"], at["height"]) >= 24
    assert grip.evaluate("one => getComputedStyle(one).touchAction") == "none"
    end = row.evaluate("one => one.scrollWidth - one.clientWidth")
    assert end > 0
    screen = phone.context.new_cdp_session(phone)

    def finger(kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in at]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = middle(grip)
    finger("touchStart", (x, y))
    for step in range(1, 9):
        finger("touchMove", (x + (380 - x) * step / 8, y))
    until(
        lambda: row.evaluate("one => one.scrollLeft") == end,
        pause=lambda _: phone.wait_for_timeout(100),
    )
    finger("touchMove", (381, y))
    expect(drawing.locator(".line")).to_be_visible()
    finger("touchEnd")
    assert asked(drawing) == [["move", [1, 6, "Conv2D"]]]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_while_a_layer_is_lifted_or_impossible(
    theme: Any, page: Page
) -> None:
    page.emulate_media(color_scheme=theme)
    drawing = drawn(page, packed(IMPOSSIBLE, PIXELS))
    if theme == "dark":
        darken(drawing)
    whole(drawing)
    found = violations_now(page)
    box(drawing, 2).focus()
    page.keyboard.press("Shift+ArrowRight")
    assert found + violations_now(page) == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("reorder")
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


def test_on_the_page_list_sums_reason_and_undo_follow_a_drag(page: Page, server: LabServer) -> None:
    page.goto(server.address(f"Architecture?design={design_to_link(LESSON)}"))
    drawing = page.get_by_test_id("touch")
    expect(drawing).to_have_attribute("data-done", "true")
    settle(page)
    parameters = page.get_by_test_id("stMetricValue").first
    expect(parameters).to_have_text("712")
    drag(drawing, 3, 4, x=0.9)  # the pooling behind the second convolution
    page.mouse.up()
    expect(keyed(page, "layer-4").locator("strong")).to_contain_text("MaxPooling2D 5×5")
    expect(keyed(page, "layer-3")).to_contain_text("Conv2D 3 @ 3×3")
    settle(page)
    drag(drawing, 6, 2, x=0.1)  # Flatten before the first convolution
    page.mouse.up()
    expect(page.get_by_text("This network is impossible")).to_be_visible()
    expect(keyed(page, "layer-3")).to_contain_text("Conv2D")
    expect(page.get_by_role("alert").filter(has_text="Expected")).to_be_visible()
    expect(page.get_by_role("link", name="Train this network")).to_have_count(0)
    settle(page)
    click(page.get_by_role("button", name="Undo", exact=True))
    expect(page.get_by_text("This network is impossible")).to_have_count(0)
    expect(keyed(page, "layer-4")).to_contain_text("MaxPooling2D 5×5")
    settle(page)
    click(page.get_by_role("button", name="Undo", exact=True))
    expect(parameters).to_have_text("712")
    expect(keyed(page, "layer-3")).to_contain_text("MaxPooling2D 5×5")
    assert "Traceback" not in server.text()
