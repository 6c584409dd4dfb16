"""Values of a column as the groups that people ask about: bands of age, parts of numbers, words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from xraylib.evaluation.groups.columns import NO_VALUE

_MOST_VALUES: Final = 12
_PARTS: Final = 4
_AGE: Final = re.compile(r"(^|[^a-z])age([^a-z]|$)", re.IGNORECASE)
_BANDS: Final = (18, 40, 60, 80)
"""Years at which bands of age begin."""


def grouped(column: str, values: Sequence[str]) -> tuple[list[str], list[str]]:
    """Each image's group, and remarks.

    Ages fall into five bands; other numbers of more than twelve different values into four parts of
    about equal size; of more than twelve words the most frequent twelve are groups.

    Args:
        column: Its name.
        values: ``n`` values, one an image.
    """
    if _AGE.search(column):
        years = {value: _number(value) for value in set(values) if value != NO_VALUE}
        if years and all(math.isfinite(one) for one in years.values()):
            return [_band(years[v]) if v in years else v for v in values], []
    return _grouped(values)


def _band(years: float) -> str:
    if years < _BANDS[0]:
        return f"under {_BANDS[0]}"
    for low, high in pairwise(_BANDS):
        if years < high:
            return f"{low} to {high - 1}"
    return f"{_BANDS[-1]} and over"


def _grouped(values: Sequence[str]) -> tuple[list[str], list[str]]:
    different = {value for value in values if value != NO_VALUE}
    if len(different) <= _MOST_VALUES:
        return list(values), []
    numbers = {value: _number(value) for value in different}
    if all(math.isfinite(number) for number in numbers.values()):
        # All at once: a data set may have 100,000 images, each with a number of its own.
        every = np.array([numbers.get(value, math.nan) for value in values])
        edges = np.unique(np.nanquantile(every, np.linspace(0, 1, _PARTS + 1)))
        last = len(edges) - 2
        names = [
            f"{edges[i]:g} {'to' if i == last else 'to under'} {edges[i + 1]:g}"
            for i in range(last + 1)
        ]
        places = np.clip(np.searchsorted(edges, every, side="right") - 1, 0, last).tolist()
        parts = [
            names[place] if value in numbers else NO_VALUE
            for place, value in zip(places, values, strict=True)
        ]
        return parts, [f"{len(different)} different numbers are cut into parts of about equal size"]
    kept = {value for value, _ in Counter(values).most_common(_MOST_VALUES)}
    others = f"(one of {len(different) - len(kept - {NO_VALUE})} others)"
    return (
        [value if value in kept else others for value in values],
        [f"the {_MOST_VALUES} most frequent of {len(different)} values are shown"],
    )


def ordered(values: Sequence[str]) -> list[str]:
    """The different values: numbers by size, words by the alphabet, what is not given last."""

    def key(value: str) -> tuple[bool, float, str]:
        number = _number(value.partition(" ")[0])
        if value.startswith("under "):
            number = -math.inf
        return value == NO_VALUE, math.inf if math.isnan(number) else number, value

    return sorted(set(values), key=key)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan
