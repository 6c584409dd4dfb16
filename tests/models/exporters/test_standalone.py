"""What an exported folder does to an image before its network is what the program does."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.images.prepare import Preparation, prepare
from xraylib.images.radiograph import Radiograph
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
