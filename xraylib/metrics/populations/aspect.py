"""One class or finding on some images: who shows it, what was said, what was flagged. NumPy only.

Classes and findings are asked the same questions here: of a class, every image is known, and the
others are the images of all other classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Interval, roc_auc
from xraylib.metrics.measured import Score, Scored
from xraylib.metrics.uncertainty.area_interval import area_interval
from xraylib.metrics.uncertainty.resampling import share_interval

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ASPECT_SCORES: Final[Mapping[str, str]] = {
    "prevalence": "Prevalence",
    "auc": "AUC",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
}
"""What is measured of an aspect, and what that is called."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Aspect:
    """A class or a finding on the images of which it is known whether they show it.

    Attributes:
        name: Of the class or finding.
        rows: ``(n,)`` which of the judged images these are.
        positive: ``(n,)`` whether the image shows it.
        scores: ``(n,)`` its probability.
        flagged: ``(n,)`` whether it was flagged, or the image called so.
        groups: ``(n,)`` patient of each image, numbered from 0.
        threshold: From which probability on it is flagged; None where it is flagged when its
            probability is the highest.
    """

    name: str
    rows: Ints
    positive: Bools
    scores: Floats
    flagged: Bools
    groups: Ints
    threshold: float | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, chosen: Bools) -> Aspect:
        """The same on some of its images; ``chosen`` is ``(n,)``."""
        cut = {name: getattr(self, name)[chosen] for name in _COLUMNS}
        groups = np.unique(self.groups[chosen], return_inverse=True)[1].astype(np.int64)
        return replace(self, **cut, groups=groups)

    def measured(self) -> AspectScores:
        """How good the predictions of it are; 95 % intervals by patient."""
        groups, shows = self.groups, self.positive
        everything = np.ones(len(self), np.bool_)
        area = roc_auc(self.positive, self.scores)
        one_sided = f"no image shows {self.name}, or all do"
        return AspectScores(
            present=int(self.positive.sum()),
            absent=int((~self.positive).sum()),
            patients=int(groups.max()) + 1 if len(groups) else 0,
            scores={
                "prevalence": _share(shows, everything, shows, groups, "there are no images"),
                "auc": Score(None, None, one_sided, one_sided)
                if area is None
                else Score(area, area_interval(self.positive, self.scores, groups)),
                "sensitivity": _share(
                    self.flagged, shows, shows, groups, f"no image shows {self.name}"
                ),
                "specificity": _share(
                    ~self.flagged, ~shows, shows, groups, f"every image shows {self.name}"
                ),
            },
        )


@dataclass(frozen=True, kw_only=True)
class AspectScores(Scored):
    """How good predictions of an aspect are.

    Attributes:
        present: Images that show it.
        absent: Images that do not.
        patients: Whose they are.
        scores: By name, those of ``ASPECT_SCORES``.
    """

    present: int
    absent: int
    patients: int
    scores: Mapping[str, Score]

    @property
    def images(self) -> int:
        """How many there are."""
        return self.present + self.absent

    def to_json(self) -> JsonObject:
        """Counts, then each score and its ``…_ci``."""
        value: JsonObject = {
            "films": self.images,
            "patients": self.patients,
            "present": self.present,
            "absent": self.absent,
        }
        for name, score in self.scores.items():
            value[name] = score.value
            value[f"{name}_ci"] = None if score.interval is None else [*score.interval]
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`, without the reasons of what is missing."""
        counts = {name: int(value[name]) for name in ("present", "absent", "patients")}
        return cls(**counts, scores=scores_of(value))


def scores_of(value: Mapping[str, Any]) -> dict[str, Score]:
    """The scores that :meth:`AspectScores.to_json` wrote."""
    found = {}
    for name in ASPECT_SCORES:
        bounds = value[f"{name}_ci"]
        interval = None if bounds is None else Interval(float(bounds[0]), float(bounds[1]))
        number = None if value[name] is None else float(value[name])
        found[name] = Score(number, interval)
    return found


_COLUMNS: Final = ("rows", "positive", "scores", "flagged")


def _share(hits: Bools, of: Bools, shows: Bools, groups: Ints, why: str) -> Score:
    images = int(of.sum())
    if not images:
        return Score(None, None, why, why)
    interval = share_interval(hits, of, groups, of_class=shows)
    return Score(int((hits & of).sum()) / images, interval)
