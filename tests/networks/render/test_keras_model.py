"""What Keras builds, draws, saves and sees, against what the value says."""

from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PIL import Image

from xraylib.augmentation.config import AugmentConfig
from xraylib.errors import BundleError, SpecError
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
    GlobalAveragePooling2D,
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
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.render.keras_model import assemble, build
from xraylib.networks.render.keras_names import layer_index, layer_name
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.networks.weights.weights_file import (
    check_weights,
    expected_weights,
    load_weights,
    save_weights,
)
from xraylib.training.config import TrainConfig
from xraylib.training.script.keras_script import keras_script

pytestmark = pytest.mark.xdist_group("tensorflow")

SMALL = ModelSpec(
    name="small one",
    layers=(
        Input(shape=(12, 12, 1)),
        Rescaling(),
        Conv2D(filters=3, kernel_size=3, activation="relu"),
        Conv2D(filters=3, kernel_size=3, activation="relu"),
        Dropout(rate=0.5),
        Flatten(),
        Dense(units=3, activation="softmax"),
    ),
)


def _equal(first: list[Any], second: list[Any]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_have_the_counts_that_keras_has(name) -> None:
    for standardise in (False, True):
        spec = preset(name, standardise=standardise)
        model = build(spec)
        traced = trace(spec)
        assert model.count_params() == traced.total_params
        assert [tuple(layer.output.shape[1:]) for layer in model.layers] == [
            row.output_shape for row in traced.rows
        ]


def test_keras_layers_are_called_after_their_place() -> None:
    model = build(SMALL)
    assert [layer.name for layer in model.layers] == [
        "input",
        "01_rescaling",
        "02_conv2d",
        "03_conv2d",
        "04_dropout",
        "05_flatten",
        "06_dense",
    ]
    assert model.name == "small_one"
    for index in (0, 7, 12, 140):
        assert layer_index(layer_name(index, Flatten())) == index


def test_a_seed_fixes_weights_and_dropout() -> None:
    first, again, other = (build(SMALL, seed=seed) for seed in (5, 5, 6))
    assert _equal(first.get_weights(), again.get_weights())
    assert not _equal(first.get_weights(), other.get_weights())
    kernels = [layer.kernel.numpy() for layer in first.layers[2:4]]
    assert not np.array_equal(kernels[0][:, :, 0], kernels[1][:, :, 0])  # a seed of its own each
    image = np.full((2, 12, 12, 1), 200, np.float32)
    assert np.array_equal(first(image, training=True), again(image, training=True))
    assert np.array_equal(first(image, training=True), again(image, training=True))
    assert not np.array_equal(first(image, training=True), first(image, training=True))


def test_an_impossible_network_is_refused_in_our_words_before_keras() -> None:
    with pytest.raises(SpecError) as caught:
        build(preset("lesson-cnn", input_shape=(32, 32, 1)))
    assert (caught.value.index, caught.value.code) == (4, "impossible-layer")
    with pytest.raises(SpecError) as refused:
        assemble(preset("lesson-cnn", input_shape=(32, 32, 1)))
    assert (refused.value.index, refused.value.code) == (4, "keras-refused")
    assert refused.value.what.startswith("Layer 4, Conv2D: Keras refuses it (Computed output size")


def test_a_residual_block_on_a_row_of_values_is_refused_by_both() -> None:
    block = Residual(layers=(Activation(activation="relu"),))
    spec = ModelSpec(name="row", layers=(Input(shape=(2, 2, 1)), Flatten(), block))
    error = trace(spec).error
    assert error is not None
    with pytest.raises(SpecError) as refused:
        assemble(spec)
    assert (refused.value.index, error.index) == (2, 2)


def test_weights_come_back_and_the_optimizer_stays_out(tmp_path: Path) -> None:
    model = build(SMALL, seed=1)
    model.compile("adam", "categorical_crossentropy")
    images = np.zeros((4, 12, 12, 1), np.float32)
    model.fit(images, np.eye(3, dtype=np.float32)[[0, 1, 2, 0]], verbose=0)
    file = tmp_path / "model.weights.h5"
    save_weights(model, file)
    assert [path.name for path in tmp_path.iterdir()] == ["model.weights.h5"]

    other = build(SMALL, seed=2)
    load_weights(other, file, SMALL)
    assert _equal(model.get_weights(), other.get_weights())

    model.save_weights(tmp_path / "full.weights.h5")
    with pytest.raises(BundleError, match="holds 'optimizer', which this network does not have"):
        check_weights(tmp_path / "full.weights.h5", SMALL)


def test_keras_writes_the_names_that_are_expected(tmp_path: Path) -> None:
    file = tmp_path / "model.weights.h5"
    save_weights(build(SMALL), file)
    written: set[str] = set()
    with h5py.File(file) as root:
        root.visit(written.add)
    expected: set[str] = set()

    def visit(tree: Any, path: str) -> None:
        for name, part in tree.items():
            expected.add(path + name)
            if hasattr(part, "items"):
                visit(part, f"{path}{name}/")

    visit(expected_weights(SMALL), "")
    assert written == expected


def _seen(model: Any, shape: tuple[int, ...]) -> tuple[int, int]:
    """Largest height and width of the image that one output depends on, by the gradient."""
    import tensorflow as tf

    values = math.prod(model.output.shape[1:-1])
    images = tf.ones((values, *shape))  # one for each output, whose gradient it takes
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = tf.reshape(tf.reduce_sum(model(images), -1), [values, values])
        own = tf.reduce_sum(tf.linalg.diag_part(outputs))
    gradients = tape.gradient(own, images)[..., 0].numpy() != 0
    sides = []
    for axis in (2, 1):
        lines = gradients.any(axis)
        sides.append(max(np.ptp(np.flatnonzero(line)) + 1 for line in lines if line.any()))
    return sides[0], sides[1]


def _positive(spec: ModelSpec) -> Any:
    model = build(spec)
    model.set_weights([np.full(w.shape, 0.5, np.float32) for w in model.get_weights()])
    return model


EVERY_KIND = [
    Conv2D(filters=2, kernel_size=3, dilation_rate=2),
    Conv2D(filters=2, kernel_size=2, strides=(1, 2), padding="same", activation="swish"),
    DepthwiseConv2D(kernel_size=3, depth_multiplier=2, dilation_rate=(1, 2)),
    DepthwiseConv2D(kernel_size=(3, 2), strides=2, padding="same"),
    SeparableConv2D(filters=3, kernel_size=3, dilation_rate=2, padding="same"),
    SeparableConv2D(filters=3, kernel_size=3, strides=2),
    MaxPooling2D(pool_size=3, strides=2, padding="same"),
    AveragePooling2D(pool_size=(1, 2)),
    ZeroPadding2D(padding=((1, 0), (2, 3))),
    LayerNormalization(axis=(1, 2)),
    BatchNormalization(),
    GroupNormalization(groups=2),
    LeakyReLU(negative_slope=0.1),
    Activation(activation="gelu"),
    Dropout(rate=0.3),
    SpatialDropout2D(rate=0.3),
    Dense(units=2),
    GlobalAveragePooling2D(),
    GlobalMaxPooling2D(),
    Flatten(),
    Rescaling(),
    Residual(),
    Residual(
        layers=(
            Conv2D(filters=4, kernel_size=3, padding="same", use_bias=False),
            BatchNormalization(),
            SpatialDropout2D(rate=0.1),
        )
    ),
]


@pytest.mark.parametrize("layer", EVERY_KIND, ids=lambda layer: layer.label)
def test_every_layer_computes_and_learns(layer) -> None:
    import tensorflow as tf

    first = Conv2D(filters=4, kernel_size=1)
    spec = ModelSpec(name="n", layers=(Input(shape=(8, 9, 1)), first, layer)).with_head(2)
    model = build(spec, seed=0)
    image = np.random.default_rng(0).normal(size=(3, 8, 9, 1)).astype(np.float32)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(model(image, training=True)))
    gradients = tape.gradient(loss, model.trainable_variables)
    assert len(gradients) == sum(
        weight.trainable for row in trace(spec).rows for weight in row.weights
    )
    assert all(gradient is not None and np.isfinite(gradient).all() for gradient in gradients)


