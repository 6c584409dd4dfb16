"""Networks of ``keras.applications`` as one layer, for transfer learning.

Their sizes come from ``backbones.json``, which a test holds against Keras: for each of their Keras
layers the class, the stage (1 to 5; each halves the map), how often its output is halved (0: one
position for the whole image) and the shapes of its weights.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from xraylib.networks.layers.base import (
    ALL,
    Effect,
    ImpossibleError,
    Layer,
    Pair,
    Part,
    Shape,
    Weight,
)
from xraylib.networks.layers.settings import choice, refuse
from xraylib.networks.layers.windows import map_size
from xraylib.networks.layers.words import both, options

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


@dataclass(frozen=True, kw_only=True)
class Backbone(Layer):
    """A network that others have designed and trained on photographs, up to its last map.

    It takes images as they are, pixel values 0 to 255: a grey image is repeated to three channels
    and scaled as the network wants it, so nothing may scale it before. (DenseNet121 is what
    CheXNet used: Rajpurkar et al., 2017, arXiv:1711.05225.)

    Attributes:
        name: One of ``BACKBONES``.
        weights: ``"imagenet"``, ``"none"`` for fresh ones, or a file (``.h5``) as Keras publishes.
        trainable_from: The first of its five stages that learns: 1 for all of it, 5 for the last
            maps only; None if nothing of it learns. Stages before it stay as they are, their
            normalisation included.
    """

    name: str = "MobileNetV2"
    weights: str = "imagenet"
    trainable_from: int | None = None

    def __post_init__(self) -> None:
        choice(self, "name", tuple(BACKBONES))
        if not isinstance(self.weights, str) or not (
            self.weights in ("imagenet", "none") or _is_file_here(self.weights)
        ):
            raise refuse(
                self,
                "weights",
                "imagenet, none, or the path of a file on this computer that ends in .h5",
                "set weights to imagenet",
                ("imagenet", "none"),
            )
        stage = self.trainable_from
        if stage is not None and (
            isinstance(stage, bool) or not isinstance(stage, int) or not 1 <= stage <= STAGES
        ):
            raise refuse(
                self,
                "trainable_from",
                f"a whole number from 1 (all of it) to {STAGES}, or nothing",
                f"set trainable_from to {STAGES}",
                (STAGES, None),
            )

    @property
    def facts(self) -> BackboneFacts:
        """What differs from the other networks."""
        return BACKBONES[self.name]

    @property
    def label(self) -> str:
        stage = self.trainable_from
        learns = "frozen" if stage is None else "all learns" if stage == 1 else f"stage {stage} on"
        given = {"imagenet": "ImageNet", "none": "fresh weights"}.get(self.weights, "own weights")
        return f"Backbone {self.name}" + options(given, learns)

    @property
    def rescaling(self) -> tuple[Any, Any]:
        """Scale and offset as Keras's Rescaling takes them: numbers, or one for each channel."""
        scale, offset = self.facts.scale or (1.0,), self.facts.offset or (0.0,)
        if len(scale) == 1:
            return scale[0], offset[0]
        return list(scale), list(offset)

    def learns(self, stage: int) -> bool:
        """Whether the layers of a stage learn."""
        return self.trainable_from is not None and stage >= self.trainable_from

    @property
    def frozen(self) -> int:
        """How many of its Keras layers, from the first, do not learn."""
        rows = backbone_table(self.name)
        learning = (i for i, row in enumerate(rows) if row.weights and self.learns(row.stage))
        return next(learning, len(rows))

    def map_values(self, shape: Shape) -> list[int]:
        """Those of its Keras layers; one without weights makes as many as the one before it."""
        height, width, _ = map_size(self.kind, shape)
        sides = [self._halved(height), self._halved(width)]
        found = [height * width * 3]
        for row in backbone_table(self.name):
            if row.weights and row.level:
                size = row.weights[0][1]
                channels = size[-2] * size[-1] if row.kind == "DepthwiseConv2D" else size[-1]
                found.append(math.prod(side[row.level] for side in sides) * channels)
            elif row.weights:
                found.append(row.weights[0][1][-1])
            elif row.kind != "InputLayer":
                found.append(found[-1])
        return found

    def effect(self, shape: Shape) -> Effect:
        height, width, channels = map_size(self.kind, shape)
        if channels not in (1, 3):
            raise ImpossibleError(
                f"{self.name} takes images of 1 or 3 channels and gets {channels}",
                expected="1 channel (grey) or 3 (red, green, blue)",
                remedy=f"put {self.kind} straight after an Input of 1 or 3 channels",
            )
        if min(height, width) < SMALLEST:
            raise ImpossibleError(
                f"{self.name} needs {SMALLEST}×{SMALLEST} pixels and gets {height}×{width}",
                expected=f"at least {SMALLEST} pixels each way",
                remedy="use larger images",
            )
        sides = [self._halved(height), self._halved(width)]
        inside: list[Part] = []
        products = 0
        for row in backbone_table(self.name):
            learns = self.learns(row.stage)
            own = [Weight(name, size, can and learns) for name, size, can in row.weights]
            inside.append(Part(row.kind, tuple(own)))
            if own:
                positions = math.prod(side[row.level] for side in sides) if row.level else 1
                products += positions * sum(w.size for w in own if w.name == "kernel")
        weights = tuple(weight for part in inside for weight in part.weights)
        total = sum(weight.size for weight in weights)
        trained = sum(weight.size for weight in weights if weight.trainable)
        before = [Part("InputLayer")]
        before += [Part("Concatenate")] if channels == 1 else []
        before += [Part("Rescaling")] if self.facts.scale is not None else []
        window: Pair = (self.facts.window, self.facts.window)
        grey = "grey repeated to 3 channels; " if channels == 1 else ""
        return Effect(
            (sides[0][STAGES], sides[1][STAGES], self.facts.channels),
            weights=weights,
            multiply_adds=products,
            shape_arithmetic=grey + both(*(_words(side, self.facts.rounding) for side in sides)),
            params_arithmetic=f"{total:,}, {trained:,} of them trained",
            window=window,
            strides=(2**STAGES, 2**STAGES),
            parts=(*before, Part("Functional", (), tuple(inside))),
        )

    def _halved(self, side: int) -> tuple[int, ...]:
        sizes = [side]
        for rounding in self.facts.rounding:
            sizes.append(-(-sizes[-1] // 2) if rounding == "up" else sizes[-1] // 2)
        return tuple(sizes)


def _is_file_here(path: str) -> bool:
    """No address of another computer: only to look at one would sign in there."""
    return path.endswith(".h5") and not path.replace("\\", "/").startswith("//")


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


def _words(sizes: tuple[int, ...], rounding: tuple[str, ...]) -> str:
    if set(rounding) == {"up"}:
        return f"⌈{sizes[0]}/{2**STAGES}⌉ = {sizes[-1]}"
    return "halved five times: " + " → ".join(str(size) for size in sizes)
