"""Networks that are ready to use, as data: the lesson's and a better small one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xraylib.arguments import checked
from xraylib.errors import SpecError
from xraylib.networks.declaration.effect import Shape
from xraylib.networks.declaration.words import shorten
from xraylib.networks.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Input,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    Rescaling,
)
from xraylib.networks.spec import ModelSpec, head
from xraylib.presets import Presets

STANDARDISE: Final = LayerNormalization(axis=(1, 2, 3), center=False, scale=False)
"""Brings each image to mean 0 and standard deviation 1; no parameters."""


def _normalised(filters: int, strides: int = 1) -> tuple[Layer, ...]:
    # BatchNormalization adds an offset of its own, so the convolution needs no bias.
    return (
        Conv2D(filters=filters, kernel_size=3, strides=strides, padding="same", use_bias=False),
        BatchNormalization(momentum=0.9),
        Activation(activation="relu"),
    )


_READY: Final[Mapping[str, tuple[tuple[Layer, ...], str]]] = {
    "lesson-dense": (
        (
            Flatten(),
            Dense(units=100, activation="relu"),
            Dense(units=50, activation="relu"),
        ),
        "The lesson's starting point: every unit of the first layer sees every pixel, "
        "which costs millions of parameters and knows nothing of neighbourhood.",
    ),
    "lesson-conv": (
        (
            Conv2D(filters=5, kernel_size=5, strides=3, activation="relu"),
            Flatten(),
        ),
        "One convolution in front: the same five small filters look everywhere, so few "
        "parameters find a pattern wherever it lies.",
    ),
    "lesson-stacked": (
        (
            Conv2D(filters=8, kernel_size=5, strides=3, activation="relu"),
            Conv2D(filters=4, kernel_size=3, strides=3, activation="relu"),
            Conv2D(filters=2, kernel_size=3, strides=2, activation="relu"),
            Flatten(),
        ),
        "Three convolutions with strides: each looks at the maps of the one before, "
        "so the last sees larger patterns while the maps shrink.",
    ),
    "lesson-cnn": (
        (
            Conv2D(filters=5, kernel_size=5, strides=3, activation="relu"),
            MaxPooling2D(pool_size=5),
            Conv2D(filters=3, kernel_size=3, activation="relu"),
            MaxPooling2D(pool_size=2),
            Flatten(),
        ),
        "The lesson's final network: max pooling keeps the strongest answers and leaves "
        "so few values that 712 parameters are enough for X-rays of 256×256 pixels.",
    ),
    "small-cnn": (
        (
            AveragePooling2D(pool_size=2, padding="same"),
            *_normalised(16, strides=2),
            *_normalised(16),
            MaxPooling2D(pool_size=2, padding="same"),
            *_normalised(32),
            *_normalised(32),
            *_normalised(64),
            *_normalised(64),
            GlobalAveragePooling2D(),
            Dropout(rate=0.2),
        ),
        "Six small convolutions, each normalised over the batch, and one mean a channel "
        "instead of Flatten: deep enough for texture and outline, few parameters in the last "
        "layer, and feature maps that show where the network looked.",
    ),
}


def _refused(what: str, expected: str, remedy: str) -> SpecError:
    return SpecError(what, expected=expected, remedy=remedy, code="unknown-preset")


PRESETS: Final = Presets(
    "network",
    {
        name: (
            ModelSpec(name=name, layers=(Input((256, 256, 1)), Rescaling(), *body, head(3))),
            note,
        )
        for name, (body, note) in _READY.items()
    },
    refuse=_refused,
)
"""For grey images of 256×256 pixels and three classes, from the lesson's first network to the
better one; ``preset`` makes them for others."""


@checked
def preset(
    name: str,
    *,
    input_shape: Shape = (256, 256, 1),
    classes: int = 3,
    class_mode: str = "categorical",
    standardise: bool = False,
) -> ModelSpec:
    """The network called ``name``.

    Args:
        name: One of ``PRESETS``.
        input_shape: ``(height, width, channels)`` of an image, pixel values 0 to 255.
        classes: Number of classes, at least 2.
        class_mode: ``"binary"`` ends in one sigmoid unit (two classes), ``"categorical"`` and
            ``"sparse"`` in one softmax unit a class.
        standardise: Bring each image to mean 0 and standard deviation 1 instead of dividing
            by 255.

    Raises:
        SpecError: An unknown name, or a shape or number of classes that makes no sense. Whether
            the layers fit into the shape says ``trace``.
    """
    if not isinstance(standardise, bool):
        raise SpecError(
            f"standardise is {shorten(standardise)}",
            expected="true or false",
            remedy="set standardise to true or false",
        )
    _, rescaling, *body, _ = PRESETS[name].layers
    first = STANDARDISE if standardise else rescaling
    layers = (Input(input_shape), first, *body, head(classes, class_mode))
    return ModelSpec(name=name, layers=layers)
