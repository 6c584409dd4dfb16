"""What an answer of a published model was worth in testing: counts first, as they were.

"In testing it called 43 X-rays Pneumonia: 19 were, 19 were Normal, 5 Covid." And what it would be
worth where the disease is as frequent as the reader says, by Bayes's rule on the odds: of those
called so, ``p / (1 - p) · sensitivity / (1 - specificity)`` have it for each one that has not. The
quotient of the two shares has the interval of Donner and Zou (2012, MOVER for a ratio) from the
shares' own intervals, which holds the estimate whatever they are; images of the class and others
are different images, so the two are independent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from xraylib.errors import ConfigError
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.shares import interval_of_count
from xraylib.rounding import about_people, outward, people_base

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

PREVALENCE: Final = 0.02
"""An example of how many have a disease, until the reader says how many have it there."""
_NOTHING: Final = re.compile(
    r"(normal|healthy|negative|controls?|no[ _-]?findings?)", re.IGNORECASE
)
"""Names of classes that are no disease."""
AT_LEAST: Final = (
    "at least {low} of {base} {called}. It called none of the {others} others so, which are too "
    "few to say more."
)
OF_PEOPLE: Final = "{count} of {base}"
FEWER: Final = "fewer than 1 of {base}"
ABOUT: Final = "{about} of {base} {called} ({low} to {high})."
"""What an answer is worth where a class is as frequent as somebody says."""
PARTS: Final = {"test": "testing", "val": "validation"}


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """What became of one class in testing. An image is called what it is most like.

    Attributes:
        name: The class.
        split: ``"test"`` or ``"val"``.
        n: Images in all.
        support: Images of the class.
        called: Of the images called so, how many are of each class; the class itself first, then
            the most frequent.
        sensitivity: Share of the class's images that are called so.
        specificity: Share of the others that are not.
        synthetic: Whether the images are phantoms.
    """

    name: str
    split: str
    n: int
    support: int
    called: Mapping[str, int]
    sensitivity: Score
    specificity: Score
    synthetic: bool = False

    @classmethod
    def of(
        cls,
        name: str,
        metrics: Mapping[str, Any],
        classes: tuple[str, ...],
        *,
        synthetic: bool = False,
    ) -> Self | None:
        """From ``Bundle.metrics``; None where the model was never tested.

        Args:
            name: One of the classes.
            metrics: With ``confusion``: truth by row, what it was called by column.
            classes: In the order of its rows.
            synthetic: Whether the model learned from phantoms and was tested on them.
        """
        confusion = metrics.get("confusion")
        if not confusion or len(confusion) != len(classes):
            return None
        place, n = classes.index(name), sum(map(sum, confusion))
        column = {other: int(row[place]) for other, row in zip(classes, confusion, strict=True)}
        others = sorted(set(classes) - {name}, key=lambda other: -column[other])
        support, right = sum(confusion[place]), column[name]
        left_alone = n - support - (sum(column.values()) - right)
        told = metrics.get("per_class", {}).get(name, {})
        return cls(
            name=name,
            split=str(metrics.get("split", "test")),
            n=n,
            support=support,
            called={other: column[other] for other in (name, *others)},
            sensitivity=_score(right, support, told.get("recall_ci")),
            specificity=_score(left_alone, n - support, told.get("specificity_ci")),
            synthetic=synthetic,
        )

    @classmethod
    def of_model(cls, name: str, bundle: Bundle) -> Self | None:
        """:meth:`of` a published model's class."""
        return cls.of(name, bundle.metrics, bundle.classes, synthetic=bundle.synthetic)

    @property
    def counts(self) -> str:
        """What those that it called so were, in a sentence."""
        where, total = PARTS.get(self.split, "testing"), sum(self.called.values())
        if not total:
            return (
                f"In {where} it called no {self._image} {self.name}: what that is worth was never "
                "seen."
            )
        right = self.called[self.name]
        begin = f"In {where} it called {self._images(total)} {self.name}: "
        if right == total:
            return begin + ("it was." if total == 1 else "all of them were.")
        told = [f"{right:,} {_were(right)}" if right else "none was"]
        for name, n in self.called.items():
            if n and name != self.name:
                told.append(f"{n:,} {name}" if len(told) > 1 else f"{n:,} {_were(n)} {name}")
        no_chance = (
            "" if self.support else f" None of all {self.n:,} was, so it could not be right."
        )
        return f"{begin}{', '.join(told)}.{no_chance}"

    @property
    def have_it(self) -> str:
        """``have it`` of a disease; ``are Normal`` of a class that is none by its name."""
        return f"are {self.name}" if _NOTHING.fullmatch(self.name) else "have it"

    @property
    def usual(self) -> float:
        """How frequent the class is where nobody has said: ``PREVALENCE`` of a disease."""
        return 1 - PREVALENCE if _NOTHING.fullmatch(self.name) else PREVALENCE

    def worth(self, prevalence: float) -> Score:
        """The share of those called so that are, where ``prevalence`` of all are."""
        return predictive_value(self.sensitivity, self.specificity, prevalence)

    def at(self, prevalence: float) -> str:
        """How frequent the class was in testing, and what the answer is worth where it is rarer.

        Args:
            prevalence: Share of all who have it, between 0 and 1.

        Returns:
            Sentences; none where nothing is known.
        """
        worth = self.worth(prevalence)
        if worth.value is None or worth.interval is None:
            return ""
        begin = self.where(of_people(prevalence))
        if self.specificity.value == 1:
            base = people_base(worth.interval.low)
            low, _ = outward(*worth.interval, base)
            others = f"{self.n - self.support:,}"
            told = AT_LEAST.format(
                low=f"{low:,}", base=f"{base:,}", others=others, called=self.called_so
            )
            return begin + told
        base = people_base(worth.value)
        low, high = outward(*worth.interval, base)
        numbers = {"base": base, "low": low, "high": high}
        written = {key: f"{number:,}" for key, number in numbers.items()}
        about = about_people(worth.value, base)
        return begin + ABOUT.format(**written, about=about, called=self.called_so)

    def where(self, people: str) -> str:
        """How frequent the class was in testing, and the beginning of where it is so frequent.

        Args:
            people: As :func:`of_people` says it.
        """
        part = "validation" if self.split == "val" else "test"
        return (
            f"{self.support:,} of the {self.n:,} {part} {self._image}s were {self.name}. Where "
            f"{people}{' phantoms' * self.synthetic} {self.have_it}, "
        )

    @property
    def _image(self) -> str:
        return "phantom" if self.synthetic else "X-ray"

    def _images(self, n: int) -> str:
        return f"{n:,} {self._image}{'' if n == 1 else 's'}"

    @property
    def called_so(self) -> str:
        """Who is counted: ``that it calls Pneumonia would have it``."""
        are = self.have_it.removeprefix("are ")
        return f"that it calls {self.name} would " + (
            "have it" if are == self.have_it else f"be {are}"
        )

    @property
    def question(self) -> str:
        """What the reader is asked: how frequent the class is where they are."""
        have_it = f"have {self.name}" if self.have_it == "have it" else self.have_it
        where = "such phantoms" if self.synthetic else "people where you work"
        return f"Of 100 {where}, how many {have_it}?"