def test_every_kind_of_layer_is_tried() -> None:
    assert {layer.kind for layer in EVERY_KIND} | {"Input", "Backbone"} == set(LAYERS)


WINDOWS = [
    Conv2D(filters=1, kernel_size=3),
    Conv2D(filters=1, kernel_size=(3, 2), dilation_rate=(2, 3)),
    SeparableConv2D(filters=1, kernel_size=3, strides=2),
    Conv2D(filters=2, kernel_size=(3, 1), strides=(1, 2)),
    Conv2D(filters=1, kernel_size=2, strides=3),
    AveragePooling2D(pool_size=2),
    AveragePooling2D(pool_size=(3, 2), strides=1),
    Residual(layers=(Conv2D(filters=2, kernel_size=1), Conv2D(filters=1, kernel_size=1))),
]


def test_the_receptive_field_is_what_gradients_reach() -> None:
    ends = ((), (GlobalAveragePooling2D(),), (Flatten(), Dense(units=1)))
    for layers in itertools.pairwise([*WINDOWS, WINDOWS[0]]):
        for end in ends:
            spec = ModelSpec(name="n", layers=(Input(shape=(19, 17, 1)), *layers, *end))
            assert _seen(_positive(spec), (19, 17, 1)) == trace(spec).rows[-1].receptive_field, spec


