"""The text of the generated script."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from xraylib.augmentation import intensity
from xraylib.augmentation.config import AugmentConfig
from xraylib.errors import ConfigError, SpecError
from xraylib.images.prepare import Preparation
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.networks.declaration.code import literal
from xraylib.networks.layers import (
    Conv2D,
    Dense,
    Flatten,
    Input,
    LayerNormalization,
    MaxPooling2D,
    Rescaling,
)
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.spec import ModelSpec
from xraylib.training.config import TrainConfig
from xraylib.training.script.keras_script import keras_script

EVERYTHING = AugmentConfig(
    rotation_range=15.0,
    width_shift_range=0.05,
    height_shift_range=0.1,
    zoom_range=(0.8, 1.2),
    shear_range=3.0,
    horizontal_flip=True,
    vertical_flip=True,
    brightness_range=(0.9, 1.1),
    fill_mode="constant",
    cval=7,
)


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (Input(shape=(256, 256, 1)), "keras.Input(shape=(256, 256, 1))"),
        (Rescaling(), "layers.Rescaling(scale=1 / 255)"),
        (
            Rescaling(scale=1 / 127.5, offset=-1),
            "layers.Rescaling(scale=0.00784313725490196, offset=-1.0)",
        ),
        (
            Conv2D(filters=5, kernel_size=5, strides=3, activation="relu"),
            'layers.Conv2D(filters=5, kernel_size=5, strides=3, activation="relu")',
        ),
        (
            Conv2D(filters=5, kernel_size=(5, 3), padding="same", use_bias=False),
            'layers.Conv2D(filters=5, kernel_size=(5, 3), padding="same", use_bias=False)',
        ),
        (MaxPooling2D(), "layers.MaxPooling2D(pool_size=2)"),
        (
            LayerNormalization(axis=(1, 2, 3), center=False, scale=False),
            "layers.LayerNormalization(axis=(1, 2, 3), center=False, scale=False)",
        ),
        (Flatten(), "layers.Flatten()"),
        (
            Dense(units=3, l2=0.001),
            "layers.Dense(units=3, kernel_regularizer=keras.regularizers.L2(0.001))",
        ),
        (Dense(units=3, activation="softmax"), 'layers.Dense(units=3, activation="softmax")'),
    ],
)
def test_a_layer_is_written_as_one_would_write_it(layer, code) -> None:
    assert layer.keras_call().line == code


def test_numbers_are_written_as_one_would_write_them() -> None:
    assert [literal(v) for v in (1 / 255, -1 / 255, 0.001, 0.5, 3, True, None, "relu")] == [
        "1 / 255",
        "-1 / 255",
        "0.001",
        "0.5",
        "3",
        "True",
        "None",
        '"relu"',
    ]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(
    "train",
    [
        None,
        TrainConfig(),
        TrainConfig(class_mode="sparse", class_weights=True, early_stopping_patience=3),
        TrainConfig(schedule="cosine", warmup_epochs=2, label_smoothing=0.1, global_clipnorm=1),
        TrainConfig(schedule="plateau", warmup_epochs=1, early_stopping_patience=3),
    ],
    ids=["default", "given", "everything", "cosine", "plateau"],
)
def test_the_script_is_tidy_python(name, train) -> None:
    source = keras_script(preset(name), train=train, augment=EVERYTHING)
    ast.parse(source)
    assert max(map(len, source.splitlines())) <= 100
    assert source.endswith("\n")
    assert not source.endswith("\n\n")


def test_the_script_stands_up_to_formatter_and_linter(tmp_path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed")
    wide = ModelSpec(
        name="wide",
        layers=(
            Input(shape=(64, 64, 3)),
            Conv2D(
                filters=16,
                kernel_size=(3, 5),
                strides=(2, 1),
                padding="same",
                activation="hard_sigmoid",
                use_bias=False,
            ),
            Flatten(),
            Dense(units=1, activation="sigmoid"),
        ),
    )
    everything = TrainConfig(
        class_mode="binary",
        class_weights=True,
        early_stopping_patience=3,
        schedule="cosine",
        warmup_epochs=2,
        label_smoothing=0.1,
        global_clipnorm=1.0,
    )
    plateau = replace(everything, schedule="plateau")
    script = keras_script(
        wide, train=everything, augment=EVERYTHING, preparation=Preparation(fit="pad")
    )
    (tmp_path / "a.py").write_text(script, "utf-8")
    (tmp_path / "d.py").write_text(
        keras_script(wide, train=plateau, preparation=Preparation(fit="crop")), "utf-8"
    )
    (tmp_path / "b.py").write_text(keras_script(preset("small-cnn")), "utf-8")
    several = wide.with_layers([*wide.layers[:-1], Dense(units=14, activation="sigmoid")])
    findings = replace(everything, class_mode="multilabel")
    (tmp_path / "e.py").write_text(keras_script(several, train=findings), "utf-8")
    few = keras_script(
        several.with_layers([*wide.layers[:-1], Dense(units=2, activation="sigmoid")]),
        train=TrainConfig(class_mode="multilabel"),
        classes=("Effusion", "Pleural thickening"),
    )
    (tmp_path / "f.py").write_text(few, "utf-8")
    (tmp_path / "c.py").write_text(keras_script(wide.with_layers(wide.layers[:2])), "utf-8")
    rates = (
        TrainConfig(schedule="cosine", warmup_epochs=2, label_smoothing=0.1, global_clipnorm=1.0),
        TrainConfig(schedule="plateau", early_stopping_patience=9, class_mode="sparse"),
        TrainConfig(schedule="plateau", warmup_epochs=1, label_smoothing=0.1, class_mode="sparse"),
        TrainConfig(warmup_epochs=3),
    )
    for number, train in enumerate(rates):
        (tmp_path / f"r{number}.py").write_text(
            keras_script(preset("lesson-cnn"), train=train), "utf-8"
        )
    for command in (["check", "--select", "E,F,W,I"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100", "."],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("class_mode", "classes", "loss", "labels"),
    [
        ("categorical", 3, "categorical_crossentropy", 'np.eye(3, dtype="float32")[labels]'),
        ("sparse", 3, "sparse_categorical_crossentropy", "labels"),
        ("binary", 2, "binary_crossentropy", 'labels[:, None].astype("float32")'),
    ],
)
def test_loss_and_labels_follow_the_class_mode(class_mode, classes, loss, labels) -> None:
    spec = preset("lesson-cnn", classes=classes, class_mode=class_mode)
    source = keras_script(spec, train=TrainConfig(class_mode=class_mode))
    assert f'loss="{loss}"' in source
    assert f'images.astype("float32"), {labels}' in source


@pytest.mark.parametrize(("classes", "missing"), [(3, None), (3, 1), (2, None), (2, 0)], ids=str)
def test_the_figures_of_the_script_are_those_of_the_product(
    classes: int, missing: int | None
) -> None:
    source = keras_script(preset("lesson-cnn"))
    assert "keras.metrics.AUC" not in source
    found: dict[str, Any] = {"np": np}
    exec(source[source.index("def area(") : source.index("def train(")], found)
    rng = np.random.default_rng(classes)
    labels = rng.integers(0, classes, 40)
    labels[labels == missing] = 2 if classes == 3 else 1
    # Saturated, as a network that trained for long: 200 thresholds tell it wrong.
    p = np.exp(30 * rng.normal(size=(40, classes)))
    p = np.float32(p / p.sum(axis=1, keepdims=True))
    p[:8] = 1 / classes
    outputs = p[:, 1:] if classes == 2 else p
    told = found["measured"](labels, outputs)
    exact = outputs.astype(np.float64)
    columns = np.concatenate([1 - exact, exact], axis=1) if classes == 2 else exact
    ours = evaluate_predictions(labels, columns, [*"abc"[:classes]])
    assert told["accuracy"] == ours.accuracy.value
    assert told["auc"] == (None if ours.auc.value is None else pytest.approx(ours.auc.value))
    assert told["log_loss"] == pytest.approx(ours.log_loss.value, rel=1e-9)
    for name, recall, area in zip("abc", told["recall"], told["auc_of_class"], strict=False):
        own = ours.per_class[name]
        assert recall == own.recall.value
        assert area == (None if own.auc.value is None else pytest.approx(own.auc.value))
    assert (None in told["recall"]) == (missing is not None)


def test_settings_of_the_training_are_in_the_script() -> None:
    train = TrainConfig(
        epochs=7, batch_size=9, learning_rate=0.02, seed=11, optimizer="sgd", class_weights=True
    )
    source = keras_script(preset("lesson-cnn"), train=train)
    for text in (
        "SEED = 11",
        "EPOCHS = 7",
        "BATCH_SIZE = 9",
        "LEARNING_RATE = 0.02",
        "keras.optimizers.SGD(",
        "class_weight=weights",
        "cv2.COLOR_RGB2GRAY",
        "SIZE = (256, 256)",
    ):
        assert text in source
    assert "EarlyStopping" not in source
    assert "augment" not in source


def test_all_of_the_augmentation_is_in_the_script_which_says_what_differs() -> None:
    source = keras_script(preset("lesson-cnn"), augment=EVERYTHING)
    assert "the values drawn differ" in source
    for text in (
        '"rotation_range": 15.0',
        '"shear_range": 3.0',
        '"brightness_range": (0.9, 1.1)',
        '"zoom_range": (0.8, 1.2)',
        '"vertical_flip": True',
        "cv2.BORDER_CONSTANT",
        "borderValue=(7.0,) * 4",
    ):
        assert text in source
    assert "toned" not in source
    assert "augment" not in keras_script(preset("lesson-cnn"), augment=AugmentConfig())


def _toned(**settings: object) -> npt.NDArray[np.uint8]:
    """An image as the script's own function changes it."""
    source = keras_script(preset("lesson-cnn"), augment=AugmentConfig(**settings))
    body = source[source.index("AUGMENT = {") : source.index("def read(")]
    found: dict[str, Any] = {"np": np, "cv2": cv2, "SEED": 3}
    exec(body, found)
    varied: npt.NDArray[np.uint8] = found["augment"](_image(), 1, 2)
    assert np.array_equal(varied, found["augment"](_image(), 1, 2))
    assert varied.shape == _image().shape
    assert varied.dtype == np.uint8
    return varied


