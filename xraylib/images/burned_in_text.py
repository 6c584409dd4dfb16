"""Letters that were printed into an image: names, dates, "AP ERECT".

A letter is a small spot, much brighter or darker than what is around it; text is a row of at
least a few of them, equally high, on one line, close together. Ribs, wires and single side
markers make no such rows.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

# Grey levels between a letter and its surroundings.
_CONTRAST: Final = 60
_STROKE: Final = 7
# Of so many pixels at most every fourth can be a spot of its own.
_NUMBERED_IN_16_BITS: Final = 2**16
# A spot to fewer pixels than this is noise: a page full of small print has one to 130, noise of 20
# grey levels one to 27.
_PIXELS_A_SPOT: Final = 64
_FEWEST_IN_ROW: Final = 3
_SMALLEST_LETTER: Final = 5  # pixels of it


def count_letters(grey: NDArray[np.uint8]) -> int:
    """Length of the longest row of letters, 0 if there is none.

    Args:
        grey: uint8 ``(height, width)``, at most about 512 pixels long; letters are looked for
            that are 4 to 28 pixels high.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (_STROKE, _STROKE))
    longest = 0
    for operation in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
        marks = cv2.morphologyEx(grey, operation, kernel)
        _, standing_out = cv2.threshold(marks, _CONTRAST - 1, 255, cv2.THRESH_BINARY)
        if cv2.countNonZero(standing_out) < _FEWEST_IN_ROW * _SMALLEST_LETTER:
            continue  # as on most images
        spots = _spots(standing_out)
        longest = max(longest, _longest_row(spots))
    return longest


def _spots(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    """``(spots, 4)``: left, top, width and height of what could be a letter, from the left."""
    left, top, width, height = cv2.boundingRect(mask)
    # Most images have few marks: what is beside them need not be searched.
    part = mask[top : top + height, left : left + width]
    few = part.size <= _NUMBERED_IN_16_BITS  # three times as fast
    count, _, facts, _ = cv2.connectedComponentsWithStats(
        part, connectivity=8, ltype=cv2.CV_16U if few else cv2.CV_32S
    )
    most = mask.size // _PIXELS_A_SPOT
    if not _FEWEST_IN_ROW < count <= most:  # one of them is what lies between
        return np.zeros((0, 4), dtype=np.int32)
    facts = facts[1:]
    wide, high, area = facts[:, 2], facts[:, 3], facts[:, 4]
    box = wide * high
    letter = (
        (high >= 4)
        & (high <= 28)
        & (wide <= 1.6 * high + 2)
        & (area >= np.maximum(_SMALLEST_LETTER, 0.18 * box))
        & ((area <= 0.95 * box) | (wide <= 2))
    )
    spots: NDArray[np.int32] = facts[letter, :4] + np.array((left, top, 0, 0), np.int32)
    return spots[np.argsort(spots[:, 0], kind="stable")]


def _longest_row(spots: NDArray[np.int32]) -> int:
    boxes = spots.tolist()
    taken = [False] * len(boxes)
    longest = 0
    for start, last in enumerate(boxes):
        if taken[start]:
            continue
        row = [start]
        for number in range(start + 1, len(boxes)):
            left, top, _, height = boxes[number]
            high = max(last[3], height)
            gap = left - (last[0] + last[2])
            if gap > 1.3 * high + 1:
                break
            same_height = abs(last[3] - height) <= 0.3 * high + 1
            same_line = abs(last[1] + last[3] - top - height) <= 0.25 * high + 0.5
            if not taken[number] and gap >= -1 and same_height and same_line:
                row.append(number)
                last = boxes[number]
        if len(row) >= _FEWEST_IN_ROW:
            for number in row:
                taken[number] = True
        longest = max(longest, len(row))
    return longest if longest >= _FEWEST_IN_ROW else 0
