"""Keras against LiteRT on networks of every shape that the lessons use."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xraylib.evaluation.explain.maps import cam, scaled_map
from xraylib.models.classify.litert_network import LiteNetwork
from xraylib.models.conversion.litert import Exported, export_litert

pytestmark = pytest.mark.xdist_group("tensorflow")

SIZE = 48


def _network(kind: str) -> Any:
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    start = keras.Input((SIZE, SIZE, 1))
    x = layers.Rescaling(1 / 255)(start)
    if kind == "standardised":
        x = layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False)(start)
    if kind != "dense":
        x = layers.Conv2D(6, 5, strides=3, activation="relu")(x)
    if kind == "normalised":
        x = layers.BatchNormalization(momentum=0.9)(x)
    if kind != "dense":
        x = layers.Conv2D(4, 3, activation="relu")(x)
    if kind in ("dense", "flat"):
        x = layers.Flatten()(x)
        outputs = layers.Dense(3, activation="softmax")(x)
    elif kind == "binary":
        x = layers.GlobalAveragePooling2D()(x)
        outputs = layers.Dense(1, activation="sigmoid")(x)
    else:
        x = layers.GlobalAveragePooling2D()(x)
        x = layers.Dropout(0.2)(x)
        outputs = layers.Activation("softmax")(layers.Dense(3)(x))
    return keras.Model(start, outputs)


def _pixels(n: int) -> Any:
    return np.random.default_rng(n).integers(0, 256, (n, SIZE, SIZE, 1)).astype(np.uint8)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("dense", "occlusion"),
        ("flat", "occlusion"),
        ("standardised", "cam"),
        ("normalised", "cam"),
        ("binary", "cam"),
    ],
)
def test_litert_gives_keras_probabilities_for_any_number_of_images(kind: str, method: str) -> None:
    model = _network(kind)
    exported = export_litert(model)
    assert exported.method == method
    assert (exported.layer is None) == (kind == "dense")
    assert (exported.head is not None) == (method == "cam")
    network = LiteNetwork(exported.model)
    for n in (1, 7, 1, 33):
        pixels = _pixels(n)
        probabilities, features = network.run(pixels, features=True)
        expected = model(pixels.astype(np.float32), training=False).numpy()
        assert np.abs(probabilities - expected).max() <= 1e-6
        assert (features is None) == (kind == "dense")
        assert features is None or len(features) == n


def _grad_cam(model: Any, layer: str, pixels: Any, index: int) -> Any:
    """Selvaraju et al. 2017 with a gradient tape, on the scores before the softmax."""
    import keras
    import tensorflow as tf

    dense = [x for x in model.layers if isinstance(x, keras.layers.Dense)][-1]
    split = keras.Model(model.inputs[0], [model.get_layer(layer).output, dense.output])
    with tf.GradientTape() as tape:
        maps, scores = split(pixels.astype(np.float32), training=False)
        tape.watch(maps)
        pooled = tf.reduce_mean(maps, axis=(1, 2))
        score = dense(pooled)[:, index]
    assert np.allclose(dense(pooled), scores, atol=1e-5)
    weights = tf.reduce_mean(tape.gradient(score, maps), axis=(1, 2))
    return tf.reduce_sum(maps * weights[:, None, None], axis=-1).numpy()[0]


def test_the_class_activation_map_equals_grad_cam() -> None:
    model = _network("normalised")
    exported: Exported = export_litert(model)
    assert exported.head is not None
    pixels = _pixels(1)
    _, features = LiteNetwork(exported.model).run(pixels, features=True)
    assert features is not None
    assert exported.layer is not None
    kernel = np.asarray(exported.head["kernel"], np.float32)
    for index in range(3):
        gradient = _grad_cam(model, exported.layer, pixels, index)
        assert gradient.max() > 0
        found = cam(features[0], kernel, index, (SIZE, SIZE))
        assert np.abs(found - scaled_map(gradient, (SIZE, SIZE))).max() < 1e-4


def test_nothing_is_printed_while_exporting(capsys: pytest.CaptureFixture[str]) -> None:
    export_litert(_network("dense"))
    assert capsys.readouterr().out == ""
