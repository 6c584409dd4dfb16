"""Whether heat maps depend on what the network learned, as a value. NumPy only.

Adebayo et al. 2018: a map that stays the same when the network's weights are drawn anew, or when it
was trained on shuffled labels, shows the image and not the network. Compared with the maps of other
images, which say how alike maps are that have nothing to do with each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.evaluation.explain.similarity import rank_correlation, structural_similarity
from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Z95, Interval
from xraylib.metrics.measured import Score
from xraylib.metrics.uncertainty.jackknife import standard_error

Map = NDArray[np.float32]

ALIKE: Final = 0.5
"""The rank correlation from which two maps count as alike."""
FEWEST: Final = 10
"""Images under which nothing is said."""

Falls = Literal["yes", "no", "cannot-tell"]


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How alike the maps of two networks are, on the same images.

    Attributes:
        what: Of the other network, for example ``"all layers drawn anew"``.
        images: How many were compared.
        rank: Mean rank correlation, with its 95 % interval by patient.
        structure: Mean structural similarity, likewise.
        blank: Images for which nothing speaks for the class any more in one of the maps compared;
            such a pair counts as not alike, 0.
    """

    what: str
    images: int
    rank: Score
    structure: Score
    blank: int

    @property
    def falls_apart(self) -> Falls:
        """Whether the maps are surely less alike than 0.5, surely more, or neither."""
        if self.rank.interval is None or self.images < FEWEST:
            return "cannot-tell"
        if self.rank.interval.high < ALIKE:
            return "yes"
        return "no" if self.rank.interval.low > ALIKE else "cannot-tell"

    def to_json(self) -> JsonObject:
        """Intervals as ``…_ci``."""
        return {
            "what": self.what,
            "images": self.images,
            "rank": self.rank.value,
            "rank_ci": list(self.rank.interval or ()),
            "structure": self.structure.value,
            "structure_ci": list(self.structure.interval or ()),
            "blank": self.blank,
            "falls_apart": self.falls_apart,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        return cls(
            what=str(value["what"]),
            images=int(value["images"]),
            rank=_score(value, "rank"),
            structure=_score(value, "structure"),
            blank=int(value["blank"]),
        )


@dataclass(frozen=True, kw_only=True)
class MapSanity:
    """Whether a run's heat maps depend on what it learned.

    Attributes:
        method: ``"gradcam"``.
        split: Whose images.
        images: How many, of those with a map.
        without: Images besides for which nothing speaks, so that they have no map.
        patients: Whose they are.
        others: Maps of other images by the same network.
        layers: The last layer drawn anew, then the last two with weights, … at last all.
        shuffled: Of a network that learned shuffled labels; None where that was not tried.
        shuffled_words: How it was trained, or why it was not.
        patients_told: Whether a name or a table tells any patient.
    """

    method: str
    split: str
    images: int
    without: int
    patients: int
    others: Likeness
    layers: tuple[Likeness, ...]
    shuffled: Likeness | None
    shuffled_words: str
    patients_told: bool = True

    @property
    def drawn_anew(self) -> Likeness:
        """With all weights drawn anew."""
        return self.layers[-1]

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {
            **vars(self),
            "others": self.others.to_json(),
            "layers": [one.to_json() for one in self.layers],
            "shuffled": self.shuffled.to_json() if self.shuffled else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError, IndexError: It is none.
        """
        shuffled = value["shuffled"]
        return cls(
            method=str(value["method"]),
            split=str(value["split"]),
            images=int(value["images"]),
            without=int(value["without"]),
            patients=int(value["patients"]),
            others=Likeness.from_json(value["others"]),
            layers=tuple(Likeness.from_json(one) for one in value["layers"]),
            shuffled=None if shuffled is None else Likeness.from_json(shuffled),
            shuffled_words=str(value["shuffled_words"]),
            patients_told=bool(value.get("patients_told", True)),
        )


def likeness(
    what: str, pairs: Sequence[Sequence[tuple[Map, Map]]], groups: NDArray[np.int64]
) -> Likeness:
    """How alike maps are, averaged over the pairs of each image.

    Args:
        what: Of the other network, in words.
        pairs: For each of ``n`` images its maps by both networks, once for each draw of weights.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    ranks, structures, blank = [], [], 0
    for draws in pairs:
        found = [rank_correlation(one, other) for one, other in draws]
        blank += any(value is None for value in found)
        ranks.append(float(np.mean([0.0 if value is None else value for value in found])))
        structures.append(float(np.mean([structural_similarity(*pair) for pair in draws])))
    return Likeness(
        what=what,
        images=len(pairs),
        rank=_mean(ranks, groups),
        structure=_mean(structures, groups),
        blank=blank,
    )


def sanity_words(found: MapSanity) -> str:
    """What follows, in a few sentences."""
    one = found.drawn_anew
    told = {
        "yes": "With all weights drawn anew the heat maps fall apart, as they must",
        "no": "With all weights drawn anew the heat maps stay alike: they show the image, not what "
        "the network learned, and must not be read as its reasons",
        "cannot-tell": "Whether the heat maps fall apart with all weights drawn anew cannot be "
        "told from these images",
    }[one.falls_apart]
    words = (
        f"{told} (rank correlation {one.rank}; maps of other images {found.others.rank}; "
        f"structural similarity {one.structure}; {found.images} images)"
    )
    if one.blank:
        words += (
            f". For {one.blank} of these {found.images} images at least one network drawn anew has "
            "nothing that speaks for the class, so no map to compare: it counts as not alike"
        )
    if found.without:
        words += (
            f". {found.without} more images have no map and are not among them: nothing speaks for "
            "what they are called"
        )
    if found.shuffled is None:
        return f"{words}. Shuffled labels were not tried: {found.shuffled_words}"
    other = {
        "yes": "differ, as they must",
        "no": "are the same: what the network learned of the labels does not show in them",
        "cannot-tell": "may or may not differ",
    }[found.shuffled.falls_apart]
    return (
        f"{words}. Maps of a network that learned shuffled labels {other} (rank correlation "
        f"{found.shuffled.rank}; {found.shuffled_words})"
    )


def _mean(values: Sequence[float], groups: NDArray[np.int64]) -> Score:
    """The mean of ``n`` values of -1 to 1 and its 95 % interval, when whole patients are drawn."""
    each = np.asarray(values, np.float64)
    patients = int(groups.max()) + 1
    if patients < 2:
        return Score(float(each.mean()), None, "", "all images are of one patient")
    error = standard_error(each - each.mean(), groups) * math.sqrt(patients / (patients - 1))
    low, high = each.mean() - Z95 * error, each.mean() + Z95 * error
    return Score(float(each.mean()), Interval(max(-1.0, float(low)), min(1.0, float(high))))


def _score(value: Mapping[str, Any], name: str) -> Score:
    ends = value[f"{name}_ci"]
    return Score(float(value[name]), Interval(*map(float, ends)) if ends else None)