def _image() -> npt.NDArray[np.uint8]:
    grey = np.random.default_rng(3).integers(0, 256, (64, 80, 1), np.uint8)
    return cv2.GaussianBlur(grey, (0, 0), 2).reshape(grey.shape).astype(np.uint8)


def test_tones_of_a_fixed_strength_are_the_same_in_the_script() -> None:
    image = _image()
    for name, strength, ours in (
        ("contrast_range", 1.3, intensity.stretch_contrast),
        ("gamma_range", 1.4, intensity.bend),
        ("clahe_range", 2.5, intensity.equalise),
    ):
        assert np.array_equal(_toned(**{name: (strength, strength)}), ours(image, strength)), name


def test_blur_and_noise_are_in_the_script() -> None:
    image = _image().astype(float)
    assert np.abs(np.diff(_toned(blur_range=3.0).astype(float), axis=0)).mean() < (
        np.abs(np.diff(image, axis=0)).mean()
    )
    # The strength is drawn, evenly from 0 to 9; three channels would have the same noise.
    noise = _toned(noise_range=9.0) - image
    assert 0.2 < noise.std() < 9.1
    assert abs(noise.mean()) < 0.5


@pytest.mark.parametrize(
    "spec",
    [
        ModelSpec(name="open", layers=(Input(shape=(8, 8, 1)), Flatten())),
        ModelSpec(name="logits", layers=(Input(shape=(8, 8, 1)), Flatten(), Dense(units=3))),
        preset("lesson-cnn", input_shape=(256, 256, 2)),
    ],
    ids=lambda spec: spec.name,
)
def test_a_network_that_cannot_be_trained_on_pictures_is_only_built(spec) -> None:
    source = keras_script(spec)
    assert "model.summary()" in source
    assert "fit" not in source


