"""The picture of a network is an SVG that holds nothing but the network."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from xraylib.app.architecture.network_picture import describe, network_svg, network_width, stations
from xraylib.networks.layers import Conv2D, Input
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_preset_becomes_a_picture_that_holds_no_links_or_scripts(
    name: str, dark: bool
) -> None:
    result = trace(preset(name))
    root = ET.fromstring(network_svg(result, dark=dark))
    assert {child.tag for child in root.iter()} <= {
        SVG + tag for tag in ("svg", "rect", "text", "path", "line")
    }
    words = [text.text for text in root.iter(f"{SVG}text")]
    for station in stations(result):
        assert station.row is not None
        assert "×".join(f"{side:,}" for side in station.row.output_shape) in words


def test_layers_that_leave_the_shape_alone_stand_under_the_map_before_them() -> None:
    found = stations(trace(preset("small-cnn")))
    kinds = [station.row.kind for station in found if station.row]
    assert "BatchNormalization" not in kinds
    first = next(station for station in found if station.row and station.row.kind == "Conv2D")
    assert first.notes == ("batch norm", "relu")


def test_the_largest_sheet_of_a_map_is_to_scale() -> None:
    result = trace(preset("lesson-cnn"))
    root = ET.fromstring(network_svg(result))
    sides = {round(float(rect.attrib["width"]), 1) for rect in root.iter(f"{SVG}rect")}
    image = max(sides)
    for height in (84, 16, 14):
        assert any(abs(side - image * height / 256) < 0.1 for side in sides)


def test_a_long_network_goes_on_in_the_next_line() -> None:
    result = trace(preset("small-cnn"))
    one = ET.fromstring(network_svg(result, columns=99))
    two = ET.fromstring(network_svg(result, columns=6))
    assert float(two.attrib["width"]) < float(one.attrib["width"])
    assert float(two.attrib["height"]) > 1.5 * float(one.attrib["height"])


@pytest.mark.parametrize("name", PRESETS)
def test_its_width_is_told_beforehand(name: str) -> None:
    result = trace(preset(name))
    assert ET.fromstring(network_svg(result)).attrib["width"] == str(network_width(result))


def test_an_impossible_layer_is_a_gap_with_words() -> None:
    spec = preset("lesson-cnn")
    broken = spec.with_layers([*spec.layers[:4], Conv2D(filters=3, kernel_size=99)])
    result = trace(broken)
    svg = network_svg(result)
    assert "impossible here" in svg
    assert describe(result).endswith("MaxPooling2D 16×16×5; after that Conv2D is impossible.")


def test_nothing_overlaps_its_column() -> None:
    result = trace(preset("small-cnn"))
    root = ET.fromstring(network_svg(result))
    for rect in root.iter(f"{SVG}rect"):
        left = float(rect.attrib["x"])
        column = int((left + float(rect.attrib["width"]) / 2) // 96)
        assert left >= column * 96
        assert left + float(rect.attrib["width"]) <= (column + 1) * 96


def test_a_stack_of_the_largest_maps_leaves_room_for_three_lines_of_words() -> None:
    layer = Conv2D(filters=8, kernel_size=3, padding="same", use_bias=False)
    spec = ModelSpec(name="tall", layers=(Input(shape=(256, 256, 1)), layer))
    root = ET.fromstring(network_svg(trace(spec)))
    words = [text for text in root.iter(f"{SVG}text") if text.text == "no bias"]
    assert len(words) == 1
    assert min(float(rect.attrib["y"]) for rect in root.iter(f"{SVG}rect")) > 2 + float(
        words[0].attrib["y"]
    )


def test_the_words_for_the_picture_name_the_sizes() -> None:
    words = describe(trace(preset("lesson-cnn")))
    assert words.startswith("Network of 8 layers: Input 256×256×1, then Conv2D 84×84×5, then ")
