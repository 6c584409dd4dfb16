"""Advice on what training can do with a network: scaling, bends, statistics and the output."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from xraylib.errors import SpecError
from xraylib.networks.advice.advice import Advice, possible
from xraylib.networks.backbones import STAGES
from xraylib.networks.layers import (
    Backbone,
    BatchNormalization,
    Conv2D,
    Dense,
    Layer,
)
from xraylib.networks.spec import ModelSpec, head
from xraylib.networks.trace import Trace

FEW_IMAGES: Final = 5_000
SLOW_MOMENTUM: Final = 0.98


def on_learning(spec: ModelSpec, seen: Trace, images: int | None) -> Iterator[Advice]:
    """Unscaled or twice scaled images, fresh weights that stay, missing bends, normalisation.

    Args:
        spec: The network.
        seen: Its trace.
        images: For training; None where not known.
    """
    yield from _scaling(spec, seen)
    yield from _frozen(spec, seen)
    yield from _linear(spec, seen)
    yield from _normalization(spec, seen, images)


def _scaling(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    scaled: Layer | None = None
    for index, layer in enumerate(possible(spec, seen)):
        if isinstance(layer, Backbone):
            if scaled is not None:
                yield Advice(
                    code="scaled-before-backbone",
                    index=index,
                    text=f"{layer.name} gets what {scaled.kind} has scaled already; delete "
                    f"{scaled.kind}",
                    reason="A backbone takes grey levels of 0 to 255 and scales them itself, as it "
                    "was trained. Scaled twice, every image looks almost black to it.",
                )
            return
        if layer.scales:
            scaled = scaled or layer
        elif layer.weighs:
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
    for index, layer in enumerate(possible(spec, seen)):
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


def _linear(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    """Two layers that only weigh and add, with no bend between them."""
    before: tuple[int, Layer] | None = None
    for index, layer in enumerate(possible(spec, seen)):
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
            before = (index, layer) if layer.ends_in is None else None
        elif not layer.passes_on:
            before = None


def _normalization(spec: ModelSpec, seen: Trace, images: int | None) -> Iterator[Advice]:
    layers = possible(spec, seen)
    for index, layer in enumerate(layers):
        if not isinstance(layer, BatchNormalization):
            continue
        if images is not None and images < FEW_IMAGES and layer.momentum >= SLOW_MOMENTUM:
            steps = round(1 / (1 - layer.momentum))
            yield Advice(
                code="slow-momentum",
                index=index,
                text=f"a momentum of {layer.momentum:g} is slow for {images:,} training images; "
                "try 0.9",
                reason=f"Its moving averages look back over about {steps:,} steps, and an epoch "
                f"of 32 images a step has {math.ceil(images / 32):,}. Validation uses averages "
                "that lag behind the weights and jumps up and down.",
            )
        before = layers[index - 1]
        if getattr(before, "use_bias", False) and before.ends_in is None and layer.center:
            yield Advice(
                code="bias-before-normalization",
                index=index - 1,
                text=f"the bias of {before.kind} does nothing before BatchNormalization; "
                "switch it off",
                reason="Normalising subtracts each channel's mean, and with it whatever the bias "
                "added; the layer has an offset of its own.",
            )


def on_output(
    spec: ModelSpec, seen: Trace, classes: int | None, class_mode: str
) -> Iterator[Advice]:
    """Units against classes, and the last activation against the loss; of a possible network."""
    index = len(spec.layers) - 1
    last = spec.layers[-1]
    ends = last.ends_in
    shape = seen.output_shape
    if shape == (1,) and ends == "softmax":
        yield Advice(
            code="softmax-of-one",
            index=index,
            text="softmax over one unit always answers 1; use sigmoid, or a unit a class",
            reason="Softmax makes the outputs of an image sum to 1, so a single one is 1 "
            "whatever the image shows.",
        )
        return
    if len(shape) == 3 and isinstance(last, Dense):
        yield Advice(
            code="output-units",
            index=index,
            text=f"the network ends in a map of {'×'.join(map(str, shape))}, and classes need one "
            "row of values; put Flatten or GlobalAveragePooling2D before the last Dense",
            reason="Dense weighs the channels at each place of a map by itself, so it would answer "
            "once a place instead of once an image.",
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
            reason="The loss compares what comes out with the image's class, value by value.",
        )
    elif ends != wanted.activation:
        loss = {
            "binary": "binary cross-entropy",
            "multilabel": "binary cross-entropy",
            "sparse": "sparse categorical cross-entropy",
        }
        means = {"binary": " of the second class.", "multilabel": " of each finding."}
        yield Advice(
            code="output-activation",
            index=index,
            text=f"the network ends in {ends or 'no activation'}, and class mode {class_mode} "
            f"needs {wanted.activation}",
            reason=f"The loss is {loss.get(class_mode, 'categorical cross-entropy')}, which "
            "reads the outputs as probabilities" + means.get(class_mode, " that sum to 1."),
        )
