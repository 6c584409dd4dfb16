"""DatasetIndex -> how sizes, storage and brightness are spread over the classes, by columns.

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

OTHERS: Final = "others"
BRIGHTNESS_BINS: Final = 32


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How many images of each class have each value.

    Attributes:
        values: Words for the values, the most frequent first; the rare ones together as
            `OTHERS`, last.
        images: ``{class: (images with each of the values)}``.
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
    """Images of each class by their mean grey level: ``{class: int64 (32,)}``.

    Bin ``n`` counts means from ``8 n`` to below ``8 (n + 1)``, of 0..255. Images of an index from
    before brightness was recorded are not counted.
    """
    means = np.asarray(index.table["mean"].to_numpy(), dtype=np.float64)
    known = index.readable & np.isfinite(means)
    width = 256 / BRIGHTNESS_BINS
    places = np.clip(means[known] // width, 0, BRIGHTNESS_BINS - 1).astype(np.int64)
    both = index.label_numbers[known] * BRIGHTNESS_BINS + places
    counts = np.bincount(both, minlength=len(index.classes) * BRIGHTNESS_BINS)
    return dict(zip(index.classes, counts.reshape(-1, BRIGHTNESS_BINS), strict=True))


def _readable(index: DatasetIndex) -> pa.Table:
    return index.table.filter(pa.array(index.readable))


def _spread(index: DatasetIndex, values: Any, most: int) -> Spread:
    coded = pc.dictionary_encode(values)
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    names = coded.dictionary.to_pylist()
    places = np.asarray(coded.indices.to_numpy(), dtype=np.int64)
    labels = index.label_numbers[index.readable]
    counts = np.bincount(labels * len(names) + places, minlength=len(index.classes) * len(names))
    counts = counts.reshape(len(index.classes), len(names))
    total = counts.sum(axis=0)
    order = sorted(range(len(names)), key=lambda at: (-total[at], names[at]))
    shown, rest = order[:most], order[most:]
    if len(rest) == 1:
        shown, rest = order, []
    columns = counts[:, shown]
    words = [names[at] for at in shown]
    if rest:
        columns = np.column_stack([columns, counts[:, rest].sum(axis=1)])
        words.append(OTHERS)
    images = {label: tuple(row) for label, row in zip(index.classes, columns.tolist(), strict=True)}
    return Spread(values=tuple(words), images=images)
