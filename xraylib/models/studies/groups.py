"""How good a run is by sex, age, view and so on, for its model card and its report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.groups.run_groups import RunSubgroups, every_subgroup
from xraylib.evaluation.groups.words import HEADS
from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.two_groups import FEW_PATIENTS
from xraylib.models.studies.study import Study
from xraylib.models.wording import as_xrays

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

_MOST_COLUMNS: Final = 8
_MOST_VALUES: Final = 13


def group_facts(run: Run) -> JsonObject | None:
    """Its groups in ``bundle.json``; None where nothing is known of its images.

    Of images whose DICOM headers were read nothing is told, in no form: what they say stays on the
    machine that read them.
    """
    if run.data.curation.dicom_metadata:
        return None
    for split in ("test", "val"):
        try:
            found = every_subgroup(run, split=split)
        except DatasetError:  # no images of this split, or a table that cannot be read
            continue
        kept = [one for one in found if len({g.value for g in one.groups}) <= _MOST_VALUES]
        if kept:
            return {"split": split, "columns": [one.to_json() for one in kept[:_MOST_COLUMNS]]}
        return None
    return None


def group_studies(facts: Mapping[str, Any] | None) -> list[Study]:
    """:func:`group_facts` for people: a part a column."""
    if not facts:
        return [
            Study(
                title="By sex, age, view, scanner",
                words="Not measured: no table that may be told says such a thing of its images.",
            )
        ]
    part = {"test": "test", "val": "validation"}.get(str(facts["split"]), str(facts["split"]))
    return [_study(RunSubgroups.from_json(one), part) for one in facts["columns"]]


def _study(found: RunSubgroups, part: str) -> Study:
    told = [one for one in found.groups if not one.too_few]
    few = len(found.groups) - len(told)
    notes = [f"{words}." for words in found.worse()]
    if not notes and told:
        notes = ["No group is told to fare worse than the others."]
    if few:
        notes.append(
            ("All" if few == len(found.groups) else f"{few} of the")
            + f" {len(found.groups)} pairs of a class or finding and a value of {found.column} are "
            f"too few to tell: that value, or the others, has under {FEW_PATIENTS} patients with "
            "it or without it."
        )
    notes += [f"{words[0].upper()}{words[1:]}." for words in found.notes]
    return Study(
        title=f"By {found.column}",
        words=f"On its {part} X-rays, each group beside all others; 95 % intervals by patient, "
        "as far as patients are told; sensitivity and specificity of what Classify answers.",
        heads=("of", found.column, *HEADS) if told else (),
        rows=[row for row, one in zip(found.rows, found.groups, strict=True) if not one.too_few],
        notes=[as_xrays(one) for one in notes],
    )
