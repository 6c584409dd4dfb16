"""Checks of a layer's settings when it is made. Each takes the layer and the field's name, refuses
nonsense in our words, and leaves the field in its one canonical form."""

from __future__ import annotations

import difflib
import math
import operator
from typing import Final

from xraylib.errors import SpecError
from xraylib.networks.layers.base import Layer, Pair, shorten

MAX_UNITS: Final = 65_536
"""Largest number of units or filters of one layer."""

MAX_WINDOW: Final = 1_024
"""Largest kernel, pooling window or stride, in pixels."""

PADDINGS: Final = ("valid", "same")

ACTIVATIONS: Final = (
    "relu",
    "leaky_relu",
    "relu6",
    "elu",
    "selu",
    "gelu",
    "silu",
    "swish",
    "mish",
    "tanh",
    "sigmoid",
    "hard_sigmoid",
    "softplus",
    "softsign",
    "exponential",
    "softmax",
    "linear",
)


def refuse(
    layer: Layer, name: str, expected: str, remedy: str, nearest: tuple[object, ...] = ()
) -> SpecError:
    """The error for a setting whose value makes no sense on any input."""
    return SpecError(
        f"The {layer.kind} setting {name} is {shorten(getattr(layer, name))}",
        expected=expected,
        remedy=remedy,
        kind=layer.kind,
        field=name,
        nearest=nearest,
    )


def whole(layer: Layer, name: str, low: int, high: int) -> None:
    """A whole number from ``low`` to ``high``."""
    number = _integer(getattr(layer, name))
    if number is None or not low <= number <= high:
        nearest = _clamp(number, low, high)
        raise refuse(
            layer,
            name,
            f"a whole number from {low:,} to {high:,}",
            f"set {name} to {nearest:,}, for example",
            (nearest,),
        )
    object.__setattr__(layer, name, number)


def pair(layer: Layer, name: str, low: int, high: int) -> None:
    """One whole number for height and width, or one for each; kept as a pair."""
    value = getattr(layer, name)
    parts = list(value) if isinstance(value, tuple | list) else [value, value]
    numbers = [_integer(part) for part in parts]
    good = [n for n in numbers if n is not None and low <= n <= high]
    if len(good) != 2 or len(numbers) != 2:
        first = _clamp(numbers[0] if numbers else None, low, high)
        second = _clamp(numbers[1] if len(numbers) == 2 else None, low, high)
        nearest = first if len(numbers) != 2 or first == second else (first, second)
        raise refuse(
            layer,
            name,
            f"a whole number from {low:,} to {high:,}, or one for the height and one for the width",
            f"set {name} to {nearest}, for example",
            (nearest,),
        )
    object.__setattr__(layer, name, (good[0], good[1]))


def as_pair(value: int | Pair) -> Pair:
    """A checked pair field as the pair that it holds."""
    return value if isinstance(value, tuple) else (value, value)


def number(
    layer: Layer,
    name: str,
    low: float,
    high: float,
    *,
    above: bool = False,
    below: bool = False,
    example: float,
) -> None:
    """A number from ``low`` to ``high``; ``above`` and ``below`` leave out that end."""
    value = getattr(layer, name)
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if good:
        value = float(value)
        good = low < value if above else low <= value
        good = good and (value < high if below else value <= high)
    if not good or not math.isfinite(value):
        start = f"above {_digits(low)}" if above else f"from {_digits(low)}"
        end = f"below {_digits(high)}" if below else f"at most {_digits(high)}"
        joint = " and " if above or below else " to "
        expected = f"a number {start}{joint}{end if above or below else _digits(high)}"
        raise refuse(layer, name, expected, f"set {name} to {example:g}, for example", (example,))
    object.__setattr__(layer, name, value)


def flag(layer: Layer, name: str) -> None:
    """True or false."""
    if not isinstance(getattr(layer, name), bool):
        raise refuse(layer, name, "true or false", f"set {name} to true or false", (True, False))


def choice(layer: Layer, name: str, options: tuple[str, ...]) -> None:
    """One of ``options``."""
    value = getattr(layer, name)
    if not isinstance(value, str) or value not in options:
        close = difflib.get_close_matches(str(value), options, n=1, cutoff=0.5) or options[:1]
        raise refuse(
            layer, name, "one of " + ", ".join(options), f"set {name} to {close[0]}", tuple(close)
        )


def activation(layer: Layer, name: str = "activation") -> None:
    """One of ``ACTIVATIONS`` or None; ``"linear"`` is the same as None and kept as None."""
    if getattr(layer, name) == "linear":
        object.__setattr__(layer, name, None)
    if getattr(layer, name) is not None:
        choice(layer, name, ACTIVATIONS)


def _digits(value: float) -> str:
    return f"{value:,.10g}"


def _integer(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _clamp(value: int | None, low: int, high: int) -> int:
    return low if value is None else min(max(value, low), high)
