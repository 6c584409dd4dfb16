"""What a search may try, as a frozen value; from a preset, a dictionary, a JSON or a TOML file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xraylib.arguments import PathLike, as_path, check_names, checked, short
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.presets import Presets
from xraylib.records import MOST_JSON, as_damage, read_bytes, read_json
from xraylib.training.search.tunable import TUNABLES, Value

MOST_OPTIONS: Final = 50


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A few values without an order.

    Attributes:
        options: At least two, each another.
    """

    options: tuple[Value, ...]

    def __contains__(self, value: object) -> bool:
        return any(value == one and type(value) is type(one) for one in self.options)

    def to_json(self) -> list[Value]:
        """As in a file."""
        return list(self.options)


@dataclass(frozen=True, kw_only=True)
class Range:
    """All numbers between two, both included.

    Attributes:
        low: The smallest.
        high: The largest.
        log: Whether each factor counts the same, not each difference; ``low`` is above 0 then.
        whole: Whether only whole numbers are meant.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __contains__(self, value: object) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high  # type: ignore[operator]

    def to_json(self) -> JsonObject:
        """As in a file."""
        return {"low": self.low, "high": self.high, **({"log": True} if self.log else {})}


@dataclass(frozen=True, kw_only=True)
class Space:
    """What a search may try.

    Attributes:
        dimensions: By the names in `TUNABLES`, at least one.
        name: Of the preset, or nothing.
    """

    dimensions: Mapping[str, Choice | Range]
    name: str = ""

    def to_json(self) -> JsonObject:
        """``{name: list or {"low", "high", "log"}}``, as in a file; `from_json` takes it back."""
        return {name: one.to_json() for name, one in self.dimensions.items()}  # type: ignore[misc]

    @classmethod
    def from_json(cls, value: Mapping[str, Any], name: str = "") -> Space:
        """The space in ``value``, whose names are settings and whose values what they may be.

        Raises:
            ConfigError: code ``search-space``: an unknown setting, or values that make no sense.
        """
        if not isinstance(value, Mapping) or not value:
            raise _refuse(
                f"The search space is {short(value)}",
                "names of settings, each with a list of values or with low and high",
                "write for example learning_rate = {low = 0.0001, high = 0.01, log = true}",
            )
        check_names(value, TUNABLES, what="setting that can be searched for", code="search-space")
        return cls(
            dimensions={one: _dimension(one, given) for one, given in value.items()}, name=name
        )


def _dimension(name: str, given: object) -> Choice | Range:
    tunable = TUNABLES[name]
    if isinstance(given, list | tuple):
        for one in given:
            if not tunable.takes(one):
                raise _wrong(name, one)
        alike = {(type(one), one) for one in given}
        if not 2 <= len(given) <= MOST_OPTIONS or len(alike) < len(given):
            raise _refuse(
                f"The setting {name} of the search space is {short(given)}",
                f"2 to {MOST_OPTIONS} values, each another",
                f"give {name} more values, or leave it out: it stays as it is then",
            )
        return Choice(options=tuple(given))
    if not isinstance(given, Mapping):
        raise _wrong(name, given)
    if not tunable.ranges:
        raise _refuse(
            f"The setting {name} of the search space is {short(dict(given))}",
            f"a list of values: {tunable.expected}",
            f"write for example {name} = [...]",
        )
    check_names(given, ("low", "high", "log"), what=f"part of {name}", code="search-space")
    low, high, log = given.get("low"), given.get("high"), given.get("log", False)
    for end in (low, high):
        if end is None or not tunable.takes(end):
            raise _wrong(name, given if end is None else end)
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    if not low < high or not isinstance(log, bool) or (log and low <= 0):
        raise _refuse(
            f"The setting {name} of the search space is {short(dict(given))}",
            "low below high, and above 0 where log is true",
            f"change low, high or log of {name}",
        )
    ends = (low, high) if tunable.whole else (float(low), float(high))
    return Range(low=ends[0], high=ends[1], log=log, whole=tunable.whole)


def _wrong(name: str, value: object) -> ConfigError:
    return _refuse(
        f"The setting {name} of the search space is {short(value)}",
        f"{TUNABLES[name].expected}, as a list"
        + (" or with low and high" if TUNABLES[name].ranges else ""),
        f"change {name}",
    )


def _refuse(what: str, expected: str, remedy: str) -> ConfigError:
    return ConfigError(what, expected=expected, remedy=remedy, code="search-space")


def _unknown(what: str, expected: str, remedy: str) -> ConfigError:
    return ConfigError(
        what,
        expected=f"{expected}, or the path of a JSON or TOML file",
        remedy=remedy,
        code="unknown-space",
    )


_RATE: Final = {"low": 3e-4, "high": 3e-2, "log": True}
_USUAL: Final[Mapping[str, Any]] = {
    "learning_rate": _RATE,
    "batch_size": [8, 16, 32, 64],
    "optimizer": ["adam", "rmsprop"],
    "schedule": ["constant", "cosine"],
    "augmentation": {"low": 0.0, "high": 1.5},
    "dropout": {"low": 0.0, "high": 0.5},
    "standardise": [False, True],
}
_NETWORK: Final[Mapping[str, Any]] = {
    "units": [0.5, 1.0, 2.0],
    "filters": [0.5, 1.0, 2.0],
    "dropout": {"low": 0.0, "high": 0.5},
    "standardise": [False, True],
}

SPACES: Final = Presets(
    "search space",
    {
        name: (Space.from_json(value, name), note)
        for name, (value, note) in {
            "usual": (_USUAL, "What decides most often, in ranges in which most networks learn."),
            "rate": (
                {"learning_rate": _RATE, "batch_size": [8, 16, 32, 64]},
                "The size of the steps alone: for a first look with ten trials.",
            ),
            "network": (_NETWORK, "How large the network is and how much of it is silenced."),
            "wide": (
                {
                    **_USUAL,
                    **_NETWORK,
                    "learning_rate": {"low": 1e-5, "high": 0.1, "log": True},
                    "optimizer": ["adam", "rmsprop", "sgd"],
                    "schedule": ["constant", "cosine", "plateau"],
                    "augmentation": {"low": 0.0, "high": 2.0},
                    "dropout": {"low": 0.0, "high": 0.7},
                },
                "Everything, in wide ranges: for a hundred trials and more.",
            ),
        }.items()
    },
    refuse=_unknown,
)
"""Ready-made spaces, in the order in which one would try them."""


@checked
def find_space(space: Space | Mapping[str, Any] | PathLike) -> Space:
    """The preset of that name, the space in the file of that name, or the one given.

    Args:
        space: A preset's name, the path of a ``.json`` or ``.toml`` file, its content, or a space.

    Raises:
        ConfigError: codes ``unknown-space`` and ``search-space``.
        PathError: codes ``damaged`` and ``not-a-path``.
    """
    if isinstance(space, Space):
        return space
    if isinstance(space, Mapping):
        return Space.from_json(space)
    if isinstance(space, str) and space in SPACES:
        return SPACES[space]
    file = as_path(space, "space")
    if not file.is_file():
        return SPACES[str(space)]  # says which there are
    if file.suffix.lower() == ".toml":
        import tomllib

        raw = read_bytes(file, MOST_JSON)
        with as_damage(file, remedy="mend the file"):
            content = tomllib.loads(raw.decode("utf-8"))
        return Space.from_json(content)
    return Space.from_json(read_json(file))


def in_words(name: str, value: Value) -> str:
    """``learning_rate 0.0031``."""
    if isinstance(value, float) and not isinstance(value, bool) and math.isfinite(value):
        return f"{name} {value:.3g}"
    return f"{name} {str(value).lower() if isinstance(value, bool) else value}"
