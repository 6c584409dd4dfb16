"""Sums in stages are the same layers, and LiteRT then keeps to double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xraylib.models.classify.litert_network import LiteNetwork
from xraylib.models.conversion.litert import export_litert
from xraylib.models.conversion.stable_reductions import with_short_sums
from xraylib.networks.layers import (
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    GroupNormalization,
    Input,
    Layer,
    Residual,
)
from xraylib.networks.spec import ModelSpec

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("dense", True),
        ("dense-uneven", True),
        ("dense-short", False),
        ("standardised", True),
        ("normalised-with-weights", True),
        ("normalised-by-channel", False),
        ("normalised-over-rows", True),
        ("grouped", True),
        ("grouped-by-channel", True),
        ("pooled", True),
        ("pooled-keeping-axes", True),
        ("convolution", False),
    ],
)
def test_the_layer_gives_what_keras_gives(kind: str, changed: bool) -> None:
    from keras import layers

    rng = np.random.default_rng(1)
    images = rng.normal(size=(3, 20, 30, 2)).astype(np.float32)
    flat = images.reshape(3, -1)
    every: dict[str, tuple[Any, Any]] = {
        "dense": (layers.Dense(4, activation="relu"), np.tile(flat, 2)[:, :1024]),
        "dense-uneven": (layers.Dense(4, use_bias=False), flat),
        "dense-short": (layers.Dense(4), flat[:, :512]),
        "standardised": (
            layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False),
            images,
        ),
        "normalised-with-weights": (
            layers.LayerNormalization(
                axis=(1, 2, 3), beta_initializer="normal", gamma_initializer="normal", epsilon=0.1
            ),
            images,
        ),
        "normalised-by-channel": (layers.LayerNormalization(), images),
        "normalised-over-rows": (
            layers.LayerNormalization(axis=(1, -1), gamma_initializer="normal"),
            images,
        ),
        "grouped": (layers.GroupNormalization(groups=1, beta_initializer="normal"), images),
        "grouped-by-channel": (
            layers.GroupNormalization(groups=-1, gamma_initializer="normal"),
            images,
        ),
        "pooled": (layers.GlobalAveragePooling2D(), images),
        "pooled-keeping-axes": (layers.GlobalAveragePooling2D(keepdims=True), images),
        "convolution": (layers.Conv2D(2, 3), images),
    }
    layer, inputs = every[kind]
    expected = layer(inputs).numpy()
    other = with_short_sums(layer)
    assert (other is not layer) == changed
    found = other(inputs).numpy()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() < 1e-5


def test_a_block_adds_up_in_stages_where_one_of_its_layers_does() -> None:
    from xraylib.networks.render.keras_model import build

    def block(*inner: Layer) -> Any:
        spec = ModelSpec(
            name="block",
            layers=(
                Input(shape=(64, 64, 1)),
                Conv2D(filters=4, kernel_size=3, padding="same"),
                Residual(layers=inner),
                GlobalAveragePooling2D(),
                Dense(units=2),
            ),
        )
        return build(spec, seed=1).layers[2]

    convolution = Conv2D(filters=4, kernel_size=3, padding="same")
    plain = block(convolution)
    assert with_short_sums(plain) is plain
    normalised = block(convolution, GroupNormalization(groups=2), convolution)
    other = with_short_sums(normalised)
    assert other is not normalised
    maps = np.random.default_rng(0).normal(0, 30, (2, 64, 64, 4)).astype(np.float32)
    assert np.abs(other(maps).numpy() - normalised(maps).numpy()).max() < 1e-4
    assert [one.name for one in other.layers[1:]] == [one.name for one in normalised.layers[1:]]


@pytest.mark.parametrize("standardise", [False, True])
def test_litert_lies_as_near_to_double_precision_as_keras_does(standardise: bool) -> None:
    """A feed-forward network on 256×256 pixels with logits as far apart as training makes them."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    start = keras.Input((256, 256, 1))
    first = (
        layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False)
        if standardise
        else layers.Rescaling(1 / 255)
    )
    x = layers.Flatten()(first(start))
    model = keras.Model(start, layers.Dense(3, activation="softmax")(x))
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 200, 256)[:, None] + np.linspace(0, 30, 256)
    pixels = (ramp + rng.integers(0, 25, (20, 256, 256)))[..., None].astype(np.uint8)
    kernel = (rng.normal(size=(65_536, 3)) * 0.05).astype(np.float32)
    model.set_weights([kernel, np.zeros(3, np.float32)])

    images = pixels.astype(np.float64).reshape(20, -1)
    if standardise:
        centred = images - images.mean(axis=1, keepdims=True)
        images = centred / np.sqrt(centred.var(axis=1, keepdims=True) + 1e-3)
    else:
        images = images / 255
    logits = images @ kernel.astype(np.float64)
    exact = np.exp(logits - logits.max(axis=1, keepdims=True))
    exact /= exact.sum(axis=1, keepdims=True)

    found = LiteNetwork(export_litert(model).model).run(pixels)[0]
    assert np.abs(found - exact).max() < 1e-5
