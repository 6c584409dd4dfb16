"""Rows about one image -> what is known of it: they agree, add to each other, or vote."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xraylib.datasets.labels.findings import ABSENT, PRESENT, UNCERTAIN, UNKNOWN
from xraylib.datasets.labels.label_choice import Readers
from xraylib.datasets.labels.told import Together

Values = NDArray[np.int8]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Combined:
    """What several rows make of each image.

    Attributes:
        values: int8 ``(images, findings)``; -1 for images without a row.
        contradicted: bool ``(images,)``: whether rows that should say the same do not. What they
            differ in is uncertain.
    """

    values: Values
    contradicted: NDArray[np.bool_]


def put_together(
    values: Values,
    rows: Numbers,
    images: Numbers,
    count: int,
    *,
    together: Together,
    readers: Numbers | None = None,
    policy: Readers = "majority",
) -> Combined:
    """The findings of each image.

    Args:
        values: int8 ``(rows of the table, findings)``.
        rows: ``(pairs,)``: rows that are about an image.
        images: ``(pairs,)``: the image that each of these is about.
        count: How many images there are.
        together: See `Together`.
        readers: ``(rows of the table,)``: the number of each row's reader.
        policy: With readers: what more than half of them say (a tie is uncertain), or any.
    """
    if together == "readers" and readers is not None:
        number = int(readers.max(initial=0)) + 1
        seen, place = np.unique(images * number + readers[rows], return_inverse=True)
        own = _any(values[rows], place, len(seen))
        return Combined(
            values=_voted(own, seen // number, count, policy),
            contradicted=np.zeros(count, np.bool_),
        )
    if len(np.unique(images)) == len(images):
        plain = np.full((count, values.shape[1]), UNKNOWN, np.int8)
        plain[images] = values[rows]
        return Combined(values=plain, contradicted=np.zeros(count, np.bool_))
    if together == "any":
        merged = _any(values[rows], images, count)
        return Combined(values=merged, contradicted=np.zeros(count, np.bool_))
    there, gone, unsure = (
        _there(values[rows] == value, images, count) for value in (PRESENT, ABSENT, UNCERTAIN)
    )
    differ = np.greater(there.astype(np.int8) + gone + unsure, 1)
    merged = np.select(
        [differ, there, gone, unsure], [UNCERTAIN, PRESENT, ABSENT, UNCERTAIN], UNKNOWN
    )
    return Combined(values=merged.astype(np.int8), contradicted=np.any(differ, axis=1))


def _there(mask: NDArray[np.bool_], places: Numbers, count: int) -> NDArray[np.bool_]:
    """``(count, findings)``: whether any row of each place has it."""
    found = np.zeros((count, mask.shape[1]), np.bool_)
    rows, columns = np.nonzero(mask)
    found[places[rows], columns] = True
    return found


def _any(values: Values, places: Numbers, count: int) -> Values:
    """Present where any row says so, else uncertain, else absent, else unknown."""
    there, unsure, gone = (
        _there(values == value, places, count) for value in (PRESENT, UNCERTAIN, ABSENT)
    )
    merged = np.select([there, unsure, gone], [PRESENT, UNCERTAIN, ABSENT], UNKNOWN)
    return merged.astype(np.int8)


def _voted(own: Values, images: Numbers, count: int, policy: Readers) -> Values:
    """What the readers of each image say together; those who say nothing have no vote."""
    votes = np.zeros((count, own.shape[1]), np.int64)
    against = np.zeros_like(votes)
    unsure = np.zeros_like(votes)
    for number, value in ((votes, PRESENT), (against, ABSENT), (unsure, UNCERTAIN)):
        np.add.at(number, images, own == value)
    voted = votes + against + unsure
    if policy == "any":
        there, gone = votes > 0, (against == voted) & (voted > 0)
    else:
        there, gone = 2 * votes > voted, 2 * against > voted
    merged = np.select([there, gone, voted > 0], [PRESENT, ABSENT, UNCERTAIN], UNKNOWN)
    return merged.astype(np.int8)
