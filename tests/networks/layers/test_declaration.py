"""What a layer's class declares: how it is called, found, written down, drawn and shown."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from networks import anything

import xraylib
from xraylib.errors import SpecError
from xraylib.networks import layers
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Setting
from xraylib.networks.layers import LAYERS, BatchNormalization, Conv2D, Dense, Flatten, Residual

OURS = ("Residual", "Backbone")  # Keras has no layer of these names
NONSENSE = [None, "", -1, 3.5, [], {}, object(), b"x", 10**400, float("nan"), [[]], "x" * 100]
KINDS = [type(value).__name__ for value in NONSENSE]  # the same in every process


def _leading(layer: type[Layer]) -> list[str]:
    return [field.name for field in fields(layer) if not field.kw_only]


@pytest.mark.xdist_group("tensorflow")
def test_what_can_be_given_without_its_name_is_what_keras_takes_first() -> None:
    import keras

    for kind, layer in LAYERS.items():
        if kind in OURS:
            continue
        function = keras.Input if kind == "Input" else getattr(keras.layers, kind).__init__
        names = [name for name in inspect.signature(function).parameters if name != "self"]
        assert _leading(layer) == names[: len(_leading(layer))], kind
        if names[:1] and names[0] in {field.name for field in fields(layer)}:
            assert _leading(layer), kind


def test_leading_values_need_no_names() -> None:
    assert xraylib.layers.Conv2D(8, 3) == Conv2D(filters=8, kernel_size=3)
    assert xraylib.layers.Dense(3, activation="softmax") == Dense(units=3, activation="softmax")
    assert xraylib.layers.MaxPooling2D(5).pool_size == (5, 5)
    assert xraylib.layers.Dropout(0.2).rate == 0.2
    assert xraylib.layers.LayerNormalization((1, 2, 3)).axis == (1, 2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Conv2D(8, 3, stride=2),
            "Conv2D has an unknown setting, 'stride'. Expected only filters, kernel_size, strides, "
            "padding, dilation_rate, activation, use_bias, l2. "
            "Do this: write strides if that was meant.",
        ),
        (
            lambda: Conv2D(8, 3, 2),
            "Conv2D got 3 values without a name. Expected at most 2: filters, kernel_size. "
            "Do this: write the others with their names, for example strides=….",
        ),
        (
            lambda: Conv2D(8, filters=3, kernel_size=3),
            "Conv2D got filters twice. Expected one value for filters. "
            "Do this: leave one of them out.",
        ),
        (
            lambda: Conv2D(8),
            "Conv2D lacks kernel_size. Expected a value for kernel_size. Do this: add kernel_size.",
        ),
        (
            lambda: Flatten(1),
            "Flatten got 1 value without a name. Expected no settings. "
            "Do this: leave out what is too much.",
        ),
        (
            lambda: BatchNormalization(0.9),
            "BatchNormalization got 1 value without a name. Expected every value with its name. "
            "Do this: write the others with their names, for example momentum=….",
        ),
    ],
)
def test_wrong_arguments_are_refused_in_our_words(call, message) -> None:
    with pytest.raises(SpecError) as caught:
        call()
    assert caught.value.message == message


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("value", NONSENSE, ids=KINDS)
def test_a_layer_takes_a_value_or_refuses_it_in_three_parts(kind: str, value: object) -> None:
    new = LAYERS[kind].new()
    sensible = {field.name: getattr(new, field.name) for field in fields(new)}
    for name in sensible:
        refused: list[SpecError] = []
        try:
            LAYERS[kind](**sensible | {name: value})
        except SpecError as error:
            refused.append(error)
        assert all(error.what and error.expected and error.remedy for error in refused)
        assert all(error.field == name for error in refused)


@given(layer=anything)
def test_a_layer_is_written_as_one_would_write_it_and_made_again_from_that(layer: Layer) -> None:
    assert eval(repr(layer), dict(LAYERS)) == layer
    assert repr(Conv2D(5, 5, strides=(3, 3), activation="relu")) == (
        "Conv2D(5, 5, strides=3, activation='relu')"
    )


def test_help_shows_the_settings_with_their_defaults() -> None:
    shown = str(inspect.signature(Conv2D))
    assert shown.startswith("(filters: 'Filters', kernel_size: 'KernelSize', *, strides:")


@pytest.mark.parametrize("kind", LAYERS)
def test_a_new_layer_has_what_the_editor_and_the_picture_need(kind: str) -> None:
    layer = LAYERS[kind]
    assert isinstance(layer.group, Group)
    assert layer.meaning.endswith(".")
    assert (layer.__doc__ or "").strip()
    assert layer.new().label.startswith(kind)
    for setting in layer.settings().values():
        assert isinstance(setting, Setting)
        assert not setting.shown or (setting.label and setting.help.endswith("."))


def test_every_file_of_the_folder_is_read_and_every_layer_can_be_imported() -> None:
    folder = Path(layers.__file__).parent
    written = {
        node.name
        for file in folder.glob("*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    assert written == set(LAYERS)
    assert set(LAYERS) <= set(dir(xraylib.layers))
    order = [(layer.group.place, kind) for kind, layer in LAYERS.items()]
    assert order == sorted(order)


def test_a_field_that_does_not_say_what_it_may_be_is_told_to_the_programmer() -> None:
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class _Vague(Layer):
        size: int = 3

    with pytest.raises(TypeError, match=r"_Vague\.size says 0 times what it may be"):
        _Vague()


def test_a_block_says_what_cannot_stand_in_it() -> None:
    with pytest.raises(SpecError) as caught:
        Residual((Flatten(),))
    outside = ", ".join(kind for kind, layer in LAYERS.items() if not layer.in_block)
    assert caught.value.expected == f"1 to 20 layers from map to map; none of {outside}"
    assert {"Input", "Flatten", "Residual"} <= {*outside.split(", ")}
