"""DatasetIndex -> how labels, sizes, storage and brightness are spread, by class or finding.

A class that has sizes or a brightness of its own can be told without looking at the anatomy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import ABSENT, PRESENT

OTHERS: Final = "others"
NO_FINDING: Final = "no finding"
NONE_KNOWN: Final = "none known"
MOST_FINDINGS: Final = 6
BRIGHTNESS_BINS: Final = 32


def labelled_groups(index: DatasetIndex) -> dict[str, NDArray[np.bool_]]:
    """``{name: (rows,)}``: which images are of each class, or show each finding.

    Images may show several findings, so that these groups overlap; they are the most frequent
    `MOST_FINDINGS`, and last `NO_FINDING`: images of which it is known that they show none.
    """
    told = index.multilabel
    if told is None:
        return {name: index.label_numbers == at for at, name in enumerate(index.classes)}
    shown = (told.values == PRESENT).sum(axis=0)
    most = np.sort(np.argsort(-shown, kind="stable")[:MOST_FINDINGS])
    groups = {told.names[at]: told.values[:, at] == PRESENT for at in most.tolist()}
    return {**groups, NO_FINDING: (told.values == ABSENT).all(axis=1)}


def labelled_counts(index: DatasetIndex) -> dict[str, dict[str, int]]:
    """``{split: {name: readable images}}``: of each class, or that show each finding."""
    told = index.multilabel
    if told is None:
        return index.counts()
    result = {}
    for split in index.counts():
        values = told.values[index.rows(split)]
        shown = (values == PRESENT).sum(axis=0).tolist()
        result[split] = dict(zip(told.names, shown, strict=True))
    return result


def label_words(index: DatasetIndex, row: int, most: int = 2) -> str:
    """What one image shows, in a few words: its class, or its findings.

    Args:
        index: The data set.
        row: Of the image.
        most: Findings that are named.

    Returns:
        ``"Covid"``, ``"Covid, Edema +1"``, ``"no finding"``, ``"none known"``; ``""`` for an
        image without a class.
    """
    told = index.multilabel
    if told is None:
        return index.image(row).label
    values = told.values[row]
    present = [told.names[place] for place in np.flatnonzero(values == PRESENT).tolist()]
    if present:
        return ", ".join(present[:most]) + (f" +{len(present) - most}" if present[most:] else "")
    return NO_FINDING if (values == ABSENT).all() else NONE_KNOWN


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How many images of each class or finding have each value.

    Attributes:
        values: Words for the values, the most frequent first; the rare ones together as
            `OTHERS`, last.
        images: ``{class or finding: (images with each of the values)}``.
    """

    values: tuple[str, ...]
    images: dict[str, tuple[int, ...]]


def size_spread(index: DatasetIndex, most: int = 8) -> Spread:
    """Sizes as ``"256 × 256"``, width first, in pixels."""
    table = _readable(index)
    width, height = (pc.cast(table[name], pa.string()) for name in ("width", "height"))
    return _spread(index, pc.binary_join_element_wise(width, height, " × "), most)


def mode_spread(index: DatasetIndex, most: int = 8) -> Spread:
    """How the files store their pixels, for example ``"L"`` or ``"DICOM MONOCHROME1"``."""
    return _spread(index, _readable(index)["mode"], most)


def depth_spread(index: DatasetIndex, most: int = 8) -> Spread:
    """Bits a grey value, as ``"8 bit"``."""
    bits = pc.cast(_readable(index)["bit_depth"], pa.string())
    return _spread(index, pc.binary_join_element_wise(bits, "bit", " "), most)


def brightness_spread(index: DatasetIndex) -> dict[str, NDArray[np.int64]]:
    """Images of each class or finding by their mean grey level: ``{name: int64 (32,)}``.

    Bin ``n`` counts means from ``8 n`` to below ``8 (n + 1)``, of 0..255. Images of an index from
    before brightness was recorded are not counted.
    """
    means = np.asarray(index.table["mean"].to_numpy(), dtype=np.float64)
    known = index.readable & np.isfinite(means)
    width = 256 / BRIGHTNESS_BINS
    places = np.clip(means[known] // width, 0, BRIGHTNESS_BINS - 1).astype(np.int64)
    return {
        name: np.bincount(places[group[known]], minlength=BRIGHTNESS_BINS)
        for name, group in labelled_groups(index).items()
    }


def _readable(index: DatasetIndex) -> pa.Table:
    return index.table.filter(pa.array(index.readable))


def _spread(index: DatasetIndex, values: Any, most: int) -> Spread:
    coded = pc.dictionary_encode(values)
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    names = coded.dictionary.to_pylist()
    places = np.asarray(coded.indices.to_numpy(), dtype=np.int64)
    counts = {
        name: np.bincount(places[group[index.readable]], minlength=len(names))
        for name, group in labelled_groups(index).items()
    }
    total = np.bincount(places, minlength=len(names))
    order = sorted(range(len(names)), key=lambda at: (-total[at], names[at]))
    shown, rest = order[:most], order[most:]
    if len(rest) == 1:
        shown, rest = order, []
    images = {
        name: tuple([*numbers[shown].tolist(), int(numbers[rest].sum())][: len(shown) + bool(rest)])
        for name, numbers in counts.items()
    }
    return Spread(values=(*(names[at] for at in shown), *[OTHERS] * bool(rest)), images=images)
