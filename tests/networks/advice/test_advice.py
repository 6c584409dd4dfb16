"""Advice comes where its reason holds, with the right numbers, and nowhere else."""

from __future__ import annotations

import pytest

from xraylib.networks.advice import Advice, advice
from xraylib.networks.layers import (
    Activation,
    Backbone,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    MaxPooling2D,
    Rescaling,
)
from xraylib.networks.presets import PRESETS, STANDARDISE, preset
from xraylib.networks.spec import ModelSpec


def _network(*layers: Layer, shape: tuple[int, int, int] = (64, 64, 1)) -> ModelSpec:
    return ModelSpec(name="tried", layers=(Input(shape=shape), Rescaling(), *layers))


def _found(spec: ModelSpec, code: str, **context: object) -> list[Advice]:
    return [item for item in advice(spec, **context) if item.code == code]  # type: ignore[arg-type]


def _the(spec: ModelSpec, code: str, **context: object) -> Advice:
    (item,) = _found(spec, code, **context)
    assert item.reason.endswith(".")
    assert not item.text.endswith(".")
    return item


def test_most_parameters_in_the_first_dense_layer() -> None:
    # 100 × (65,536 + 1) of 6,558,903 parameters: 99.9 %, which is not all of them.
    item = _the(preset("lesson-dense"), "parameters-in-one-layer")
    assert item.text == (
        "99 % of the parameters are in the first Dense layer; pool or stride before Flatten"
    )
    assert "100 units weighs all 65,536 values" in item.reason
    assert item.index == 3
    assert not _found(preset("lesson-cnn"), "parameters-in-one-layer")


def test_a_convolution_on_one_pixel_has_no_neighbours() -> None:
    pooled = (MaxPooling2D(pool_size=64),)
    item = _the(
        _network(*pooled, Conv2D(filters=4, kernel_size=3, padding="same")), "one-pixel-map"
    )
    assert item.text.startswith("the feature map is 1×1 here, further convolutions see no neigh")
    assert "Of the 9 weights" in item.reason
    assert not _found(_network(*pooled, Conv2D(filters=4, kernel_size=1)), "one-pixel-map")
    beside = _network(MaxPooling2D(pool_size=32), Conv2D(filters=4, kernel_size=3, padding="same"))
    assert not _found(beside, "one-pixel-map")


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        # 64 − 5 = 59 = 14 steps of 4 and 3 left over
        (Conv2D(filters=2, kernel_size=5, strides=4), "3 rows and 3 columns of 64×64"),
        (MaxPooling2D(pool_size=(3, 2)), "1 row of 64×64"),
        (MaxPooling2D(pool_size=2), ""),
        (Conv2D(filters=2, kernel_size=5, strides=4, padding="same"), ""),
        # Spans 1 + 2 × 2 = 5 pixels with steps of one: nothing is left over.
        (Conv2D(filters=2, kernel_size=3, dilation_rate=2), ""),
    ],
)
def test_rows_that_valid_padding_drops(layer: Layer, words: str) -> None:
    found = _found(_network(layer), "rows-dropped")
    assert [item.text for item in found] == (
        [f"`valid` padding drops {words}; `same` keeps them"] if words else []
    )


def test_output_units_against_the_classes() -> None:
    item = _the(preset("lesson-cnn"), "output-units", classes=4)
    assert item.text == (
        "the network ends in 3 values, and 4 classes in class mode categorical need 4 units; "
        "end with a Dense of 4 units"
    )
    assert _the(_network(), "output-units", classes=2, class_mode="binary").text.startswith(
        "the network ends in 64×64×1 values, and 2 classes in class mode binary need 1 unit;"
    )
    for name in PRESETS:
        assert not _found(preset(name), "output-units", classes=3)
        assert not _found(preset(name), "output-units")


def test_the_last_activation_against_the_loss() -> None:
    spec = _network(Flatten(), Dense(units=3))
    item = _the(spec, "output-activation", classes=3)
    assert item.text == (
        "the network ends in no activation, and class mode categorical needs softmax"
    )
    assert "categorical cross-entropy" in item.reason
    ended = _network(Flatten(), Dense(units=3), Activation(activation="softmax"))
    assert not _found(ended, "output-activation", classes=3)
    sigmoid = _network(Flatten(), Dense(units=1, activation="sigmoid"))
    assert not advice(sigmoid, classes=2, class_mode="binary")


def test_softmax_over_one_unit() -> None:
    spec = _network(Flatten(), Dense(units=1, activation="softmax"))
    assert "always answers 1" in _the(spec, "softmax-of-one", classes=2, class_mode="binary").text
    assert not _found(preset("lesson-cnn"), "softmax-of-one")


def test_a_class_mode_that_these_classes_cannot_have() -> None:
    item = _the(preset("lesson-cnn"), "class-mode", classes=3, class_mode="binary")
    assert item.text == (
        "the class mode is binary and there are 3 classes; "
        "use categorical, or a data set with two classes"
    )
    assert not _found(preset("lesson-cnn"), "class-mode", classes=3)


