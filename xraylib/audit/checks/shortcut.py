"""Can the class be told from things that should not matter?

A ridge classifier sees file size, image size, storage mode, margins, brightness, corners and
printed letters, and no anatomy. It is cross-validated with patients and copies kept together, and
compared with 999 runs in which whole patients were given each other's classes. Beating chance
clearly means that a network may do the same, and that an accuracy up to there proves nothing.
Where an image may have several findings, each is asked for alone, on the images of which it is
known, and the AUC that is reached stands for the accuracy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from xraylib.audit.check import Check, Subject
from xraylib.audit.copies import Copies
from xraylib.audit.descriptors import Descriptors
from xraylib.audit.probe import (
    asked_images,
    cross_validated,
    folds_of,
    shuffled_labels,
    without_anatomy,
)
from xraylib.audit.report import Finding, several
from xraylib.audit.told import Told, area, clearly_told, labels_of, tell
from xraylib.datasets.dataset import DatasetIndex
from xraylib.rounding import rounded

_FEWEST_GROUPS: Final = 8
_P: Final = 0.005
# Least share of the way from chance to perfect that counts as clear.
_CLEAR: Final = 0.12


def shortcut_findings(
    index: DatasetIndex, descriptors: Descriptors, copies: Sequence[Copies], *, seed: int = 0
) -> list[Finding]:
    """One finding, if the class can be told without looking at the anatomy."""
    rng = np.random.default_rng([seed, 2])
    places, rows, groups = asked_images(index, descriptors, copies, rng)
    names, labels = np.unique(index.label_numbers[rows], return_inverse=True)
    enough = all(
        len(np.unique(groups[labels == number])) >= _FEWEST_GROUPS for number in range(len(names))
    )
    if len(names) < 2 or not enough:
        return []
    features = without_anatomy(index, descriptors, places)
    if not features:
        return []
    folds = folds_of(groups, labels, rng)
    chance = 1.0 / len(names)
    everything = np.concatenate(list(features.values()), axis=1)
    truth = labels[:, None]
    if cross_validated(everything, folds, truth)["balanced"] < _clear(chance):
        return []
    shuffled = shuffled_labels(labels, groups, rng)
    together = cross_validated(everything, folds, np.column_stack([truth, shuffled]))
    if together["p"] > _P:
        return []
    alone = {
        name: cross_validated(table, folds, truth)["balanced"] for name, table in features.items()
    }
    return [_finding(together, alone, chance, len(rows))]


def finding_shortcuts(subject: Subject) -> list[Finding]:
    """A finding of the audit for each finding of X-rays that can be told without the anatomy."""
    index, descriptors = subject.index, subject.descriptors
    rng = np.random.default_rng([subject.seed, 2])
    places, rows, groups = asked_images(index, descriptors, subject.copies, rng)
    features = without_anatomy(index, descriptors, places)
    if not features:
        return []
    everything = np.concatenate(list(features.values()), axis=1)
    asked = [
        told
        for name, place, present in labels_of(index, rows)
        if (told := tell(name, place, present, everything, groups, rng)) is not None
    ]
    found = []
    for one in clearly_told(asked):
        alone = {
            name: area(table[one.place], one.present, groups[one.place], rng)
            for name, table in features.items()
        }
        found.append(_of_finding(one, alone))
    return found


def _of_finding(one: Told, alone: dict[str, float]) -> Finding:
    best = max(alone, key=lambda name: alone[name])
    return CHECK.finding(
        message=(
            f"{one.name} can be told without looking at the anatomy. A simple classifier that sees "
            f"only {several(list(alone), most=9)} reaches an AUC of {rounded(one.auc)} "
            f"({rounded(one.low)} to {rounded(one.high)}, cross-validated by patient on "
            f"{len(one.present):,} images of which it is known); {rounded(alone[best])} is "
            f"reached by {best} alone. A network may use the same, so on this set an AUC up to "
            f"about {rounded(one.auc)} says nothing about {one.name}."
        ),
        remedy=(
            f"Compare the AUC of {one.name} with {rounded(one.auc)}, not with 0.5; take images "
            "with and without it from the same sources and save them in the same way; standardise "
            "each image in the network, and look at the heat maps"
        ),
        numbers={
            "label": one.name, "auc": one.auc, "low": one.low, "high": one.high, "alone": alone,
            "films": len(one.present),
        },
    )  # fmt: skip


def _clear(chance: float) -> float:
    return chance + _CLEAR * (1.0 - chance)


def _finding(
    together: dict[str, float], alone: dict[str, float], chance: float, images: int
) -> Finding:
    ranked = sorted(alone.items(), key=lambda item: -item[1])
    carrying = [name for name, value in ranked if value >= _clear(chance)]
    carrying = carrying[:3] or [ranked[0][0]]
    told = several([f"{rounded(alone[name])} by {name} alone" for name in carrying])
    balanced = together["balanced"]
    reached = max(balanced, together["accuracy"])
    return CHECK.finding(
        message=(
            "The class can be told without looking at the anatomy. A simple classifier that sees "
            f"only {several(list(alone), most=9)} reaches a balanced accuracy of "
            f"{rounded(balanced)}, where guessing gives {rounded(chance)} (cross-validated on "
            f"{images} images, p = {together['p']:.3f}), {told}. A network may use the same, so on "
            f"this set an accuracy up to about {rounded(reached)} says "
            "nothing about disease, and part of any higher one may come from there."
        ),
        remedy=(
            f"Compare every accuracy with {rounded(reached)}, not with {rounded(chance)}; take "
            "the images of all classes from the same sources and save them in the same way; "
            "standardise each image in the network, and look at the heat maps"
        ),
        numbers={**together, "chance": chance, "alone": alone, "films": images},
    )


def _find(subject: Subject) -> list[Finding]:
    if subject.index.multilabel is not None:
        return finding_shortcuts(subject)
    return shortcut_findings(subject.index, subject.descriptors, subject.copies, seed=subject.seed)


CHECK = Check(
    code="shortcut",
    title="Shortcut",
    says="a class or finding can be told without looking at the anatomy",
    remedy="compare with what that reaches, mend the source",
    severity="warning",
    order=10,
    find=_find,
    touches_figures=True,
)
