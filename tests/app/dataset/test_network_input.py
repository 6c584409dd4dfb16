"""What a network does first to grey levels is told as it is."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.app.dataset.network_input import FirstStep, first_step
from xraylib.networks.layers import Conv2D, Input, LayerNormalization, Rescaling
from xraylib.networks.presets import STANDARDISE
from xraylib.networks.spec import ModelSpec

IMAGE = np.random.default_rng(0).integers(20, 200, (16, 16, 1), dtype=np.uint8)


def _network(*layers: object) -> ModelSpec:
    return ModelSpec(name="test", layers=(Input(shape=(16, 16, 1)), *layers))  # type: ignore[arg-type]


def test_a_rescaling_layer_is_told_with_its_own_numbers() -> None:
    assert first_step(_network(Rescaling()), IMAGE) == FirstStep(
        words="After Rescaling x/255", scale=1 / 255
    )
    step = first_step(_network(Rescaling(scale=1 / 127.5, offset=-1.0)), IMAGE)
    assert 255 * step.scale + step.offset == pytest.approx(1.0)
    assert step.offset == -1.0


def test_standardising_gives_this_image_mean_0_and_deviation_1() -> None:
    step = first_step(_network(STANDARDISE), IMAGE)
    seen = IMAGE * step.scale + step.offset
    assert seen.mean() == pytest.approx(0, abs=1e-9)
    assert seen.std() == pytest.approx(1, abs=1e-5)
    assert step.words == "After standardising this X-ray: mean 0, deviation 1"


@pytest.mark.parametrize("layer", [Conv2D(filters=2, kernel_size=3), LayerNormalization()])
def test_a_network_without_such_a_layer_gets_the_grey_levels_as_they_are(layer: object) -> None:
    assert first_step(_network(layer), IMAGE) == FirstStep(
        words=f"Not rescaled: {type(layer).__name__} comes first and gets 0 to 255"
    )