def test_an_impossible_network_has_no_script() -> None:
    with pytest.raises(SpecError, match="kernel 3 does not fit into 2×2"):
        keras_script(preset("lesson-cnn", input_shape=(32, 32, 1)))


@pytest.mark.parametrize("name", ['"""\nimport os\n"""', "a\\", "ü {x} %s", "'; rm"])
def test_a_name_cannot_become_code(name) -> None:
    if not name.isprintable():
        with pytest.raises(SpecError):
            ModelSpec(name=name, layers=preset("lesson-cnn").layers)
        name = name.replace("\n", " ")
    spec = ModelSpec(name=name, layers=preset("lesson-cnn").layers)
    plain = ModelSpec(name="x", layers=preset("lesson-cnn").layers)
    body, expected = ast.parse(keras_script(spec)).body, ast.parse(keras_script(plain)).body
    assert len(body) == len(expected)
    assert [type(node) for node in body] == [type(node) for node in expected]


def test_rates_smoothing_and_clipping_are_in_the_script() -> None:
    train = TrainConfig(
        schedule="cosine",
        warmup_epochs=2,
        learning_rate=0.01,
        minimum_learning_rate=0.001,
        label_smoothing=0.1,
        global_clipnorm=1.5,
        class_mode="sparse",
    )
    source = keras_script(preset("lesson-cnn", class_mode="sparse"), train=train)
    flat = " ".join(source.split())
    for text in (
        "rate = keras.optimizers.schedules.CosineDecay( 0.0, (epochs - 2) * len(training), "
        "alpha=0.1, warmup_target=LEARNING_RATE, warmup_steps=2 * len(training), )",
        "keras.optimizers.Adam(learning_rate=rate, global_clipnorm=1.5)",
        "loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.1)",
        'np.eye(3, dtype="float32")[labels]',
    ):
        assert text in flat
    plateau = keras_script(preset("lesson-cnn"), train=TrainConfig(schedule="plateau"))
    assert "keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=5, min_lr=0.0)" in plateau
    assert "learning_rate=LEARNING_RATE" in plateau


def test_names_of_classes_are_written_in_the_order_of_the_outputs() -> None:
    source = keras_script(preset("lesson-cnn"), classes=("Normal", "Covid", "Pneumonia"))
    assert 'classes = ["Normal", "Covid", "Pneumonia"]' in source
    with pytest.raises(ConfigError, match="Expected the names of 3 classes") as refused:
        keras_script(preset("lesson-cnn"), classes=("Normal", "Covid"))
    assert refused.value.code == "argument"
