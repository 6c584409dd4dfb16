"""Building the file of prepared pixels: images decoded, prepared and put in their places."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from filelock import FileLock, Timeout

from xraylib.augmentation.augment import Pixels
from xraylib.errors import DatasetError, ImageError, PathError
from xraylib.images.prepare import Preparation, prepare
from xraylib.images.sandbox.batch import in_children
from xraylib.images.sandbox.shared import end_children
from xraylib.loading.pixel_file import PixelFile

if TYPE_CHECKING:
    import threading

    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.images.sandbox.decoder import Decoder

Rows = npt.NDArray[np.int64]

_TOLD: Final = 16  # images between two words about how far it is


def build(
    file: Path,
    index: DatasetIndex,
    rows: Rows,
    preparation: Preparation,
    tell: Callable[[int, int], None],
) -> None:
    """Builds the file, or waits for whoever does.

    Args:
        file: Its place.
        index: The images.
        rows: Row numbers, ascending.
        preparation: Size and channels.
        tell: Called with the images done and all images; may raise to give up.

    Raises:
        DatasetError, PathError: As `build_cache`.
    """
    if not Path(index.root).is_dir():
        raise DatasetError(
            f"The folder of the images, {index.root}, is gone",
            expected="the same images as when the run was made",
            remedy="put the folder back and resume the run, or train on another",
            code="removed",
        )
    try:
        with builder_of(file, lambda: tell(0, len(rows))):
            if not file.exists():
                _write(file, index, rows, preparation, tell)
    except OSError as error:
        raise cannot_keep(file.parent, error) from error


@contextmanager
def builder_of(file: Path, waits: Callable[[], None]) -> Iterator[None]:
    """Nobody else builds this file meanwhile; drafts of those who died are removed.

    Args:
        file: Its place.
        waits: Called again and again while somebody else builds it; may raise to give up.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file.parent / "build.lock")
    while True:
        try:
            lock.acquire(timeout=0.2)
            break
        except Timeout:
            waits()
    try:
        for draft in file.parent.glob(".pixels-*"):
            draft.unlink(missing_ok=True)
        yield
    finally:
        lock.release()


def _write(
    file: Path,
    index: DatasetIndex,
    rows: Rows,
    preparation: Preparation,
    tell: Callable[[int, int], None],
) -> None:
    """Writes the file for its builder. The children open the images; pixels alone come back."""
    draft = PixelFile(draft_of(file), preparation.input_shape)

    def ask(decoder: Decoder, places: Sequence[int], stop: threading.Event) -> Sequence[int]:
        numbers = [int(rows[place]) for place in places]
        known = index.table["sha256"].take(pa.array(numbers)).to_pylist()
        files = [_file(index, row) for row in numbers]
        there = [one for one in files if one is not None]
        with closing(decoder.prepared(there, preparation, stop)) as answers:
            for place, row, sha256, one in zip(places, numbers, known, files, strict=True):
                answer = None if one is None else next(answers, None)
                if stop.is_set():
                    break
                if isinstance(answer, tuple) and answer[0] == sha256:
                    draft.put(place, answer[1])
                else:
                    draft.put(place, _read(index, row, preparation))
        return places

    try:
        tell(0, len(rows))
        done = in_children(range(len(rows)), ask, os.cpu_count() or 1)
        with closing(done):
            for place, _ in done:
                if (place + 1) % _TOLD == 0 or place + 1 == len(rows):
                    tell(place + 1, len(rows))
        draft.finish(len(rows))
        draft.file.replace(file)
    except BaseException:
        draft.discard()
        raise
    finally:
        end_children()  # hours of training follow that need none


def draft_of(file: Path) -> Path:
    """Where this process writes what will be ``file``."""
    return file.with_name(f".pixels-{os.getpid()}")


def _file(index: DatasetIndex, row: int) -> Path | None:
    """Where the image is; None where that leads out of the folder by now."""
    try:
        return index.file(row)
    except PathError:
        return None


def _read(index: DatasetIndex, row: int, preparation: Preparation) -> Pixels:
    """One prepared image that a child did not give; refused unless it is the one scanned."""
    try:
        return prepare(index.read(row), preparation)
    except ImageError as error:
        raise DatasetError(
            f"The image {index.image(row).path} cannot be used any more: {error.what}",
            expected=f"the same images in {index.root} as when the run was made",
            remedy="scan the data set again and start a new run",
            code="changed",
        ) from error


def cannot_keep(folder: Path, error: OSError) -> PathError:
    """That prepared images cannot be kept in this folder of the cache."""
    full = error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None))
    return PathError(
        "The disk is full" if full else f"The prepared images cannot be kept ({error.strerror})",
        expected=f"room for the prepared images in {folder.parent}",
        remedy="free some space, or choose another workspace with XRAYLIB_WORKSPACE",
        code="disk-full" if full else "cannot-write",
    )
