"""What was tried on a run beside judging it, for its model card and its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xraylib.evaluation.explain.run_sanity import kept_sanity
from xraylib.evaluation.explain.sanity import MapSanity, sanity_words
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.run_shortcuts import RunShortcuts, kept_shortcuts
from xraylib.evaluation.stress.found import StressTest
from xraylib.evaluation.stress.stress_test import kept_stress
from xraylib.json_values import JsonObject
from xraylib.markup import one_line, written
from xraylib.models.card.numbers import table
from xraylib.models.studies.elsewhere import elsewhere_facts, elsewhere_study
from xraylib.models.studies.groups import group_facts, group_studies
from xraylib.models.studies.study import Study
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
    told: JsonObject = {name: one.to_json() if one else None for name, one in kept.items()}
    return {**told, "groups": group_facts(run), "elsewhere": elsewhere_facts(run)}


def studies(facts: Mapping[str, Any]) -> list[Study]:
    """:func:`study_facts` for people; nothing for a model published before there was any."""
    if not facts:
        return []
    grouped = group_studies(facts["groups"]) if "groups" in facts else []
    elsewhere = [elsewhere_study(facts["elsewhere"])] if "elsewhere" in facts else []
    return [
        *grouped,
        *elsewhere,
        _told(facts.get("stress"), _stress, "Changed X-rays (stress test)", _UNTRIED["stress"]),
        _told(facts.get("heat_maps"), _maps, "What its heat maps show", _UNTRIED["maps"]),
        _told(
            facts.get("shortcuts"),
            _shortcuts,
            "Shortcuts inside a class or finding",
            _UNTRIED["inside"],
        ),
    ]


def study_parts(facts: Mapping[str, Any]) -> list[str]:
    """The same in Markdown."""
    return [
        "\n\n".join(
            part
            for part in (
                f"## {one_line(one.title)}",
                written(one.words),
                table(list(one.heads), [list(row) for row in one.rows]) if one.rows else "",
                *map(written, one.notes),
            )
            if part
        )
        for one in studies(facts)
    ]


_UNTRIED = {
    "stress": "tried how it bears X-rays that are turned, moved, brighter, blurred, noisy, "
    "compressed, coarser or inverted",
    "maps": "looked whether its heat maps fall apart with drawn weights and shuffled labels, as "
    "they must if they show what it learned",
    "inside": "looked whether hospital or exposure can be told inside one class or finding from "
    "its features",
}


def _told(value: Any, study: Callable[[str, Any], Study], title: str, untried: str) -> Study:
    if value:
        return study(title, value)
    return Study(title=title, words=f"Not measured when this was written: nobody had {untried}.")


def _stress(title: str, value: Any) -> Study:
    found = StressTest.from_json(value)
    part = {"test": "test", "val": "validation"}.get(found.split, found.split)
    some = "" if found.images == found.of else f" ({found.images} of them, spread evenly)"
    curve = found.curves[0]
    unchanged = next(one for one in curve.steps if one.step == curve.neutral)
    return Study(
        title=title,
        words=f"The {found.of} {part} X-rays{some}, changed step by step; unchanged "
        + (
            f"{unchanged.told[0]} of their known labels are flagged right; an answer is whether "
            f"one of the {found.findings} findings is flagged."
            if found.findings
            else f"{unchanged.told[0]} of them get their own class."
        )
        + " 95 % intervals by patient, as far as patients are told.",
        heads=(
            "change",
            "at most 1 answer in 10 flipped (as measured)",
            "worst step",
            "answers flipped there",
            "right there",
        ),
        rows=[
            (one.title, one.borne_words, one.worst.label, *reversed(one.worst.told))
            for one in found.curves
        ],
    )


def _maps(title: str, value: Any) -> Study:
    return Study(title=title, words=f"{as_xrays(sanity_words(MapSanity.from_json(value)))}.")


def _shortcuts(title: str, value: Any) -> Study:
    found = RunShortcuts.from_json(value)
    return Study(
        title=title,
        words="What its features tell inside one class or finding, where the label is the same; "
        "0.5 is guessing, 95 % intervals by patient, as far as patients are told.",
        heads=("inside", "what", "X-rays", "AUC", "can it be told?"),
        rows=[
            (
                one.label,
                f"{one.what}: {', '.join(one.values)}",
                f"{one.images:,}" + of_patients(one.images, one.patients, told=found.patients_told),
                str(one.auc),
                "yes" if one.can_be_told else "not shown",
            )
            for one in found.found
        ],
        notes=[f"Not tried: {as_xrays(words)}." for words in found.unknown],
    )
