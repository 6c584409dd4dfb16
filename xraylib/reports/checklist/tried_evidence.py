"""What a run says of what was tried on it beside judging its test images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import XrayError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.explain.run_sanity import kept_sanity
from xraylib.evaluation.explain.sanity import sanity_words
from xraylib.evaluation.external import external_evaluations
from xraylib.evaluation.stress.stress_test import kept_stress
from xraylib.models.card.numbers import measured_strange
from xraylib.ood.fit import FEWEST
from xraylib.reports.checklist.data_evidence import UNTOLD, patients
from xraylib.reports.checklist.fact import Fact, lacking
from xraylib.training.loop.fit_ood import familiar_facts, kept_familiar

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def _robustness(run: Run) -> Fact:
    found = kept_stress(run)
    if found is None:
        return lacking("No stress test was run", f"xraylib stress {run.id}")
    told = [
        f"{curve.title.lower()} ({curve.worst.label}) {curve.worst.told[1]}"
        for curve in found.curves
    ]
    return Fact(
        f"Share of flipped answers on {found.images} {found.split} images, at each change's worst "
        "step: " + "; ".join(told)
    )


def _explanation(_run: Run) -> Fact:
    return Fact("Class activation maps, Grad-CAM, HiResCAM and occlusion, image by image")


def _explanation_check(run: Run) -> Fact:
    found = kept_sanity(run)
    if found is None:
        return lacking("Heat maps were not tested", f"xraylib sanity {run.id}")
    return Fact(sanity_words(found))


def _external_test(run: Run) -> Fact:
    found = [one for one in external_evaluations(run) if one.key != "train"]
    if not found:
        return lacking(
            "It was not tested on images of another source",
            f"xraylib evaluate {run.id} --dataset NAME --keep, or xraylib accept MODEL DIR",
        )
    told = []
    for one in found:
        evaluation = stored_evaluation(run, split=one.key)
        told.append(f"{one.data}, {one.images} images: accuracy {evaluation.accuracy}")
    return Fact("; ".join(told))


def _subgroups(run: Run) -> Fact:
    from xraylib.evaluation.groups.columns import METADATA
    from xraylib.evaluation.groups.run_groups import RunSubgroups, every_subgroup

    found: tuple[RunSubgroups, ...] = ()
    for split in ("test", "val"):
        with suppress(XrayError):
            found = found or every_subgroup(run, split=split)
    if not found:
        return lacking(
            "Nothing is known of groups: view, age, sex, machine",
            f"put a {METADATA} beside the images, or name a table of labels with such columns; "
            f"xraylib subgroups {run.id} shows it by group",
        )
    worse = [words for one in found for words in one.worse()]
    columns = ", ".join(one.column for one in found)
    return Fact(f"By {columns}: " + ("; ".join(worse) or "no group is told to fare worse"))


def _strangers(run: Run) -> Fact:
    facts: Mapping[str, Any] | None = familiar_facts(kept_familiar(run))
    if facts is None:
        if sum(run.data.counts["train"].values()) < FEWEST:
            return lacking("It does not notice images of another kind", "train with more images")
        return lacking(
            "Of images of another kind nothing is kept with the run; a published model knows them",
            f"xraylib publish {run.id} NAME",
        )
    measured = measured_strange(facts.get("test"), patients_told=patients(run, "test") != UNTOLD)
    return Fact(
        "What is unreadable is refused with a reason; images unlike its "
        f"{facts['n_train']} training images (inverted, turned, cut, another body part) are "
        f"looked for, and not all are noticed. {measured.removesuffix('.')}"
    )


FACTS: Final[Mapping[str, Callable[[Run], Fact]]] = {
    "robustness": _robustness,
    "explanation": _explanation,
    "explanation_check": _explanation_check,
    "external_test": _external_test,
    "subgroups": _subgroups,
    "strangers": _strangers,
}
"""By the names that items give."""
