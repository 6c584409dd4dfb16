"""Runs of findings compared on the images that all of them were judged on. No TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xraylib.errors import DatasetError
from xraylib.evaluation.findings.operating import read_findings_operating, shown_findings
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.several.designs import designs_of
from xraylib.evaluation.stored_predictions import image_sums
from xraylib.json_values import JsonObject
from xraylib.metrics.findings.compare import FindingPair, FindingsComparison, compare_findings

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

HOLM: Final = (
    "Better is said only where the interval of the difference in AUC leaves out 0 and p, corrected "
    "for the findings and pairs of runs (Holm), is at most 0.05; of the mean over the findings it "
    "is corrected for the pairs. Not distinguishable does not mean equal: more images may tell"
)


@dataclass(frozen=True, kw_only=True)
class RunFindingsComparison(FindingsComparison):
    """Runs of findings against each other, by their ids.

    Attributes:
        split: What they were judged on.
        patients_told: Whether a name or a table tells any patient.
        labels: What each is called for people; several may be called the same.
        left_out: Images that not all of the runs were judged on.
        passed_over: Findings that not all of the runs know.
    """

    split: str
    patients_told: bool
    labels: dict[str, str]
    left_out: int
    passed_over: tuple[str, ...] = ()

    @property
    def whose(self) -> str:
        """`` of 57 patients``, or what `of_patients` says where nothing tells them."""
        return of_patients(self.n, self.patients, told=self.patients_told)

    def of(self, finding: str) -> tuple[FindingPair, ...]:
        """The pairs on one finding, or on the mean."""
        return tuple(pair for pair in self.pairs if pair.finding == finding)

    def to_json(self) -> JsonObject:
        return {
            **super().to_json(),
            "split": self.split,
            "patients_told": self.patients_told,
            "labels": dict(self.labels),
            "left_out": self.left_out,
            "passed_over": list(self.passed_over),
        }


def compare_findings_runs(runs: Sequence[Run], *, split: str = "test") -> RunFindingsComparison:
    """Runs of findings against each other. No TensorFlow.

    Args:
        runs: One or more that have ended; compared on the images that all of them were judged on
            (the same path, the same bytes) and on the findings that all of them know. What two
            runs' tables say differently of an image counts nothing.
        split: ``"test"`` or ``"val"``.

    Raises:
        RunError: codes ``no-predictions`` and ``no-findings``.
        DatasetError: codes ``no-films``, ``test-locked`` and ``nothing-in-common``.
    """
    unique = list({run.id: run for run in runs}.values())
    judged = {run.id: shown_findings(run, split=split) for run in unique}
    keys = {run.id: _keys(run, split, judged[run.id]) for run in unique}
    common = sorted(set.intersection(*(set(one) for one in keys.values())))
    first = unique[0]
    names = [name for name in first.classes if all(name in run.classes for run in unique)]
    if not common or not names:
        raise DatasetError(
            f"The runs were not judged on the same {split} images and findings",
            expected="runs of one data set with findings in common",
            remedy="choose runs of the same data set, or train one of them again on it",
            code="nothing-in-common",
        )
    rows = {run: np.array([places[key] for key in common]) for run, places in keys.items()}
    columns = {run.id: [run.classes.index(name) for name in names] for run in unique}
    told = [judged[run].truth[rows[run]][:, columns[run]] for run in judged]
    same = np.all([one == told[0] for one in told], axis=0)
    people = judged[first.id].people or judged[first.id].patients
    found = compare_findings(
        np.where(same, told[0], -1),
        {run: judged[run].probabilities[rows[run]][:, columns[run]] for run in judged},
        names,
        [people[row] for row in rows[first.id].tolist()],
        thresholds={run.id: _thresholds(run, names) for run in unique},
        designs=designs_of(unique),
    )
    every = set.union(*(set(one) for one in keys.values()))
    others = {name for run in unique for name in run.classes if name not in names}
    return RunFindingsComparison(
        **vars(found),
        split=split,
        patients_told=judged[first.id].told != 0,
        labels={run.id: f"{run.name or run.spec.name} ({run.id[-6:]})" for run in unique},
        left_out=len(every) - len(common),
        passed_over=tuple(sorted(others)),
    )


def _keys(run: Run, split: str, judged: RunFindings) -> dict[tuple[str, str], int]:
    """Where each image is: the same path, the same bytes."""
    sums = image_sums(run, split, judged.paths).to_pylist()
    paired = zip(judged.paths, sums, strict=True)
    return {(path, content or ""): place for place, (path, content) in enumerate(paired)}


def _thresholds(run: Run, names: Sequence[str]) -> dict[str, float]:
    chosen = read_findings_operating(run).thresholds
    return {name: chosen[name] for name in names if name in chosen}
