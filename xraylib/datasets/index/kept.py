"""An index that is kept in a file, renewed where images were added, changed or removed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.scan import scan
from xraylib.errors import DatasetError, PathError
from xraylib.images.descriptors import TakesLooks
from xraylib.images.prepare import TakesPrepared

INDEX_FILE: Final = "index.parquet"


def open_kept(
    file: Path,
    root: Path,
    *,
    patient_pattern: str,
    reading: ReadingChoice,
    progress: Callable[[int, int], None] | None = None,
    rescan: bool = True,
    save: bool = True,
    seen: TakesLooks | None = None,
    prepared: TakesPrepared | None = None,
) -> DatasetIndex:
    """The index of a folder; what the file knows of unchanged images is not read again.

    A scan that is interrupted goes on next time from where it was. A file that cannot be read is
    no index, and one that cannot be written only costs time.

    Args:
        file: Where it is kept.
        root: The folder, absolute.
        patient_pattern: See `scan`, likewise the next two.
        reading: What was decided about the folder.
        progress: Told of the images.
        rescan: False takes what is kept, if it is complete and of the same decisions, without
            looking at the folder.
        save: False leaves the file as it is.
        seen: See `scan`.
        prepared: See `scan`.

    Raises:
        DatasetError: As `scan`.
    """
    try:
        cached: DatasetIndex | None = DatasetIndex.load(file)
    except DatasetError:
        cached = None
    if cached is not None and cached.root != root:
        cached = None
    if cached is not None and not rescan and cached.complete and cached.reading.parts:
        before = (cached.patient_pattern, cached.reading.choice)
        if before == (patient_pattern, reading):
            return cached

    def keep(index: DatasetIndex) -> None:
        with contextlib.suppress(PathError):  # a read-only workspace only costs time
            index.save(file)

    index = scan(
        root,
        patient_pattern=patient_pattern,
        reading=reading,
        previous=cached,
        progress=progress,
        keep=keep if save else None,
        seen=seen,
        prepared=prepared,
    )
    if cached is not None and index.same_as(cached):
        return cached
    if save:
        keep(index)
    return index
