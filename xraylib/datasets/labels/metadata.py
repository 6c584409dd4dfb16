"""What a table says of an image beside its labels, in columns of their own types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.labels.cells import BLANK, coded

_AGE: Final = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*([YMWD]?)(?:ears?|onths?|eeks?|ays?)?", re.IGNORECASE
)
_UNITS: Final = {"": 1.0, "Y": 1.0, "M": 12.0, "W": 52.18, "D": 365.25}
_OLDEST: Final = 120
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d")
_SEX: Final[dict[str, str | None]] = {
    **dict.fromkeys(["f", "female", "w", "woman", "women", "feminine", "weiblich", "frau"], "F"),
    **dict.fromkeys(["m", "male", "man", "men", "masculine", "männlich", "mann"], "M"),
    **dict.fromkeys(["o", "u", "d", "other", "divers"], None),
}
_VIEW: Final[dict[str, str | None]] = {
    "pa": "PA",
    "ap": "AP",
    "postero-anterior": "PA",
    "antero-posterior": "AP",
    **dict.fromkeys(["l", "ll", "lat", "lateral", "left lateral", "right lateral"], "lateral"),
}
_WORDS: Final = {"sex": _SEX, "view": _VIEW}


def known_of(name: str, columns: Sequence[pa.ChunkedArray]) -> pa.Array:
    """``(rows,)``: one thing that is known of each row; null where nothing is said.

    Args:
        name: ``"age"`` becomes years (float64; more than 120 are a slip and null), ``"year"`` a
            number (int32), ``"spacing"`` one in mm, ``"sex"`` F or M, ``"view"`` PA, AP or lateral
            where it is one of those; anything else stays text.
        columns: Text; the first that says something counts. Where no age is told, the first may be
            of births and the second of images: what lies between their years is the age.
    """
    if name == "age" and len(columns) == 2:
        told = known_of(name, columns[:1])
        born, taken = (known_of("year", [column]) for column in columns)
        return pc.coalesce(told, pc.cast(_lived(born, taken), pa.float64()))
    texts = pc.coalesce(*(_said(column) for column in columns))
    places, words = coded(pc.fill_null(texts, ""))
    if name == "age":
        years = [_years(word) for word in words]
        return pa.array(years, pa.float64()).take(pa.array(places))
    if name == "year":
        found = [_YEAR.search(word) for word in words]
        numbers = [int(one[0]) if one else None for one in found]
        return pa.array(numbers, pa.int32()).take(pa.array(places))
    if name == "spacing":
        return pa.array([_number(word) for word in words], pa.float64()).take(pa.array(places))
    names: dict[str, str | None] = _WORDS.get(name, {})
    known = [names.get(word.casefold(), word or None) for word in words]
    return pa.array(known, pa.string()).take(pa.array(places))


def _lived(born: pa.Array, taken: pa.Array) -> pa.Array:
    """Years between two years; null where that is no age."""
    years = pc.subtract(taken, born)
    is_age = pc.and_(pc.greater_equal(years, 0), pc.less_equal(years, _OLDEST))
    return pc.if_else(is_age, years, pa.scalar(None, years.type))


def _said(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with null where a cell is blank."""
    places, words = coded(column)
    known = [None if word.casefold() in BLANK else word for word in words]
    return pa.chunked_array([pa.array(known, pa.string()).take(pa.array(places))])


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _years(text: str) -> float | None:
    found = _AGE.fullmatch(text.strip())
    if not found:
        return None
    years = float(found[1].replace(",", ".")) / _UNITS[found[2].upper()]
    return years if years <= _OLDEST else None


def of_images(known: pa.Table, rows: np.ndarray) -> pa.Table:
    """``(images,)``: each image's row; null for those of row -1."""
    return known.take(pa.array(rows, pa.int64(), mask=rows < 0))


def known_counts(known: pa.Table | None) -> dict[str, int]:
    """``{name: number of images of which it is known}``."""
    if known is None:
        return {}
    return {name: len(known) - known[name].null_count for name in known.column_names}
