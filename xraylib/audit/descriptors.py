"""The descriptors of all images of a data set, found once and kept by the images' content."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import ImageError, PathError
from xraylib.images.descriptors import (
    DETAIL_SIDE,
    DIMENSIONS,
    RECORD_BYTES,
    VIEWS,
    TakesLooks,
)
from xraylib.images.sandbox.batch import in_children
from xraylib.images.sandbox.decoder import Decoder
from xraylib.parquet import read_parquet
from xraylib.records import MOST_TABLE
from xraylib.regular import read_regular
from xraylib.workspace import write_atomic

# Changes with every change of `describe`, so that nothing old is compared with anything new.
_VERSION: Final = 1

# Images of 16 KB each that are kept in memory between describing and comparing.
_MOST_DETAILS: Final = 4_000

# Grey levels, of 255: below this an image shows nothing.
_CONSTANT_SD: Final = 1.0

_PARTS: Final = ("views", "box", "mean", "sd", "corners", "chroma", "letters")

Progress = Callable[[int, int], None]
K = TypeVar("K")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True, eq=False)
class Descriptors:
    """What the images look like, row by row.

    Attributes:
        rows: Rows of the index that could be described, ascending.
        views: int8 ``(rows, 3, DIMENSIONS)``; see `Descriptor` for this and the others.
        box: float32 ``(rows, 4)``.
        mean: float32 ``(rows,)``.
        sd: float32 ``(rows,)``.
        corners: float32 ``(rows, 4)``.
        chroma: float32 ``(rows,)``.
        letters: int64 ``(rows,)``.
        gone: Rows that could not be read any more.
    """

    rows: NDArray[np.int64]
    views: NDArray[np.int8]
    box: NDArray[np.float32]
    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    corners: NDArray[np.float32]
    chroma: NDArray[np.float32]
    letters: NDArray[np.int64]
    gone: NDArray[np.int64]

    @property
    def varied(self) -> NDArray[np.bool_]:
        """``(rows,)``: whether an image has more than one grey value, or nearly only one."""
        varied: NDArray[np.bool_] = self.sd >= _CONSTANT_SD
        return varied

    def of(self, before: DatasetIndex, chosen: DatasetIndex) -> Descriptors:
        """The same for the images of ``chosen``, all of which are in ``before``."""
        paths = chosen.table["path"]
        place = pc.index_in(before.table["path"], value_set=paths).fill_null(-1).to_numpy()
        new = np.asarray(place, dtype=np.int64)
        kept = np.flatnonzero(new[self.rows] >= 0)
        order = kept[np.argsort(new[self.rows[kept]])]
        gone = new[self.gone]
        parts = {name: getattr(self, name)[order] for name in _PARTS}
        return Descriptors(rows=new[self.rows[order]], gone=np.sort(gone[gone >= 0]), **parts)


class Seen(TakesLooks):
    """What was seen of images while they were decoded for something else; see `scan`.

    Attributes:
        records: Descriptors by SHA-256.
        details: The `detail` of the first images, so that none of a small set is decoded again.

    Args:
        most: Of more images nothing is wanted.
    """

    def __init__(self, most: int = sys.maxsize) -> None:
        self.most = most
        self.records: dict[str, bytes] = {}
        self.details: dict[str, NDArray[np.int8]] = {}

    def put(self, content: str, look: bytes) -> None:
        """Puts down the `look` of an image."""
        self.records[content] = look[:RECORD_BYTES]
        if len(self.details) < _MOST_DETAILS:
            picture = np.frombuffer(look, np.int8, offset=RECORD_BYTES)
            self.details[content] = picture.reshape(DETAIL_SIDE, DETAIL_SIDE)


def describe_images(
    index: DatasetIndex,
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    seen: Seen | None = None,
) -> Descriptors:
    """Describes every readable image of the index, each content once.

    Args:
        index: The data set.
        cache: A file that keeps the descriptors for next time; made if it is not there. A
            damaged one, or a folder that cannot be written to, only costs time.
        progress: Called with (images described, images in all).
        workers: Child processes; one a core if not given.
        seen: What was seen of the images before; what is seen here is put down there.
    """
    seen = Seen() if seen is None else seen
    rows = index.rows()
    sums = index.table["sha256"].take(pa.array(rows)).to_pylist()
    known = _load(cache)
    fresh = any(content not in known for content in sums)
    known |= seen.records
    waiting: dict[str, list[int]] = {}
    for row, content in zip(rows.tolist(), sums, strict=True):
        if content not in known:
            waiting.setdefault(content, []).append(row)
    done = len(rows) - len(waiting)
    if progress is not None:
        progress(done, len(rows))
    while waiting:  # once, unless files vanished that have a twin
        numbers = pa.array([places[0] for places in waiting.values()], pa.int64())
        paths = index.table["path"].take(numbers).to_pylist()
        files = {content: index.root / path for content, path in zip(waiting, paths, strict=True)}
        answers = _each(files, Decoder.looks, workers or os.cpu_count() or 1)
        for content, answer in answers:
            if isinstance(answer, ImageError):
                del waiting[content][0]
                known[content] = b""
            else:
                seen.put(content, answer)
                known[content] = answer[:RECORD_BYTES]
                del waiting[content]
            done += 1
            if progress is not None and (done % 32 == 0 or done == len(rows)):
                progress(min(done, len(rows)), len(rows))
        waiting = {content: places for content, places in waiting.items() if places}
    if fresh and cache is not None:
        _save(cache, {content: known[content] for content in dict.fromkeys(sums)})
    records = [known[content] for content in sums]
    whole = np.array([bool(record) for record in records], dtype=np.bool_)
    return _descriptors(rows[whole], rows[~whole], b"".join(records))


def details_of(
    index: DatasetIndex,
    rows: NDArray[np.int64],
    *,
    progress: Progress | None = None,
    seen: Seen | None = None,
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """`detail` of these images, int8 ``(rows, 128, 128)``, and which could be read, ``(rows,)``."""
    pictures = np.zeros((len(rows), DETAIL_SIDE, DETAIL_SIDE), dtype=np.int8)
    found = np.zeros(len(rows), dtype=np.bool_)
    paths = index.table["path"].take(pa.array(rows)).to_pylist()
    sums = index.table["sha256"].take(pa.array(rows)).to_pylist()
    known = {} if seen is None else seen.details
    files = {}
    for number, (content, path) in enumerate(zip(sums, paths, strict=True)):
        if content in known:
            pictures[number], found[number] = known[content], True
        else:
            files[number] = index.root / path
    answers = _each(files, Decoder.details, os.cpu_count() or 1)
    for done, (number, answer) in enumerate(answers, start=1):
        if not isinstance(answer, ImageError):
            pictures[number] = answer
            found[number] = True
        if progress is not None and (done % 32 == 0 or done == len(rows)):
            progress(done, len(rows))
    return pictures, found


def _each(
    files: dict[K, Path],
    describe: Callable[[Decoder, Sequence[Path], threading.Event], list[R | ImageError]],
    workers: int,
) -> Iterator[tuple[K, R | ImageError]]:
    """What a child process makes of each file."""

    def ask(
        decoder: Decoder, batch: Sequence[tuple[K, Path]], stop: threading.Event
    ) -> list[R | ImageError]:
        return describe(decoder, [path for _, path in batch], stop)

    for (key, _), answer in in_children(list(files.items()), ask, workers):
        yield key, answer


def _descriptors(rows: NDArray[np.int64], gone: NDArray[np.int64], records: bytes) -> Descriptors:
    table = np.frombuffer(records, np.uint8).reshape(len(rows), RECORD_BYTES)
    numbers = np.ascontiguousarray(table[:, :48]).view("<f4")
    views = np.ascontiguousarray(table[:, 48:]).view(np.int8)
    return Descriptors(
        rows=rows,
        views=views.reshape(-1, VIEWS, DIMENSIONS),
        box=numbers[:, 0:4],
        mean=numbers[:, 4],
        sd=numbers[:, 5],
        corners=numbers[:, 6:10],
        chroma=numbers[:, 10],
        letters=numbers[:, 11].astype(np.int64),
        gone=gone,
    )


def _load(cache: Path | None) -> dict[str, bytes]:
    """``{sha256: record}``; empty if there is no cache that can be used."""
    if cache is None:
        return {}
    try:
        table = read_parquet(read_regular(cache, MOST_TABLE))
        if table.schema.metadata[b"xraylib"] != str(_VERSION).encode():
            return {}
        columns = (table["sha256"].to_pylist(), table["record"].to_pylist())
        lengths = {len(record) for record in columns[1]}
        return dict(zip(*columns, strict=True)) if lengths <= {RECORD_BYTES} else {}
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return {}


def _save(cache: Path, known: dict[str, bytes]) -> None:
    kept = {content: record for content, record in known.items() if record}
    table = pa.table(
        [pa.array(kept.keys(), pa.string()), pa.array(kept.values(), pa.binary())],
        schema=pa.schema([("sha256", pa.string()), ("record", pa.binary())]),
    )
    buffer = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({"xraylib": str(_VERSION)}), buffer)
    with contextlib.suppress(PathError):  # a read-only workspace only costs time
        write_atomic(cache, buffer.getvalue().to_pybytes())
