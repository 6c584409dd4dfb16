"""The generated script reads an image as a run prepares it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from xraylib.images.decode import read_image
from xraylib.images.prepare import Preparation, prepare
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