def test_the_receptive_field_with_added_zeros_is_what_gradients_reach_inside() -> None:
    layers = (
        ZeroPadding2D(padding=1),
        Conv2D(filters=1, kernel_size=5, strides=2, padding="same"),
        AveragePooling2D(pool_size=3, strides=2, padding="same"),
        Residual(
            layers=(
                Conv2D(filters=2, kernel_size=3, padding="same"),
                Conv2D(filters=1, kernel_size=1, strides=2, padding="same"),
            )
        ),
        Conv2D(filters=1, kernel_size=2, padding="same"),
    )
    spec = ModelSpec(name="n", layers=(Input(shape=(64, 60, 1)), *layers))
    # 5; 5 + 2×2 = 9; 9 + 2×4 = 17; 17 + 1×8 = 25
    assert _seen(_positive(spec), (64, 60, 1)) == trace(spec).rows[-1].receptive_field == (25, 25)


def _images(root: Path, classes: list[str], count: int) -> None:
    random = np.random.default_rng(0)
    for split in ("train", "test"):
        for place, name in enumerate(classes):
            folder = root / split / name
            folder.mkdir(parents=True)
            for index in range(count):
                pixels = random.integers(0, 80, (12, 12), np.uint8) + 80 * place
                Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{index}.png")


def _run(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "script"}
    exec(compile(source, "model.py", "exec"), namespace)
    return namespace


def test_the_script_starts_from_the_same_weights_and_takes_trained_ones(tmp_path: Path) -> None:
    script = _run(keras_script(SMALL, train=TrainConfig(seed=7)))
    model = build(SMALL, seed=7)
    assert _equal(script["model"].get_weights(), model.get_weights())
    trained = build(SMALL, seed=8)
    save_weights(trained, tmp_path / "model.weights.h5")
    script["model"].load_weights(tmp_path / "model.weights.h5")
    assert _equal(script["model"].get_weights(), trained.get_weights())


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("classes", "train", "augment"),
    [
        (
            ["a", "b", "c"],
            TrainConfig(class_weights=True, early_stopping_patience=2),
            AugmentConfig(
                rotation_range=15.0,
                width_shift_range=0.05,
                height_shift_range=0.05,
                zoom_range=(0.8, 1.2),
                horizontal_flip=True,
                fill_mode="constant",
                cval=3.0,
                shear_range=2.0,
            ),
        ),
        (["a", "b"], TrainConfig(class_mode="binary", class_weights=True, optimizer="sgd"), None),
        (["a", "b", "c"], TrainConfig(class_mode="sparse", optimizer="rmsprop"), None),
    ],
    ids=["categorical", "binary", "sparse"],
)
def test_the_script_trains_with_keras_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classes, train, augment
) -> None:
    _images(tmp_path / "images", classes, count=5)
    monkeypatch.chdir(tmp_path)
    spec = SMALL.with_head(len(classes), train.class_mode)
    script = _run(keras_script(spec, train=train, augment=augment))
    before = script["model"].get_weights()
    script["train"](tmp_path / "images", 1)
    assert not _equal(before, script["model"].get_weights())
    assert (tmp_path / "trained.keras").is_file()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_script_refuses_another_number_of_classes(tmp_path: Path) -> None:
    _images(tmp_path / "images", ["a", "b"], count=5)
    script = _run(keras_script(SMALL))
    with pytest.raises(SystemExit, match=r"tells 3 classes apart, not \['a', 'b'\]"):
        script["train"](tmp_path / "images", 1)


def test_the_script_runs_by_itself_and_prints_the_summary(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(keras_script(preset("lesson-cnn")), encoding="utf-8")
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONUTF8"] = "1"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", file.name],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "Total params: 712" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["model.py"]
