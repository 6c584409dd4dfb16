"""What was seen of a data set's images, and which of them are the same picture; kept by content."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.audit.copies import Copies, groups, near_pairs
from xraylib.audit.descriptors import Descriptors, Seen, describe_images
from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import PathError
from xraylib.records import MOST_JSON
from xraylib.regular import read_regular
from xraylib.workspace import write_json

PAIRS_FILE: Final = "pairs.json"
LOOKS_FILE: Final = "looks.parquet"
_VERSION: Final = 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pictures:
    """What was seen.

    Attributes:
        index: The images.
        descriptors: What each looks like.
        near: Pairs of contents (SHA-256) that are the same picture in files that differ.
    """

    index: DatasetIndex
    descriptors: Descriptors
    near: tuple[tuple[str, str], ...]

    @property
    def copies(self) -> list[Copies]:
        """Groups of images that are the same picture."""
        return _groups(self.index, self.near)

    def of(self, chosen: DatasetIndex) -> Pictures:
        """The same of some of these images, which may have other classes and splits."""
        if chosen is self.index:
            return self
        return replace(self, index=chosen, descriptors=self.descriptors.of(self.index, chosen))


def look_at(
    index: DatasetIndex,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    seen: Seen | None = None,
) -> Pictures:
    """Looks at all images; what is known of their contents is not looked at again.

    Args:
        index: The data set.
        cache: A file that keeps the descriptors, and beside it one with the pairs; they may be
            missing or damaged.
        progress: Called with (steps done, steps in all).
        seen: What was seen of the images while they were scanned.
    """
    seen = Seen() if seen is None else seen
    part = _part(progress, 0.0, 0.5)
    descriptors = describe_images(index, cache=cache, progress=part, seen=seen)
    near = known_pairs(index, cache)
    if near is None:
        part = _part(progress, 0.5, 0.95)
        found = near_pairs(index, descriptors, progress=part, seen=seen)
        contents = index.table["sha256"]
        near = tuple((contents[one].as_py(), contents[two].as_py()) for one, two, _ in found)
        _keep_pairs(index, near, cache)
    return Pictures(index=index, descriptors=descriptors, near=near)


def same_pictures(
    index: DatasetIndex,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    seen: Seen | None = None,
) -> list[Copies]:
    """Groups of images that are the same picture, byte for byte or nearly; see `look_at`."""
    near = known_pairs(index, cache)
    if near is None:
        near = look_at(index, cache=cache, progress=progress, seen=seen).near
    return _groups(index, near)


def known_pairs(index: DatasetIndex, cache: Path | None) -> tuple[tuple[str, str], ...] | None:
    """The pairs that were found among these contents, or more; None if that is not known."""
    if cache is None:
        return None
    try:
        kept: dict[str, Any] = json.loads(read_regular(cache.with_name(PAIRS_FILE), MOST_JSON))
        if kept["version"] != _VERSION or kept["contents"] != _contents(index):
            return None
        return tuple((str(one), str(two)) for one, two in kept["pairs"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _keep_pairs(index: DatasetIndex, near: Sequence[tuple[str, str]], cache: Path | None) -> None:
    if cache is not None:
        kept = {"version": _VERSION, "contents": _contents(index), "pairs": [[*p] for p in near]}
        with contextlib.suppress(PathError):  # a read-only workspace only costs time
            write_json(cache.with_name(PAIRS_FILE), kept)


def _contents(index: DatasetIndex) -> str:
    """A checksum of what is in the readable images, wherever they stand."""
    sums = pc.unique(index.table["sha256"].take(pa.array(index.rows()))).to_pylist()
    return hashlib.sha256("".join(sorted(sums)).encode()).hexdigest()


def _groups(index: DatasetIndex, near: Sequence[tuple[str, str]]) -> list[Copies]:
    """The groups among the readable images; a pair counts where both contents are there."""
    rows: NDArray[np.int64] = index.rows()
    sums = index.table["sha256"].take(pa.array(rows)).to_pylist()
    first: dict[str, int] = {}
    for row, content in zip(rows.tolist(), sums, strict=True):
        first.setdefault(content, row)
    pairs = [tuple(sorted((first[a], first[b]))) for a, b in near if a in first and b in first]
    return groups(index, [(one, two) for one, two in sorted(pairs)])


def _part(progress: Progress | None, start: float, end: float) -> Progress | None:
    if progress is None:
        return None
    scale = 1000
    return lambda done, total: progress(
        round(scale * (start + (end - start) * done / max(total, 1))), scale
    )
