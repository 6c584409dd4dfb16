"""Folder -> DatasetIndex: find the films, decode each once, and next time only what changed.

A rescan of 100,000 unchanged films walks the folder and opens none of them.
"""

from __future__ import annotations

import os
import queue
import re
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.data.facts import Facts, film_facts
from xraylib.data.films import SCHEMA, DatasetIndex, Film
from xraylib.data.images import Radiograph, image_format, read_image
from xraylib.data.sandbox import Decoder
from xraylib.data.tree import Found, Tree, walk
from xraylib.errors import DatasetError

__all__ = ["DEFAULT_PATIENT_PATTERN", "DatasetIndex", "Film", "scan", "scan_report"]

DEFAULT_PATIENT_PATTERN: Final = r"(?P<patient>p\d+)_"
Progress = Callable[[int, int], None]

_FEW: Final = 48
_BATCH: Final = 16
_KEEP_SECONDS: Final = 15.0
_REPORT_SECONDS: Final = 0.1
_CONTENT: Final = SCHEMA.names[SCHEMA.names.index("width") :]


def scan(
    root: str | os.PathLike[str],
    *,
    patient_pattern: str = DEFAULT_PATIENT_PATTERN,
    previous: DatasetIndex | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    keep: Callable[[DatasetIndex], None] | None = None,
) -> DatasetIndex:
    """Indexes a folder: decodes every film once. A file that cannot be read stops nothing.

    Args:
        root: The data set's folder.
        patient_pattern: Regular expression with a group named ``patient``, searched in the file
            name; in the path below the root if the expression has a ``/``.
        previous: An earlier index of this folder; files unchanged since are not read again.
        progress: Called in this thread with (films done, films in all), a few times a second.
            What it raises ends the scan.
        workers: Files decoded at the same time; all cores if not given.
        keep: Called with the index as far as it got, every 15 s and when the scan ends early,
            so that the next scan can go on from there as ``previous``.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder``, ``folder-unreadable``,
            ``no-films`` and ``patient-pattern``.
    """
    folder = Path(os.path.abspath(Path(root).expanduser()))  # noqa: PTH100  (links stay)
    check_patient_pattern(patient_pattern)
    stamps = _stamps(previous)
    tree = walk(folder, {path: stamp for path, (stamp, _) in stamps.items()})
    if not tree.found:
        raise DatasetError(
            f"There are no films in {str(folder)!r}, only {_files(tree.passed_over)}",
            expected="PNG, JPEG or DICOM files in one folder for each class",
            remedy="choose the folder that holds the class folders",
            code="no-films",
        )
    reused: dict[str, int] = {}
    todo: list[Found] = []
    for film in tree.found:
        stamp, row = stamps.get(film.path, (None, -1))
        if stamp == (film.size, film.mtime_ns) and not film.code:
            reused[film.path] = row
        else:
            todo.append(film)
    fresh: dict[str, Facts] = {}

    def index() -> DatasetIndex:
        return _assemble(folder, tree, patient_pattern, previous, reused, fresh)

    ends = False
    try:
        watch = _Watch(progress, len(tree.found), keep)
        watch.tick(len(reused))
        with closing(_decode(folder, todo, workers or os.cpu_count() or 1)) as decoded:
            for film, facts in decoded:
                fresh[film.path] = facts
                watch.tick(len(reused) + len(fresh), index)
        ends = True
    finally:
        if not ends and keep is not None and fresh:
            keep(index())
    return index()


def scan_report(index: DatasetIndex) -> dict[str, Any]:
    """``{"root", "classes", "splits", "unreadable", "passed_over"}``, as the command prints it."""
    return {
        "root": str(index.root),
        "classes": list(index.classes),
        "splits": index.counts(),
        "unreadable": [
            {"path": film.path, "code": film.error_code, "reason": film.error_reason}
            for film in index.unreadable()
        ],
        "passed_over": index.passed_over,
    }


def _files(number: int) -> str:
    return {0: "empty folders", 1: "1 other file"}.get(number, f"{number} other files")


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


