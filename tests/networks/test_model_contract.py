"""One value, four renderings: the arithmetic, the Keras model, the script and the file agree."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from networks import SETTINGS, networks, windows_in_a_row

from xraylib.errors import SpecError
from xraylib.networks.layers import LAYERS
from xraylib.networks.render.keras_model import assemble
from xraylib.networks.render.keras_names import layer_index
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.networks.weights.weights_file import check_weights, save_weights
from xraylib.training.script.keras_script import keras_script

pytestmark = pytest.mark.xdist_group("tensorflow")


def _built(spec: ModelSpec) -> tuple[Any, SpecError | None]:
    try:
        return assemble(spec), None
    except SpecError as error:
        return None, error


def _configs(model: Any) -> list[tuple[str, dict[str, Any]]]:
    """Class and configuration of each Keras layer after the input, without its name."""
    found = []
    for layer in model.layers:
        if type(layer).__name__ != "InputLayer":
            if hasattr(layer, "layers"):  # several in one: compared one by one
                found += _configs(layer)
                continue
            config = layer.get_config()
            config.pop("name")
            found.append((type(layer).__name__, config))
    return found


def _multiply_adds(model: Any) -> int:
    """Counted from the built layers: each kernel is used at every position of the output."""
    total = 0
    for layer in model.layers:
        if hasattr(layer, "layers"):
            total += _multiply_adds(layer)
            continue
        positions = math.prod(layer.output.shape[1:-1])
        for weight in layer.weights:
            if "kernel" in weight.name:
                total += positions * math.prod(weight.shape)
    return total


def _renderings_agree(spec: ModelSpec, folder: Path) -> None:
    assert ModelSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec

    traced = trace(spec)
    model, refusal = _built(spec)
    if refusal is not None:
        assert traced.error is not None, refusal.message
        assert traced.error.index == refusal.index == len(traced.rows)
        assert traced.error.kind == refusal.kind
        with pytest.raises(SpecError):
            keras_script(spec)
        return
    assert traced.error is None, traced.error

    assert [layer_index(layer.name) for layer in model.layers] == list(range(len(spec.layers)))
    for layer, row in zip(model.layers, traced.rows, strict=True):
        assert tuple(layer.output.shape[1:]) == row.output_shape, row
        assert layer.count_params() == row.params, row
        assert sum(math.prod(w.shape) for w in layer.trainable_weights) == row.trainable_params
        assert [tuple(w.shape) for w in layer.weights] == [w.shape for w in row.weights]
        assert [w.name for w in layer.weights] == [w.name for w in row.weights]
    assert model.count_params() == traced.total_params
    assert _multiply_adds(model) == traced.multiply_adds

    script: dict[str, Any] = {"__name__": "script"}
    exec(compile(keras_script(spec), "model.py", "exec"), script)
    assert _configs(script["model"]) == _configs(model)

    weights = folder / "model.weights.h5"
    save_weights(model, weights)
    check_weights(weights, spec)
    if len(spec.layers) > 1:  # Keras builds no Sequential of an Input alone
        script["model"].load_weights(weights)


def _learns(spec: ModelSpec) -> None:
    """Every weight that is trained has a gradient; TensorFlow crashes on none of them."""
    import tensorflow as tf

    if trace(spec).error is not None:
        return
    model = assemble(spec)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(model(tf.ones((2, *spec.input_shape)), training=True))
    gradients = tape.gradient(total, [weight.value for weight in model.trainable_weights])
    assert all(gradient is not None for gradient in gradients)


no_limits = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(spec=networks())
@settings(no_limits, max_examples=60, derandomize=True)
def test_table_keras_script_and_file_agree_on_random_networks(
    spec: ModelSpec, tmp_path: Path
) -> None:
    _renderings_agree(spec, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(spec=networks())
@settings(no_limits, max_examples=500)
def test_table_keras_script_and_file_agree_on_many_random_networks(
    spec: ModelSpec, tmp_path: Path
) -> None:
    _renderings_agree(spec, tmp_path)
    _learns(spec)


def _reached(spec: ModelSpec) -> tuple[int, int]:
    """Height and width of the part of the image that the value in the middle depends on."""
    import tensorflow as tf

    model = assemble(spec)
    model.set_weights([np.full(w.shape, 0.5, np.float32) for w in model.get_weights()])
    image = tf.Variable(tf.ones((1, *spec.input_shape)))
    with tf.GradientTape() as tape:
        values = model(image)
        middle = values[0, values.shape[1] // 2, values.shape[2] // 2, 0]
    gradient = tape.gradient(middle, image).numpy()[0, :, :, 0] != 0
    height, width = (np.ptp(np.flatnonzero(gradient.any(axis))) + 1 for axis in (1, 0))
    return int(height), int(width)


def _receptive_field_agrees(spec: ModelSpec) -> None:
    traced = trace(spec)
    assume(traced.error is None)
    row = traced.rows[-1]
    # Where zeros were added, the value in the middle must be too far from them to see them.
    room = [
        (count // 2 * jump - field, side - (count // 2 + 1) * jump - field)
        for count, jump, field, side in zip(
            row.output_shape, row.jump, row.receptive_field, spec.input_shape, strict=False
        )
    ]
    valid = all(layer.padding == "valid" for layer in spec.layers[1:])
    assume(valid or min(min(sides) for sides in room) >= 0)
    assert _reached(spec) == row.receptive_field


@given(spec=windows_in_a_row())
@settings(no_limits, max_examples=30, derandomize=True)
def test_the_receptive_field_is_what_a_gradient_reaches(spec: ModelSpec) -> None:
    _receptive_field_agrees(spec)


@pytest.mark.long
@pytest.mark.timeout(1800)
@given(spec=windows_in_a_row())
@settings(no_limits, max_examples=250)
def test_the_receptive_field_of_many_networks_is_what_a_gradient_reaches(spec: ModelSpec) -> None:
    _receptive_field_agrees(spec)


def test_the_random_networks_cover_every_layer_and_every_option() -> None:
    assert set(SETTINGS) | {"Input"} == set(LAYERS)
    for kind, drawn in SETTINGS.items():
        assert {field.name for field in dataclasses.fields(LAYERS[kind])} == set(drawn), kind
