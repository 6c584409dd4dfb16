"""Ways out of an impossible network: changes of one layer that were tried and get past it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xraylib.app.shared.current_design import with_move, with_value, without_layer
from xraylib.app.shell.state import traced
from xraylib.errors import SpecError
from xraylib.networks.layers import Layer
from xraylib.networks.spec import ModelSpec, head
from xraylib.networks.trace import trace


@dataclass(frozen=True, kw_only=True)
class Fix:
    """One way to make an impossible network possible.

    Attributes:
        words: Of its button.
        spec: What the network becomes.
    """

    words: str
    spec: ModelSpec


def fixes(spec: ModelSpec, error: SpecError) -> list[Fix]:
    """Nearest possible values, other padding, another place, or none: what gets past the error.

    Only what was tried is offered: the first impossible layer, if there is one left, comes later
    than before. What leaves none stands first.
    """
    index = error.index
    if index is None or not 1 <= index < len(spec.layers):
        return []
    layer = spec.layers[index]
    offers: list[tuple[str, Callable[[], ModelSpec]]] = []
    if error.field:
        name = error.field
        offers += [
            (
                f"Set {setting_words(name)} to {value_words(value)}",
                _setter(spec, index, name, value),
            )
            for value in error.nearest
        ]
    offers += [(words, _putter(spec, index, other)) for words, other in layer.ways_out().items()]
    offers.append((f"Move {layer.kind} up", lambda: with_move(spec, index, -1)))
    offers.append((f"Delete {layer.kind}", lambda: without_layer(spec, index)))
    whole: list[Fix] = []
    later: list[Fix] = []
    for words, make in offers:
        try:
            result = make()
        except SpecError:
            continue
        left = trace(result).error
        gone = left is None or (left.index is not None and left.index > index)
        if gone and result != spec and all(fix.spec != result for fix in (*whole, *later)):
            (whole if left is None else later).append(Fix(words=words, spec=result))
    return whole + later


def fits_classes(spec: ModelSpec, classes: int, class_mode: str) -> bool:
    """Whether the network ends in what this many classes need; True for an impossible network."""
    result = traced(spec)
    if result.error is not None:
        return True
    try:
        wanted = head(classes, class_mode)
    except SpecError:
        return False
    last = spec.layers[-1]
    return result.output_shape == (wanted.units,) and last.ends_in == wanted.activation


def setting_words(name: str) -> str:
    """``kernel_size`` as ``kernel size``."""
    return name.replace("_", " ")


def value_words(value: object) -> str:
    """``(5, 3)`` as ``5×3``, ``(4, 4)`` as ``4``."""
    if isinstance(value, tuple):
        parts = [str(part) for part in value]
        return parts[0] if len(set(parts)) == 1 else "×".join(parts)
    return str(value)


def _setter(spec: ModelSpec, index: int, name: str, value: object) -> Callable[[], ModelSpec]:
    return lambda: with_value(spec, index, name, value)


def _putter(spec: ModelSpec, index: int, layer: Layer) -> Callable[[], ModelSpec]:
    return lambda: spec.with_layers([*spec.layers[:index], layer, *spec.layers[index + 1 :]])
