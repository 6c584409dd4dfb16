"""What a layer accepts when it is made, and what it says when it refuses."""

from __future__ import annotations

import json

import pytest

from xraylib.errors import SpecError
from xraylib.networks.layers import (
    LAYERS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalMaxPooling2D,
    GroupNormalization,
    Input,
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
    Residual,
    SeparableConv2D,
    SpatialDropout2D,
    ZeroPadding2D,
    layer_from_json,
)

REFUSALS = [
    (
        lambda: Conv2D(filters=0, kernel_size=3),
        "The Conv2D setting filters is 0. Expected a whole number from 1 to 65,536. "
        "Do this: set filters to 1, for example.",
        "filters",
        (1,),
    ),
    (
        lambda: Conv2D(filters=5.0, kernel_size=3),
        "The Conv2D setting filters is 5.0. Expected a whole number from 1 to 65,536. "
        "Do this: set filters to 1, for example.",
        "filters",
        (1,),
    ),
    (
        lambda: Conv2D(filters=True, kernel_size=3),
        "The Conv2D setting filters is True. Expected a whole number from 1 to 65,536. "
        "Do this: set filters to 1, for example.",
        "filters",
        (1,),
    ),
    (
        lambda: Conv2D(filters=5, kernel_size=(3, 0)),
        "The Conv2D setting kernel_size is (3, 0). Expected a whole number from 1 to 1,024, or "
        "one for the height and one for the width. Do this: set kernel_size to (3, 1), for "
        "example.",
        "kernel_size",
        ((3, 1),),
    ),
    (
        lambda: Conv2D(filters=5, kernel_size=(3, 3, 3)),
        "The Conv2D setting kernel_size is (3, 3, 3). Expected a whole number from 1 to 1,024, or "
        "one for the height and one for the width. Do this: set kernel_size to 3, for example.",
        "kernel_size",
        (3,),
    ),
    (
        lambda: Conv2D(filters=5, kernel_size=3, padding="some"),
        "The Conv2D setting padding is 'some'. Expected one of valid, same. "
        "Do this: set padding to same.",
        "padding",
        ("same",),
    ),
    (
        lambda: Conv2D(filters=5, kernel_size=3, activation="rely"),
        "The Conv2D setting activation is 'rely'. Expected one of relu, leaky_relu, relu6, elu, "
        "selu, gelu, silu, swish, mish, tanh, sigmoid, hard_sigmoid, softplus, softsign, "
        "exponential, softmax, linear. Do this: set activation to relu.",
        "activation",
        ("relu",),
    ),
    (
        lambda: Dense(units=70_000),
        "The Dense setting units is 70000. Expected a whole number from 1 to 65,536. "
        "Do this: set units to 65,536, for example.",
        "units",
        (65_536,),
    ),
    (
        lambda: Dense(units=3, use_bias=1),
        "The Dense setting use_bias is 1. Expected true or false. "
        "Do this: set use_bias to true or false.",
        "use_bias",
        (True, False),
    ),
    (
        lambda: MaxPooling2D(strides=0),
        "The MaxPooling2D setting strides is 0. Expected a whole number from 1 to 1,024, or one "
        "for the height and one for the width. Do this: set strides to 1, for example.",
        "strides",
        (1,),
    ),
    (
        lambda: Dropout(rate=1),
        "The Dropout setting rate is 1. Expected a number from 0 and below 1. "
        "Do this: set rate to 0.2, for example.",
        "rate",
        (0.2,),
    ),
    (
        lambda: Dropout(rate=float("nan")),
        "The Dropout setting rate is nan. Expected a number from 0 and below 1. "
        "Do this: set rate to 0.2, for example.",
        "rate",
        (0.2,),
    ),
    (
        lambda: BatchNormalization(epsilon=0),
        "The BatchNormalization setting epsilon is 0. Expected a number above 0 and at most 1. "
        "Do this: set epsilon to 0.001, for example.",
        "epsilon",
        (0.001,),
    ),
    (
        lambda: Rescaling(scale=0),
        "The Rescaling setting scale is 0.0. Expected a number other than 0. "
        "Do this: set scale to 1/255.",
        "scale",
        (1 / 255,),
    ),
    (
        lambda: Rescaling(scale="1/255"),
        "The Rescaling setting scale is '1/255'. Expected a number from -1,000,000 to 1,000,000. "
        "Do this: set scale to 0.00392157, for example.",
        "scale",
        (1 / 255,),
    ),
    (
        lambda: LayerNormalization(axis=0),
        "The LayerNormalization setting axis is 0. Expected -1 for the last axis, or different "
        "ones of 1 (rows), 2 (columns), 3 (channels). Do this: set axis to -1, or to [1, 2, 3] "
        "for the whole image.",
        "axis",
        (-1, (1, 2, 3)),
    ),
    (
        lambda: Conv2D(filters=1, kernel_size=3, strides=2, dilation_rate=2),
        "The Conv2D setting dilation_rate is (2, 2). Expected 1 where strides are above 1. "
        "Do this: set dilation_rate to 1 or strides to 1.",
        "dilation_rate",
        (1,),
    ),
    (
        lambda: SeparableConv2D(filters=1, kernel_size=1, strides=2),
        "The SeparableConv2D setting kernel_size is (1, 1). Expected more than 1×1 where strides "
        "are above 1. Do this: set kernel_size to 2 or strides to 1.",
        "kernel_size",
        (2,),
    ),
    (
        lambda: DepthwiseConv2D(kernel_size=(1, 1), strides=(3, 3)),
        "The DepthwiseConv2D setting kernel_size is (1, 1). Expected more than 1×1 where strides "
        "are above 1. Do this: set kernel_size to 2 or strides to 1.",
        "kernel_size",
        (2,),
    ),
    (
        lambda: SeparableConv2D(filters=1, kernel_size=3, strides=(2, 1)),
        "The SeparableConv2D setting strides is (2, 1). Expected the same stride down and to the "
        "right. Do this: set strides to 2, for example.",
        "strides",
        (2, 1),
    ),
    (
        lambda: ZeroPadding2D(padding=(1, 2, 3)),
        "The ZeroPadding2D setting padding is (1, 2, 3). Expected pixels from 0 to 1,024: one "
        "number, one for the height and one for the width, or a pair for each. "
        "Do this: set padding to 1, for example.",
        "padding",
        (1,),
    ),
    (
        lambda: Input(shape=(256, 256)),
        "The Input setting shape is (256, 256). Expected height, width and channels, up to "
        "4096×4096×16. Do this: write for example [256, 256, 1].",
        "shape",
        ((256, 256, 1),),
    ),
    (
        lambda: Activation(activation=None),
        "The Activation setting activation is None. Expected one of relu, leaky_relu, relu6, elu, "
        "selu, gelu, silu, swish, mish, tanh, sigmoid, hard_sigmoid, softplus, softsign, "
        "exponential, softmax, linear. Do this: set activation to relu.",
        "activation",
        ("relu",),
    ),
]


