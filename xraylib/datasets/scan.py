"""Folder -> DatasetIndex: find the images, decode each once, and next time only what changed.

A rescan of 100,000 unchanged images walks the folder and opens none of them.
"""

from __future__ import annotations

import os
import threading
import time
from array import array
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.arguments import PathLike, as_path, check_whole, checked
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA, ImageRow
from xraylib.datasets.index import arrow_memory
from xraylib.datasets.reading.patient_names import (
    DEFAULT_PATIENT_PATTERN,
    check_patient_pattern,
    known_pattern,
    patients_of,
)
from xraylib.datasets.reading.plan import ReadingPlan
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.tree import Tree, unchanged
from xraylib.datasets.reading.walk import walk
from xraylib.errors import DatasetError
from xraylib.images.descriptors import TakesLooks
from xraylib.images.file_stats import FileStats
from xraylib.images.formats import FORMAT_WORDS
from xraylib.images.prepare import TakesPrepared
from xraylib.images.sandbox.batch import in_children
from xraylib.images.sandbox.decoder import Decoder

__all__ = ["DEFAULT_PATIENT_PATTERN", "DatasetIndex", "ImageRow", "check_patient_pattern", "scan"]

Progress = Callable[[int, int], None]

_KEEP_SECONDS: Final = 15.0
_REPORT_SECONDS: Final = 0.1
_CONTENT: Final = SCHEMA.names[SCHEMA.names.index("width") :]
_CONTENT_SCHEMA: Final = pa.schema([SCHEMA.field(name) for name in _CONTENT])


@checked
def scan(
    root: PathLike,
    *,
    patient_pattern: str = DEFAULT_PATIENT_PATTERN,
    reading: ReadingChoice | None = None,
    previous: DatasetIndex | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    keep: Callable[[DatasetIndex], None] | None = None,
    seen: TakesLooks | None = None,
    prepared: TakesPrepared | None = None,
) -> DatasetIndex:
    """Indexes a folder: decodes every image once. A file that cannot be read stops nothing.

    Args:
        root: The data set's folder.
        patient_pattern: Regular expression with a group named ``patient``, searched in the file
            name; in the path below the root if the expression has a ``/``. It is matched by RE2.
            Where the default finds nobody, the ways in which public data sets write patients are
            tried.
        reading: What was decided about which folders are splits, classes or nothing of the data;
            what is not decided is read from their names, and told by the index's ``reading``.
        previous: An earlier index of this folder; files unchanged since are not read again.
        progress: Called in this thread with (images done, images in all), a few times a second.
            What it raises ends the scan.
        workers: Files decoded at the same time; all cores if not given.
        keep: Called with the index as far as it got, every 15 s and when the scan ends early,
            so that the next scan can go on from there as ``previous``.
        seen: Given the `look` of each image that is decoded, unless these are more than it wants:
            for whoever will compare the images, which then need no second decoding.
        prepared: Given each image that is decoded, prepared, where none is known from before.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder``, ``folder-unreadable``,
            ``no-films``, ``reading`` and ``patient-pattern``.
        PathError: code ``not-a-path``.
        ConfigError: code ``argument``.
    """
    folder = Path(os.path.abspath(as_path(root, "root")))  # noqa: PTH100  (links stay)
    if workers is not None:
        check_whole(workers, "workers", least=1)
    check_patient_pattern(patient_pattern)
    arrow_memory.use_little()
    old = None if previous is None or not _has_stats(previous) else previous.table
    tree = walk(folder, old, reading)
    if not len(tree):
        raise DatasetError(
            f"There are no images in {str(folder)!r}{_besides(tree)}",
            expected=f"{FORMAT_WORDS} files in one folder for each class",
            remedy="leave fewer folders out"
            if tree.plan.left_out
            else "choose the folder that holds the class folders",
            code="no-films",
        )
    reused = unchanged(old, tree.table)  # its row of the earlier index, or -1
    reused[np.asarray(pc.not_equal(tree.table["error_code"], ""))] = -1
    todo = np.flatnonzero(reused < 0)
    done = len(tree) - len(todo)
    fresh = _Fresh()
    if len(todo) < len(tree):
        prepared = None  # some would be missing
    if seen is not None and len(todo) > seen.most:
        seen = None

    def index() -> DatasetIndex:
        return _assemble(folder, tree, patient_pattern, previous, reused, fresh)

    ends = False
    try:
        watch = _Watch(progress, len(tree), keep)
        watch.tick(done)
        decoding = _decode(folder, tree, todo, workers or os.cpu_count() or 1, seen, prepared)
        with closing(decoding) as decoded:
            for place, stats in decoded:
                fresh.add(place, stats)
                watch.tick(done + len(fresh), index)
        ends = True
    finally:
        if not ends and keep is not None and len(fresh):
            keep(index())
    made = index()
    arrow_memory.give_back(len(made))
    return made


def _besides(tree: Tree) -> str:
    left = sum(part.images for part in tree.plan.left_out)
    if left:
        return f" that are read: all {left:,} are left out"
    number = tree.passed_over
    return {0: "", 1: ", only 1 other file"}.get(number, f", only {number:,} other files")


