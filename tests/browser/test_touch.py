"""Touching the Architecture page's drawing: mouse, finger, keys, walking, and who cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from axe import violations_now
from lab_server import LabServer, settle
from patience import click, expect
from playwright.sync_api import Browser, Locator, Page
from touched import darken, detail, drawn, packed, shown, whole

from xraylib.models.catalog import find_model
from xraylib.networks.designs import design_to_link
from xraylib.networks.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D, Rescaling
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.workspace import Workspace

SPEC = ModelSpec(
    name="small",
    layers=(
        Input((20, 24, 1)),
        Rescaling(),
        Conv2D(3, 3, strides=2, padding="same", activation="relu"),
        MaxPooling2D(2),
        Conv2D(2, 3),
        Flatten(),
        Dense(3, activation="softmax"),
    ),
)
PIXELS = np.random.default_rng(3).integers(0, 256, (20, 24, 1), np.uint8)
CLASSES = ("Covid", "Normal", "Pneumonia")


def open_layer(drawing: Locator, index: int) -> None:
    drawing.locator(f"[data-layer='{index}']").click()
    expect(drawing.locator(f"[data-layer='{index}']")).to_have_attribute("aria-expanded", "true")


def been(drawing: Locator) -> list[int]:
    """Places of the map where the window has been."""
    found: list[int] = drawing.evaluate(
        "one => Array.from(one.drawing.panel.state.been.entries())"
        ".filter(([, yes]) => yes).map(([i]) => i)"
    )
    return found


def canvas(drawing: Locator, words: str) -> Locator:
    return drawing.get_by_role("application", name=words)


@pytest.fixture
def drawing(page: Page) -> Locator:
    return drawn(page, packed(SPEC, PIXELS, classes=CLASSES))


def test_the_window_is_dragged_over_what_comes_in_and_its_answer_lands(drawing: Locator) -> None:
    open_layer(drawing, 2)
    area = canvas(drawing, "What comes in")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    mouse = drawing.page.mouse
    mouse.move(box["x"] + 4, box["y"] + 4)
    mouse.down()
    mouse.move(box["x"] + box["width"] - 4, box["y"] + 4, steps=40)
    mouse.up()
    told = detail(drawing)
    assert (told["row"], told["column"]) == (0, 11)  # ⌈24/2⌉ places across
    assert set(been(drawing)) >= set(range(12))
    sentence = drawing.get_by_role("status").inner_text()
    assert "Window at row 1, column 12" in sentence
    assert "added zeros" in sentence


def test_a_press_on_what_goes_out_brings_the_window_there(drawing: Locator) -> None:
    open_layer(drawing, 2)
    area = canvas(drawing, "The map that goes out")
    box = area.bounding_box()
    assert box is not None
    area.click(position={"x": box["width"] * 4.5 / 12, "y": box["height"] * 6.5 / 10})
    told = detail(drawing)
    assert (told["row"], told["column"]) == (6, 4)


def test_arrows_move_the_window_by_its_stride_and_no_further_than_the_edge(
    drawing: Locator,
) -> None:
    open_layer(drawing, 2)
    area = canvas(drawing, "What comes in")
    area.focus()
    for key, place in (
        ("Home", (3, 0)),
        ("ArrowLeft", (3, 0)),
        ("ArrowRight", (3, 1)),
        ("PageUp", (0, 1)),
        ("End", (0, 11)),
        ("ArrowDown", (1, 11)),
        ("PageDown", (9, 11)),
    ):
        area.press(key)
        told = detail(drawing)
        assert (told["row"], told["column"]) == place, key


def test_play_walks_in_the_order_of_reading_until_the_map_is_full(drawing: Locator) -> None:
    open_layer(drawing, 2)
    drawing.get_by_label("How fast it walks").select_option("fast")
    click(drawing.get_by_role("button", name="Play", exact=True))
    expect(drawing.get_by_role("button", name="Pause")).to_be_visible()
    click(drawing.get_by_role("button", name="Pause"))
    so_far = been(drawing)
    assert so_far == list(range(len(so_far)))
    click(drawing.get_by_role("button", name="One step on"))
    click(drawing.get_by_role("button", name="One step on"))
    assert been(drawing) == list(range(len(so_far) + 2))
    click(drawing.get_by_role("button", name="One step back"))
    assert detail(drawing)["column"] == len(so_far) % 12
    canvas(drawing, "What comes in").press(" ")  # plays on
    expect(drawing.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert been(drawing) == list(range(120))
    click(drawing.get_by_role("button", name="From the start"))
    assert been(drawing) == [0]
    click(drawing.get_by_role("button", name="Whole map"))
    assert been(drawing) == list(range(120))


def test_who_wants_no_motion_gets_none(browser: Browser) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    drawing = drawn(page, packed(SPEC, PIXELS))
    open_layer(drawing, 2)
    expect(drawing.get_by_role("button", name="Play", exact=True)).to_have_count(0)
    expect(drawing.get_by_label("How fast it walks")).to_have_count(0)
    click(drawing.get_by_role("button", name="Fill the map"))
    assert been(drawing) == list(range(120))
    assert not drawing.evaluate("one => one.drawing.panel.walk.playing")
    context.close()


def test_a_finger_drags_the_window(browser: Browser) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    drawing = drawn(context.new_page(), packed(SPEC, PIXELS))
    drawing.locator("[data-layer='3']").tap()
    area = canvas(drawing, "What comes in")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    drawing.page.touchscreen.tap(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.5)
    told = detail(drawing)
    assert (told["row"], told["column"]) == (2, 4)  # windows of 2 on 10×12 values
    assert area.evaluate("one => getComputedStyle(one).touchAction") == "none"
    assert drawing.page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_on_a_phone_maps_of_other_steps_keep_within_their_buttons(browser: Browser) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    pixels = np.zeros((256, 256, 1), np.uint8)
    drawing = drawn(context.new_page(), packed(preset("lesson-cnn"), pixels, classes=CLASSES))
    open_layer(drawing, 3)  # pools by 5, a fourth step beside 1, 2 and 3
    maps = drawing.locator(".variants button")
    expect(maps).to_have_count(8)
    for one in maps.all():
        box, drawn_map = one.bounding_box(), one.locator("canvas").bounding_box()
        assert box is not None
        assert drawn_map is not None
        assert box["x"] < drawn_map["x"]
        assert drawn_map["x"] + drawn_map["width"] < box["x"] + box["width"]
    context.close()


def test_channels_one_by_one_add_up_to_what_lands(drawing: Locator) -> None:
    open_layer(drawing, 4)
    sums = drawing.get_by_role("group", name="Channels that come in").get_by_role("button")
    expect(sums).to_have_count(3)
    parts = []
    for number in range(3):
        click(sums.nth(number))
        told = detail(drawing)
        assert told["channel"] == number
        parts.append(told["sum"])
    assert told["sums"] == pytest.approx(parts, abs=1e-9)
    assert told["value"] == pytest.approx(sum(parts), abs=1e-6)


def test_the_map_moves_with_the_x_ray_and_the_answer_of_dense_does_not(page: Page) -> None:
    spec = preset("lesson-cnn", input_shape=(96, 96, 1))
    whole_steps = spec.with_layers(
        (*spec.layers[:2], Conv2D(5, 5, strides=2, activation="relu"), Flatten(), spec.layers[-1])
    )
    chest = np.zeros((96, 96, 1), np.uint8)
    chest[30:60, 20:70, 0] = np.random.default_rng(1).integers(90, 250, (30, 50))
    drawing = drawn(page, packed(whole_steps, chest, classes=CLASSES))
    open_layer(drawing, 2)
    click(drawing.get_by_label("Move the X-ray 8 pixels to the right"))
    expect(drawing.get_by_text("The map moves with the X-ray")).to_be_visible()
    expect(drawing.get_by_text("8 pixels to the right are 4 places here")).to_be_visible()
    expect(drawing.get_by_text("the map is as before (correlation 1.00)")).to_be_visible()
    maps = drawing.evaluate(
        "one => [one.drawing.valuesBefore(2), one.drawing.values(2)]"
        ".map(({shape, data}) => [shape, Array.from(data)])"
    )
    before, now = (np.array(data).reshape(shape) for shape, data in maps)
    assert np.allclose(now[:, 4:], before[:, :-4], atol=1e-6)
    open_layer(drawing, 4)
    expect(drawing.get_by_text("The X-ray moved and the weights did not")).to_be_visible()
    answers = drawing.evaluate(
        "one => [one.drawing.valuesBefore(4), one.drawing.values(4)].map(o => Array.from(o.data))"
    )
    assert np.abs(np.subtract(*answers)).max() > 0.001
    click(drawing.get_by_role("button", name="Back"))
    expect(drawing.get_by_text("The X-ray moved and the weights did not")).to_have_count(0)


def test_the_weights_of_a_unit_lie_on_the_map_that_was_flattened(page: Page) -> None:
    spec = preset("lesson-dense", input_shape=(32, 40, 1))
    drawing = drawn(page, packed(spec, np.full((32, 40, 1), 51, np.uint8)))
    open_layer(drawing, 3)
    image = canvas(drawing, "Weights of unit 1")
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(40 / 32, rel=0.02)
    image.click(position={"x": box["width"] * 10.5 / 40, "y": box["height"] * 4.5 / 32})
    expect(drawing.get_by_text("Row 5, column 11, channel 1: value 171 of the row")).to_be_visible()
    weight = drawing.evaluate("one => one.drawing.network.layers[3].weights.kernel[170 * 100]")
    products = drawing.evaluate("one => Array.from(one.drawing.panel.parts.products)")
    assert products[170] == pytest.approx(0.2 * weight, abs=1e-6)


def test_what_is_pressed_is_asked_of_the_page_and_no_more(drawing: Locator) -> None:
    open_layer(drawing, 2)
    click(drawing.get_by_role("button", name="Edit this layer"))
    click(drawing.get_by_role("button", name="The next X-ray"))
    drawing.get_by_label("Weights", exact=True).select_option("run one")
    assert drawing.page.evaluate("window.asked") == [
        ["edit", 2],
        ["xray", 2],
        ["origin", "run one"],
    ]


def test_another_x_ray_or_network_keeps_the_open_layer_where_there_is_one(
    drawing: Locator,
) -> None:
    open_layer(drawing, 4)
    page = drawing.page
    shown(page, packed(SPEC, 255 - PIXELS))
    expect(drawing.get_by_role("heading", level=3)).to_contain_text("Layer 4")
    shown(page, packed(SPEC.with_layers(SPEC.layers[:3]), PIXELS))
    expect(drawing.get_by_role("heading", level=3)).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_open_layer(theme: Any, page: Page) -> None:
    page.emulate_media(color_scheme=theme)
    drawing = drawn(page, packed(preset("lesson-cnn"), np.zeros((256, 256, 1), np.uint8)))
    if theme == "dark":
        darken(drawing)
    found = violations_now(page)
    for index in range(8):
        open_layer(drawing, index)
        found += violations_now(page)
    click(drawing.get_by_label("Move the X-ray 8 pixels to the right"))
    whole(drawing)
    found += violations_now(page)
    assert found == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    folder = tmp_path_factory.mktemp("touch")
    with LabServer(folder / "workspace", folder / "server.log") as started:
        yield started


def test_on_the_page_it_shows_a_published_model_and_opens_a_layer_in_the_list(
    page: Page, server: LabServer
) -> None:
    manifest = find_model("phantom-demo", workspace=Workspace.open(server.workspace)).manifest
    spec = ModelSpec.from_json(manifest["spec"])
    page.goto(server.address(f"Architecture?design={design_to_link(spec)}"))
    drawing = page.get_by_test_id("touch")
    expect(drawing).to_have_attribute("data-done", "true")
    expect(drawing.get_by_label("Weights", exact=True)).to_have_value(
        "model phantom-demo, version 1"
    )
    shares = drawing.evaluate("one => Array.from([...one.drawing.now.values()].at(-1).data)")
    assert sum(shares) == pytest.approx(1, abs=1e-6)
    assert max(shares) == shares[0] > 0.5  # the first X-ray shows Covid
    click(drawing.get_by_role("button", name="The next X-ray"))
    expect(drawing.get_by_label("X-ray, of")).to_have_value("2")
    expect(drawing).to_have_attribute("data-done", "true")
    open_layer(drawing, 3)
    click(drawing.get_by_role("button", name="Edit this layer"))
    expect(page.locator(".st-key-layer-3 strong")).to_be_visible()
    settle(page)
    expect(drawing.get_by_role("heading", level=3)).to_contain_text("Layer 3")
    assert "Traceback" not in server.text()
