"""Layers around which what comes in takes a short way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import Annotated, Any, Final

from xraylib.errors import SpecError
from xraylib.networks.declaration.code import Call, literal
from xraylib.networks.declaration.effect import (
    ALL,
    Effect,
    ImpossibleError,
    Pair,
    Part,
    Shape,
    Weight,
)
from xraylib.networks.declaration.fields import ActivationAfter
from xraylib.networks.declaration.from_json import layer_from_json
from xraylib.networks.declaration.layer import LAYERS, Group, Layer
from xraylib.networks.declaration.settings import Setting, refuse
from xraylib.networks.declaration.windows import map_size
from xraylib.networks.declaration.words import compact, options, times
from xraylib.networks.layers.convolution import Conv2D

MAX_STEPS: Final = 20
"""Most layers in a block."""

_FUNCTION: Final = '''

def residual(shape, *steps, strides=1, activation=None):
    """Adds what comes in to what some layers make of it, brought to the same shape if need be."""
    inputs = keras.Input(shape=shape)
    outputs = shortcut = inputs
    for step in steps:
        outputs = step(outputs)
    if outputs.shape != inputs.shape:
        shortcut = layers.Conv2D(outputs.shape[-1], 1, strides=strides)(inputs)
    outputs = layers.Add()([outputs, shortcut])
    if activation is not None:
        outputs = layers.Activation(activation)(outputs)
    return keras.Model(inputs, outputs)

'''


@dataclass(frozen=True, kw_only=True)
class _Steps(Setting):
    """Layers, or what ``Layer.to_json`` wrote of them."""

    def checked(self, kind: str, name: str, value: Any) -> tuple[Layer, ...]:
        if not isinstance(value, tuple | list) or not 1 <= len(value) <= MAX_STEPS:
            raise _refused(kind, name, value)
        steps = [layer_from_json(one) if isinstance(one, Mapping) else one for one in value]
        if not all(isinstance(one, Layer) and one.in_block for one in steps):
            raise _refused(kind, name, value)
        return tuple(steps)


def _refused(kind: str, name: str, value: object) -> SpecError:
    outside = ", ".join(one for one, layer in LAYERS.items() if not layer.in_block)
    return refuse(
        kind,
        name,
        value,
        f"1 to {MAX_STEPS} layers from map to map; none of {outside}",
        "put for example two Conv2D with padding same there",
    )


@dataclass(frozen=True)
class Residual(Layer):
    """Adds what comes in to what some layers make of it.

    The layers have to learn only the difference, and gradients pass them by, so that deep networks
    still learn. Where the layers change the shape, a 1×1 convolution with their strides brings
    what comes in to the same shape. (He, Zhang, Ren and Sun, Deep residual learning for image
    recognition, 2016, arXiv:1512.03385.)

    Attributes:
        layers: 1 to 20 layers from map to map. Their strides alone may change height and width,
            so padding is ``"same"`` where a kernel is larger than 1.
        activation: After the sum; one of ``ACTIVATIONS``, or None.
    """

    group = Group.BLOCK
    meaning = "What comes in is added to what its layers make of it: they learn the difference."
    keras_class = "Functional"
    in_block = False
    weighs = True
    script_function = _FUNCTION

    layers: Annotated[tuple[Layer, ...], _Steps(shown=False)] = (
        Conv2D(16, 3, padding="same", activation="relu"),
        Conv2D(16, 3, padding="same"),
    )
    _: KW_ONLY
    activation: ActivationAfter = "relu"

    @property
    def label(self) -> str:
        count = len(self.layers)
        around = f"{count} layers" if count > 1 else self.layers[0].label
        return f"Residual around {around}" + options(self.activation)

    @property
    def steps(self) -> Pair:
        """Product of the strides inside, down and to the right."""
        down = right = 1
        for one in self.layers:
            down, right = down * one.steps[0], right * one.steps[1]
        return down, right

    @property
    def has_convolution(self) -> bool:
        return any(one.has_convolution for one in self.layers)

    def ways_out(self) -> dict[str, Layer]:
        same = [(*one.ways_out().values(), one)[0] for one in self.layers]
        return {"Set padding to same inside": replace(self, layers=tuple(same))}

    def map_values(self, shape: Shape) -> list[int]:
        found, inside = list[int](), shape
        for one in self.layers:
            found += one.map_values(inside)
            inside = one.effect(inside).output_shape
        ways = (inside != shape) + 1 + (self.activation is not None)  # projection, sum, bend
        return found + ways * [math.prod(inside)]

    def effect(self, shape: Shape) -> Effect:
        map_size(self.kind, shape)
        parts, weights = [Part("InputLayer")], list[Weight]()
        products, window, jump = 0, [1, 1], [1, 1]
        inside = shape
        for number, one in enumerate(self.layers, start=1):
            try:
                effect = one.effect(inside)
            except ImpossibleError as problem:
                raise ImpossibleError(
                    f"its layer {number}, {one.kind}: {problem.what}",
                    expected=problem.expected,
                    remedy=problem.remedy,
                ) from None
            parts.append(Part(one.keras_class or one.kind, effect.weights, effect.parts))
            weights += effect.weights
            products += effect.multiply_adds
            inside = effect.output_shape
            for axis in (0, 1):
                if ALL in (window[axis], effect.window[axis]):
                    window[axis] = ALL
                else:
                    window[axis] += (effect.window[axis] - 1) * jump[axis]
                jump[axis] *= effect.strides[axis]
        words = "what comes in is added"
        if inside != shape:
            projection = Conv2D(inside[-1], 1, strides=self.steps)
            short = projection.effect(shape)
            if short.output_shape != inside:
                raise ImpossibleError(
                    f"its layers make {times(inside)} of {times(shape)}, and a 1×1 convolution "
                    f"with their strides makes {times(short.output_shape)}",
                    expected="the same shape on both ways, so that they can be added",
                    remedy="set padding to same for the layers inside",
                    field="layers",
                )
            parts.append(Part("Conv2D", short.weights))
            weights += short.weights
            products += short.multiply_adds
            words = f"what comes in is added through {inside[-1]} filters of 1×1"
        after = [Part("Activation")] if self.activation is not None else []
        total = sum(weight.size for weight in weights)
        sizes = [sum(weight.size for weight in part.weights) for part in parts]
        sums = " + ".join(f"{size:,}" for size in sizes if size)
        return Effect(
            inside,
            weights=tuple(weights),
            multiply_adds=products,
            shape_arithmetic=words,
            params_arithmetic=f"{sums} = {total:,}" if "+" in sums else sums,
            window=(window[0], window[1]),
            strides=(jump[0], jump[1]),
            parts=(*parts, Part("Add"), *after),
        )

    def to_keras(self, name: str | None = None, shape: Shape = ()) -> Any:
        """The same steps in the same order as ``residual`` in the generated script."""
        import keras

        if len(shape) != 3:
            raise ValueError(f"a block around maps does not take a row of {shape[0]} values")
        steps = [one.to_keras() for one in self.layers]
        inputs = keras.Input(shape=shape)
        outputs = shortcut = inputs
        for step in steps:
            outputs = step(outputs)
        if outputs.shape != inputs.shape:
            shortcut = keras.layers.Conv2D(outputs.shape[-1], 1, strides=self.steps)(inputs)
        if outputs.shape != shortcut.shape:  # Keras would stretch a side of 1
            raise ValueError(f"{outputs.shape} and {shortcut.shape} cannot be added")
        outputs = keras.layers.Add()([outputs, shortcut])
        if self.activation is not None:
            outputs = keras.layers.Activation(self.activation)(outputs)
        return keras.Model(inputs, outputs, name=name)

    def keras_call(self, shape: Shape | None = None) -> Call:
        given: list[str | Call] = [repr(shape), *(one.keras_call() for one in self.layers)]
        if self.steps != (1, 1):
            given.append(f"strides={compact(self.steps)}")
        if self.activation is not None:
            given.append(f"activation={literal(self.activation)}")
        return Call("residual", tuple(given))
