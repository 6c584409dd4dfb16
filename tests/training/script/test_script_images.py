"""The generated scripts read an image as a run prepares it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from xraylib.images.decode import read_image
from xraylib.images.grey_range import GreyRange
from xraylib.images.prepare import Preparation, prepare
from xraylib.models.exporters.folder import classify as folder_script
from xraylib.networks.presets import preset
from xraylib.training.config import TrainConfig
from xraylib.training.script.keras_script import keras_script

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.mark.parametrize("fit", ["stretch", "pad", "crop"])
@pytest.mark.parametrize("size", [(40, 53), (53, 40)])
def test_it_reads_an_image_as_the_program_does(
    tmp_path: Path, size: tuple[int, int], fit: str
) -> None:
    spec = preset("small-cnn", input_shape=(*size, 1))
    script: dict[str, Any] = {"__name__": "script"}
    wanted = Preparation(image_size=size, fit=fit)  # type: ignore[arg-type]
    exec(keras_script(spec, train=TrainConfig(), preparation=wanted), script)
    for number, shape in enumerate([(40, 40), (40, 53), (53, 40), (90, 61), (61, 90)]):
        pixels = np.random.default_rng(number).integers(1, 256, shape, np.uint8)
        file = tmp_path / f"{number}.png"
        Image.fromarray(pixels).save(file)
        expected = prepare(read_image(file.read_bytes()), wanted)
        assert np.array_equal(script["read"](file), expected), shape


@pytest.mark.parametrize("fit", ["stretch", "pad", "crop"])
@pytest.mark.parametrize(
    "chosen",
    [None, GreyRange(bits=16, low=0, high=4095), GreyRange(bits=16, low=300, high=2001)],
    ids=str,
)
def test_it_takes_the_grey_range_that_was_chosen(
    tmp_path: Path, fit: str, chosen: GreyRange | None
) -> None:
    spec = preset("small-cnn", input_shape=(40, 53, 1))
    script: dict[str, Any] = {"__name__": "script"}
    wanted = Preparation(image_size=(40, 53), fit=fit, grey_range=chosen)  # type: ignore[arg-type]
    exec(keras_script(spec, train=TrainConfig(), preparation=wanted), script)
    for number, depth in enumerate((np.uint16, np.uint8)):
        top = 4096 if depth == np.uint16 else 256
        pixels = np.random.default_rng(number).integers(1, top, (61, 90), depth)
        file = tmp_path / f"{number}.png"
        Image.fromarray(pixels).save(file)
        expected = prepare(read_image(file.read_bytes()), wanted)
        assert np.array_equal(script["read"](file), expected), depth
        exported = folder_script.prepare(folder_script.read(str(file)), wanted.to_json())
        assert np.array_equal(exported[0], expected), depth
