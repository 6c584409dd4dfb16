"""Every number of the drawing is the network's own: what Keras makes with the same weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from touched import Floats, detail, drawn, made, packed

from xraylib.images.decode import read_image
from xraylib.images.prepare import Preparation, prepare
from xraylib.networks.declaration.fields import ACTIVATIONS
from xraylib.networks.layers import (
    Activation,
    AveragePooling2D,
    Backbone,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    GroupNormalization,
    Input,
    Layer,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
    Residual,
    SeparableConv2D,
    SpatialDropout2D,
    ZeroPadding2D,
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.settings import PROJECT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tensorflow")]

CLOSE = 1e-5
"""Of the largest value of a map, or of 1 where that is less: single precision."""

SHAPE = (23, 30, 1)


def _network(*layers: Layer, shape: tuple[int, int, int] = SHAPE) -> ModelSpec:
    return ModelSpec(name="any", layers=(Input(shape), Rescaling(), *layers))


NETWORKS = {
    "no convolution": _network(Flatten(), Dense(7, activation="tanh"), Dense(3)),
    "1×1": _network(Conv2D(4, 1, activation="relu"), Conv2D(2, 1), shape=(9, 8, 3)),
    "stride above kernel": _network(Conv2D(3, 2, strides=(5, 4)), MaxPooling2D(1, strides=3)),
    "even kernels, same": _network(
        Conv2D(3, (4, 2), strides=(2, 3), padding="same", use_bias=False),
        MaxPooling2D((2, 4), strides=(3, 1), padding="same"),
        AveragePooling2D(3, strides=2, padding="same"),
    ),
    "spread kernels": _network(
        Conv2D(3, 3, dilation_rate=(2, 3), padding="same"),
        DepthwiseConv2D(3, dilation_rate=2),
        SeparableConv2D(4, 2, dilation_rate=2, depth_multiplier=3, padding="same"),
    ),
    "channel by channel": _network(
        Conv2D(3, 3),
        DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same", activation="relu"),
        SeparableConv2D(5, (3, 2), strides=1, depth_multiplier=2, activation="elu"),
        GlobalMaxPooling2D(),
    ),
    "normalised": _network(
        LayerNormalization(axis=(1, 2, 3), center=False, scale=False),
        Conv2D(6, 3),
        BatchNormalization(),
        LayerNormalization(),
        GroupNormalization(3),
        LayerNormalization(axis=(1, 2)),
        BatchNormalization(center=False, scale=False),
        GlobalAveragePooling2D(),
        GroupNormalization(2),
        LayerNormalization(),
        Dense(4, activation="softmax"),
    ),
    "edges and blocks": _network(
        ZeroPadding2D(((1, 0), (2, 3))),
        Conv2D(4, 3, padding="same"),
        Residual(),
        Residual(
            (Conv2D(6, 3, strides=2, padding="same"), BatchNormalization(), Activation("relu")),
            activation=None,
        ),
        Residual((Conv2D(6, 3, padding="same"), Dropout(0.5))),
        SpatialDropout2D(0.3),
        LeakyReLU(0.2),
        AveragePooling2D(2),
        Dense(3, activation="softmax"),
    ),
    "bends": _network(
        Flatten(),
        Dense(19),
        *(Activation(name) for name in ACTIVATIONS),
        *(Dense(19, activation=name) for name in ACTIVATIONS if name != "exponential"),
        shape=(5, 6, 1),
    ),
    "colours": _network(Conv2D(2, 5, strides=2, padding="same"), shape=(31, 28, 3)),
    "large": _network(
        Conv2D(4, 7, strides=2, padding="same", activation="relu"),
        MaxPooling2D(3, strides=2, padding="same"),
        Conv2D(8, 3, padding="same"),
        GlobalAveragePooling2D(),
        Dense(3, activation="softmax"),
        shape=(224, 224, 1),
    ),
}


def _pixels(shape: tuple[int, ...]) -> Any:
    return np.random.default_rng(7).integers(0, 256, shape, np.uint8)


def _weights(spec: ModelSpec) -> list[Floats]:
    random = np.random.default_rng(11)
    found = []
    for row in trace(spec).rows:
        for weight in row.weights:
            # As large as weights that have learnt, whatever the number that comes in.
            inputs = max(1, int(np.prod(weight.shape[:-1])))
            values = random.normal(0, (1.5 / inputs) ** 0.5, weight.shape)
            if weight.name in ("gamma", "moving_variance"):
                values = random.uniform(0.5, 1.5, weight.shape)
            found.append(values.astype(np.float32))
    return found


@pytest.fixture(scope="module")
def keras_maps() -> Callable[[ModelSpec, list[Floats], Any], list[Floats]]:
    """What every layer of the Keras model makes of an X-ray."""
    from xraylib.networks.render.keras_model import build

    def maps(spec: ModelSpec, weights: list[Floats], pixels: Any) -> list[Floats]:
        model = build(spec)
        model.set_weights(weights)
        outputs = [pixels[None].astype(np.float32)]
        for layer in model.layers[1:]:
            outputs.append(layer(outputs[-1], training=False))
        return [np.asarray(one)[0] for one in outputs]

    return maps


def _apart(ours: Floats | None, keras: Floats) -> float:
    assert ours is not None
    assert ours.shape == keras.shape
    return float(np.abs(ours - keras).max() / max(1.0, np.abs(keras).max()))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_map_is_that_of_keras(name: str, page: Page, keras_maps: Any) -> None:
    spec = NETWORKS[name]
    pixels, weights = _pixels(spec.input_shape), _weights(spec)
    drawing = drawn(page, packed(spec, pixels, weights))
    apart = {
        f"{index} {spec.layers[index].label}": _apart(made(drawing, index), expected)
        for index, expected in enumerate(keras_maps(spec, weights, pixels))
    }
    assert len(apart) == len(spec.layers)
    assert {layer: far for layer, far in apart.items() if not far <= CLOSE} == {}


@pytest.mark.parametrize("name", PRESETS)
def test_fresh_weights_are_drawn_as_keras_draws_them_and_give_its_maps(
    name: str, page: Page, keras_maps: Any
) -> None:
    spec = preset(name, input_shape=(96, 96, 1))
    file = sorted((PROJECT / "sample_data" / "test" / "Covid").glob("*.png"))[0]
    pixels = prepare(read_image(file), Preparation(image_size=(96, 96)))
    drawing = drawn(page, packed(spec, pixels))
    weights = []
    for row in trace(spec).rows:
        told = drawing.evaluate(
            "(one, i) => Object.entries(one.drawing.network.layers[i].weights)"
            ".map(([name, values]) => [name, Array.from(values)])",
            row.index,
        )
        assert [name for name, _ in told] == [weight.name for weight in row.weights]
        for (kind, values), weight in zip(told, row.weights, strict=True):
            array = np.array(values, np.float32).reshape(weight.shape)
            weights.append(array)
            if kind.endswith("kernel"):
                _check_glorot(array)
            else:
                assert np.all(array == (kind in ("gamma", "moving_variance")))
    for index, expected in enumerate(keras_maps(spec, weights, pixels)):
        assert _apart(made(drawing, index), expected) <= CLOSE


def _check_glorot(kernel: Floats) -> None:
    import keras

    theirs = np.asarray(keras.initializers.GlorotUniform(seed=1)(kernel.shape))
    assert np.abs(kernel).max() <= np.sqrt(3) * theirs.std() * 1.5
    if kernel.size > 200:
        # A uniform number's spread is its limit / √3; ours and Keras's come from one limit.
        assert kernel.std() == pytest.approx(theirs.std(), rel=0.15)
        assert abs(kernel.mean()) < 5 * theirs.std() / np.sqrt(kernel.size)
        assert np.abs(kernel).max() == pytest.approx(np.abs(theirs).max(), rel=0.05)
        assert len(np.unique(kernel)) > 0.99 * kernel.size


@pytest.mark.parametrize("name", ["even kernels, same", "spread kernels", "channel by channel"])
def test_patch_products_and_sum_are_what_lands_in_the_map(
    name: str, page: Page, keras_maps: Any
) -> None:
    spec = NETWORKS[name]
    pixels, weights = _pixels(spec.input_shape), _weights(spec)
    drawing = drawn(page, packed(spec, pixels, weights))
    maps = keras_maps(spec, weights, pixels)
    for index, layer in enumerate(spec.layers):
        if layer.window is None:
            continue
        drawing.locator(f"[data-layer='{index}']").click()
        rows, columns, _ = maps[index].shape
        for row, column in ((0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)):
            drawing.evaluate("(one, at) => one.drawing.panel.moveTo(...at)", [row, column])
            told = detail(drawing)
            assert (told["row"], told["column"]) == (row, column)
            expected = float(maps[index][row, column, told["filter"]])
            assert told["value"] == pytest.approx(expected, abs=CLOSE * max(1, abs(expected)))
            if layer.window == "sum":
                products = np.array(told["patch"]) * np.array(told["weights"])
                assert np.allclose(products, told["products"], atol=1e-7)
                assert told["sum"] == pytest.approx(products.sum(), abs=1e-6)
                assert told["total"] == pytest.approx(sum(told["sums"]), abs=1e-6)
            elif layer.window == "largest":
                assert told["value"] == told["patch"][told["kept"]]
            else:
                inside = np.array(told["patch"])[np.array(told["added"]) == 0]
                assert told["value"] == pytest.approx(inside.mean(), abs=1e-6)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_other_steps_make_the_map_that_keras_makes_with_them(
    stride: int, padding: str, page: Page, keras_maps: Any
) -> None:
    spec = _network(Conv2D(2, (4, 3), strides=2, activation="relu"), shape=(17, 14, 2))
    spec = spec.with_layers((Input((17, 14, 1)), *spec.layers[1:]))
    pixels, weights = _pixels(spec.input_shape), _weights(spec)
    drawing = drawn(page, packed(spec, pixels, weights))
    drawing.locator("[data-layer='2']").click()
    drawing.get_by_role("button", name=f"stride {stride}, {padding}").click()
    told = drawing.evaluate(
        "one => ({map: Array.from(one.drawing.panel.map), size: one.drawing.panel.m.count,"
        " filter: one.drawing.panel.state.filter})"
    )
    other = spec.with_layers(
        (*spec.layers[:2], Conv2D(2, (4, 3), strides=stride, padding=padding, activation="relu"))
    )
    expected = keras_maps(other, weights, pixels)[2][:, :, told["filter"]]
    assert tuple(told["size"]) == expected.shape
    assert _apart(np.array(told["map"], np.float32).reshape(expected.shape), expected) <= CLOSE


def test_an_x_ray_that_is_moved_is_computed_anew(page: Page, keras_maps: Any) -> None:
    spec = preset("lesson-cnn", input_shape=(96, 80, 1))
    pixels, weights = _pixels(spec.input_shape), _weights(spec)
    drawing = drawn(page, packed(spec, pixels, weights))
    drawing.evaluate("one => one.drawing.move(8, -16)")
    drawing.page.wait_for_function(
        "() => { const one = window.root.querySelector('.touch');"
        " return one.dataset.done === 'true' && one.drawing.isMoved; }"
    )
    there = np.zeros_like(pixels)
    there[8:, :-16] = pixels[:-8, 16:]
    for index, expected in enumerate(keras_maps(spec, weights, there)):
        assert _apart(made(drawing, index), expected) <= CLOSE


def test_what_is_not_computed_says_why(page: Page) -> None:
    spec = _network(shape=(64, 64, 3)).with_layers(
        (Input((64, 64, 3)), Backbone(weights="none"), GlobalAveragePooling2D(), Dense(3))
    )
    drawing = drawn(page, packed(spec, _pixels((64, 64, 3))))
    assert made(drawing, 0) is not None
    assert made(drawing, 1) is None
    drawing.locator("[data-layer='2']").click()
    assert "Backbone is not computed in this drawing" in drawing.inner_text()


def test_weights_that_were_left_out_end_the_way_with_words(page: Page) -> None:
    spec = NETWORKS["no convolution"]
    weights: list[Floats | None] = [*_weights(spec)]
    weights[0] = None
    drawing = drawn(page, packed(spec, _pixels(spec.input_shape), weights))
    assert made(drawing, 2) is not None
    assert made(drawing, 3) is None
    drawing.locator("[data-layer='3']").click()
    assert "too many weights" in drawing.inner_text()
