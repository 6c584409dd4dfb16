"""A whole folder of images through one model into a CSV file: many at once, and resumable.

Rows are appended batch by batch. Whoever stops it, or pulls the plug, starts the same command
again: what the file holds already is kept and not looked at again.
"""

from __future__ import annotations

import csv
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xraylib.arguments import PathLike, as_path
from xraylib.datasets.names import is_clutter, is_picture_name
from xraylib.datasets.root import check_root
from xraylib.errors import ConfigError, PathError
from xraylib.images.formats import HEAD_BYTES, image_format
from xraylib.markup import csv_line, safe_cell
from xraylib.models.bundle import Bundle
from xraylib.models.classify.folder_workers import judge_batches
from xraylib.models.classify.prediction import Status
from xraylib.models.classify.table import csv_heading, csv_row
from xraylib.records import MOST_TABLE
from xraylib.regular import read_head, read_regular

BATCH: Final = 32
"""Images whose rows are written together."""
_END: Final = b"\r\n"


@dataclass(frozen=True, kw_only=True)
class FolderResult:
    """What became of a folder.

    Attributes:
        images: Files that are, or mean to be, images.
        kept: Of these, rows that the CSV file held already.
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
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FolderResult:
    """Classifies every image under ``folder`` into ``out``, as `predictions_csv` writes it.

    The column ``file`` holds the path below ``folder``. Rows come in the order in which they are
    ready. An image that cannot be read, or that ends its decoder, has a row that says why, and
    stops nothing.

    Args:
        folder: Looked through with all folders in it; links to folders are not followed.
        bundle: The published model.
        out: The CSV file; if it is there, it must be from this model, and is gone on with.
        workers: Processes at the same time; by default one a processor.
        progress: Called with (images done, images in all).

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder`` and ``folder-unreadable``.
        ConfigError: code ``other-results``: ``out`` holds something else.
        PathError: code ``cannot-write``.
        XrayError: code ``worker-died``.
    """
    root, out = check_root(as_path(folder, "folder")), as_path(out, "out")
    paths = list(_images(root))
    done = _resume(out, bundle)
    left = [path for path in paths if safe_cell(_visible(path)) not in done]
    kept, found = len(paths) - len(left), Counter[Status]()
    tell = progress or (lambda _done, _total: None)
    tell(kept, len(paths))
    finished = kept
    with _appending(out) as append:
        batches = (left[start : start + BATCH] for start in range(0, len(left), BATCH))
        for batch in judge_batches(root, batches, bundle, _workers(workers, len(left))):
            results = [replace(result, file=_visible(result.file)) for result in batch]
            append("".join(csv_line(csv_row(result, bundle)) for result in results))
            found.update(result.status for result in results)
            finished += len(results)
            tell(finished, len(paths))
    return FolderResult(
        images=len(paths), kept=kept, refused=found["refused"], cannot_judge=found["cannot-judge"]
    )


def _images(root: Path) -> Iterator[str]:
    """Paths below ``root`` of files that are, or mean to be, images, sorted folder by folder."""
    for place, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not is_clutter(name))
        for name in sorted(names):
            path = Path(place) / name
            if not is_clutter(name) and (is_picture_name(name) or _begins_as_image(path)):
                yield str(path.relative_to(root))


def _begins_as_image(path: Path) -> bool:
    try:
        return image_format(read_head(path, HEAD_BYTES)) is not None
    except OSError:
        return False


def _visible(path: str) -> str:
    """The path with ``/`` between folders, as one line of text that a CSV file can hold."""
    text = path.replace(os.sep, "/").encode("utf-8", "surrogateescape")
    return "".join(
        letter if unicodedata.category(letter) != "Cc" else f"\\x{ord(letter):02x}"
        for letter in text.decode("utf-8", "backslashreplace")
    )


def _resume(out: Path, bundle: Bundle) -> set[str]:
    """The files that ``out`` has whole rows of; its heading is written where it has none."""
    heading = csv_line(csv_heading(bundle)).encode()
    try:
        data = read_regular(out, MOST_TABLE) if out.exists() else b""
        whole = data[: data.rfind(_END) + len(_END)] if _END in data else b""
        if not whole and heading.startswith(data):
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(heading)
            return set()
        rows = list(csv.DictReader(whole.decode("utf-8").splitlines()))
        if not whole.startswith(heading) or any(
            (row["model"], row["version"]) != (bundle.name, str(bundle.version)) for row in rows
        ):
            raise _other_results(out, bundle)
        with out.open("r+b") as file:
            file.truncate(len(whole))
    except UnicodeDecodeError:
        raise _other_results(out, bundle) from None
    except OSError as error:
        raise _cannot_write(out, error) from None
    return {row["file"] for row in rows}


@contextmanager
def _appending(out: Path) -> Iterator[Callable[[str], None]]:
    """Adds text to the file, which is in the system's hands before the next batch."""
    try:
        with out.open("ab") as file:

            def append(text: str) -> None:
                try:
                    file.write(text.encode("utf-8"))
                    file.flush()
                except OSError as error:
                    raise _cannot_write(out, error) from None

            yield append
    except OSError as error:
        raise _cannot_write(out, error) from None


def _workers(wanted: int | None, images: int) -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(wanted or available or 1, -(-images // BATCH))


def _other_results(out: Path, bundle: Bundle) -> ConfigError:
    return ConfigError(
        f"The file {str(out)!r} holds something else than results of {bundle.name}, version "
        f"{bundle.version}",
        expected="a new file, or one that this command began with the same model",
        remedy="choose another file for --out",
        code="other-results",
    )


def _cannot_write(out: Path, error: OSError) -> PathError:
    return PathError(
        f"The results cannot be written ({error.strerror or error})",
        expected=f"a file that can be written to: {out}",
        remedy="choose another file for --out, or free some space",
        code="cannot-write",
    )