def check_patient_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern.

    Raises:
        DatasetError: code ``patient-pattern``: it is no regular expression, has no group named
            ``patient``, or more than 200 characters.
    """
    try:
        if len(pattern) > 200:
            raise re.error("it is longer than 200 characters")
        expression = re.compile(pattern)
        if "patient" not in expression.groupindex:
            raise re.error("it has no group named patient")
    except re.error as error:
        raise DatasetError(
            f"The patient pattern {pattern[:200]!r} cannot be used: {error}",
            expected=f"a regular expression with a named group, like {DEFAULT_PATIENT_PATTERN}",
            remedy="correct the pattern",
            code="patient-pattern",
        ) from None
    return expression


def _patient_of(expression: re.Pattern[str], path: str) -> str:
    """The patient in a relative path; a path without a match is a patient of its own."""
    where = path if "/" in expression.pattern else path.rpartition("/")[2]
    match = expression.search(where)
    return (match and match["patient"]) or path


def _stamps(previous: DatasetIndex | None) -> dict[str, tuple[tuple[int, int], int]]:
    """``{path: ((size, mtime_ns), row)}`` of an earlier index."""
    if previous is None:
        return {}
    table = previous.table.select(("path", "bytes", "mtime_ns"))
    known = previous.table["mean"].is_valid()  # not in an index of version 1
    if not pc.all(known, min_count=0).as_py():
        return {}
    columns = (column.to_pylist() for column in table.columns)
    return {
        path: ((size, changed), row)
        for row, (path, size, changed) in enumerate(zip(*columns, strict=True))
    }


def _decode(folder: Path, todo: list[Found], workers: int) -> Generator[tuple[Found, Facts]]:
    """Each film with its facts; films that are refused by their place are not opened.

    Many films go to one child process a worker: decoding in threads of this process would slow
    the page that shows the progress. A few are done here, sooner than a child would start,
    unless they are DICOM: their codecs may crash.
    """
    openable = [film for film in todo if not film.code]
    for film in todo:
        if film.code:
            yield film, Facts(error_code=film.code, error_reason=film.reason)
    if len(openable) <= _FEW:
        with Decoder() as decoder:
            for film in openable:
                yield film, film_facts(folder / film.path, _careful(decoder))
        return
    batches = [openable[start : start + _BATCH] for start in range(0, len(openable), _BATCH)]
    with ExitStack() as stack:
        idle: queue.SimpleQueue[Decoder] = queue.SimpleQueue()
        for _ in range(min(workers, len(batches))):
            idle.put(stack.enter_context(Decoder()))
        pool = ThreadPoolExecutor(workers, thread_name_prefix="scan")
        stack.callback(pool.shutdown, cancel_futures=True)
        stop = threading.Event()
        stack.callback(stop.set)

        def decode(batch: list[Found]) -> list[Facts]:
            decoder = idle.get()
            try:
                return decoder.facts([folder / film.path for film in batch], stop)
            finally:
                idle.put(decoder)

        for batch, facts in zip(batches, pool.map(decode, batches), strict=True):
            yield from zip(batch, facts, strict=True)


def _careful(decoder: Decoder) -> Callable[[bytes], Radiograph]:
    def decode(data: bytes) -> Radiograph:
        return decoder.decode(data) if image_format(data[:132]) == "DICOM" else read_image(data)

    return decode


def _assemble(
    folder: Path,
    tree: Tree,
    patient_pattern: str,
    previous: DatasetIndex | None,
    reused: dict[str, int],
    fresh: dict[str, Facts],
) -> DatasetIndex:
    """The index of every film whose facts are known by now."""
    expression = check_patient_pattern(patient_pattern)
    films = [film for film in tree.found if film.path in reused or film.path in fresh]
    place = {
        "path": [film.path for film in films],
        "label": [film.label for film in films],
        "split": [film.split for film in films],
        "patient": [_patient_of(expression, film.path) for film in films],
        "bytes": [film.size for film in films],
        "mtime_ns": [film.mtime_ns for film in films],
    }
    numbers = {path: number for number, path in enumerate(fresh)}
    facts = fresh.values()
    content = pa.table(
        {name: [getattr(fact, name) for fact in facts] for name in _CONTENT},
        schema=pa.schema([SCHEMA.field(name) for name in _CONTENT]),
    )
    if previous is not None:
        offset = len(fresh)
        content = pa.concat_tables([content, previous.table.select(_CONTENT)])
        numbers |= {path: offset + row for path, row in reused.items()}
    content = content.take(pa.array([numbers[film.path] for film in films], pa.int64()))
    columns = [pa.array(place[name], SCHEMA.field(name).type) for name in place]
    table = pa.table([*columns, *content.combine_chunks().columns], schema=SCHEMA)
    return DatasetIndex(
        root=folder,
        classes=tuple(sorted({film.label for film in tree.found})),
        passed_over=tree.passed_over,
        patient_pattern=patient_pattern,
        table=table,
        complete=len(films) == len(tree.found),
    )
