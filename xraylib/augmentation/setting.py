"""The settings of augmentations: what each may be, and how it is set on a page."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Final

from xraylib.errors import ConfigError

OFF: Final = (1.0, 1.0)
"""The factors that change nothing."""


@dataclass(frozen=True, kw_only=True)
class Slider:
    """How a number, or the two ends of a range, are set on a page.

    Attributes:
        low: Left end.
        high: Right end.
        step: Between two positions.
        format: Of the value shown.
        factor: Position divided by value: 100 for per cent.
    """

    low: float
    high: float
    step: float
    format: str
    factor: float = 1.0

    def position(self, value: float) -> float:
        """Where a value stands; what lies beyond an end stands at that end."""
        return min(max(value * self.factor, self.low), self.high)

    def value(self, position: float) -> float:
        """The reverse, without what floats add to a hundredth."""
        return round(float(position) / self.factor, 6)


@dataclass(frozen=True, kw_only=True)
class Setting(ABC):
    """One field of `AugmentConfig`.

    Attributes:
        name: Of the field, as in JSON.
        label: Of its widget, with the unit.
        title: The same in a word or two, without the unit.
        help: One sentence that teaches.
        says: What it does, for who writes it: one or two sentences.
        default: With which nothing varies.
        keras: Whether ``ImageDataGenerator`` has a setting of this name and meaning.
        only_if: Another setting and the value with which alone this one has a meaning.
    """

    name: str
    label: str
    title: str
    help: str
    says: str
    default: Any
    keras: bool = False
    only_if: tuple[str, object] | None = None

    type: ClassVar[Any]

    @property
    @abstractmethod
    def allowed(self) -> str:
        """What it may be, in words."""

    @abstractmethod
    def checked(self, value: object) -> Any:
        """The value as the configuration holds it.

        Raises:
            ConfigError: code ``augment``.
        """

    def is_off(self, value: Any) -> bool:
        """Whether nothing varies with this value."""
        return bool(value == self.default)

    def times(self, value: Any, factor: float) -> Any:
        """``factor`` times as far from none; what is no amount stays, but at 0."""
        return value if factor else self.default

    def to_widget(self, value: Any) -> Any:
        """Where the widget stands."""
        return value

    def from_widget(self, value: Any) -> Any:
        """What the widget stands for."""
        return value

    def refuse(self, value: object) -> ConfigError:
        """The error for a value that makes no sense."""
        return refuse(f"The augmentation setting {self.name} is {value!r}", self.allowed)


@dataclass(frozen=True, kw_only=True)
class Amount(Setting):
    """A number: the most that may happen.

    Attributes:
        most: The largest that makes sense; the least is 0.
        unit: After the numbers in words, with a blank before it.
        two_sided: Whether what is drawn lies between -amount and +amount, not from 0.
        slider: How it is set.
        tell: A drawn value in words, with its unit.
    """

    default: float = 0.0
    most: float
    unit: str = ""
    two_sided: bool = False
    slider: Slider
    tell: Callable[[float], str] = field(repr=False)

    type: ClassVar[Any] = float

    @property
    def allowed(self) -> str:
        return f"a number from 0 to {self.most:g}{self.unit}"

    def checked(self, value: object) -> float:
        return number(self, value, 0, self.most)

    def times(self, value: Any, factor: float) -> Any:
        if self.only_if is not None:  # a grey level is no amount of change
            return value
        return min(value * factor, self.most)

    def to_widget(self, value: Any) -> float:
        return self.slider.position(float(value))

    def from_widget(self, value: Any) -> float:
        return self.slider.value(value)

    def ends(self, value: float) -> tuple[float, float]:
        """Between what something is drawn."""
        return -value if self.two_sided else 0.0, value


@dataclass(frozen=True, kw_only=True)
class Factors(Setting):
    """The smallest and the largest factor, or None.

    Attributes:
        least: The smallest that makes sense.
        most: The largest that makes sense.
        slider: How both are set.
        tell: A drawn factor in words, with its unit.
    """

    default: Any = None
    least: float
    most: float
    slider: Slider
    tell: Callable[[float], str] = field(repr=False)

    type: ClassVar[Any] = tuple[float, float] | None

    @property
    def allowed(self) -> str:
        return f"two numbers from {self.least:g} to {self.most:g}, the smaller one first"

    def checked(self, value: object) -> tuple[float, float] | None:
        if value is None:
            return None
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise self.refuse(value)
        first, second = (number(self, item, self.least, self.most) for item in value)
        if first > second:
            raise self.refuse(value)
        return first, second

    def is_off(self, value: Any) -> bool:
        return value in (None, OFF)

    def times(self, value: Any, factor: float) -> Any:
        if value is None or not factor:
            return self.default
        low, high = (min(max(1 + (end - 1) * factor, self.least), self.most) for end in value)
        return low, high

    def to_widget(self, value: Any) -> tuple[float, float]:
        low, high = self.ends(value)
        return self.slider.position(low), self.slider.position(high)

    def from_widget(self, value: Any) -> Any:
        low, high = value
        ends = self.slider.value(low), self.slider.value(high)
        return self.default if ends == OFF else ends

    def ends(self, value: tuple[float, float] | None) -> tuple[float, float]:
        """Between what something is drawn."""
        return value or OFF


@dataclass(frozen=True, kw_only=True)
class Switch(Setting):
    """Whether something may happen at all."""

    default: bool = False

    type: ClassVar[Any] = bool

    @property
    def allowed(self) -> str:
        return "true or false"

    def checked(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(value)
        return value


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of several names.

    Attributes:
        options: Each with its words for people.
    """

    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    type: ClassVar[Any] = str

    @property
    def allowed(self) -> str:
        *names, last = self.options
        return f"one of {', '.join(names)} and {last}"

    def checked(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise self.refuse(value)
        return value


def number(setting: Setting, value: object, low: float, high: float) -> float:
    """A number between two others, both included.

    Raises:
        ConfigError: code ``augment``.
    """
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not low <= float(value) <= high:  # type: ignore[arg-type]
        unit = getattr(setting, "unit", "")
        raise refuse(
            f"The augmentation setting {setting.name} is {value!r}",
            f"a number from {low:g} to {high:g}{unit}",
        )
    return float(value)  # type: ignore[arg-type]


def refuse(what: str, expected: str) -> ConfigError:
    """The error for a configuration that makes no sense."""
    return ConfigError(
        what, expected=expected, remedy="change this augmentation setting", code="augment"
    )


def signed(value: float) -> str:
    """One digit, with a real minus sign, and no ``-0``."""
    rounded = round(value, 1)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded):.1f}"
