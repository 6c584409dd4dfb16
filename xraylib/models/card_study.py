"""The parts of a model card that tell what was tried on a run beside judging it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xraylib.evaluation.stress.stress_test import Step, StressTest, kept_stress
from xraylib.json_values import JsonObject
from xraylib.models.card_numbers import table

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def study_facts(run: Run) -> JsonObject:
    """What was tried on the run, in ``bundle.json``; None where it was not."""
    stress = kept_stress(run)
    return {"stress": stress.to_json() if stress else None}


def study_parts(facts: Mapping[str, Any]) -> list[str]:
    """The same for people; nothing for a model that was published before there was any."""
    if not facts:
        return []
    stress = facts.get("stress")
    return [_stress_part(StressTest.from_json(stress) if stress else None)]


def _stress_part(found: StressTest | None) -> str:
    heading = "## Changed X-rays (stress test)\n\n"
    if found is None:
        return heading + (
            "Not measured: nobody has tried how it bears X-rays that are turned, moved, brighter, "
            "blurred, noisy, compressed, coarser or inverted."
        )
    rows: list[list[object]] = [
        [
            curve.title,
            curve.borne_words,
            curve.worst.label,
            curve.worst.told[1],
            curve.worst.told[0],
        ]
        for curve in found.curves
    ]
    part = {"test": "test", "val": "validation"}.get(found.split, found.split)
    some = "" if found.images == found.of else f" ({found.images} of them, spread evenly)"
    start = _unchanged(found)
    return (
        heading
        + f"The {found.of} {part} X-rays{some}, changed step by step; unchanged "
        + f"{start.told[0]} of them get their own class. 95 % "
        "intervals by patient.\n\n"
        + table(
            [
                "change",
                "at most 1 answer in 10 flips",
                "worst step",
                "answers flipped there",
                "right there",
            ],
            rows,
        )
    )


def _unchanged(found: StressTest) -> Step:
    curve = found.curves[0]
    return next(one for one in curve.steps if one.step == curve.neutral)