@pytest.mark.parametrize(
    ("make", "message", "field", "nearest"), REFUSALS, ids=[r[1][:50] for r in REFUSALS]
)
def test_nonsense_is_refused_when_a_layer_is_made(make, message, field, nearest) -> None:
    with pytest.raises(SpecError) as caught:
        make()
    assert caught.value.message == message
    assert caught.value.field == field
    assert caught.value.nearest == nearest
    assert caught.value.code == "spec"


@pytest.mark.parametrize("axis", [(), (1, 1), (1, -1), -2, 4, True, "rows", (1.0,), None])
def test_layer_normalization_refuses_axes_that_are_not_the_images(axis) -> None:
    with pytest.raises(SpecError, match="LayerNormalization setting axis"):
        LayerNormalization(axis=axis)


def test_one_number_stands_for_height_and_width() -> None:
    assert Conv2D(filters=5, kernel_size=5) == Conv2D(filters=5, kernel_size=(5, 5))
    assert Conv2D(filters=5, kernel_size=[5, 3]).kernel_size == (5, 3)
    assert AveragePooling2D(pool_size=3).pool_size == (3, 3)
    assert MaxPooling2D().strides is None


def test_values_with_two_names_are_kept_under_one() -> None:
    assert Dense(units=3, activation="linear") == Dense(units=3)
    assert LayerNormalization(axis=(3, 1)) == LayerNormalization(axis=(1, 3))
    assert LayerNormalization(axis=(2,)) == LayerNormalization(axis=2)


