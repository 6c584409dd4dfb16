"""The arithmetic, against calculations by hand and against what perturbed pixels show."""

from __future__ import annotations

import subprocess
import sys

import pytest

from xraylib.errors import SpecError
from xraylib.networks.layers import (
    Activation,
    AveragePooling2D,
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
    LayerNormalization,
    LeakyReLU,
    MaxPooling2D,
    Rescaling,
    SeparableConv2D,
    SpatialDropout2D,
    ZeroPadding2D,
)
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import check, trace


def _net(*layers, shape=(256, 256, 1)) -> ModelSpec:
    return ModelSpec(name="net", layers=(Input(shape=shape), *layers))


def _last(*layers, shape=(256, 256, 1)):
    traced = trace(_net(*layers, shape=shape))
    assert traced.error is None, traced.error
    return traced.rows[-1]


def test_a_convolution_of_the_lesson_in_words() -> None:
    row = _last(Conv2D(filters=5, kernel_size=5, strides=3, activation="relu"))
    assert row.arithmetic == "⌊(256−5)/3⌋+1 = 84; 5 × (1×5×5 + 1) = 130"
    assert row.output_shape == (84, 84, 5)
    assert row.params == row.trainable_params == 130
    assert row.multiply_adds == 84 * 84 * 5 * 5 * 5 == 882_000


def test_three_stacked_convolutions_by_hand() -> None:
    traced = trace(
        _net(
            Conv2D(filters=8, kernel_size=5, strides=3),
            Conv2D(filters=4, kernel_size=3, strides=3),
            Conv2D(filters=2, kernel_size=3, strides=2),
        )
    )
    assert [row.output_shape for row in traced.rows[1:]] == [(84, 84, 8), (28, 28, 4), (13, 13, 2)]
    assert [row.params for row in traced.rows[1:]] == [
        8 * (1 * 25 + 1),
        4 * (8 * 9 + 1),
        2 * (4 * 9 + 1),
    ]
    assert traced.total_params == 208 + 292 + 74
    assert [row.multiply_adds for row in traced.rows[1:]] == [
        84 * 84 * 8 * 25 * 1,
        28 * 28 * 4 * 9 * 8,
        13 * 13 * 2 * 9 * 4,
    ]
    # 5; 5 + 2×3 = 11; 11 + 2×9 = 29
    assert [row.receptive_field for row in traced.rows[1:]] == [(5, 5), (11, 11), (29, 29)]
    assert [row.jump for row in traced.rows[1:]] == [(3, 3), (9, 9), (18, 18)]


def test_same_padding_is_written_with_a_ceiling() -> None:
    row = _last(Conv2D(filters=5, kernel_size=5, strides=3, padding="same"))
    assert row.arithmetic == "⌈256/3⌉ = 86; 5 × (1×5×5 + 1) = 130"


def test_height_and_width_are_told_apart_where_they_differ() -> None:
    row = _last(Conv2D(filters=2, kernel_size=(5, 3), strides=(3, 1), use_bias=False))
    assert row.arithmetic == (
        "height ⌊(256−5)/3⌋+1 = 84, width ⌊(256−3)/1⌋+1 = 254; 2 × 1×5×3 = 30"
    )


