"""How good predictions of several findings are, finding by finding. NumPy only.

    found = evaluate_findings(truth, probabilities, ("Effusion", "Mass"), patients)
    found.per_finding["Effusion"].auc.value, found.per_finding["Effusion"].auc.interval
    found.auc.value  # mean over the findings

What is not known of an image counts nothing, for none of its findings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from xraylib import notebook
from xraylib.arguments import check_whole, checked, checked_fields
from xraylib.errors import ConfigError, DatasetError
from xraylib.json_values import JsonObject
from xraylib.metrics.findings.means import mean_score
from xraylib.metrics.findings.predictions import (
    USUAL_THRESHOLD,
    FindingImages,
    checked_findings,
)
from xraylib.metrics.findings.table import FINDING_METRICS, MEANS
from xraylib.metrics.measured import Score, Scored, reasons, scores_from_json, scores_json
from xraylib.metrics.uncertainty.resampling import measure
from xraylib.records import texts

_SHOWN = 6
_FEW = 20
"""Patients with a finding under which its intervals are often too wide."""
_MEAN_ROWS = tuple(metric for metric in FINDING_METRICS if metric.name in MEANS)


@dataclass(frozen=True, kw_only=True)
class FindingScores(Scored):
    """How good predictions of one finding are, on the images of which it is known.

    Attributes:
        present: Images that show it.
        absent: Images that do not.
        unknown: Images of which it is not known; they count nothing.
        patients: Whose the known ones are.
        flagged: Of the known ones, those that reach the threshold.
        threshold: From which probability on an image is flagged.
        scores: By name, a row of ``xraylib.metrics.findings.table.FINDING_METRICS`` each.
    """

    present: int
    absent: int
    unknown: int
    patients: int
    flagged: int
    threshold: float
    scores: Mapping[str, Score]

    @property
    def prevalence(self) -> float | None:
        """Share of the known images that show it; None where none is known."""
        known = self.present + self.absent
        return self.present / known if known else None

    def to_json(self) -> JsonObject:
        """Counts, threshold, then each metric and its ``…_ci``."""
        return {
            "present": self.present,
            "absent": self.absent,
            "unknown": self.unknown,
            "patients": self.patients,
            "prevalence": self.prevalence,
            "flagged": self.flagged,
            "threshold": self.threshold,
            **scores_json(self.scores, FINDING_METRICS),
        }


@checked_fields
@dataclass(frozen=True, kw_only=True, repr=False)
class FindingsEvaluation(Scored):
    """How good predictions of several findings are.

    ``found.auc`` and ``found["auc"]`` are means over the findings that have a value.

    Attributes:
        n: Images.
        patients: Whose images they are; as many as images where that is not known.
        scores: Means over the findings by name: AUC, average precision, sensitivity, specificity.
        per_finding: Scores of each finding by its name.
        together: ``(k, k)`` images known to show both findings; on the diagonal those with one.
        methods: How the intervals were made.
        notes: Remarks.
    """

    n: int
    patients: int
    scores: Mapping[str, Score]
    per_finding: Mapping[str, FindingScores]
    together: tuple[tuple[int, ...], ...]
    methods: Mapping[str, str]
    notes: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[str, ...]:
        """Their names, in the order of ``together``."""
        return tuple(self.per_finding)

    @property
    def undefined(self) -> dict[str, str]:
        """Why values and intervals are missing, by name: ``per_finding.Mass.auc``."""
        found: dict[str, str] = {}
        for name, own in self.per_finding.items():
            found |= reasons(own.scores, f"per_finding.{name}.")
        return found | reasons(self.scores, "")

    def to_json(self) -> JsonObject:
        """A value that can be written as JSON; ``kind`` tells it from that of classes."""
        return {
            "kind": "multilabel",
            "n": self.n,
            "patients": self.patients,
            **scores_json(self.scores, _MEAN_ROWS),
            "per_finding": {name: own.to_json() for name, own in self.per_finding.items()},
            "together": [list(row) for row in self.together],
            "undefined": dict(self.undefined),
            "methods": dict(self.methods),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`; metrics that an earlier version lacks are left out.

        Raises:
            DatasetError: code ``evaluation``: it is none.
        """
        try:
            found = cls(**cls._fields(value))
            k = len(found.per_finding)
            if [len(row) for row in found.together] != [k] * k:
                raise ValueError("its numbers do not fit its findings")
            return found
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise DatasetError(
                f"An evaluation of findings cannot be read ({error!r})",
                expected="what FindingsEvaluation.to_json() gives",
                remedy="judge the run again, for example with xraylib evaluate",
                code="evaluation",
            ) from None

    @classmethod
    def _fields(cls, value: Mapping[str, Any]) -> dict[str, Any]:
        undefined = value.get("undefined", {})
        counts = ("present", "absent", "unknown", "patients", "flagged")
        return {
            "n": int(value["n"]),
            "patients": int(value["patients"]),
            "scores": scores_from_json(value, _MEAN_ROWS, undefined, ""),
            "per_finding": {
                name: FindingScores(
                    **{count: int(own[count]) for count in counts},
                    threshold=float(own["threshold"]),
                    scores=scores_from_json(
                        own, FINDING_METRICS, undefined, f"per_finding.{name}."
                    ),
                )
                for name, own in value["per_finding"].items()
            },
            "together": tuple(tuple(map(int, row)) for row in value["together"]),
            "methods": dict(value.get("methods", {})),
            "notes": texts(value.get("notes", [])),
        }

    def __repr__(self) -> str:
        lines = [
            f"<{type(self).__name__} of {self.n:,} images of {self.patients:,} patients: mean AUC "
            f"{self['auc']}, mean average precision {self['average_precision']}"
        ]
        for name, own in list(self.per_finding.items())[:_SHOWN]:
            lines.append(f"  {name}: {own.present:,} of {own.present + own.absent:,}, {own.auc}")
        if len(self.per_finding) > _SHOWN:
            lines.append(f"  and {len(self.per_finding) - _SHOWN} more findings")
        return "\n".join(lines) + ">"

    def _repr_html_(self) -> str:
        """Tables for a notebook; every name is escaped."""
        heads = ("finding", "present", "absent", *(metric.heading for metric in FINDING_METRICS))
        rows = [
            (name, own.present, own.absent, *(str(own[metric.name]) for metric in FINDING_METRICS))
            for name, own in self.per_finding.items()
        ]
        means = [(f"{metric.title}, mean", str(self[metric.name])) for metric in _MEAN_ROWS]
        title = f"{self.n:,} images of {self.patients:,} patients, 95 % intervals in brackets"
        return notebook.table(("", "value"), means, title=title) + notebook.table(heads, rows)