def test_json_leaves_out_defaults_and_writes_equal_pairs_as_one_number() -> None:
    assert Conv2D(filters=5, kernel_size=5, strides=3, activation="relu").to_json() == {
        "kind": "Conv2D",
        "filters": 5,
        "kernel_size": 5,
        "strides": 3,
        "activation": "relu",
    }
    assert Conv2D(filters=5, kernel_size=(5, 3)).to_json() == {
        "kind": "Conv2D",
        "filters": 5,
        "kernel_size": [5, 3],
    }
    assert Rescaling().to_json() == {"kind": "Rescaling"}
    assert LayerNormalization(axis=(1, 2, 3), center=False, scale=False).to_json() == {
        "kind": "LayerNormalization",
        "axis": [1, 2, 3],
        "center": False,
        "scale": False,
    }
    assert Input(shape=(256, 256, 1)).to_json() == {"kind": "Input", "shape": [256, 256, 1]}


def test_layers_inside_a_layer_survive_json_and_flat_ones_are_refused() -> None:
    layer = Residual(
        layers=[Conv2D(filters=8, kernel_size=3, padding="same"), BatchNormalization()]
    )
    value = json.loads(json.dumps(layer.to_json()))
    assert value["layers"][1] == {"kind": "BatchNormalization"}
    assert layer_from_json(value) == layer
    for inside in ((), (Flatten(),), (Residual(),), ("Conv2D",), 3):
        with pytest.raises(SpecError, match="Residual setting layers"):
            Residual(layers=inside)


def test_padding_is_kept_in_its_shortest_form() -> None:
    assert ZeroPadding2D(padding=2).to_json() == {"kind": "ZeroPadding2D", "padding": 2}
    assert ZeroPadding2D(padding=((1, 1), (2, 2))).to_json()["padding"] == [1, 2]
    # The same pair for height and width is not one number for all.
    assert ZeroPadding2D(padding=((1, 2), (1, 2))).to_json()["padding"] == [[1, 2], [1, 2]]


