"""What ``bundle.json`` says of a run of findings: figures, temperatures and a threshold each."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.findings.evaluation import (
    RunFindingsEvaluation,
    stored_findings_evaluation,
)
from xraylib.evaluation.findings.operating import (
    FindingsOperating,
    choose_findings_operating,
    read_findings_operating,
)
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.overlap import known_images
from xraylib.json_values import JsonObject
from xraylib.metrics.chosen_point import NOBODY, ChosenPoint
from xraylib.metrics.findings.predictions import USUAL_THRESHOLD
from xraylib.models.classify.prediction import MARGIN

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_BAND: Final = (USUAL_THRESHOLD - MARGIN / 2, USUAL_THRESHOLD + MARGIN / 2)
"""Where nobody chose a threshold, presence and absence are so close there that a human decides."""


def tested_findings(run: Run) -> RunFindingsEvaluation | None:
    """How good it is on its test images, else on its validation images, else None.

    Raises:
        RunError: code ``no-predictions``.
    """
    for split in ("test", "val"):
        with contextlib.suppress(DatasetError):
            return stored_findings_evaluation(run, split=split)
    return None


def findings_facts(run: Run, evaluation: RunFindingsEvaluation | None) -> JsonObject:
    """``metrics``, ``temperatures`` and ``operating`` of a run of findings.

    Raises:
        RunError: code ``no-predictions``.
        PathError: What was chosen cannot be read.
    """
    operating = read_findings_operating(run)
    return {
        "metrics": {} if evaluation is None else _metrics(run, evaluation),
        "temperatures": {name: one.to_json() for name, one in operating.temperatures.items()},
        "operating": {
            name: point.to_json() for name, point in published_points(run, operating).items()
        },
    }


def published_points(run: Run, operating: FindingsOperating) -> dict[str, ChosenPoint]:
    """A threshold of each finding: the chosen one, or 0.5, measured too.

    Around one that nobody chose lies a band where a human is to decide.
    """
    points = {}
    for name in run.classes:
        if name in operating.classes:
            points[name] = operating.classes[name]
            continue
        point = ChosenPoint(threshold=USUAL_THRESHOLD)
        usual = Choice(by="hand", value=USUAL_THRESHOLD)
        with contextlib.suppress(DatasetError):  # no validation image shows it, or all do
            made = choose_findings_operating(
                run, {name: usual}, temperature_by=operating.temperature_by
            )
            point = made.classes[name]
        points[name] = replace(point, band=_BAND, chosen_by=NOBODY)
    return points


def _metrics(run: Run, evaluation: RunFindingsEvaluation) -> JsonObject:
    """What the pages say about a model at first sight."""
    told = evaluation.to_json()
    keys = ["kind", "n", "patients", "patients_told", "split", "per_finding", "together"]
    for name in evaluation.scores:
        keys += [name, f"{name}_ci"]
    found = known_images(run, evaluation.split)
    known: Mapping[str, Any] = {
        "known": None if found is None else found.known,
        "known_images": None if found is None else found.to_json(),
    }
    return {**{key: told[key] for key in keys}, **known}
