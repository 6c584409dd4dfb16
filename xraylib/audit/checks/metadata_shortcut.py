"""Can a label be told from what is known of the image beside it: view, scanner, age, sex?

Where all of the ill were X-rayed in bed, a network need only see the bed. Each class or finding
is told from the metadata alone, by ridge regression that is cross-validated with patients and
copies kept together; its AUC has an interval by patient, and p allows for the number of labels
(Holm 1979). Then what carries it is told from the image without anatomy, by the descriptors of the
check ``shortcut``: what an image shows of it, a network can use.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xraylib.audit.check import Check, Subject
from xraylib.audit.probe import (
    Table,
    asked_images,
    cross_validated,
    expanded,
    folds_of,
    shuffled_labels,
    without_anatomy,
)
from xraylib.audit.report import Finding, several, share
from xraylib.audit.told import FEWEST_GROUPS, Told, area, clearly_told, labels_of, tell
from xraylib.datasets.dataset import DatasetIndex
from xraylib.rounding import rounded

_MOST_VALUES: Final = 12
_FEWEST_IMAGES: Final = 20
_CLEAR: Final = 0.12
_P_OF_IMAGE: Final = 0.005


def metadata_shortcuts(subject: Subject) -> list[Finding]:
    """A finding for each class or finding that the metadata tell."""
    index, descriptors = subject.index, subject.descriptors
    if index.metadata is None or not index.metadata.column_names:
        return []
    rng = np.random.default_rng([subject.seed, 5])
    places, rows, groups = asked_images(index, descriptors, subject.copies, rng)
    values = {name: _values(index, name, rows) for name in index.metadata.column_names}
    tables = {name: table for name, one in values.items() if (table := _table(one)).shape[1]}
    if not tables:
        return []
    everything = np.concatenate(list(tables.values()), axis=1)
    clear = clearly_told(
        [
            told
            for name, place, present in labels_of(index, rows)
            if (told := tell(name, place, present, everything, groups, rng)) is not None
        ]
    )
    seen: dict[str, tuple[float, float]] = {}
    found = []
    for one in clear:
        alone = {
            name: area(table[one.place], one.present, groups[one.place], rng)
            for name, table in tables.items()
        }
        best = max(alone, key=lambda name: alone[name])
        if best not in seen:
            features = without_anatomy(index, descriptors, places)
            image = np.concatenate(list(features.values()), axis=1)
            seen[best] = _seen_in_image(values[best], image, groups, rng)
        found.append(_finding(one, best, values[best], seen[best], list(tables)))
    return found


def _finding(
    one: Told,
    column: str,
    values: Sequence[str],
    seen: tuple[float, float],
    columns: Sequence[str],
) -> Finding:
    own = [values[place] for place in one.place.tolist()]
    value, inside, outside, images = _most_telling(own, one.present)
    balanced, chance = seen
    told = (
        f"Where {column} is {value}, {share(inside)} of {images} images show {one.name}; elsewhere "
        f"{share(outside)}"
        if value
        else f"{column} carries most of it"
    )
    image = (
        f"Without looking at the anatomy {column} can itself be told from the image (balanced "
        f"accuracy {rounded(balanced)}, where guessing gives {rounded(chance)}), so a network can "
        "use it"
        if balanced >= chance + _CLEAR * (1 - chance)
        else f"By simple features of the image {column} was not told; a network may still see it"
    )
    return CHECK.finding(
        message=(
            f"{one.name} can be told without the image, from {several(list(columns), most=6)} "
            f"alone: AUC {rounded(one.auc)} ({rounded(one.low)} to {rounded(one.high)}), "
            f"cross-validated by patient on {len(one.present)} images. {told}. {image}."
        ),
        remedy=(
            f"Look at the figures of a run for each {column} (xraylib subgroups RUN --column "
            f"{column}), add images with and without {one.name} of every {column}, or take one of "
            "them alone"
        ),
        numbers={
            "label": one.name, "auc": one.auc, "low": one.low, "high": one.high, "column": column,
            "value": value, "inside": inside, "outside": outside, "films": images,
            "told_from_image": balanced, "chance": chance,
        },
    )  # fmt: skip


def _values(index: DatasetIndex, name: str, rows: NDArray[np.int64]) -> list[Any]:
    assert index.metadata is not None  # asked for before
    values: list[Any] = index.metadata[name].take(pa.array(rows)).to_pylist()
    return values


def _table(values: Sequence[Any]) -> Table:
    """Numbers cut into steps, words one by one, and whether anything is said at all."""
    given = np.array([value is not None for value in values])
    columns = [given.astype(np.float64)]
    if any(isinstance(value, int | float) for value in values):
        numbers = np.array([np.nan if value is None else float(value) for value in values])
        middle = float(np.nanmedian(numbers)) if given.any() else 0.0
        columns.append(np.where(given, numbers, middle))
        return expanded(np.column_stack(columns))
    texts = np.array(["" if value is None else str(value) for value in values])
    names, counts = np.unique(texts[given], return_counts=True)
    common = names[np.argsort(-counts, kind="stable")][:_MOST_VALUES]
    columns += [(texts == name).astype(np.float64) for name in common]
    kept = [column for column in columns if column.std() > 1e-9]
    if not kept:
        return np.zeros((len(values), 0))
    table = np.column_stack(kept)
    standard: Table = (table - table.mean(axis=0)) / table.std(axis=0)
    return standard


def _parts(values: Sequence[Any]) -> list[str]:
    """Words as they are; numbers as two halves of about equal size."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if not numbers:
        return ["" if value is None else str(value) for value in values]
    middle = float(np.median(numbers))
    return [
        "" if value is None else f"{middle:g} or more" if value >= middle else f"under {middle:g}"
        for value in values
    ]


