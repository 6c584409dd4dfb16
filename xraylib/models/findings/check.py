"""What ``bundle.json`` and the card of a model of findings should say, from what it keeps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation
from xraylib.evaluation.run_thresholds import measured_point
from xraylib.json_values import JsonObject
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.findings.predictions import two_columns
from xraylib.metrics.temperature import choose_temperature
from xraylib.models.card.numbers import operating_part
from xraylib.models.findings.card import findings_part
from xraylib.models.findings.kept import KeptFindings
from xraylib.models.manifest import PREDICTIONS, read_checked, refused

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle


def findings_figures(bundle: Bundle) -> tuple[JsonObject, list[str]]:
    """The figures of ``bundle.json`` and the parts of the card, computed anew.

    Raises:
        BundleError: code ``schema``: what it keeps does not fit.
    """
    data = read_checked(bundle.folder, PREDICTIONS)[PREDICTIONS]
    try:
        kept = KeptFindings.from_json(json.loads(data), bundle.classes)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise refused(
            "schema", f"has a {PREDICTIONS} that does not fit", "publish it again"
        ) from None
    points = dict(bundle.operating or {})
    evaluation = _evaluation(bundle, kept, points)
    facts: JsonObject = {"temperatures": _temperatures(bundle, kept), "operating": {}}
    if evaluation is not None:
        told = evaluation.to_json()
        facts["metrics"] = {key: told[key] for key in bundle.metrics if key in told}
    measured = {name: _measured(bundle, name, point, kept) for name, point in points.items()}
    facts["operating"] = {name: point.to_json() for name, point in measured.items()}
    split = None if evaluation is None else evaluation.split
    return facts, [findings_part(evaluation, split), operating_part(measured, of="finding")]


def _evaluation(
    bundle: Bundle, kept: KeptFindings, points: Mapping[str, ChosenPoint]
) -> RunFindingsEvaluation | None:
    split = "test" if "test" in kept.splits else "val"
    judged = kept.splits.get(split)
    if judged is None:
        return None
    return RunFindingsEvaluation.of(
        judged.at(bundle.temperatures),
        {name: point.threshold for name, point in points.items()},
        run=str(bundle.manifest["run"]),
        split=split,
        data="",
        source="stored",
    )


def _temperatures(bundle: Bundle, kept: KeptFindings) -> JsonObject:
    """What was fitted, and on how many; applied is what it says unless somebody wanted none."""
    judged = kept.splits.get("val")
    if judged is None:
        return {}
    found: JsonObject = {}
    for name in bundle.classes:
        said, present, groups = judged.known(name)
        choice = choose_temperature(present.astype(np.int64), two_columns(said), groups)
        unwanted = bundle.temperatures.get(name) == 1 and choice.applied != 1
        applied = 1.0 if unwanted else choice.applied
        found[name] = {"fitted": choice.fitted, "images": choice.images, "applied": applied}
    return found


def _measured(bundle: Bundle, name: str, point: ChosenPoint, kept: KeptFindings) -> ChosenPoint:
    """A threshold with its rates on test images computed anew."""
    judged = kept.splits.get("test")
    if judged is None or point.tested is None:
        return point
    said, present, groups = judged.at(bundle.temperatures).known(name)
    flagged = said >= point.threshold
    return replace(
        point,
        tested=measured_point(flagged, present, groups),
        flagged=int(flagged.sum()),
        flagged_right=int((flagged & present).sum()),
    )
