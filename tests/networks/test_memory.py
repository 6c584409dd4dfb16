"""Memory of a training by arithmetic: against sums by hand."""

from __future__ import annotations

import pytest

from xraylib.errors import SpecError
from xraylib.networks.layers import (
    Backbone,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    MaxPooling2D,
    Residual,
)
from xraylib.networks.memory import LOADED, training_memory
from xraylib.networks.spec import ModelSpec

MIB = 2**20


def _spec(*layers: object, side: int = 16) -> ModelSpec:
    return ModelSpec(name="n", layers=(Input(shape=(side, side, 1)), *layers))  # type: ignore[arg-type]


def test_each_part_by_hand() -> None:
    spec = _spec(
        Conv2D(filters=4, kernel_size=3, padding="same"),
        MaxPooling2D(pool_size=2),
        Flatten(),
        Dense(units=10),
    )
    needed = training_memory(spec, batch_size=100)
    weights = 4 * 9 + 4 + 256 * 10 + 10  # 2610, of which the kernel of Dense has 2560
    # Adam: weights, gradients, two averages and one step of the largest array, or, while a
    # checkpoint is written, weights and averages twice: 6 times 2610 is more.
    assert needed.weights == 4 * 6 * weights
    maps = 256 + 1024 + 256 + 256 + 10
    assert needed.maps == 4 * 100 * (maps + 1024 + 256)
    assert needed.images == 256 * (5 * 100 + 64)
    assert needed.loaded == LOADED + 5 * MIB
    assert needed.total == needed.loaded + needed.weights + needed.maps + needed.images


def test_an_optimizer_without_averages_needs_less() -> None:
    spec = _spec(Flatten(), Dense(units=100))
    sizes = {
        name: training_memory(spec, batch_size=1, optimizer=name).weights
        for name in ("sgd", "rmsprop", "adam")
    }
    weights = 4 * (256 * 100 + 100)
    assert sizes == {"sgd": 2 * weights, "rmsprop": 4 * weights, "adam": 6 * weights}


def test_with_a_small_batch_validation_with_64_images_is_the_largest() -> None:
    spec = _spec(Conv2D(filters=2, kernel_size=3, padding="same"))
    assert training_memory(spec, batch_size=1).maps == 4 * 64 * (512 + 256 + 256)


def test_what_is_inside_a_residual_block_counts() -> None:
    inner = Conv2D(filters=2, kernel_size=3, padding="same")
    block = Residual(layers=(inner, inner), activation="relu")
    # Two convolutions, the way around them through a 1×1 convolution, the sum, the activation.
    assert block.map_values((16, 16, 1)) == [512] * 5
    assert Residual(layers=(inner,), activation=None).map_values((16, 16, 2)) == [512] * 2


def test_a_backbone_counts_every_layer_inside() -> None:
    layer = Backbone(name="MobileNetV2", weights="none")
    spec = _spec(layer, GlobalAveragePooling2D(), Dense(units=2), side=32)
    values = layer.map_values((32, 32, 1))
    # The first convolution makes 16×16×32, the last 1×1×1280.
    assert values[0] == 32 * 32 * 3
    assert values[1] == 16 * 16 * 32
    assert values[-1] == 1280
    # 154 layers of keras.applications and four around them: input, three channels, scale, the rest.
    assert training_memory(spec, batch_size=1).loaded > LOADED + 150 * MIB


def test_an_impossible_network_has_no_memory() -> None:
    with pytest.raises(SpecError, match="does not fit"):
        training_memory(_spec(Conv2D(filters=1, kernel_size=31)), batch_size=1)