class _Watch:
    """Tells the caller how far the scan is, and keeps what was done, each in its own time."""

    def __init__(
        self,
        progress: Progress | None,
        total: int,
        keep: Callable[[DatasetIndex], None] | None,
    ) -> None:
        self.progress = progress
        self.total = total
        self.keep = keep
        self.reported = -_REPORT_SECONDS
        self.kept = time.monotonic()

    def tick(self, done: int, index: Callable[[], DatasetIndex] | None = None) -> None:
        now = time.monotonic()
        if self.progress and (now - self.reported >= _REPORT_SECONDS or done == self.total):
            self.progress(done, self.total)
            self.reported = now
        if self.keep and index and now - self.kept >= _KEEP_SECONDS and done < self.total:
            self.keep(index())
            self.kept = time.monotonic()


def _has_stats(index: DatasetIndex) -> bool:
    """Whether its rows know all that a scan finds out; those of versions before do not."""
    return bool(pc.all(index.table["notes"].is_valid(), min_count=0).as_py())


class _Fresh:
    """Statistics found in this scan, kept as columns, and the place of each in the tree."""

    def __init__(self) -> None:
        self.places = array("q")
        self._stats: list[FileStats] = []
        self._tables: list[pa.Table] = [_CONTENT_SCHEMA.empty_table()]

    def __len__(self) -> int:
        return len(self.places)

    def add(self, place: int, stats: FileStats) -> None:
        self.places.append(place)
        self._stats.append(stats)
        if len(self._stats) >= 1024:
            self._pack()

    def table(self) -> pa.Table:
        self._pack()
        return pa.concat_tables(self._tables)

    def _pack(self) -> None:
        columns = {name: [getattr(stats, name) for stats in self._stats] for name in _CONTENT}
        self._tables.append(pa.table(columns, schema=_CONTENT_SCHEMA))
        self._stats = []


def _decode(
    folder: Path,
    tree: Tree,
    todo: NDArray[np.int64],
    workers: int,
    seen: TakesLooks | None,
    prepared: TakesPrepared | None,
) -> Generator[tuple[int, FileStats]]:
    """Each place of ``todo`` with its stats; what is refused by its place is not opened.

    Decoding is done by child processes alone: a codec may crash, and in threads of this process it
    would slow the page that shows the progress.
    """
    table = tree.table.select(["path", "error_code", "error_reason"])

    def values(places: Sequence[int] | NDArray[np.int64]) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = table.take(pa.array(places, pa.int64())).to_pylist()
        return rows

    refused = np.asarray(pc.not_equal(table["error_code"], ""))[todo]
    for place, value in zip(todo[refused].tolist(), values(todo[refused]), strict=True):
        yield place, FileStats(error_code=value["error_code"], error_reason=value["error_reason"])

    def ask(decoder: Decoder, places: Sequence[int], stop: threading.Event) -> list[FileStats]:
        files = [folder / value["path"] for value in values(places)]

        def take(number: int, sha256: str, pixels: NDArray[np.uint8]) -> None:
            assert prepared is not None  # its preparation was asked for
            prepared.put(places[number], sha256, pixels)

        return decoder.file_stats(
            files,
            stop,
            seen=None if seen is None else seen.put,
            preparation=None if prepared is None else prepared.preparation,
            prepared=take,
        )

    yield from in_children(todo[~refused].tolist(), ask, workers)


def _assemble(
    folder: Path,
    tree: Tree,
    patient_pattern: str,
    previous: DatasetIndex | None,
    reused: NDArray[np.int64],
    fresh: _Fresh,
) -> DatasetIndex:
    """The index of every image whose stats are known by now."""
    content = fresh.table()
    numbers = np.full(len(tree), -1, np.int64)  # of each image in `content`
    numbers[np.frombuffer(fresh.places, dtype=np.int64)] = np.arange(len(fresh))
    if previous is not None and (reused >= 0).any():
        numbers = np.where(reused >= 0, reused + len(content), numbers)
        content = pa.concat_tables([content, previous.table.select(_CONTENT)])
    known = numbers >= 0
    place = tree.table if known.all() else tree.table.filter(pa.array(known))
    numbers = numbers[known]
    if len(numbers) != len(content) or (numbers != np.arange(len(numbers))).any():
        content = content.combine_chunks().take(pa.array(numbers))
    columns = {name: place[name] for name in ("path", "label", "split", "bytes", "mtime_ns")}
    plan = tree.plan
    columns["patient"], plan = _patients(patient_pattern, place["path"], previous, plan)
    columns |= {name: content[name] for name in _CONTENT}
    return DatasetIndex(
        root=folder,
        classes=tuple(sorted(pc.unique(tree.table["label"]).to_pylist())),
        passed_over=tree.passed_over,
        patient_pattern=patient_pattern,
        table=pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA).combine_chunks(),
        complete=len(place) == len(tree),
        reading=plan,
    )


def _patients(
    pattern: str, paths: pa.ChunkedArray, previous: DatasetIndex | None, plan: ReadingPlan
) -> tuple[Any, ReadingPlan]:
    """The patient of each path, from the earlier index if that holds the same paths; and the plan
    with where they come from."""
    same = previous is not None and previous.patient_pattern == pattern
    if previous is not None and same and previous.table["path"].equals(paths):
        told = previous.reading
        column = previous.table["patient"]
        if told.patient_pattern and (told.patients or not plan.patients):
            return column, replace(
                plan, patients=told.patients, patient_pattern=told.patient_pattern
            )
    used, words = known_pattern(pattern, paths, (plan.patient_pattern, plan.patients))
    return patients_of(used, paths), replace(plan, patients=words, patient_pattern=used)
