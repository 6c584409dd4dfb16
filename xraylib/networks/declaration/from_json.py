"""A layer from JSON, whoever wrote it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from xraylib.errors import SpecError
from xraylib.networks.declaration.arguments import check_arguments
from xraylib.networks.declaration.layer import LAYERS, Layer
from xraylib.networks.declaration.words import shorten


def layer_from_json(value: object, *, index: int | None = None) -> Layer:
    """The layer that ``Layer.to_json`` wrote.

    Args:
        value: A mapping with ``kind`` and the layer's fields.
        index: Its position in the network, for the error.

    Raises:
        SpecError: Not a mapping, an unknown kind or field, or a value that makes no sense.
    """
    place = "A layer" if index is None else f"Layer {index}"
    if not isinstance(value, Mapping) or not isinstance(value.get("kind"), str):
        raise SpecError(
            f"{place} is {shorten(value)}",
            expected='a JSON object with a "kind", for example {"kind": "Flatten"}',
            remedy="write the layer like that",
            index=index,
        )
    kind = value["kind"]
    if kind not in LAYERS:
        close = difflib.get_close_matches(kind, LAYERS, n=3, cutoff=0.5)
        raise SpecError(
            f"{place} is of an unknown kind, {shorten(kind)}",
            expected="one of " + ", ".join(sorted(LAYERS)),
            remedy=f"write {close[0]} if that was meant" if close else "choose one of them",
            index=index,
            field="kind",
            nearest=tuple(close),
        )
    given = {name: _frozen(item) for name, item in value.items() if name != "kind"}
    check_arguments(LAYERS[kind], (), given, index=index)
    try:
        return LAYERS[kind](**given)
    except SpecError as error:
        error.index = index
        raise


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