def test_labels_say_a_layer_in_one_line() -> None:
    labels = [
        Input(shape=(256, 256, 1)),
        Rescaling(),
        Rescaling(scale=1 / 127.5, offset=-1),
        LayerNormalization(axis=(1, 2, 3), center=False, scale=False),
        LayerNormalization(),
        Conv2D(filters=5, kernel_size=5, strides=3, activation="relu"),
        Conv2D(filters=5, kernel_size=(5, 3), strides=(2, 1), padding="same", use_bias=False),
        MaxPooling2D(pool_size=5),
        MaxPooling2D(pool_size=3, strides=2),
        BatchNormalization(momentum=0.9),
        Dropout(rate=0.2),
        Activation(activation="relu"),
        Flatten(),
        Dense(units=3, activation="softmax"),
        Conv2D(filters=5, kernel_size=3, dilation_rate=2),
        DepthwiseConv2D(kernel_size=3, depth_multiplier=2),
        SeparableConv2D(filters=8, kernel_size=3, activation="relu"),
        GlobalMaxPooling2D(),
        ZeroPadding2D(),
        ZeroPadding2D(padding=(1, 2)),
        LeakyReLU(),
        SpatialDropout2D(rate=0.1),
        GroupNormalization(groups=4),
        Residual(),
        Residual(layers=(Conv2D(filters=8, kernel_size=3, l2=1e-4),), activation=None),
    ]
    assert [layer.label for layer in labels] == [
        "Input 256×256×1",
        "Rescaling x/255",
        "Rescaling 0.00784314 × x − 1",
        "LayerNormalization over the image, nothing learned",
        "LayerNormalization over axis -1",
        "Conv2D 5 @ 5×5, stride 3, relu",
        "Conv2D 5 @ 5×3, stride 2×1, same, no bias",
        "MaxPooling2D 5×5",
        "MaxPooling2D 3×3, stride 2",
        "BatchNormalization, momentum 0.9",
        "Dropout 20 %",
        "Activation relu",
        "Flatten",
        "Dense 3, softmax",
        "Conv2D 5 @ 3×3, dilation 2",
        "DepthwiseConv2D 3×3, 2 a channel",
        "SeparableConv2D 8 @ 3×3, relu",
        "GlobalMaxPooling2D",
        "ZeroPadding2D 1 all round",
        "ZeroPadding2D above 1, below 1, left 2, right 2",
        "LeakyReLU 0.3",
        "SpatialDropout2D 10 %",
        "GroupNormalization, 4 groups",
        "Residual around 2 layers, relu",
        "Residual around Conv2D 8 @ 3×3, L2 0.0001",
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"kind": "Conv2d", "filters": 3, "kernel_size": 3},
            "Layer 2 is of an unknown kind, 'Conv2d'. Expected one of "
            + ", ".join(sorted(LAYERS))
            + ". Do this: write Conv2D if that was meant.",
        ),
        (
            {"kind": "Conv2D", "filter": 3, "kernel_size": 3},
            "Layer 2, Conv2D, has an unknown setting, 'filter'. Expected only filters, "
            "kernel_size, strides, padding, dilation_rate, activation, use_bias, l2. "
            "Do this: write filters if that was meant.",
        ),
        (
            {"kind": "Flatten", "axis": 3},
            "Layer 2, Flatten, has an unknown setting, 'axis'. Expected no settings. "
            "Do this: leave it out.",
        ),
        (
            {"kind": "Conv2D"},
            "Layer 2, Conv2D, lacks filters. Expected a value for filters and kernel_size. "
            "Do this: add filters.",
        ),
        (
            "Flatten",
            "Layer 2 is 'Flatten'. Expected a JSON object with a \"kind\", for example "
            '{"kind": "Flatten"}. Do this: write the layer like that.',
        ),
        (
            {"kind": ["Flatten"]},
            "Layer 2 is {'kind': ['Flatten']}. Expected a JSON object with a \"kind\", for "
            'example {"kind": "Flatten"}. Do this: write the layer like that.',
        ),
    ],
)
def test_a_layer_that_is_not_one_is_refused_with_its_place(value, message) -> None:
    with pytest.raises(SpecError) as caught:
        layer_from_json(value, index=2)
    assert caught.value.message == message
    assert caught.value.index == 2


def test_a_bad_value_in_a_file_is_refused_with_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        layer_from_json({"kind": "Dropout", "rate": 2}, index=7)
    assert (caught.value.index, caught.value.field) == (7, "rate")


@pytest.mark.parametrize(
    "value", [{}, [], None, {"kind": "Dense", "units": {"a": 1}}, {"kind": "Dense", "units": 1e400}]
)
def test_no_json_gets_past_as_anything_but_a_spec_error(value) -> None:
    with pytest.raises(SpecError):
        layer_from_json(value)


def test_every_layer_survives_json() -> None:
    for layer in (
        Input(shape=(5, 6, 3)),
        Rescaling(scale=2.5, offset=-1),
        Conv2D(filters=5, kernel_size=(5, 3), strides=2, padding="same", use_bias=False),
        LayerNormalization(axis=(1, 3), epsilon=0.01),
        MaxPooling2D(pool_size=(2, 3), strides=(1, 2)),
    ):
        assert layer_from_json(json.loads(json.dumps(layer.to_json()))) == layer
