"""Networks of ``keras.applications`` as one layer, for transfer learning."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import Annotated, Any, Final

from xraylib.networks.backbones import (
    BACKBONES,
    SMALLEST,
    STAGES,
    BackboneFacts,
    backbone_table,
)
from xraylib.networks.declaration.code import Call, literal
from xraylib.networks.declaration.effect import (
    Effect,
    ImpossibleError,
    Pair,
    Part,
    Shape,
    Weight,
)
from xraylib.networks.declaration.layer import Group, Layer
from xraylib.networks.declaration.settings import Choice, refuse, whole_number
from xraylib.networks.declaration.windows import map_size
from xraylib.networks.declaration.words import both, options

_FUNCTION: Final = '''

def backbone(shape, network, *, frozen, weights=None, scale=None, offset=0.0):
    """A network of keras.applications whose first layers do not learn."""
    body = network(include_top=False, weights=weights, input_shape=(*shape[:2], 3))
    for layer in body.layers[:frozen]:
        layer.trainable = False
    inputs = outputs = keras.Input(shape=shape)
    if shape[2] == 1:
        outputs = layers.Concatenate()([inputs, inputs, inputs])
    if scale is not None:
        outputs = layers.Rescaling(scale, offset)(outputs)
    return keras.Model(inputs, body(outputs))

'''


@dataclass(frozen=True, kw_only=True)
class _Weights(Choice):
    """``"imagenet"``, ``"none"`` or a file here."""

    def checked(self, kind: str, name: str, value: Any) -> str:
        if isinstance(value, str) and (value in self.options or _is_file_here(value)):
            return value
        raise refuse(
            kind,
            name,
            value,
            "imagenet, none, or the path of a file on this computer that ends in .h5",
            "set weights to imagenet",
            self.options,
        )


@dataclass(frozen=True, kw_only=True)
class _Stage(Choice):
    """A stage by its number."""

    def checked(self, kind: str, name: str, value: Any) -> int:
        stage = whole_number(value)
        if stage not in self.options or stage is None:
            raise refuse(
                kind,
                name,
                value,
                f"a whole number from 1 (all of it) to {STAGES}, or nothing",
                f"set trainable_from to {STAGES}",
                (STAGES, None),
            )
        return stage


@dataclass(frozen=True)
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

    group = Group.BLOCK
    meaning = "A network that others trained on photographs; it stands straight after the Input."
    keras_class = "Functional"
    in_block = False
    scales = True
    has_convolution = True
    script_function = _FUNCTION

    name: Annotated[
        str,
        Choice(
            options=tuple(BACKBONES),
            label="Network",
            help="A network of keras.applications without its classification layers.",
            wide=True,
        ),
    ] = "MobileNetV2"
    _: KW_ONLY
    weights: Annotated[
        str,
        _Weights(
            options=("imagenet", "none"),
            label="Weights",
            help="imagenet: learnt from photographs, fetched once. none: fresh ones. Or a file of "
            "your own, from the workspace's folder of weights.",
            wide=True,
        ),
    ] = "imagenet"
    trainable_from: Annotated[
        int | None,
        _Stage(
            options=tuple(range(1, STAGES + 1)),
            label="Learns from stage",
            help="The first of its five stages that learns, 1 for all of it. What does not learn "
            "keeps what it knows from photographs.",
            empty="nothing learns",
            wide=True,
        ),
    ] = None

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

    def to_keras(self, name: str | None = None, shape: Shape = ()) -> Any:
        """The same steps in the same order as ``backbone`` in the generated script."""
        import keras

        if min(shape[0], shape[1]) < SMALLEST or shape[2] not in (1, 3):
            raise ValueError(f"{self.name} does not take {tuple(shape)}")
        body = getattr(keras.applications, self.name)(
            include_top=False, weights=None, input_shape=(*shape[:2], 3)
        )
        for one in body.layers[: self.frozen]:
            one.trainable = False
        inputs = outputs = keras.Input(shape=shape)
        if shape[2] == 1:
            outputs = keras.layers.Concatenate()([inputs, inputs, inputs])
        if self.facts.scale is not None:
            scale, offset = self.rescaling
            outputs = keras.layers.Rescaling(scale, offset)(outputs)
        return keras.Model(inputs, body(outputs), name=name)

    def keras_call(self, shape: Shape | None = None) -> Call:
        given = [repr(shape), f"keras.applications.{self.name}"]
        if self.weights == "imagenet":
            address = self.facts.address
            given.append(f'weights=keras.utils.get_file(origin="{address}", cache_subdir="models")')
        elif self.weights != "none":
            given.append(f"weights={literal(self.weights)}")
        given.append(f"frozen={self.frozen}")
        if self.facts.scale is not None:
            scale, offset = self.rescaling
            given += [f"scale={literal(scale)}", f"offset={literal(offset)}"]
        return Call("backbone", tuple(given))

    def _halved(self, side: int) -> tuple[int, ...]:
        sizes = [side]
        for rounding in self.facts.rounding:
            sizes.append(-(-sizes[-1] // 2) if rounding == "up" else sizes[-1] // 2)
        return tuple(sizes)


def _is_file_here(path: str) -> bool:
    """No address of another computer: only to look at one would sign in there."""
    return path.endswith(".h5") and not path.replace("\\", "/").startswith("//")


def _words(sizes: tuple[int, ...], rounding: tuple[str, ...]) -> str:
    if set(rounding) == {"up"}:
        return f"⌈{sizes[0]}/{2**STAGES}⌉ = {sizes[-1]}"
    return "halved five times: " + " → ".join(str(size) for size in sizes)
