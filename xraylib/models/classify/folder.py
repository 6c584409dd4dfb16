"""A whole folder of images through one model into a table: many at once, in order, resumable."""

from __future__ import annotations

import heapq
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from xraylib.arguments import PathLike, as_path
from xraylib.models.bundle import Bundle
from xraylib.models.classify.folder_workers import Batch, judge_here
from xraylib.models.classify.image_source import open_source, visible
from xraylib.models.classify.on_cluster import judge_there
from xraylib.models.classify.prediction import Status
from xraylib.models.classify.results_file import open_results
from xraylib.settings import PlaceName, read_settings

BATCH: Final = 32
"""Images whose rows are written together."""


@dataclass(frozen=True, kw_only=True)
class FolderResult:
    """What became of a folder.

    Attributes:
        images: Files that are, or mean to be, images.
        kept: Of these, rows that the file held already.
        refused: Of the others, files that could not be read.
        cannot_judge: Of the others, images that are unlike what the model can judge.
    """

    images: int
    kept: int
    refused: int
    cannot_judge: int = 0

    @property
    def judged(self) -> int:
        """Images that this call judged."""
        return self.images - self.kept - self.refused - self.cannot_judge


def classify_folder(
    folder: PathLike,
    bundle: Bundle,
    out: PathLike,
    *,
    on: PlaceName | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> FolderResult:
    """Classifies every image under ``folder`` into ``out``, a row an image in their order.

    The column ``file`` holds the path below ``folder``. An image that cannot be read, or that ends
    its decoder, has a row that says why, and stops nothing.

    Args:
        folder: Looked through with all folders in it, links to folders not followed; or an
            address that fsspec reads, such as ``s3://bucket/folder``.
        bundle: The published model.
        out: The file: CSV, as `predictions_csv` writes it, or Parquet (``….parquet``); if it is
            there, it must be from this model, and is gone on with.
        on: ``"ray"``: on a cluster, whose nodes read an address themselves; ``XRAYLIB_PLACE`` if
            not given.
        workers: Processes at the same time; by default one a processor, here or of the cluster.
        progress: Called with (images done, images in all).
        note: Told why nothing is done for a while on a cluster.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder`` and ``folder-unreadable``.
        InstallationError: codes ``no-fsspec`` and ``no-ray``.
        ClusterError: There is no cluster, or it went away; what was done is kept.
        ConfigError: code ``other-results``: ``out`` holds something else.
        PathError: code ``cannot-write``.
        XrayError: code ``worker-died``.
    """
    source = open_source(folder)
    paths = source.images()
    results = open_results(as_path(out, "out"), bundle)
    left = [path for path in paths if not results.has(visible(path))]
    kept, found = len(paths) - len(left), Counter[Status]()
    tell = progress or (lambda _done, _total: None)
    tell(kept, len(paths))
    finished = kept
    batches = [left[start : start + BATCH] for start in range(0, len(left), BATCH)]
    if (on or read_settings().place) == "ray" and left:
        judged = judge_there(source.place, batches, bundle, workers, note or (lambda _words: None))
    else:
        judged = judge_here(source, batches, bundle, _workers(workers, len(batches)))
    for batch in _in_order(judged):
        rows = [replace(one, file=visible(one.file)) for one in batch]
        results.append(rows)
        found.update(one.status for one in rows)
        finished += len(rows)
        tell(finished, len(paths))
    results.finish()
    return FolderResult(
        images=len(paths), kept=kept, refused=found["refused"], cannot_judge=found["cannot-judge"]
    )


def _in_order(judged: Iterable[tuple[int, Batch]]) -> Iterator[Batch]:
    """The batches by their places, each as soon as those before it are there."""
    early: list[tuple[int, Batch]] = []
    following = 0
    for one in judged:
        heapq.heappush(early, one)
        while early and early[0][0] == following:
            yield heapq.heappop(early)[1]
            following += 1


def _workers(wanted: int | None, batches: int) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(wanted or available or 1, batches)