@pytest.mark.parametrize(
    ("layers", "words", "shape", "params"),
    [
        ([Flatten()], "256×256×1 = 65,536", (65_536,), 0),
        (
            [Flatten(), Dense(units=100)],
            "100 × (65,536 + 1) = 6,553,700",
            (100,),
            6_553_700,
        ),
        (
            [Dense(units=4, use_bias=False)],
            "at each of 256×256 positions; 4 × 1 = 4",
            (256, 256, 4),
            4,
        ),
        ([MaxPooling2D(pool_size=5)], "⌊(256−5)/5⌋+1 = 51", (51, 51, 1), 0),
        (
            [AveragePooling2D(pool_size=3, strides=2, padding="same")],
            "⌈256/2⌉ = 128",
            (128, 128, 1),
            0,
        ),
        ([GlobalAveragePooling2D()], "mean of 256×256 = 65,536 values each", (1,), 0),
        ([Rescaling()], "each value x becomes x/255", (256, 256, 1), 0),
        ([Dropout(rate=0.2)], "drops 20 % while training", (256, 256, 1), 0),
        ([Activation(activation="relu")], "", (256, 256, 1), 0),
        (
            [Conv2D(filters=4, kernel_size=5, dilation_rate=2)],
            "kernel 5 spans 9, ⌊(256−9)/1⌋+1 = 248; 4 × (1×5×5 + 1) = 104",
            (248, 248, 4),
            104,
        ),
        (
            [Conv2D(filters=8, kernel_size=1), DepthwiseConv2D(kernel_size=3, depth_multiplier=2)],
            "⌊(256−3)/1⌋+1 = 254; 16 × (3×3 + 1) = 160",
            (254, 254, 16),
            160,
        ),
        (
            [Conv2D(filters=8, kernel_size=1), SeparableConv2D(filters=16, kernel_size=3)],
            "⌊(256−3)/1⌋+1 = 254; 8 × 3×3 + 16 × (8 + 1) = 216",
            (254, 254, 16),
            216,
        ),
        ([GlobalMaxPooling2D()], "largest of 256×256 = 65,536 values each", (1,), 0),
        (
            [ZeroPadding2D(padding=((1, 2), (0, 3)))],
            "height 256+1+2 = 259, width 256+0+3 = 259",
            (259, 259, 1),
            0,
        ),
        ([LeakyReLU()], "", (256, 256, 1), 0),
        (
            [SpatialDropout2D(rate=0.2)],
            "drops 20 % of the channels while training",
            (256, 256, 1),
            0,
        ),
        (
            [Conv2D(filters=12, kernel_size=1), GroupNormalization(groups=4)],
            "12/4 = 3 a group; 2 × 12 = 24",
            (256, 256, 12),
            24,
        ),
        (
            [Conv2D(filters=8, kernel_size=1), BatchNormalization()],
            "4 × 8 = 32, 16 of them trained",
            (256, 256, 8),
            32,
        ),
        (
            [LayerNormalization(axis=(1, 2, 3), center=False, scale=False)],
            "mean 0 and deviation 1 over 256×256×1 values",
            (256, 256, 1),
            0,
        ),
        (
            [Conv2D(filters=8, kernel_size=1), LayerNormalization()],
            "mean 0 and deviation 1 over 8 values; 2 × 8 = 16",
            (256, 256, 8),
            16,
        ),
    ],
)
def test_each_layer_in_words(layers, words, shape, params) -> None:
    row = _last(*layers)
    assert (row.arithmetic, row.output_shape, row.params) == (words, shape, params)


def test_moving_averages_are_not_trained() -> None:
    row = _last(BatchNormalization(), shape=(8, 8, 3))
    assert (row.params, row.trainable_params) == (12, 6)
    row = _last(BatchNormalization(scale=False, center=False), shape=(8, 8, 3))
    assert (row.params, row.trainable_params) == (6, 0)
    assert row.arithmetic == "2 × 3 = 6, 0 of them trained"


def test_an_impossible_kernel_is_named_with_what_would_fit() -> None:
    spec = _net(
        MaxPooling2D(pool_size=5),
        Conv2D(filters=4, kernel_size=5),
        Flatten(),
        shape=(16, 16, 1),
    )
    traced = trace(spec)
    assert [row.kind for row in traced.rows] == ["Input", "MaxPooling2D"]
    error = traced.error
    assert isinstance(error, SpecError)
    assert error.message == (
        "Layer 2, Conv2D: kernel 5 does not fit into 3×3. Expected a kernel of at most 3×3 with "
        "valid padding. Do this: set kernel_size to 3 or padding to same, or keep the map larger."
    )
    assert (error.index, error.kind, error.field) == (2, "Conv2D", "kernel_size")
    assert error.nearest == (3, 2)
    assert error.code == "impossible-layer"
    for kernel in error.nearest:
        layers = [*spec.layers]
        layers[2] = Conv2D(filters=4, kernel_size=kernel)
        assert trace(spec.with_layers(layers)).error is None
    with pytest.raises(SpecError) as caught:
        check(spec)
    assert caught.value.message == error.message


