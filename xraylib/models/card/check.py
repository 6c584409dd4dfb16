"""Are the figures of a model card those of the predictions that the model keeps?

Every figure of how good, how calibrated and at which thresholds is computed anew, by the formulas
that wrote them, and compared with ``bundle.json`` and with the card's own words.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.run_thresholds import measured_point
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.json_values import JsonObject
from xraylib.metrics.calibration import calibration, with_temperature
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.temperature import choose_temperature
from xraylib.models.card.numbers import (
    WHAT_RECALL_IS,
    calibration_part,
    metrics_part,
    operating_part,
)
from xraylib.models.findings.check import findings_figures
from xraylib.models.kept_predictions import KeptPredictions, read_kept
from xraylib.models.wording import as_phantoms

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle

_CLOSE: Final = 1e-9
_NEAR_ALL: Final = re.compile(r"> 0\.(9+)")
_NEAR_NOTHING: Final = re.compile(r"< 0\.(0+)1")
_EACH_FINDING: Final = re.compile(r"X-rays[^,]*, each finding")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_NO_IMAGES: Final = re.compile(r"(\| 0 \| not defined \| )not defined( \|)")
_OF_NONE: Final = {"f1": 0, "precision": 0, "ppv": 0, "npv": 1}
_OF_ALL: Final = {"precision": 1, "ppv": 1, "npv": 0}
"""What earlier versions told of a class that has no image, or has all; now there is no value."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A figure that the predictions do not give.

    Attributes:
        where: ``bundle.json`` with the key, or ``model_card.md``.
        says: What stands there.
        computed: What the predictions give.
    """

    where: str
    says: str
    computed: str

    def to_json(self) -> JsonObject:
        """The fields."""
        return {**vars(self)}


@dataclass(frozen=True, kw_only=True)
class CardCheck:
    """What came of computing a card anew.

    Attributes:
        name, version: Of the model.
        figures: How many figures were computed.
        differences: Those that differ; none if the card is right.
    """

    name: str
    version: int
    figures: int
    differences: tuple[Difference, ...]

    def to_json(self) -> JsonObject:
        """The fields."""
        differences: JsonObject = {"differences": [one.to_json() for one in self.differences]}
        return {
            "name": self.name, "version": self.version, "figures": self.figures, **differences,
        }  # fmt: skip


def check_card(bundle: Bundle) -> CardCheck:
    """Computes the figures of a published model and its card anew. No TensorFlow.

    Raises:
        BundleError: code ``no-predictions``: it was published before they were kept; ``schema``.
    """
    facts = bundle.manifest
    differences: list[Difference] = []
    figures = 0
    computed, parts = findings_figures(bundle) if bundle.several else _class_figures(bundle)
    for key, (says, found), beside in _pairs(facts, computed, ""):
        figures += 1
        if not _same(says, found) and not _told_once(key, says, beside):
            differences.append(
                Difference(where=f"bundle.json {key}", says=str(says), computed=str(found))
            )
    lines = {*bundle.card.splitlines(), WHAT_RECALL_IS}  # which earlier cards did not say
    for line in "\n".join(parts).splitlines():
        figures += len(_NUMBER.findall(line))
        written = {line, *_as_earlier(line, bundle.metrics)}
        if bundle.synthetic:  # earlier versions spoke of X-rays there too
            line = as_phantoms(line)
            written |= set(map(as_phantoms, written))
        if line and not written & lines:
            near = get_close_matches(line, lines, 1, 0.3)
            differences.append(
                Difference(where="model_card.md", says=near[0] if near else "", computed=line)
            )
    return CardCheck(
        name=bundle.name,
        version=bundle.version,
        figures=figures,
        differences=tuple(differences),
    )


def _told_once(key: str, says: Any, beside: Mapping[str, Any]) -> bool:
    """Whether an earlier version told a figure that is none, among those computed beside it."""
    name = key.rpartition(".")[2]
    figure = name.removesuffix("_ci")
    before = _OF_ALL if beside.get("support", beside.get("present")) else _OF_NONE
    if figure not in before or beside[name] is not None:
        return False
    return name != figure or bool(says == before[figure])


def _as_earlier(line: str, metrics: Mapping[str, Any]) -> tuple[str, ...]:
    """A line of the card as versions wrote it that rounded to all and nothing, or told nothing."""
    plain = _NEAR_ALL.sub(lambda found: f"1.{'0' * len(found[1])}", line)
    plain = _NEAR_NOTHING.sub(lambda found: f"0.0{found[1]}", plain)
    plain = plain.replace(": intervals count patients", ": whole patients are drawn")
    people = f"X-rays of {metrics.get('patients')} patients, each finding"
    nothing = _NO_IMAGES.sub(r"\g<1>0.000\2", line)
    return plain, _EACH_FINDING.sub(people, plain), nothing


def _class_figures(bundle: Bundle) -> tuple[dict[str, Any], list[str]]:
    """What ``bundle.json`` should say, and the parts of the card that follow from it."""
    kept = read_kept(bundle)
    evaluation = _evaluation(bundle, kept)
    computed = _facts(bundle, kept, evaluation)
    calibrated = {**(bundle.calibration or {}), **computed.get("calibration", {})}
    points = computed["operating"].items()
    return computed, [
        metrics_part(evaluation, evaluation.split if evaluation else None),
        calibration_part(calibrated),
        operating_part({name: ChosenPoint.from_json(one) for name, one in points}),
    ]


def _evaluation(bundle: Bundle, kept: KeptPredictions) -> RunEvaluation | None:
    split = "test" if "test" in kept.splits else "val"
    judged = kept.splits.get(split)
    if judged is None:
        return None
    found = evaluate_predictions(
        judged.labels,
        with_temperature(judged.probabilities, bundle.temperature),
        list(bundle.classes),
        judged.people,
    )
    return RunEvaluation.of(
        found,
        run=str(bundle.manifest["run"]),
        split=split,
        data="",
        source="stored",
        temperature=bundle.temperature,
        patients_told=judged.told,
    )


def _facts(
    bundle: Bundle, kept: KeptPredictions, evaluation: RunEvaluation | None
) -> dict[str, Any]:
    """What ``bundle.json`` should say of what follows from the predictions."""
    facts: dict[str, Any] = {"operating": {}}
    if evaluation is not None:
        told = evaluation.to_json()
        facts["metrics"] = {key: told[key] for key in bundle.metrics if key in told}
    validation = kept.splits.get("val")
    judged = kept.splits.get("test") or validation
    if validation is not None and judged is not None and bundle.calibration:
        facts["calibration"] = _calibration(bundle, validation, judged)
    for name, point in (bundle.operating or {}).items():
        facts["operating"][name] = _measured(bundle, name, point, kept).to_json()
    return facts


def _calibration(bundle: Bundle, validation: JudgedImages, judged: JudgedImages) -> JsonObject:
    choice = choose_temperature(validation.labels, validation.probabilities, validation.groups)
    before = calibration(judged.labels, judged.probabilities, groups=judged.groups)
    scaled = with_temperature(judged.probabilities, bundle.temperature)
    after = calibration(judged.labels, scaled, groups=judged.groups)
    unwanted = bundle.temperature == 1 and choice.applied != 1
    return {
        "temperature": 1.0 if unwanted else choice.applied,
        "fitted": choice.fitted,
        "n": choice.images,
        "split_n": len(judged.labels),
        "ece_before": before.ece,
        "ece_after": after.ece,
        "ece_chance": after.ece_expected,
    }


def _measured(bundle: Bundle, name: str, point: ChosenPoint, kept: KeptPredictions) -> ChosenPoint:
    """A threshold with its counts and rates computed anew; the threshold is what was chosen."""
    place = bundle.classes.index(name)

    def asked(split: str) -> tuple[Any, Any, Any] | None:
        judged = kept.splits.get(split)
        if judged is None:
            return None
        scores = with_temperature(judged.probabilities, bundle.temperature)[:, place]
        return scores >= point.threshold, np.equal(judged.labels, place), judged.groups

    chosen, tested = asked("val"), asked("test")
    if chosen is not None and (found := measured_point(*chosen)) is not None:
        point = replace(
            point,
            sensitivity=found.sensitivity,
            specificity=found.specificity,
            positives=found.positives,
            negatives=found.negatives,
        )
    if tested is None:
        return point
    flagged, positive, _ = tested
    return replace(
        point,
        tested=measured_point(*tested),
        flagged=int(flagged.sum()),
        flagged_right=int((flagged & positive).sum()),
    )


def _pairs(
    says: Mapping[str, Any], computed: Mapping[str, Any], place: str
) -> Iterator[tuple[str, tuple[Any, Any], Mapping[str, Any]]]:
    """What is said and what was computed, of every figure that was, and all computed beside it."""
    for key, found in computed.items():
        told = says.get(key) if isinstance(says, Mapping) else None
        if isinstance(found, Mapping):
            yield from _pairs(told or {}, found, f"{place}{key}.")
        else:
            yield f"{place}{key}", (told, found), computed


def _same(says: Any, found: Any) -> bool:
    if isinstance(found, list | tuple) and isinstance(says, list | tuple):
        return len(says) == len(found) and all(map(_same, says, found))
    if isinstance(found, float) and isinstance(says, int | float):
        return math.isclose(says, found, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return bool(says == found)
