"""The bars of a network's layers are to scale, and each has its words."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from xraylib.app.architecture.layer_charts import (
    parameter_bars,
    parameter_sentence,
    size_bars,
    size_sentence,
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.trace import trace

SVG = "{http://www.w3.org/2000/svg}"
LESSON = trace(preset("lesson-cnn"))


def _lengths(svg: str) -> list[float]:
    return [float(bar.attrib["width"]) for bar in ET.fromstring(svg).iter(f"{SVG}rect")]


def _words(svg: str) -> list[str]:
    return [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("draw", [parameter_bars, size_bars])
@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("dark", [False, True])
def test_every_preset_has_a_bar_a_layer_and_no_links_or_scripts(
    draw: Callable[..., str], name: str, dark: bool
) -> None:
    result = trace(preset(name))
    svg = draw(result, dark=dark)
    assert {child.tag for child in ET.fromstring(svg).iter()} <= {
        SVG + tag for tag in ("svg", "rect", "text")
    }
    assert len(_lengths(svg)) == len(result.rows)
    names = [f"{row.index} {row.kind}" for row in result.rows]
    assert [name.replace("GlobalAveragePooling2D", "GlobalAveragePooling") for name in names] == (
        _words(svg)[::2]
    )


def test_bars_are_to_scale() -> None:
    params = _lengths(parameter_bars(LESSON))
    # 130, 138 and 444 parameters in the two convolutions and the Dense layer
    assert params[7] == max(params) > 0
    assert [params[2] / params[7], params[4] / params[7]] == pytest.approx(
        [130 / 444, 138 / 444], abs=1e-3
    )
    sizes = _lengths(size_bars(LESSON))
    assert [size / sizes[0] for size in sizes] == pytest.approx(
        [side / 256 for side in (256, 256, 84, 16, 14, 7, 0, 0)], abs=1e-3
    )


def test_each_bar_has_its_words() -> None:
    assert _words(parameter_bars(LESSON))[15] == "444"
    words = _words(size_bars(LESSON))
    assert (words[5], words[13]) == ("84×84×5", "147 in a row")


def test_the_charts_in_words() -> None:
    assert parameter_sentence(LESSON) == (
        "712 parameters in all, most of them (444) in layer 7, Dense."
    )
    assert size_sentence(LESSON) == "The map goes from 256×256 pixels to 7×7 through 6 layers."
