"""What was measured, as values: a score with its interval, and the scores of a class."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Self

from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject, JsonValue
from xraylib.metrics.comparing.paired import Paired
from xraylib.metrics.intervals import Interval
from xraylib.metrics.metric import Metric
from xraylib.metrics.predictions import Counted, OneClass
from xraylib.rounding import rounded

_DIGITS: Final = re.compile(r"\.([1-9])f")


@dataclass(frozen=True)
class Score:
    """One number, how sure one can be of it, and why there is none.

    Attributes:
        value: None where it is not defined.
        interval: 95 %; None where there is none.
        reason: Why there is no value; empty where there is one.
        interval_reason: Why there is no interval; empty where there is one or none is made.
    """

    value: float | None
    interval: Interval | None = None
    reason: str = field(default="", repr=False)
    interval_reason: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self:.2f}"

    def __format__(self, spec: str) -> str:
        """``0.88 (0.78 to > 0.99)``, both with the digits of ``spec``; ``–`` without a value.

        Where ``spec`` is only a number of digits (``.2f``), what is not 0 or 1 is not told so,
        but for what can be negative, as a correlation: ``-0.02 (-0.03 to 0.00)``.
        """
        if self.value is None:
            return "–"
        numbers = [self.value, *(self.interval or ())]
        told = [_told(one, spec or ".2f", signed=min(numbers) < 0) for one in numbers]
        return told[0] if self.interval is None else f"{told[0]} ({told[1]} to {told[2]})"


def _told(value: float, spec: str, *, signed: bool) -> str:
    """One of them; beside a negative one 0 is a value like others, and no end."""
    digits = None if signed else _DIGITS.fullmatch(spec)
    return rounded(value, int(digits[1])) if digits else format(value, spec)


class Scored:
    """What has scores: ``found["recall"]`` and ``found.recall`` are the same.

    Every metric of :mod:`xraylib.metrics.table` is reached so, a new one too.
    """

    scores: Mapping[str, Score]

    def __getitem__(self, name: str) -> Score:
        """
        Raises:
            DatasetError: code ``metric``: there is no score of that name.
        """
        try:
            return self.scores[name]
        except KeyError:
            raise self._missing(name) from None

    def __contains__(self, name: object) -> bool:
        return name in self.scores

    def __iter__(self) -> Iterator[str]:
        return iter(self.scores)

    def __getattr__(self, name: str) -> Score:
        if name.startswith("_") or name == "scores":  # asked for before there is anything
            raise AttributeError(name)
        try:
            return self.scores[name]
        except KeyError:
            raise AttributeError(self._missing(name).message) from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.scores]

    def _missing(self, name: str) -> DatasetError:
        near = get_close_matches(name.removesuffix("_ci"), self.scores, 1)
        remedy = f"ask for {near[0]!r}" if near else "judge the run again if the metric is new"
        if name in getattr(self, "__dataclass_fields__", {}):
            remedy = f"write .{name}: it is no score"
        return DatasetError(
            f"There is no score called {name!r} in this {type(self).__name__}",
            expected="one of " + ", ".join(self.scores),
            remedy=remedy,
            code="metric",
        )


@dataclass(frozen=True, kw_only=True)
class ClassScores(Scored):
    """How good predictions are for one class against the rest.

    ``found.recall.value``, ``found.recall.interval``, and so on for every row of
    ``xraylib.metrics.table.CLASS_METRICS``.

    Attributes:
        support: Images of the class.
        predicted: Images that were called so.
        scores: By name.
    """

    support: int
    predicted: int
    scores: Mapping[str, Score]


@dataclass(frozen=True, kw_only=True)
class Majority:
    """What naming the most frequent class every time would reach.

    Attributes:
        class_name: That class; None without images.
        accuracy: Its share of the images; None without images.
        compared: What was judged against it, first, and it, second; None without images, and in
            evaluations of earlier versions.
    """

    class_name: str | None
    accuracy: float | None
    compared: Paired | None = None

    @property
    def words(self) -> str:
        """``better than``, ``worse than``, ``not distinguishable from``, or nothing."""
        if self.compared is None:
            return ""
        return ("not distinguishable from", "better than", "worse than")[self.compared.better()]

    def to_json(self) -> JsonObject:
        """With ``difference``, its ``…_ci``, ``p`` and ``verdict`` where they are known."""
        found: JsonObject = {"class": self.class_name, "accuracy": self.accuracy}
        if self.compared is not None:
            found |= self.compared.to_json() | {"verdict": self.words}
        return found

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`, also of earlier versions."""
        known = "difference" in value
        return cls(
            class_name=value["class"],
            accuracy=value["accuracy"],
            compared=Paired.from_json(value) if known else None,
        )


Rows = tuple[Metric[Counted], ...] | tuple[Metric[OneClass], ...]


def scores_json(scores: Mapping[str, Score], rows: Rows) -> JsonObject:
    """``name``, ``name_ci`` of each score in the order of the rows.

    Args:
        scores: By name.
        rows: The metrics.
    """
    value: JsonObject = {}
    for row in rows:
        if row.name not in scores:
            continue
        score = scores[row.name]
        value[row.name] = score.value
        if row.has_interval:
            interval: JsonValue = None if score.interval is None else [*score.interval]
            value[f"{row.name}_ci"] = interval
    return value


def scores_from_json(
    value: Mapping[str, Any], rows: Rows, undefined: Mapping[str, Any], place: str
) -> dict[str, Score]:
    """The scores that are there; an earlier version may not have measured all.

    Args:
        value: What :func:`scores_json` gave.
        rows: The metrics.
        undefined: Reasons by name.
        place: What stands before each name in ``undefined``.
    """
    found = {}
    for row in rows:
        if row.name not in value:
            continue
        number, bounds = value[row.name], value.get(f"{row.name}_ci")
        unknown = "it was not computed when these images were judged" if row.has_interval else ""
        found[row.name] = Score(
            value=None if number is None else float(number),
            interval=Interval(float(bounds[0]), float(bounds[1])) if bounds else None,
            reason="" if number is not None else str(undefined.get(f"{place}{row.name}", "")),
            interval_reason="" if bounds else str(undefined.get(f"{place}{row.name}_ci", unknown)),
        )
    return found


def reasons(scores: Mapping[str, Score], place: str) -> dict[str, str]:
    """Why values and intervals are missing, by ``place`` + name and name_ci."""
    found = {}
    for name, score in scores.items():
        if score.reason:
            found[f"{place}{name}"] = score.reason
        if score.interval_reason:
            found[f"{place}{name}_ci"] = score.interval_reason
    return found
