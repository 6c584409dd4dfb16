"""Groups of images that are the same picture, and what follows from where they stand."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xraylib.audit.alignment import Agreement, compare
from xraylib.audit.candidates import candidate_pairs
from xraylib.audit.descriptors import Descriptors, Seen, details_of
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import ImageRow

Progress = Callable[[int, int], None]

MOST_PAIRS: Final = 24
"""Pairs to look at side by side that one finding holds."""

CHANGED: Final = "changed in size, contrast, frame or compression"


@dataclass(frozen=True, kw_only=True)
class Copies:
    """Images that are the same picture.

    Attributes:
        rows: Rows of the index, ascending, at least two.
        contents: For each of them a number; equal numbers are equal files, byte for byte.
        links: Pairs of rows that were found to be copies of each other, one file a content.
    """

    rows: tuple[int, ...]
    contents: tuple[int, ...]
    links: tuple[tuple[int, int], ...]


def near_pairs(
    index: DatasetIndex,
    descriptors: Descriptors,
    *,
    progress: Progress | None = None,
    seen: Seen | None = None,
) -> list[tuple[int, int, Agreement]]:
    """Rows whose images are the same picture in files that differ, with how well they agree.

    Of images that are equal byte for byte only the first takes part.
    """
    sums = index.table["sha256"].take(pa.array(descriptors.rows)).to_pylist()
    _, first = np.unique(np.array(sums, dtype=object).astype(str), return_index=True)
    kept = np.sort(first)
    kept = kept[descriptors.varied[kept]]

    def part(of: int) -> Progress | None:
        if progress is None:
            return None
        return lambda done, total: progress(of * total + done, 3 * total)

    pairs = candidate_pairs(descriptors.views[kept], progress=part(0))
    used, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(-1, 2)
    positions = kept[used]
    pictures, found = details_of(index, descriptors.rows[positions], progress=part(1), seen=seen)
    boxes = [tuple(box) for box in descriptors.box[positions].tolist()]

    def judge(pair: NDArray[np.int64]) -> Agreement:
        one, two = (int(place) for place in pair)
        return compare(pictures[one], pictures[two], boxes[one], boxes[two])

    places = places[found[places].all(axis=1)]
    result = []
    tell = part(2)
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="compare") as pool:
        for start in range(0, len(places), 1024):
            block = places[start : start + 1024]
            for pair, agreement in zip(block, pool.map(judge, block, chunksize=32), strict=True):
                if agreement.is_copy:
                    one, two = (int(descriptors.rows[positions[place]]) for place in pair)
                    result.append((one, two, agreement))
            if tell is not None:
                tell(start + len(block), len(places))
    return result


def groups(index: DatasetIndex, near: Sequence[tuple[int, int]]) -> list[Copies]:
    """Every group of images that are the same picture, byte for byte or nearly."""
    rows = index.rows()
    sums = index.table["sha256"].take(pa.array(rows)).to_pylist()
    same: dict[str, list[int]] = defaultdict(list)
    for row, content in zip(rows.tolist(), sums, strict=True):
        same[content].append(row)
    first = {members[0]: members for members in same.values()}
    leader = {row: row for row in first}

    def find(row: int) -> int:
        while leader[row] != row:
            leader[row] = leader[leader[row]]
            row = leader[row]
        return row

    for one, two in near:
        low, high = sorted((find(one), find(two)))
        leader[high] = low
    gathered: dict[int, list[int]] = defaultdict(list)
    for row in first:
        gathered[find(row)].append(row)
    links: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one, two in near:
        links[find(one)].append((one, two))
    result = []
    for head, contents in sorted(gathered.items()):
        members = [
            (row, number) for number, content in enumerate(contents) for row in first[content]
        ]
        if len(members) > 1:
            members.sort()
            result.append(
                Copies(
                    rows=tuple(row for row, _ in members),
                    contents=tuple(number for _, number in members),
                    links=tuple(sorted(links[head])),
                )
            )
    return result


def contents_of(group: Copies, images: Sequence[ImageRow]) -> dict[str, int]:
    """The number of its content for each path of a group; equal numbers are equal files."""
    return dict(zip((image.path for image in images), group.contents, strict=True))


def by_place(index: DatasetIndex, copies: Sequence[Copies]) -> Iterator[dict[int, list[ImageRow]]]:
    """The copies that stand in one split and class together, by the number of their content."""
    for group in copies:
        places: dict[tuple[str, str], dict[int, list[ImageRow]]] = {}
        for image, content in zip(index.images(group.rows), group.contents, strict=True):
            here = places.setdefault((image.split, image.label), {})
            here.setdefault(content, []).append(image)
        yield from places.values()


def how_alike(images: Sequence[ImageRow], contents: dict[str, int]) -> str:
    """Whether images of a group are one file or only one picture, in words."""
    if len({contents[image.path] for image in images}) == 1:
        return "the same file, byte for byte"
    return f"the same picture, {CHANGED}"


def pairs_across(images: Sequence[ImageRow], by: str) -> tuple[tuple[str, str], ...]:
    """Pairs of images that differ in ``by``: ``"split"`` or ``"label"``."""
    found = [
        (one.path, two.path)
        for number, one in enumerate(images)
        for two in images[number + 1 :]
        if getattr(one, by) != getattr(two, by)
    ]
    return tuple(found[:MOST_PAIRS])
