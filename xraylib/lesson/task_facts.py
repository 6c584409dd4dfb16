"""What somebody has on the pages, as facts with names in plain words, for tasks to ask for."""

from __future__ import annotations

import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from typing import Any, Final, TypeAlias

from xraylib.augmentation.augment import AugmentConfig
from xraylib.images.prepare import Preparation
from xraylib.networks.layers import Rescaling, Residual
from xraylib.networks.trace import Trace, TraceRow
from xraylib.training.run.runs import Run

Fact: TypeAlias = int | float | bool | str

FACTS_IN: Final = re.compile(r"\{([^{}]+)\}")
"""A fact's name in a text."""
_COMPARED: Final = re.compile(r"(>=|<=|!=|>|<) *(-?[0-9]+(?:\.[0-9]+)?)")
_SIGNS: Final[Mapping[str, tuple[Callable[[Any, Any], Any], str]]] = {
    ">": (operator.gt, "more than"),
    "<": (operator.lt, "less than"),
    ">=": (operator.ge, "at least"),
    "<=": (operator.le, "at most"),
    "!=": (operator.ne, "other than"),
}


def facts_of(
    *,
    dataset: str,
    preparation: Preparation,
    augment: AugmentConfig,
    network: Trace,
    training_images: int | None = None,
    run: Run | None = None,
) -> dict[str, Fact]:
    """The facts by name.

    Args:
        dataset: Its name.
        preparation: How X-rays become pixels.
        augment: How they are varied.
        network: The design, traced.
        training_images: Of the data set, where that is known.
        run: One that was started.

    Raises:
        PathError: The run's folder is damaged.
    """
    height, width, channels = preparation.input_shape
    found: dict[str, Fact] = {
        "dataset": dataset,
        "image height": height,
        "image width": width,
        "image channels": channels,
        "image values": height * width * channels,
        "network possible": network.error is None,
        "network layers": len(network.rows),
        "network parameters": network.total_params,
        "network products": network.multiply_adds,
    }
    for field in fields(augment):
        name = f"augmentation {_words(field.name.removesuffix('_range'))}"
        found |= _told(name, getattr(augment, field.name), ("lowest", "highest"))
    if training_images is not None:
        found["training images"] = training_images
    counted: Counter[str] = Counter()
    for before, row in zip((network.rows[0], *network.rows), network.rows, strict=False):
        counted[row.kind] += 1
        for name, value in _of_layer(row, before):
            found |= _told(f"{row.kind} {counted[row.kind]} {name}", value, ("down", "across"))
    if run is not None:
        images = run.data.images_in("train")
        found |= {
            "run epochs": run.train.epochs,
            "run batch size": run.train.batch_size,
            "run learning rate": run.train.learning_rate,
            "run images": images,
            "run steps": math.ceil(images / run.train.batch_size),
        }
    return found


def _of_layer(row: TraceRow, before: TraceRow) -> Iterator[tuple[str, Any]]:
    layer, shape = row.layer, row.output_shape
    for field in fields(layer):
        if not (isinstance(layer, Residual) and field.name == "layers"):
            yield _words(field.name), getattr(layer, field.name)
    if isinstance(layer, Rescaling):
        ends = sorted((layer.offset, 255 * layer.scale + layer.offset))
        yield "lowest", round(ends[0], 6)
        yield "highest", round(ends[1], 6)
    if len(shape) == 3:
        yield from zip(("height", "width", "channels"), shape, strict=True)
    yield "values", math.prod(shape)
    yield "incoming values", math.prod(before.output_shape)
    yield "parameters", row.params
    yield "products", row.multiply_adds
    yield "jump", row.jump
    yield "sees", row.receptive_field
    yield "arithmetic", row.arithmetic


def _told(name: str, value: Any, ends: tuple[str, str]) -> dict[str, Fact]:
    """A value as facts: of a pair that is not alike one for each side; of None none."""
    if isinstance(value, int | float | str):
        return {name: value}
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], int | float):
        if value[0] == value[1]:
            return {name: value[0]}
        return {f"{name} {end}": one for end, one in zip(ends, value, strict=True)}
    return {}


def _words(name: str) -> str:
    return name.replace("_", " ")


def fill(text: str, facts: Mapping[str, Fact]) -> str:
    """``text`` with its facts in it; ``?`` stands for what is not there."""
    return FACTS_IN.sub(lambda found: in_words(facts.get(found[1], "?")), text)


def in_words(value: Fact) -> str:
    """A fact as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def missing(done: Mapping[str, Fact], facts: Mapping[str, Fact]) -> list[str]:
    """What does not hold yet, a sentence without its full stop each; none when all is done."""
    return [
        f"{name} is {in_words(facts[name])}, not yet {_wanted(value)}"
        if name in facts
        else f"there is no {name} yet"
        for name, value in done.items()
        if name not in facts or not _holds(facts[name], value)
    ]


def _holds(fact: Fact, wanted: Fact) -> bool:
    compared = _COMPARED.fullmatch(wanted) if isinstance(wanted, str) else None
    if compared is None or isinstance(fact, str):
        return fact == wanted
    return bool(_SIGNS[compared[1]][0](fact, float(compared[2])))


def _wanted(value: Fact) -> str:
    compared = _COMPARED.fullmatch(value) if isinstance(value, str) else None
    return f"{_SIGNS[compared[1]][1]} {compared[2]}" if compared else in_words(value)