def test_an_impossible_window_on_an_oblong_map() -> None:
    error = trace(_net(MaxPooling2D(pool_size=(2, 7)), shape=(3, 5, 1))).error
    assert error is not None
    assert error.message == (
        "Layer 1, MaxPooling2D: window 2×7 does not fit into 3×5. Expected a window of at most "
        "3×5 with valid padding. Do this: set pool_size to (2, 5) or padding to same, or keep the "
        "map larger."
    )
    assert error.nearest == ((2, 5), (1, 4))


@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(filters=2, kernel_size=1),
        MaxPooling2D(),
        AveragePooling2D(),
        GlobalAveragePooling2D(),
    ],
    ids=lambda layer: layer.kind,
)
def test_a_row_of_values_is_no_map(layer) -> None:
    error = trace(_net(Flatten(), Dense(units=1200), layer, shape=(4, 4, 1))).error
    assert error is not None
    assert error.message == (
        f"Layer 3, {layer.kind}: {layer.kind} needs a map (height × width × channels) and gets a "
        "row of 1,200 values. Expected a map, as layers before Flatten, GlobalAveragePooling2D or "
        f"Dense give it. Do this: move {layer.kind} before the layer that makes the row, or "
        "remove it."
    )
    assert (error.index, error.field, error.nearest) == (3, None, ())


def test_a_spread_kernel_that_does_not_fit() -> None:
    error = trace(_net(Conv2D(filters=1, kernel_size=5, dilation_rate=2), shape=(8, 8, 1))).error
    assert error is not None
    assert error.message == (
        "Layer 1, Conv2D: kernel 5, spread over 9, does not fit into 8×8. Expected a kernel of at "
        "most 4×4 with valid padding. Do this: set kernel_size to 4 or padding to same, or keep "
        "the map larger."
    )
    assert error.nearest == (4, 3)


def test_channels_that_do_not_divide_into_groups() -> None:
    layers = (Conv2D(filters=12, kernel_size=1), GroupNormalization(groups=5))
    error = trace(_net(*layers)).error
    assert error is not None
    assert error.message == (
        "Layer 2, GroupNormalization: 12 channels do not divide into 5 groups. Expected a divisor "
        "of 12. Do this: set groups to 4."
    )
    assert (error.field, error.nearest) == ("groups", (4, 6, 3))


def test_an_axis_that_a_row_of_values_does_not_have() -> None:
    error = trace(_net(Flatten(), LayerNormalization(axis=(1, 2)), shape=(4, 4, 1))).error
    assert error is not None
    assert error.message == (
        "Layer 2, LayerNormalization: axis 2 does not exist in a row of 16 values. Expected axis "
        "1 or -1 for a row of values. Do this: set axis to -1, or move this layer before the one "
        "that makes the row."
    )
    assert error.nearest == (-1,)


def test_the_receptive_field_ends_at_the_edge_of_the_image() -> None:
    wide = _last(*[Conv2D(filters=1, kernel_size=7, padding="same")] * 3, shape=(9, 12, 1))
    assert wide.receptive_field == (9, 12)
    assert _last(GlobalAveragePooling2D(), shape=(9, 12, 1)).receptive_field == (9, 12)
    assert _last(Flatten(), Dense(units=2), shape=(9, 12, 1)).receptive_field == (9, 12)
    whole = _last(LayerNormalization(axis=(1, 2, 3)), shape=(9, 12, 1))
    assert whole.receptive_field == (9, 12)
    assert _last(LayerNormalization(axis=2), shape=(9, 12, 1)).receptive_field == (1, 12)
    assert _last(LayerNormalization(), shape=(9, 12, 3)).receptive_field == (1, 1)


def test_pixels_that_no_window_reaches_are_not_in_the_receptive_field() -> None:
    # ⌊(256−5)/3⌋+1 = 84 positions, the last one ends at pixel 83×3+5 = 254
    row = _last(Conv2D(filters=1, kernel_size=5, strides=3), Flatten(), Dense(units=2))
    assert row.receptive_field == (254, 254)


def test_networks_presets_and_scripts_need_the_standard_library_alone() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import xraylib.networks.presets, xraylib.training.script.keras_script\n"
        "from xraylib.networks.presets import PRESETS, preset\n"
        "[xraylib.training.script.keras_script.keras_script(preset(name)) for name in PRESETS]\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'xraylib'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
