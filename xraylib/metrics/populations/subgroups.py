"""How good predictions are for the images with one value of a column, and for the rest. NumPy only.

A model that is right on average may be wrong on one scanner. Of each group and each class or
finding AUC, sensitivity and specificity at the operating point are compared with those of all other
images; p allows for everything that is asked of one column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import holm
from xraylib.metrics.comparing.two_groups import Apart, apart, too_few
from xraylib.metrics.populations.aspect import ASPECT_SCORES, Aspect, AspectScores

COMPARED: Final = ("auc", "sensitivity", "specificity")
"""What is compared with the other images; a prevalence may differ without anything being wrong."""
TOO_FEW: Final = "too few to tell"


@dataclass(frozen=True, kw_only=True)
class GroupScores(AspectScores):
    """How good predictions of one class or finding are for one value of a column.

    Attributes:
        aspect: The class or finding.
        value: The value, or the part that numbers were cut into.
        against: By score, the difference to all other images; those that are too few to tell on
            either side, or that have no others, are not there.
    """

    aspect: str
    value: str
    against: Mapping[str, Apart]

    @property
    def too_few(self) -> bool:
        """Whether nothing can be told of a difference to the others."""
        return not self.against

    @property
    def worse(self) -> tuple[str, ...]:
        """Scores that are lower than on the others beyond chance."""
        return tuple(name for name, one in self.against.items() if one.sign < 0)

    def to_json(self) -> JsonObject:
        """Counts, scores, and ``against`` by score."""
        return {
            "aspect": self.aspect,
            "value": self.value,
            **super().to_json(),
            "too_few": self.too_few,
            "against": {name: one.to_json() for name, one in self.against.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        plain = AspectScores.from_json(value)
        against = {name: Apart.from_json(one) for name, one in value["against"].items()}
        return cls(
            aspect=str(value["aspect"]), value=str(value["value"]), against=against, **vars(plain)
        )

    def words(self, column: str) -> list[str]:
        """What is lower than on the others, in sentences."""
        told = []
        for name in self.worse:
            one = self.against[name]
            low, high = one.interval
            told.append(
                f"Where {column} is {self.value}, the {_plain(name)} of {self.aspect} is "
                f"{self[name]}: {one.difference:+.2f} ({low:+.2f} to {high:+.2f}) against the "
                "other images"
            )
        return told


def by_group(
    aspects: Sequence[Aspect], values: Sequence[str], order: Sequence[str]
) -> tuple[GroupScores, ...]:
    """The groups of a column, class by class or finding by finding.

    Args:
        aspects: Classes or findings.
        values: Of every judged image; ``Aspect.rows`` are places in it.
        order: The different values, in the order wanted.

    Returns:
        For each aspect its groups that have an image.
    """
    column = np.asarray(values, dtype=str)
    found: list[GroupScores] = []
    for aspect in aspects:
        own = column[aspect.rows]
        found += [_group(aspect, own == value, value) for value in order if (own == value).any()]
    asked = [(place, name) for place, one in enumerate(found) for name in one.against]
    # Of two groups each is the other's rest: it is one question, asked once.
    twice = _in_two(found)
    once = [key for key in asked if key[0] not in twice]
    adjusted = dict(zip(once, holm([found[at].against[name].p for at, name in once]), strict=True))
    for at, one in enumerate(found):
        source = at - 1 if at in twice else at
        found[at] = replace(
            one,
            against={
                name: replace(told, p_holm=adjusted[source, name])
                for name, told in one.against.items()
            },
        )
    return tuple(found)


def asked(groups: Sequence[GroupScores]) -> int:
    """How many differences were asked for, of which p knows."""
    twice = _in_two(groups)
    return sum(len(one.against) for place, one in enumerate(groups) if place not in twice)


def _plain(name: str) -> str:
    title = ASPECT_SCORES[name]
    return title if title.isupper() else title.lower()


def _in_two(groups: Sequence[GroupScores]) -> set[int]:
    """Places of the second of two groups that an aspect has."""
    sizes: dict[str, list[int]] = {}
    for place, one in enumerate(groups):
        sizes.setdefault(one.aspect, []).append(place)
    return {places[1] for places in sizes.values() if len(places) == 2}


def _group(aspect: Aspect, own: NDArray[np.bool_], value: str) -> GroupScores:
    mine, others = aspect.at(own), aspect.at(~own)
    told, rest = mine.measured(), others.measured()
    against: dict[str, Apart] = {}
    for name in COMPARED:
        if _few(mine, name) or _few(others, name):
            continue
        one = apart(told[name], rest[name])
        if one is not None:
            against[name] = one
    return GroupScores(aspect=aspect.name, value=value, against=against, **vars(told))


def _few(aspect: Aspect, name: str) -> bool:
    """Whether too few patients' images say what a score is."""
    of = {"sensitivity": [aspect.positive], "specificity": [~aspect.positive]}
    sides = of.get(name, [aspect.positive, ~aspect.positive])
    return any(too_few(aspect.groups[side]) for side in sides)