def test_grey_levels_that_come_in_unscaled() -> None:
    bare = ModelSpec(
        name="bare", layers=(Input(shape=(8, 8, 1)), Flatten(), Dense(units=2), Rescaling())
    )
    assert _the(bare, "no-rescaling").index == 2
    assert not _found(preset("lesson-cnn"), "no-rescaling")
    assert not _found(preset("lesson-cnn", standardise=True), "no-rescaling")


def test_two_weighing_layers_without_a_bend_between_them() -> None:
    spec = _network(Conv2D(filters=2, kernel_size=3), Flatten(), Dense(units=3))
    assert _the(spec, "no-activation").text == (
        "no activation between Conv2D and Dense; give layer 2 relu, for example"
    )
    for name in PRESETS:
        assert not _found(preset(name), "no-activation")


def test_slow_moving_averages_with_few_images() -> None:
    slow = _network(Conv2D(filters=2, kernel_size=3, use_bias=False), BatchNormalization())
    item = _the(slow, "slow-momentum", images=240)
    assert item.text == "a momentum of 0.99 is slow for 240 training images; try 0.9"
    assert "about 100 steps, and an epoch of 32 images a step has 8." in item.reason
    assert not _found(slow, "slow-momentum", images=50_000)
    assert not _found(slow, "slow-momentum")
    assert not _found(preset("small-cnn"), "slow-momentum", images=240)


def test_a_bias_that_normalising_takes_away() -> None:
    spec = _network(Conv2D(filters=2, kernel_size=3), BatchNormalization())
    assert _the(spec, "bias-before-normalization").index == 2
    bent = _network(Conv2D(filters=2, kernel_size=3, activation="relu"), BatchNormalization())
    assert not _found(bent, "bias-before-normalization")
    assert not _found(preset("small-cnn"), "bias-before-normalization")


def test_a_global_pooling_of_values_that_see_little() -> None:
    spec = _network(
        Conv2D(filters=2, kernel_size=5, activation="relu"),
        GlobalAveragePooling2D(),
        shape=(256, 256, 1),
    )
    assert _the(spec, "small-receptive-field").text.startswith(
        "each value of the map sees 5×5 of the image's 256×256 pixels"
    )
    assert not _found(preset("small-cnn"), "small-receptive-field")
    assert not _found(preset("lesson-cnn"), "small-receptive-field")


def test_an_impossible_network_is_advised_on_as_far_as_it_goes() -> None:
    spec = _network(
        Conv2D(filters=2, kernel_size=5, strides=4), Conv2D(filters=2, kernel_size=99), Flatten()
    )
    assert [item.code for item in advice(spec, classes=3)] == ["rows-dropped"]


def test_a_backbone_scales_by_itself_and_must_not_get_scaled_images() -> None:
    rest = (GlobalAveragePooling2D(), Dense(units=3, activation="softmax"))
    first = Input(shape=(64, 64, 1))
    alone = ModelSpec(name="transfer", layers=(first, Backbone(), *rest))
    assert not _found(alone, "no-rescaling")
    assert not _found(alone, "scaled-before-backbone")
    for scaling in (Rescaling(), STANDARDISE):
        twice = ModelSpec(name="transfer", layers=(first, scaling, Backbone(), *rest))
        item = _the(twice, "scaled-before-backbone")
        assert item.index == 2
        assert item.text == (
            f"MobileNetV2 gets what {scaling.kind} has scaled already; delete {scaling.kind}"
        )
        assert not _found(twice, "no-rescaling")


def test_a_network_that_ends_in_a_map_is_told_whatever_the_classes() -> None:
    spec = _network(Conv2D(filters=2, kernel_size=3), Dense(units=3, activation="softmax"))
    for classes in (None, 3):
        item = _the(spec, "output-units", classes=classes)
        assert item.index == 3
        assert item.text.startswith("the network ends in a map of 62×62×3")
        assert "Flatten" in item.text


@pytest.mark.parametrize(
    ("stage", "words"),
    [(None, "none of it learns"), (5, "only stage 5 learns"), (3, "only stages 3 to 5 learn")],
)
def test_fresh_weights_that_do_not_learn_are_told(stage: int | None, words: str) -> None:
    rest = (GlobalAveragePooling2D(), Dense(units=3, activation="softmax"))
    first = Input(shape=(64, 64, 1))

    def made(weights: str, stage: int | None) -> ModelSpec:
        layers = (first, Backbone(weights=weights, trainable_from=stage), *rest)
        return ModelSpec(name="transfer", layers=layers)

    assert words in _the(made("none", stage), "fresh-and-frozen").text
    assert not _found(made("none", 1), "fresh-and-frozen")
    assert not _found(made("imagenet", stage), "fresh-and-frozen")
