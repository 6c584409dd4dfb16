"""What is known of the networks of ``keras.applications``, layer by layer.

Their sizes come from ``backbones.json``, which a test holds against Keras: for each of their Keras
layers the class, the stage (1 to 5; each halves the map), how often its output is halved (0: one
position for the whole image) and the shapes of its weights.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from xraylib.networks.declaration.effect import ALL, Shape

STAGES: Final = 5
"""Halvings of the map, in every one of them."""

SMALLEST: Final = 32
"""Height and width that Keras asks for, in pixels."""


class BackboneFacts(NamedTuple):
    """What differs between the networks.

    Attributes:
        channels: Channels of the last map.
        rounding: ``"up"`` or ``"down"``, for each of the five halvings.
        scale, offset: What the network wants done to 0..255 before; None where it does so itself.
        window: Pixels that one output sees along each side; ``ALL`` for the whole image.
        address: Where Keras publishes the ImageNet weights without the classification layers.
        md5: Their checksum as Keras's source has it; empty where it has none.
    """

    channels: int
    rounding: tuple[str, ...]
    scale: tuple[float, ...] | None
    offset: tuple[float, ...] | None
    window: int
    address: str
    md5: str


_STORE: Final = "https://storage.googleapis.com/tensorflow/keras-applications/"
_UP: Final = ("up",) * STAGES
_DEVIATIONS: Final = (0.229, 0.224, 0.225)
_MEANS: Final = (0.485, 0.456, 0.406)

BACKBONES: Final[dict[str, BackboneFacts]] = {
    "MobileNetV2": BackboneFacts(
        channels=1280,
        rounding=_UP,
        scale=(1 / 127.5,),
        offset=(-1.0,),
        window=491,
        address=_STORE
        + "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
        md5="",
    ),
    "MobileNetV3Small": BackboneFacts(
        channels=576,
        rounding=_UP,
        scale=None,
        offset=None,
        window=ALL,
        address=_STORE + "mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5",
        md5="d3e8ec802a04aa4fc771ee12a9a9b836",
    ),
    "EfficientNetV2B0": BackboneFacts(
        channels=1280,
        rounding=_UP,
        scale=None,
        offset=None,
        window=ALL,
        address=_STORE + "efficientnet_v2/efficientnetv2-b0_notop.h5",
        md5="893217f2bb855e2983157299931e43ff",
    ),
    "ResNet50V2": BackboneFacts(
        channels=2048,
        rounding=_UP,
        scale=(1 / 127.5,),
        offset=(-1.0,),
        window=483,
        address=_STORE + "resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
        md5="fac2f116257151a9d068a22e544a4917",
    ),
    "DenseNet121": BackboneFacts(
        channels=1024,
        rounding=("up", "up", "down", "down", "down"),
        scale=tuple(1 / (255 * deviation) for deviation in _DEVIATIONS),
        offset=tuple(
            -mean / deviation for mean, deviation in zip(_MEANS, _DEVIATIONS, strict=True)
        ),
        window=2071,
        address=_STORE + "densenet/densenet121_weights_tf_dim_ordering_tf_kernels_notop.h5",
        md5="30ee3e1110167f948a6b9946edeeb738",
    ),
}


class Row(NamedTuple):
    """One Keras layer of a backbone.

    Attributes:
        kind: Its Keras class.
        stage: 1 to 5.
        level: How often its output is halved; 0 for one position.
        weights: Name, shape and whether training can change it.
    """

    kind: str
    stage: int
    level: int
    weights: tuple[tuple[str, Shape, bool], ...]


@cache
def backbone_table(name: str) -> tuple[Row, ...]:
    """The Keras layers of a backbone, in Keras's order."""
    return tuple(_row(*entry) for entry in _tables()[name])


@cache
def _tables() -> dict[str, Any]:
    text = Path(__file__).with_name("backbones.json").read_text(encoding="utf-8")
    tables: dict[str, Any] = json.loads(text)
    return tables


def _row(kind: str, stage: int = 1, level: int = 1, *shapes: Any) -> Row:
    if kind == "BatchNormalization":
        channels = tuple(shapes[0])
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        weights = tuple((name, channels, not name.startswith("moving")) for name in names)
    else:
        given = zip(("kernel", "bias"), shapes, strict=False)
        weights = tuple((name, tuple(shape), True) for name, shape in given)
    return Row(kind, stage, level, weights)
