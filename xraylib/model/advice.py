"""What an experienced eye says of a network that can be built: each word with its reason.

Nothing here forbids anything. Every piece of advice follows from the trace and, where given, from
the classes and the number of films; none is a guess about accuracy. Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xraylib.errors import SpecError
from xraylib.model.layers import (
    Activation,
    Backbone,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    Layer,
    Residual,
    SeparableConv2D,
)
from xraylib.model.layers.backbone import STAGES
from xraylib.model.layers.settings import as_pair
from xraylib.model.spec import ModelSpec, head
from xraylib.model.trace import Trace, trace

MOST_SHARE: Final = 0.9
"""A Dense layer with more of all parameters than this is worth a word..."""
MOST_PARAMETERS: Final = 20_000
"""...if it has at least so many."""
LEAST_FIELD: Final = 1 / 6
"""Of the film's side: what one value before a global pooling should see at least."""
FEW_FILMS: Final = 5_000
SLOW_MOMENTUM: Final = 0.98

_CONVOLUTIONS: Final = (Conv2D, DepthwiseConv2D, SeparableConv2D)
_WEIGHING: Final = (*_CONVOLUTIONS, Dense, Residual)
_SCALING: Final = (
    "Rescaling",
    "LayerNormalization",
    "BatchNormalization",
    "GroupNormalization",
)
_GLOBAL: Final = ("GlobalAveragePooling2D", "GlobalMaxPooling2D")


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One piece of advice.

    Attributes:
        code: Stable identifier in kebab case.
        index: The layer that it is about.
        text: What is to be seen and what to do, without its full stop.
        reason: Why, as a sentence.
    """

    code: str
    index: int
    text: str
    reason: str


def advice(
    spec: ModelSpec,
    *,
    classes: int | None = None,
    class_mode: str = "categorical",
    films: int | None = None,
    result: Trace | None = None,
) -> tuple[Advice, ...]:
    """What could be better in a network, in the order of its layers.

    Args:
        spec: The network; of an impossible one only the possible layers are looked at.
        classes: Of the data set; None where not known: nothing is said of the output's size.
        class_mode: As training will use it.
        films: For training; None where not known.
        result: Its trace, if there is one already.
    """
    seen = result or trace(spec)
    found = [
        *_scaling(spec, seen),
        *_frozen(spec, seen),
        *_parameters(spec, seen),
        *_convolutions(spec, seen),
        *_lost_rows(spec, seen),
        *_linear(spec, seen),
        *_normalization(spec, seen, films),
        *_field(spec, seen),
    ]
    if seen.error is None:
        found += _output(spec, seen, classes, class_mode)
    return tuple(sorted(found, key=lambda item: item.index))


def _layers(spec: ModelSpec, seen: Trace) -> tuple[Layer, ...]:
    return spec.layers[: len(seen.rows)]


def _scaling(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    scaled: Layer | None = None
    for index, layer in enumerate(_layers(spec, seen)):
        if isinstance(layer, Backbone):
            if scaled is not None:
                yield Advice(
                    code="scaled-before-backbone",
                    index=index,
                    text=f"{layer.name} gets what {scaled.kind} has scaled already; delete "
                    f"{scaled.kind}",
                    reason="A backbone takes grey levels of 0 to 255 and scales them itself, as it "
                    "was trained. Scaled twice, every film looks almost black to it.",
                )
            return
        if layer.kind in _SCALING:
            scaled = scaled or layer
        elif isinstance(layer, _WEIGHING):
            if scaled is not None:
                return
            yield Advice(
                code="no-rescaling",
                index=index,
                text=f"{layer.kind} gets grey levels of 0 to 255; put a Rescaling before it",
                reason="Training starts from small weights that suit values of about 1. With "
                "values a hundred times as large the first steps jump too far.",
            )
            return


def _frozen(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    for index, layer in enumerate(_layers(spec, seen)):
        if not isinstance(layer, Backbone) or layer.weights != "none" or layer.learns(1):
            continue
        stage = layer.trainable_from
        part = "none of it learns" if stage is None else f"only stage {STAGES} learns"
        if stage is not None and stage < STAGES:
            part = f"only stages {stage} to {STAGES} learn"
        yield Advice(
            code="fresh-and-frozen",
            index=index,
            text=f"{layer.name} starts from fresh weights, and {part}; take imagenet or a "
            "file, or let it learn from stage 1",
            reason="What does not learn keeps what it starts with, and that is chance here: it "
            "would look for patterns that nobody has found in any picture.",
        )


def _parameters(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    row = max(seen.rows, key=lambda row: row.params)
    layer = spec.layers[row.index]
    if (
        row.params < MOST_PARAMETERS
        or row.params <= MOST_SHARE * seen.total_params
        or not isinstance(layer, Dense)
    ):
        return
    dense = [r.index for r in seen.rows if r.kind == "Dense"]
    place = "first Dense layer" if row.index == dense[0] else f"Dense layer {row.index}"
    inputs = seen.rows[row.index - 1].output_shape[-1]
    flat = any(isinstance(before, Flatten) for before in spec.layers[: row.index])
    remedy = "pool or stride before Flatten" if flat else "use fewer units before it"
    yield Advice(
        code="parameters-in-one-layer",
        index=row.index,
        text=f"{_percent(row.params / seen.total_params)} of the parameters are in the {place}; "
        f"{remedy}",
        reason=f"Each of its {layer.units:,} units weighs all {inputs:,} values. So many "
        "parameters learn single films by heart more easily than what the films have in common.",
    )


def _convolutions(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    for index, layer in enumerate(_layers(spec, seen)):
        if isinstance(layer, _CONVOLUTIONS) and seen.rows[index - 1].output_shape[:2] == (1, 1):
            height, width = as_pair(layer.kernel_size)
            if (height, width) == (1, 1):
                continue
            yield Advice(
                code="one-pixel-map",
                index=index,
                text="the feature map is 1×1 here, further convolutions see no neighbours; "
                "stride or pool less before, or take a kernel of 1",
                reason=f"Of the {height * width} weights for each channel only the middle one "
                "meets a value; the others meet the zeros that padding adds.",
            )


def _lost_rows(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    for index, layer in enumerate(_layers(spec, seen)):
        if getattr(layer, "padding", None) != "valid":
            continue
        effect = layer.effect(seen.rows[index - 1].output_shape)
        before = seen.rows[index - 1].output_shape
        lost = [
            n - (count - 1) * step - window
            for n, count, step, window in zip(
                before[:2], effect.output_shape[:2], effect.strides, effect.window, strict=True
            )
        ]
        if not any(lost):
            continue
        yield Advice(
            code="rows-dropped",
            index=index,
            text=f"`valid` padding drops {_lines(lost)} of {before[0]}×{before[1]}; "
            "`same` keeps them",
            reason=f"The window moves in steps of {_side(effect.strides)}, and after the last "
            "whole step something is left at the bottom or on the right that no window looks at.",
        )


def _linear(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    """Two layers that only weigh and add, with no bend between them."""
    before: tuple[int, Layer] | None = None
    for index, layer in enumerate(_layers(spec, seen)):
        if isinstance(layer, Conv2D | Dense):
            if before is not None:
                yield Advice(
                    code="no-activation",
                    index=before[0],
                    text=f"no activation between {before[1].kind} and {layer.kind}; give "
                    f"layer {before[0]} relu, for example",
                    reason="Weighted sums of weighted sums are weighted sums again: without a "
                    "bend between them the two layers can do no more than one.",
                )
            before = (index, layer) if layer.activation in (None, "linear") else None
        elif not isinstance(layer, Flatten | Dropout):
            before = None


def _normalization(spec: ModelSpec, seen: Trace, films: int | None) -> Iterator[Advice]:
    layers = _layers(spec, seen)
    for index, layer in enumerate(layers):
        if not isinstance(layer, BatchNormalization):
            continue
        if films is not None and films < FEW_FILMS and layer.momentum >= SLOW_MOMENTUM:
            steps = round(1 / (1 - layer.momentum))
            yield Advice(
                code="slow-momentum",
                index=index,
                text=f"a momentum of {layer.momentum:g} is slow for {films:,} training films; "
                "try 0.9",
                reason=f"Its moving averages look back over about {steps:,} steps, and an epoch "
                f"of 32 films a step has {math.ceil(films / 32):,}. Validation uses averages "
                "that lag behind the weights and jumps up and down.",
            )
        before = layers[index - 1]
        if (
            isinstance(before, (*_CONVOLUTIONS, Dense))
            and before.use_bias
            and before.activation in (None, "linear")
            and layer.center
        ):
            yield Advice(
                code="bias-before-normalization",
                index=index - 1,
                text=f"the bias of {before.kind} does nothing before BatchNormalization; "
                "switch it off",
                reason="Normalising subtracts each channel's mean, and with it whatever the bias "
                "added; the layer has an offset of its own.",
            )


def _field(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    film = spec.input_shape
    for index, layer in enumerate(_layers(spec, seen)):
        if layer.kind not in _GLOBAL:
            continue
        field = seen.rows[index - 1].receptive_field
        if min(field[0] / film[0], field[1] / film[1]) < LEAST_FIELD:
            yield Advice(
                code="small-receptive-field",
                index=index,
                text=f"each value of the map sees {field[0]}×{field[1]} of the film's "
                f"{film[0]}×{film[1]} pixels before {layer.kind} forgets the place; pool, "
                "stride or add convolutions before it",
                reason="What is larger than that part cannot be recognised as one thing: only "
                "its texture can.",
            )


def _output(spec: ModelSpec, seen: Trace, classes: int | None, class_mode: str) -> Iterator[Advice]:
    index = len(spec.layers) - 1
    last = spec.layers[-1]
    ends = last.activation if isinstance(last, Dense | Activation) else None
    shape = seen.output_shape
    if shape == (1,) and ends == "softmax":
        yield Advice(
            code="softmax-of-one",
            index=index,
            text="softmax over one unit always answers 1; use sigmoid, or a unit a class",
            reason="Softmax makes the outputs of a film sum to 1, so a single one is 1 "
            "whatever the film shows.",
        )
        return
    if len(shape) == 3 and isinstance(last, Dense):
        yield Advice(
            code="output-units",
            index=index,
            text=f"the network ends in a map of {'×'.join(map(str, shape))}, and classes need one "
            "row of values; put Flatten or GlobalAveragePooling2D before the last Dense",
            reason="Dense weighs the channels at each place of a map by itself, so it would answer "
            "once a place instead of once a film.",
        )
        return
    if classes is None:
        return
    try:
        wanted = head(classes, class_mode)
    except SpecError as error:
        yield Advice(
            code="class-mode",
            index=index,
            text=f"{error.what[:1].lower()}{error.what[1:]}; {error.remedy}",
            reason=f"Training needs {error.expected}.",
        )
        return
    if shape != (wanted.units,):
        units = f"{wanted.units} unit{'' if wanted.units == 1 else 's'}"
        yield Advice(
            code="output-units",
            index=index,
            text=f"the network ends in {'×'.join(map(str, shape))} values, and {classes} classes "
            f"in class mode {class_mode} need {units}; end with a Dense of {units}",
            reason="The loss compares what comes out with the film's class, value by value.",
        )
    elif ends != wanted.activation:
        loss = {"binary": "binary cross-entropy", "sparse": "sparse categorical cross-entropy"}
        yield Advice(
            code="output-activation",
            index=index,
            text=f"the network ends in {ends or 'no activation'}, and class mode {class_mode} "
            f"needs {wanted.activation}",
            reason=f"The loss is {loss.get(class_mode, 'categorical cross-entropy')}, which "
            "reads the outputs as probabilities"
            + (" that sum to 1." if wanted.activation == "softmax" else " of the second class."),
        )


def _percent(share: float) -> str:
    """Never 100 % of something that is not all of it."""
    return "100 %" if share == 1 else f"{min(99, round(share * 100))} %"


def _lines(lost: list[int]) -> str:
    rows, columns = lost
    parts = [
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in ((rows, "row"), (columns, "column"))
        if count
    ]
    return " and ".join(parts)


def _side(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} down and {pair[1]} to the right"
