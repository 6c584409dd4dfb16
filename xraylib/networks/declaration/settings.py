"""What a setting of a layer may be, and how it is shown: one declaration for both.

A layer annotates each of its fields with a type and one of these classes::

    filters: Annotated[int, Whole(low=1, high=65_536, first=8, label="Filters", help="...")]

When a layer is made, each setting refuses nonsense in our words and gives back the value in its one
canonical form; the editor makes the widget of the same declaration. Settings that several layers
share stand in ``fields``.
"""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from xraylib.errors import SpecError
from xraylib.networks.declaration.words import shorten


def refuse(
    kind: str,
    name: str,
    value: object,
    expected: str,
    remedy: str,
    nearest: tuple[object, ...] = (),
) -> SpecError:
    """The error for a setting whose value makes no sense on any input.

    Args:
        kind: Of the layer.
        name: Of the setting.
        value: The one that makes no sense.
        expected: What would have made sense.
        remedy: What to do.
        nearest: Values that would be possible, nearest first.
    """
    return SpecError(
        f"The {kind} setting {name} is {shorten(value)}",
        expected=expected,
        remedy=remedy,
        kind=kind,
        field=name,
        nearest=nearest,
    )


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting that any value may have; the base of the others.

    Attributes:
        label: Over its widget; the field's name if empty.
        help: One sentence that teaches.
        first: What a new layer in the editor starts with, where the field has no default.
        empty: What None is called, where None is a value.
        empty_help: One sentence on what None does.
        wide: Whether its words need the room of two fields.
        shown: Whether the editor shows it as a field.
    """

    label: str = ""
    help: str = ""
    first: Any = None
    empty: str | None = None
    empty_help: str = ""
    wide: bool = False
    shown: bool = True

    def taken(self, kind: str, name: str, value: Any) -> Any:
        """``value`` in its canonical form.

        Args:
            kind: Of the layer, for the error.
            name: Of the setting.
            value: What was given.

        Raises:
            SpecError: It makes no sense.
        """
        if value is None and self.empty is not None:
            return None
        return self.checked(kind, name, value)

    def checked(self, kind: str, name: str, value: Any) -> Any:
        """``taken`` of a value that is not the None which stands for nothing."""
        del kind, name
        return value


@dataclass(frozen=True, kw_only=True)
class Whole(Setting):
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int

    def checked(self, kind: str, name: str, value: Any) -> int:
        number = whole_number(value)
        if number is None or not self.low <= number <= self.high:
            nearest = _clamp(number, self.low, self.high)
            raise refuse(
                kind,
                name,
                value,
                f"a whole number from {self.low:,} to {self.high:,}",
                f"set {name} to {nearest:,}, for example",
                (nearest,),
            )
        return number


@dataclass(frozen=True, kw_only=True)
class Sides(Setting):
    """One whole number for height and width, or one for each; kept as a pair."""

    low: int
    high: int

    def checked(self, kind: str, name: str, value: Any) -> tuple[int, int]:
        low, high = self.low, self.high
        parts = list(value) if isinstance(value, tuple | list) else [value, value]
        numbers = [whole_number(part) for part in parts]
        good = [n for n in numbers if n is not None and low <= n <= high]
        if len(good) != 2 or len(numbers) != 2:
            first = _clamp(numbers[0] if numbers else None, low, high)
            second = _clamp(numbers[1] if len(numbers) == 2 else None, low, high)
            nearest = first if len(numbers) != 2 or first == second else (first, second)
            raise refuse(
                kind,
                name,
                value,
                f"a whole number from {low:,} to {high:,}, or one for the height and one for "
                "the width",
                f"set {name} to {nearest}, for example",
                (nearest,),
            )
        return good[0], good[1]


@dataclass(frozen=True, kw_only=True)
class Number(Setting):
    """A number from ``low`` to ``high``.

    Attributes:
        low, high: The ends.
        above, below: Leave out that end.
        example: For the error's remedy; ``first`` if not given.
        step: Of the buttons + and −.
        format: How the widget writes it.
    """

    low: float
    high: float
    above: bool = False
    below: bool = False
    example: float | None = None
    step: float = 0.1
    format: str = "%g"

    def checked(self, kind: str, name: str, value: Any) -> float:
        number = _real(value)
        good = number is not None and math.isfinite(number)
        if good and number is not None:
            good = self.low < number if self.above else self.low <= number
            good = good and (number < self.high if self.below else number <= self.high)
        if number is None or not good:
            example = self.first if self.example is None else self.example
            remedy = f"set {name} to {example:g}, for example"
            raise refuse(kind, name, value, self._range(), remedy, (example,))
        return number

    def _range(self) -> str:
        low, high = _digits(self.low), _digits(self.high)
        if not self.above and not self.below:
            return f"a number from {low} to {high}"
        start = f"above {low}" if self.above else f"from {low}"
        return f"a number {start} and {f'below {high}' if self.below else f'at most {high}'}"


@dataclass(frozen=True, kw_only=True)
class Flag(Setting):
    """True or false."""

    def checked(self, kind: str, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise refuse(
                kind, name, value, "true or false", f"set {name} to true or false", (True, False)
            )
        return value


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of ``options``.

    Attributes:
        options: The values.
        words: What a value is called in the editor, where that is not the value itself.
    """

    options: tuple[Any, ...]
    words: Mapping[Any, str] = field(default_factory=dict)

    @property
    def offered(self) -> tuple[Any, ...]:
        """The values that the editor offers."""
        return self.options

    def checked(self, kind: str, name: str, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.options:
            given = value if isinstance(value, str) else ""
            close = difflib.get_close_matches(given, self.options, n=1, cutoff=0.5)
            close = close or list(self.options[:1])
            raise refuse(
                kind,
                name,
                value,
                "one of " + ", ".join(self.options),
                f"set {name} to {close[0]}",
                tuple(close),
            )
        return value


def whole_number(value: object) -> int | None:
    """``value`` if it is a whole number and not true or false, else None."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return None


def _digits(value: float) -> str:
    return f"{value:,.10g}"


def _clamp(value: int | None, low: int, high: int) -> int:
    return low if value is None else min(max(value, low), high)
