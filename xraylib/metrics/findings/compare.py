"""Does one network tell findings better than another, or is it chance? NumPy only.

Both judged the same images, so their areas err alike: the interval of a difference is MOVER's of
the two areas' intervals with the correlation of their errors by patient, as DeLong (1988) has it.
Holm 1979 allows for the findings, and for the pairs where more than two are compared; of the means
over the findings for the pairs alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import holm
from xraylib.metrics.comparing.two_groups import Apart, apart, too_few
from xraylib.metrics.findings.evaluation import FindingsEvaluation, evaluate_findings
from xraylib.metrics.findings.predictions import JudgedFindings, checked_findings
from xraylib.metrics.findings.table import moved_by
from xraylib.metrics.measured import Score
from xraylib.metrics.predictions import Counted, OneClass

Floats = NDArray[np.float64]

MEAN: Final = ""
"""Stands for the mean over the findings where one is named."""


@dataclass(frozen=True, kw_only=True)
class FindingPair:
    """Two of them against each other on one finding.

    Attributes:
        first, second: Their names.
        finding: ``MEAN`` for the mean over the findings.
        apart: AUC of the first less that of the second; None where it has no interval.
        same_design: Whether they are trainings of one design, which differ by luck.
    """

    first: str
    second: str
    finding: str
    apart: Apart | None
    same_design: bool = False

    @property
    def better(self) -> str | None:
        """The name of the better one, or None."""
        if self.apart is None or not self.apart.sign or self.same_design:
            return None
        return self.first if self.apart.sign > 0 else self.second

    @property
    def verdict(self) -> str:
        """In words."""
        if self.apart is None:
            return "cannot be compared"
        if self.better is not None:
            return f"{self.better} is better"
        if self.same_design and self.apart.sign:
            return "the same design, and luck of training"
        return "not distinguishable"

    def to_json(self) -> JsonObject:
        """The fields; ``finding`` is ``"mean"`` for the mean."""
        told: JsonObject = {} if self.apart is None else self.apart.to_json()
        return {
            "first": self.first,
            "second": self.second,
            "finding": self.finding or "mean",
            **told,
            "same_design": self.same_design,
            "better": self.better,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, kw_only=True)
class FindingsComparison:
    """Each against each on the same images.

    Attributes:
        n: Images.
        patients: Whose they are.
        entries: How good each is, by name.
        pairs: Each against each: the mean first, then every finding.
    """

    n: int
    patients: int
    entries: Mapping[str, FindingsEvaluation]
    pairs: tuple[FindingPair, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """Their names."""
        return next(iter(self.entries.values())).findings

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {
            "kind": "multilabel",
            "n": self.n,
            "patients": self.patients,
            "entries": {name: one.to_json() for name, one in self.entries.items()},
            "pairs": [pair.to_json() for pair in self.pairs],
        }


def compare_findings(
    truth: ArrayLike,
    probabilities: Mapping[str, ArrayLike],
    names: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    thresholds: Mapping[str, Mapping[str, float]] | None = None,
    designs: Mapping[str, str] | None = None,
) -> FindingsComparison:
    """Each against each by the AUC of every finding, and by their mean.

    Args:
        truth: ``(n, k)``: 1, 0, or -1 where it is not known, which counts nothing.
        probabilities: ``(n, k)`` by name; one at least.
        names: The ``k`` findings.
        patients: Whose image each is; without it every image counts as a patient.
        thresholds: By name, from which probability on a finding is flagged.
        designs: By name, of which design each is a training.

    Raises:
        DatasetError, ConfigError: As `evaluate_findings`.
    """
    chosen, kinds = thresholds or {}, designs or {}
    judged = {
        name: checked_findings(truth, p, names, patients) for name, p in probabilities.items()
    }
    entries = {
        name: evaluate_findings(truth, p, names, patients, thresholds=chosen.get(name))
        for name, p in probabilities.items()
    }
    moved = {name: _moved(one, entries[name]) for name, one in judged.items()}
    pairs = [
        FindingPair(
            first=one,
            second=two,
            finding=finding,
            apart=_difference(
                [_area(entries[who], finding) for who in (one, two)],
                [moved[who].get(finding) for who in (one, two)],
                judged[one],
            ),
            same_design=kinds.get(one, one) == kinds.get(two, two),
        )
        for one, two in combinations(judged, 2)
        for finding in (MEAN, *names)
    ]
    first = next(iter(judged.values()))
    return FindingsComparison(
        n=len(first.truth),
        patients=first.patients,
        entries=entries,
        pairs=tuple(_corrected(_corrected(pairs, means=True), means=False)),
    )


def _area(found: FindingsEvaluation, finding: str) -> Score:
    return found.per_finding[finding]["auc"] if finding else found["auc"]


def _moved(judged: JudgedFindings, found: FindingsEvaluation) -> dict[str, Floats]:
    """``(n,)`` influences of each image on each finding's AUC and on their mean."""
    moved = {}
    for place, name in enumerate(judged.names):
        if found.per_finding[name]["auc"].value is None:
            continue
        every = np.zeros(len(judged.truth))
        every[judged.known(place)] = moved_by("auc", OneClass(Counted(judged.one(place)), 1))
        # Influences are of n images, here as many as there are in all.
        moved[name] = every * (len(every) / max(int(judged.known(place).sum()), 1))
    if moved:
        moved[MEAN] = np.mean(list(moved.values()), axis=0)
    return moved


def _difference(
    areas: Sequence[Score], moved: Sequence[Floats | None], judged: JudgedFindings
) -> Apart | None:
    one, two = moved
    if one is None or two is None:
        return None
    return apart(*areas, correlation=_correlation(one, two, judged))


def _correlation(one: Floats, two: Floats, judged: JudgedFindings) -> float:
    """Of the errors of two areas on the same images, by patient.

    0 where an area tells no error, or fewer than ten patients tell nothing that can be relied on.
    """
    if too_few(judged.groups):
        return 0.0
    first, second = (np.bincount(judged.groups, weights=moves) for moves in (one, two))
    sizes = float(first @ first) * float(second @ second)
    return float(np.clip(first @ second / np.sqrt(sizes), -1.0, 1.0)) if sizes > 0 else 0.0


def _corrected(pairs: Sequence[FindingPair], *, means: bool) -> list[FindingPair]:
    """With p-values that allow for the number of pairs, and of findings for those of findings."""
    asked = [
        place
        for place, pair in enumerate(pairs)
        if pair.apart is not None and (pair.finding == MEAN) == means
    ]
    found = list(pairs)
    p_values = [one.p for place in asked if (one := pairs[place].apart) is not None]
    for place, p in zip(asked, holm(p_values), strict=True):
        one = pairs[place].apart
        if one is not None:
            found[place] = replace(pairs[place], apart=replace(one, p_holm=p))
    return found
