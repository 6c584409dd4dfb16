"""What an exported folder does to an image before its network is what the program does."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.images.prepare import Preparation, prepare
from xraylib.images.radiograph import Radiograph
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.classify.prediction import Flag, is_uncertain
from xraylib.models.exporters.folder import classify as standalone

SHAPES = [(10, 10), (10, 13), (13, 10), (40, 23), (23, 40), (7, 9, 3)]


@pytest.mark.parametrize("fit", ["stretch", "pad", "crop"])
@pytest.mark.parametrize("size", [(10, 13), (13, 10), (16, 16), (31, 20)])
@pytest.mark.parametrize("shape", SHAPES)
def test_it_prepares_an_image_as_the_program_does(
    shape: tuple[int, ...], size: tuple[int, int], fit: str
) -> None:
    pixels = np.random.default_rng(0).integers(1, 256, shape, np.uint8)
    wanted = Preparation(image_size=size, fit=fit)  # type: ignore[arg-type]
    image = Radiograph(pixels=pixels, bit_depth=8, mode="L", format="PNG")
    expected = prepare(image, wanted)
    assert np.array_equal(standalone.prepare(pixels, wanted.to_json())[0], expected)


@pytest.mark.parametrize("mode", ["categorical", "multilabel"])
@pytest.mark.parametrize("band", [None, (0.35, 0.45), "no points"])
def test_it_calls_undecided_what_the_program_does(mode: str, band: object) -> None:
    rng = np.random.default_rng(1)
    points = {}
    if band != "no points":
        point = ChosenPoint(threshold=0.4, band=band)  # type: ignore[arg-type]
        points = {"A": point, "B": ChosenPoint(threshold=0.5)}
    facts = {
        "class_mode": mode,
        "operating": {name: point.to_json() for name, point in points.items()},
    }
    seen = set()
    for shares in [*rng.dirichlet([1, 1, 1], 200).tolist(), [0.6, 0.4, 0.0], [0.599, 0.3, 0.101]]:
        outputs = dict(zip("ABC", shares, strict=True))
        flags = {
            name: Flag(
                point=point,
                flagged=outputs[name] >= point.threshold,
                uncertain=point.is_uncertain(outputs[name]),
            )
            for name, point in points.items()
        }
        expected = is_uncertain(outputs, flags or None, several=mode == "multilabel")
        assert standalone.is_uncertain(facts, outputs) == expected
        seen.add(expected)
    assert seen == (
        {False} if mode == "multilabel" and not isinstance(band, tuple) else {False, True}
    )
