"""Grad-CAM and HiResCAM against what can be worked out without a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xraylib.errors import ConfigError
from xraylib.evaluation.explain.gradients import explained_layer, gradient_maps

pytestmark = pytest.mark.xdist_group("tensorflow")

SIZE = 24


def _pixels() -> Any:
    return np.random.default_rng(0).integers(0, 256, (3, SIZE, SIZE, 1)).astype(np.uint8)


def _network(head: str, units: int = 3) -> Any:
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    start = keras.Input((SIZE, SIZE, 1))
    x = layers.Rescaling(1 / 255)(start)
    x = layers.Conv2D(4, 3, strides=2, activation="relu")(x)
    x = layers.Conv2D(6, 3, activation="relu", name="last")(x)
    if head == "pooled":
        x = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x))
    else:
        x = layers.Flatten()(x)
    activation = "sigmoid" if units == 1 else "softmax"
    return keras.Model(start, layers.Dense(units, activation=activation)(x))


def _maps_and_kernel(model: Any) -> tuple[Any, Any]:
    import keras

    inner = keras.Model(model.inputs[0], model.get_layer("last").output)
    return inner(_pixels().astype(np.float32)).numpy(), model.layers[-1].get_weights()[0]


@pytest.mark.parametrize("method", ["gradcam", "hirescam"])
def test_on_a_pooled_head_both_are_the_class_activation_map(method: str) -> None:
    model = _network("pooled")
    maps, kernel = _maps_and_kernel(model)
    found = gradient_maps(model, _pixels(), method)
    places = maps.shape[1] * maps.shape[2]
    expected = np.einsum("nrcf,fk->nkrc", maps, kernel) / places
    assert found.shape == (3, 3, *maps.shape[1:3])
    assert np.abs(found - expected).max() < 1e-6


def test_on_a_flat_head_hirescam_is_what_each_place_adds_to_the_score() -> None:
    model = _network("flat")
    maps, kernel = _maps_and_kernel(model)
    weights = kernel.reshape(*maps.shape[1:], 3)
    expected = np.einsum("nrcf,rcfk->nkrc", maps, weights)
    assert np.abs(gradient_maps(model, _pixels(), "hirescam") - expected).max() < 1e-5
    mean = weights.mean(axis=(0, 1))
    pooled = np.einsum("nrcf,fk->nkrc", maps, mean)
    assert np.abs(gradient_maps(model, _pixels(), "gradcam") - pooled).max() < 1e-5


def test_a_sigmoid_unit_speaks_for_class_1_and_negated_for_class_0() -> None:
    model = _network("pooled", units=1)
    maps, kernel = _maps_and_kernel(model)
    found = gradient_maps(model, _pixels(), "gradcam")
    signed = np.einsum("nrcf,f->nrc", maps, kernel[:, 0]) / (maps.shape[1] * maps.shape[2])
    assert np.abs(found[:, 1] - signed).max() < 1e-6
    assert np.abs(found[:, 0] + signed).max() < 1e-6


def test_normalisation_and_activation_after_the_last_convolution_belong_to_it() -> None:
    from keras import layers

    chain = [layers.Conv2D(2, 3), layers.BatchNormalization(), layers.ReLU(), layers.Flatten()]
    assert explained_layer(chain) == 2
    pooled = [layers.Conv2D(2, 3), layers.MaxPooling2D(), layers.GlobalAveragePooling2D()]
    assert explained_layer(pooled) == 1


def test_what_cannot_be_explained_is_refused_with_a_way_out() -> None:
    from keras import layers

    with pytest.raises(ConfigError) as caught:
        explained_layer([layers.Flatten(), layers.Dense(2)])
    assert caught.value.message == (
        "The network has no convolution, so it has no feature maps to explain. Expected a network "
        "with a convolution. Do this: use occlusion, which works for every network."
    )
    with pytest.raises(ConfigError) as unknown:
        gradient_maps(None, _pixels(), "gradcam++")
    assert unknown.value.message == (
        "There is no method 'gradcam++'. Expected gradcam or hirescam. Do this: choose one of them."
    )