def _most_telling(
    values: Sequence[Any], present: NDArray[np.bool_]
) -> tuple[str, float, float, int]:
    """The value whose images differ most from all others in how many show the label."""
    texts = np.array(_parts(values))
    best, widest = ("", 0.0, 0.0, 0), 0.0
    for value in np.unique(texts):
        own = texts == value
        if not value or min(own.sum(), (~own).sum()) < _FEWEST_IMAGES:
            continue
        inside, outside = float(present[own].mean()), float(present[~own].mean())
        if abs(inside - outside) > widest:
            widest = abs(inside - outside)
            best = str(value), inside, outside, int(own.sum())
    return best


def _seen_in_image(
    values: Sequence[Any], image: Table, groups: NDArray[np.int64], rng: np.random.Generator
) -> tuple[float, float]:
    """Balanced accuracy with which a column is told from the image without anatomy, and chance."""
    texts = np.array(_parts(values))
    kept = [
        value
        for value in np.unique(texts)
        if value and len(np.unique(groups[texts == value])) >= FEWEST_GROUPS
    ]
    if len(kept) < 2 or not image.shape[1]:
        return 0.0, 1.0
    own = np.isin(texts, kept)
    labels = np.searchsorted(np.array(kept), texts[own]).astype(np.int64)
    numbered = np.unique(groups[own], return_inverse=True)[1].astype(np.int64)
    folds = folds_of(numbered, labels, rng)
    chance = 1 / len(kept)
    shuffled = np.column_stack([labels, shuffled_labels(labels, numbered, rng)])
    found = cross_validated(image[own], folds, shuffled)
    return (found["balanced"] if found["p"] <= _P_OF_IMAGE else chance), chance


CHECK = Check(
    code="metadata-shortcut",
    title="Label told by metadata",
    says="a class or finding can be told from view, scanner, age and the like alone",
    remedy="look at the figures by group, add images of both kinds",
    severity="warning",
    order=11,
    find=metadata_shortcuts,
    touches_figures=True,
)
