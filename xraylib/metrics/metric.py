"""What there is to say about a metric, in one place; the rows are in ``table``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError
from xraylib.metrics.intervals import Interval, linear_interval, log_interval, logit_interval
from xraylib.metrics.predictions import Counted, OneClass

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Seen = TypeVar("Seen", Counted, OneClass)

Scale = Literal["logit", "logarithmic", "linear"]
Place = Literal["headline", "page", "report", "card", "compare", "command"]
EVERYWHERE: Final[frozenset[Place]] = frozenset({"page", "report", "card", "compare", "command"})
"""The tables of the Results page, of reports, of the model card, of comparisons, of the command."""


@dataclass(frozen=True, kw_only=True)
class Metric(Generic[Seen]):
    """One metric: what it is, how it is computed, how its interval is made, where it is told.

    Only ``name``, ``title``, ``help`` and ``function`` must be given. A metric gets its interval
    from a bootstrap of patients on the scale of its range unless it has a better way.

    Attributes:
        name: Its key in JSON; lower case, with underscores.
        title: For people.
        short: Over a narrow column; the title where it is empty.
        help: One sentence for people: what it is, of which X-rays.
        function: Its value in each counting, ``(draws,)``; NaN where it is not defined.
        range: The lowest and the highest value there can be; ``inf`` where there is none.
        scale: On which an interval is made: logit between both ends of the range, logarithmic
            above the lowest, linear. By default the one that keeps the interval in the range.
        has_interval: False where an interval would mislead.
        share: For a share of images: ``(n,)`` those that count, and those that it is a share of.
            It gets Wilson's interval.
        formula: Its interval, where there is a better way than by a standard error. It knows
            patients by ``images.groups``.
        influence: ``(n,)`` of each image on it, which gives its standard error. Without it images
            are drawn.
        undefined: Why it has no value.
        higher_is_better: Or lower.
        told: Where it is told.
        method: How its interval is made, for people; ``{drawn}`` stands for patients or images.
        told_method: Whether JSON says so too; not needed where another metric has the same.
        coverage: Its name in the tables of :mod:`xraylib.metrics.uncertainty.coverage`; its own by
            default.
    """

    name: str
    title: str
    help: str
    function: Callable[[Seen], Floats]
    short: str = ""
    range: tuple[float, float] = (0.0, 1.0)
    scale: Scale | None = None
    has_interval: bool = True
    share: Callable[[Seen], tuple[Bools, Bools]] | None = None
    formula: Callable[[Seen], Interval | None] | None = None
    influence: Callable[[Seen], Floats] | None = None
    undefined: Callable[[Seen], str] | None = None
    higher_is_better: bool = True
    told: frozenset[Place] = EVERYWHERE
    method: str = ""
    told_method: bool = True
    coverage: str = ""

    def __post_init__(self) -> None:
        if not self.name.isidentifier() or self.name.endswith("_ci") or self.name.startswith("_"):
            raise ConfigError(
                f"A metric is called {self.name!r}",
                expected="letters, digits and underscores, without _ before or _ci after them",
                remedy="give it another name",
                code="metric",
            )
        if not self.range[0] < self.range[1]:
            raise ConfigError(
                f"The metric {self.name} lives between {self.range[0]:g} and {self.range[1]:g}",
                expected="a lowest value below the highest",
                remedy="exchange them",
                code="metric",
            )

    @property
    def heading(self) -> str:
        """Over a narrow column."""
        return self.short or self.title

    @property
    def own_scale(self) -> Scale:
        """The scale that its interval is made on."""
        if self.scale is not None:
            return self.scale
        ends = [np.isfinite(end) for end in self.range]
        return "logit" if all(ends) else "logarithmic" if ends[0] else "linear"

    @property
    def skewed(self) -> bool:
        """Whether it is a mean of numbers from 0 on, of which few may be large."""
        return self.influence is not None and self.own_scale == "logarithmic" and not self.range[0]

    def interval(self, value: float, error: float) -> Interval | None:
        """Its 95 % interval from its standard error; None at an end of its range."""
        low, high = self.range
        if self.own_scale == "linear":
            return linear_interval(value, error, self.range)
        if self.own_scale == "logarithmic":
            found = log_interval(value - low, error)
            return found and Interval(found.low + low, found.high + low)
        width = high - low
        found = logit_interval((value - low) / width, error / width)
        return found and Interval(low + width * found.low, low + width * found.high)

    def at_an_end(self, value: float) -> bool:
        """Whether nothing on these images could have been lower, or higher."""
        return value in (self.range if self.own_scale != "logarithmic" else self.range[:1])

    def method_words(self, *, several: bool) -> str:
        """How its interval is made; ``several`` is whether patients have several images."""
        drawn = "patients" if several else "images"
        if self.share is not None:
            return "Wilson" + (" of as many images as the patients' are worth" if several else "")
        if self.method:
            return self.method.format(drawn=drawn)
        if not self.has_interval:
            return "no interval"
        if self.skewed:
            return f"standard error and skewness of {drawn} (Hall)"
        how = "bootstrap" if self.influence is None else "standard error"
        return f"{how} of {drawn}, {self.own_scale} scale"

    def why_undefined(self, seen: Seen) -> str:
        """Why it has no value for these images."""
        if self.undefined is not None:
            return self.undefined(seen)
        if not seen.total.any():
            return "there are no images"
        return f"{self.title} is not defined for these images"


def because(reason: str) -> Callable[[Counted | OneClass], str]:
    """A reason for having no value that holds wherever there are images."""
    return lambda seen: reason if seen.total.any() else "there are no images"
