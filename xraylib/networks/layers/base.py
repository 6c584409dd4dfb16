"""What a layer is: a frozen value that knows its own effect on a shape.

A layer's field names and defaults are Keras's keyword names and defaults. From the one value come
the summary row (``effect``), the Keras layer and the line of code (``keras_arguments``) and the
saved JSON (``to_json``). A new layer is one new class: it enters ``LAYERS`` by being defined.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple

from xraylib.errors import SpecError

Shape = tuple[int, ...]
"""Without the batch axis: ``(height, width, channels)`` or ``(features,)``."""

Pair = tuple[int, int]
"""Along the height and along the width."""

ALL: Final = 0
"""In ``Effect.window``: every position of the axis at once."""

_registry: dict[str, type[Layer]] = {}
LAYERS: Final[Mapping[str, type[Layer]]] = MappingProxyType(_registry)
"""Every kind of layer by its name, which is Keras's class name."""


class Weight(NamedTuple):
    """One array of numbers that a layer holds.

    Attributes:
        name: Keras's name of it, for example ``"kernel"``.
        shape: Its shape; the product is its number of parameters.
        trainable: False for what is only observed (moving averages).
    """

    name: str
    shape: Shape
    trainable: bool = True

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class Part(NamedTuple):
    """A Keras layer inside a layer that is several.

    Attributes:
        kind: Its Keras class.
        weights: Its own, in the order in which Keras stores them.
        parts: What it consists of, where it is itself several.
    """

    kind: str
    weights: tuple[Weight, ...] = ()
    parts: tuple[Part, ...] = ()


class Effect(NamedTuple):
    """What a layer does to a shape.

    Attributes:
        output_shape: Without the batch axis.
        weights: In the order in which Keras stores them.
        multiply_adds: Products that are summed for one image, biases not counted.
        shape_arithmetic: How the output shape follows, for example ``⌊(256−5)/3⌋+1 = 84``.
        params_arithmetic: How the parameters are counted, for example
            ``5 × (1×5×5 + 1) = 130``; empty without parameters.
        window: Input positions that one output position sees along (height, width);
            ``ALL`` for every one.
        strides: Input positions between neighbouring output positions.
        parts: The Keras layers of which it consists, where it is several.
    """

    output_shape: Shape
    weights: tuple[Weight, ...] = ()
    multiply_adds: int = 0
    shape_arithmetic: str = ""
    params_arithmetic: str = ""
    window: Pair = (1, 1)
    strides: Pair = (1, 1)
    parts: tuple[Part, ...] = ()


class L2(NamedTuple):
    """A setting of a Keras layer that is ``keras.regularizers.L2(amount)``."""

    amount: float


class ImpossibleError(Exception):
    """Raised by ``Layer.effect``; ``trace`` turns it into a ``SpecError`` that names the layer."""

    def __init__(
        self,
        what: str,
        *,
        expected: str,
        remedy: str,
        field: str | None = None,
        nearest: tuple[object, ...] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.remedy = remedy
        self.field = field
        self.nearest = nearest


@dataclass(frozen=True, kw_only=True)
class Layer:
    """Base of all layers. Subclasses are frozen keyword-only dataclasses."""

    always: ClassVar[tuple[str, ...]] = ()
    """Fields that code always names, because Keras has no default or a reader would miss it."""

    penalised: ClassVar[tuple[str, ...]] = ()
    """Keras's names for what the setting ``l2`` sets."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not cls.__name__.startswith("_"):
            _registry[cls.__name__] = cls

    @property
    def kind(self) -> str:
        """The name of the Keras class."""
        return type(self).__name__

    @property
    def label(self) -> str:
        """One line for a list of layers, for example ``Conv2D 5 @ 5×5, stride 3, relu``."""
        return self.kind

    def effect(self, shape: Shape) -> Effect:
        """What this layer does to ``shape``.

        Raises:
            ImpossibleError: It cannot be applied to this shape.
        """
        raise NotImplementedError

    def map_values(self, shape: Shape) -> list[int]:
        """How many values each step inside this layer makes of one image, in order.

        Raises:
            ImpossibleError: It cannot be applied to this shape.
        """
        return [math.prod(self.effect(shape).output_shape)]

    def keras_arguments(self) -> dict[str, Any]:
        """Keyword arguments of the Keras class: the fields that differ from Keras's defaults.

        Equal pairs are written as one number.
        """
        arguments: dict[str, Any] = {}
        for name, default in _defaults(self.kind):
            value = getattr(self, name)
            if name == "l2":
                arguments |= dict.fromkeys(self.penalised, L2(value)) if value else {}
            elif value != default or name in self.always:
                arguments[name] = compact(value)
        return arguments

    def to_json(self) -> dict[str, Any]:
        """``{"kind": .., ..}`` with the fields that differ from their defaults."""
        return {"kind": self.kind} | {
            name: _plain(compact(value))
            for name, default in _defaults(self.kind)
            if (value := getattr(self, name)) != default
        }


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
    layer = LAYERS[kind]
    known = [field.name for field in fields(layer)]
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
            raise SpecError(
                f"{place}, {kind}, has an unknown setting, {shorten(name)}",
                expected=f"only {', '.join(known)}" if known else "no settings",
                remedy=f"write {close[0]} if that was meant" if close else "leave it out",
                index=index,
                kind=kind,
                nearest=tuple(close),
            )
    missing = [field.name for field in fields(layer) if required(field) and field.name not in given]
    if missing:
        raise SpecError(
            f"{place}, {kind}, lacks {missing[0]}",
            expected=f"a value for {' and '.join(missing)}",
            remedy=f"add {missing[0]}",
            index=index,
            kind=kind,
            field=missing[0],
        )
    try:
        return layer(**given)
    except SpecError as error:
        error.index = index
        raise


def required(field: Field[Any]) -> bool:
    """Whether a dataclass field has no default."""
    return field.default is MISSING and field.default_factory is MISSING


def compact(value: Any) -> Any:
    """``(5, 5)`` as ``5``; anything else as it is."""
    if isinstance(value, tuple) and len(value) == 2 and value[0] == value[1]:
        return value[0] if isinstance(value[0], int) else value
    return value


def shorten(value: object) -> str:
    """``repr`` cut to a length that fits into a message."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


@cache
def _defaults(kind: str) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(LAYERS[kind]))


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Layer):
        return value.to_json()
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
