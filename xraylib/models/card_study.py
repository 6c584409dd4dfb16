"""The parts of a model card that tell what was tried on a run beside judging it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xraylib.evaluation.explain.run_sanity import kept_sanity
from xraylib.evaluation.explain.sanity import MapSanity, sanity_words
from xraylib.evaluation.run_shortcuts import RunShortcuts, kept_shortcuts
from xraylib.evaluation.stress.stress_test import Step, StressTest, kept_stress
from xraylib.json_values import JsonObject
from xraylib.models.card_numbers import table
from xraylib.models.wording import as_xrays

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def study_facts(run: Run) -> JsonObject:
    """What was tried on the run, in ``bundle.json``; None where it was not."""
    kept = {
        "stress": kept_stress(run),
        "heat_maps": kept_sanity(run),
        "shortcuts": kept_shortcuts(run),
    }
    return {name: one.to_json() if one else None for name, one in kept.items()}


def study_parts(facts: Mapping[str, Any]) -> list[str]:
    """The same for people; nothing for a model that was published before there was any."""
    if not facts:
        return []
    stress, maps, shortcuts = (facts.get(one) for one in ("stress", "heat_maps", "shortcuts"))
    return [
        _stress_part(StressTest.from_json(stress) if stress else None),
        _maps_part(MapSanity.from_json(maps) if maps else None),
        _shortcuts_part(RunShortcuts.from_json(shortcuts) if shortcuts else None),
    ]


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


def _maps_part(found: MapSanity | None) -> str:
    heading = "## What its heat maps show\n\n"
    if found is None:
        return heading + (
            "Not measured: nobody has looked whether its heat maps fall apart with drawn weights "
            "and shuffled labels, as they must if they show what it learned."
        )
    return f"{heading}{as_xrays(sanity_words(found))}."


def _shortcuts_part(found: RunShortcuts | None) -> str:
    heading = "## Shortcuts inside a class\n\n"
    if found is None:
        return heading + (
            "Not measured: nobody has looked whether hospital or exposure can be told inside one "
            "class from its features."
        )
    rows: list[list[object]] = [
        [
            one.label,
            f"{one.what}: {', '.join(one.values)}",
            f"{one.images} of {one.patients} patients",
            str(one.auc),
            "yes" if one.can_be_told else "not shown",
        ]
        for one in found.found
    ]
    not_tried = "".join(f"\n\nNot tried: {as_xrays(words)}." for words in found.unknown)
    told = table(["inside", "what", "X-rays", "AUC", "can it be told?"], rows) if rows else ""
    return (
        heading
        + "What its features tell inside one class, where there is no disease to tell apart; 0.5 "
        "is guessing, 95 % intervals by patient.\n\n" + told + not_tried
    )


def _unchanged(found: StressTest) -> Step:
    curve = found.curves[0]
    return next(one for one in curve.steps if one.step == curve.neutral)
