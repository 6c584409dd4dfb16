"""Advice on the sizes of feature maps, and on what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xraylib.networks.advice.advice import Advice, possible
from xraylib.networks.declaration.fields import as_pair
from xraylib.networks.declaration.layer import Group
from xraylib.networks.layers import Dense, Flatten
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace

MOST_SHARE: Final = 0.9
"""A Dense layer with more of all parameters than this is worth a word..."""
MOST_PARAMETERS: Final = 20_000
"""...if it has at least so many."""
LEAST_FIELD: Final = 1 / 6
"""Of the image's side: what one value before a global pooling should see at least."""


def on_shapes(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    """Parameters in one layer, maps of one pixel, dropped rows, small receptive fields."""
    yield from _parameters(spec, seen)
    yield from _one_pixel(spec, seen)
    yield from _lost_rows(spec, seen)
    yield from _field(spec, seen)


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
        "parameters learn single images by heart more easily than what the images have in common.",
    )


def _one_pixel(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    for index, layer in enumerate(possible(spec, seen)):
        if layer.window == "sum" and seen.rows[index - 1].output_shape[:2] == (1, 1):
            height, width = as_pair(getattr(layer, "kernel_size", 1))
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
    for index, layer in enumerate(possible(spec, seen)):
        if layer.window is None or getattr(layer, "padding", None) != "valid":
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


def _field(spec: ModelSpec, seen: Trace) -> Iterator[Advice]:
    image = spec.input_shape
    for index, layer in enumerate(possible(spec, seen)):
        if layer.group is not Group.POOLING or layer.window is not None:
            continue  # a window leaves a map, in which the place is kept
        field = seen.rows[index - 1].receptive_field
        if min(field[0] / image[0], field[1] / image[1]) < LEAST_FIELD:
            yield Advice(
                code="small-receptive-field",
                index=index,
                text=f"each value of the map sees {field[0]}×{field[1]} of the image's "
                f"{image[0]}×{image[1]} pixels before {layer.kind} forgets the place; pool, "
                "stride or add convolutions before it",
                reason="What is larger than that part cannot be recognised as one thing: only "
                "its texture can.",
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
