"""The picture of a network is an SVG that holds nothing but the network."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from xraylib.model.presets import PRESETS, preset
from xraylib.model.trace import trace
from xraylib.ui.network_picture import describe, network_svg

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_preset_becomes_a_picture_of_all_its_layers(name: str, dark: bool) -> None:
    rows = trace(preset(name)).rows
    root = ET.fromstring(network_svg(rows, dark=dark))
    assert len(root.findall(f"{SVG}g")) == len(rows)
    assert {child.tag for child in root.iter()} <= {
        SVG + tag for tag in ("svg", "title", "g", "rect", "text")
    }


def test_larger_maps_are_drawn_larger() -> None:
    rows = [row for row in trace(preset("lesson-cnn")).rows if len(row.output_shape) == 3]
    root = ET.fromstring(network_svg(rows))
    sides = [
        float(group.findall(f"{SVG}rect")[-1].attrib["width"])
        for group in root.findall(f"{SVG}g")
        if group.findall(f"{SVG}text")
    ]
    assert sides == sorted(sides, reverse=True)


def test_the_words_for_the_picture_name_the_sizes() -> None:
    words = describe(trace(preset("lesson-cnn")).rows)
    assert words.startswith("Network of 8 layers: Input 256×256×1, then Conv2D 84×84×5, then ")