def of_people(share: float) -> str:
    """``2 of 100``, ``5 of 1,000``: on the smallest number that is not too coarse."""
    base = people_base(share)
    count = round(share * base)
    told = OF_PEOPLE if count else FEWER
    return told.format(count=f"{count:,}", base=f"{base:,}")


def _score(right: int, of: int, told: Any) -> Score:
    if not of:
        return Score(None)
    interval = Interval(*map(float, told)) if told else interval_of_count(right, of)
    return Score(right / of, interval)


def _were(n: int) -> str:
    return "was" if n == 1 else "were"


def predictive_value(sensitivity: Score, specificity: Score, prevalence: float) -> Score:
    """The share of those called positive that have the disease, with its 95 % interval.

    Args:
        sensitivity, specificity: 0 to 1 with their intervals.
        prevalence: The share of all who have it, between 0 and 1.

    Returns:
        0 to 1; no value where nobody would be called positive, or a share has no value or interval.

    Raises:
        ConfigError: code ``prevalence``.
    """
    if not 0 < prevalence < 1:
        raise ConfigError(
            f"The prevalence is {prevalence}",
            expected="a share between 0 and 1, both excluded",
            remedy="say how many of 100 have the disease, divided by 100",
            code="prevalence",
        )
    right, none = sensitivity, specificity
    if right.value is None or none.value is None or not right.interval or not none.interval:
        return Score(None)
    wrong = 1 - none.value
    if right.value == 0 and wrong == 0:
        return Score(None)
    between = Interval(1 - none.interval.high, 1 - none.interval.low)
    odds = prevalence / (1 - prevalence)
    low, high = ratio_interval(right.value, right.interval, wrong, between)
    value = right.value / wrong if wrong else math.inf
    return Score(_of_odds(odds * value), Interval(_of_odds(odds * low), _of_odds(odds * high)))


def ratio_interval(above: float, its: Interval, below: float, other: Interval) -> Interval:
    """Donner and Zou's 95 % interval of ``above / below``, from the intervals of both.

    Args:
        above, below: At least 0, not both 0.
        its, other: Their intervals, which hold them.

    Returns:
        0 to infinity.
    """
    product = above * below
    low_root = product**2 - its.low * other.high * (2 * above - its.low) * (2 * below - other.high)
    high_root = product**2 - its.high * other.low * (2 * above - its.high) * (2 * below - other.low)
    low = _quotient(product - math.sqrt(max(low_root, 0.0)), other.high * (2 * below - other.high))
    high = _quotient(product + math.sqrt(max(high_root, 0.0)), other.low * (2 * below - other.low))
    estimate = above / below if below else math.inf
    return Interval(min(max(0.0, low), estimate), max(high, estimate))


def _quotient(above: float, below: float) -> float:
    return above / below if below else math.inf


def _of_odds(odds: float) -> float:
    return 1.0 if math.isinf(odds) else odds / (1 + odds)