@checked
def evaluate_findings(
    truth: ArrayLike,
    probabilities: ArrayLike,
    names: Sequence[str],
    patients: Sequence[str] | None = None,
    *,
    thresholds: Mapping[str, float] | None = None,
    seed: int = 0,
) -> FindingsEvaluation:
    """How good predictions of findings are: every metric with its 95 % interval by patient.

    Args:
        truth: ``(n, k)``: 1, 0, or -1 where it is not known, which counts nothing.
        probabilities: ``(n, k)`` from 0 to 1.
        names: The ``k`` findings.
        patients: Whose image each is; without it every image counts as a patient.
        thresholds: From which probability on a finding is flagged, by its name; 0.5 for others.
        seed: Of the draws that metrics of your own may need.

    Raises:
        DatasetError: code ``predictions``: shapes do not fit, or values are none of these.
        ConfigError: code ``argument``, or ``class``: a threshold of a finding that there is not.
    """
    check_whole(seed, "seed", least=0)
    judged = checked_findings(truth, probabilities, names, patients)
    chosen = dict(thresholds or {})
    for name in chosen:
        if name not in judged.names:
            raise ConfigError(
                f"There is no finding called {name!r}",
                expected="one of " + ", ".join(judged.names),
                remedy="choose a threshold for one of them",
                code="class",
            )
    n, per_finding, single = len(judged.truth), {}, {}
    few = []
    for place, name in enumerate(judged.names):
        images = judged.one(place, chosen.get(name, USUAL_THRESHOLD))
        single[name] = images
        (scores,) = measure(images, (), FINDING_METRICS, seed=seed, places=(1,))[1]
        per_finding[name] = _counted(images, n, scores)
        if 0 < len(np.unique(images.groups[images.true == 1])) < _FEW:
            few.append(name)
    there = (judged.truth == 1).astype(np.int64)
    several = judged.patients < n
    whose = "patients have" if several else "images show"
    notes = (
        f"fewer than {_FEW} {whose} {', '.join(few)}: in simulations intervals of so few held the "
        "truth in 93 to 99 of 100 cases, so they may be wider than they need be",
    )
    return FindingsEvaluation(
        n=n,
        patients=judged.patients,
        scores={metric: mean_score(metric, judged, single, per_finding) for metric in MEANS},
        per_finding=per_finding,
        together=tuple(tuple(row) for row in (there.T @ there).tolist()),
        methods={metric.name: metric.method_words(several=several) for metric in FINDING_METRICS}
        | {"mean": "MOVER of the findings' intervals"},
        notes=notes if few else (),
    )


def _counted(images: FindingImages, n: int, scores: Mapping[str, Score]) -> FindingScores:
    present = int(images.true.sum())
    return FindingScores(
        present=present,
        absent=len(images.true) - present,
        unknown=n - len(images.true),
        patients=images.patients,
        flagged=int(images.predicted.sum()),
        threshold=float(images.threshold),
        scores=scores,
    )
