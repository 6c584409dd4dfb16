"""Folder -> the files that are images, each with its split and class. Nothing is decoded here.

Layouts: ``ROOT/<class>/…/file``, ``ROOT/{train,val,validation,test}/<class>/…/file``, and images
without class folders, which are one class ``""``. Links are followed only to files inside ROOT;
a link to a folder never is, so that no loop can form.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.names import (
    SPLIT_FOLDERS,
    class_of,
    is_clutter,
    is_picture_name,
    is_split_folder,
    visible,
)
from xraylib.datasets.root import check_root
from xraylib.images.formats import HEAD_BYTES, image_format
from xraylib.images.radiograph import refuse

PLACE: Final = pa.schema(
    [
        ("path", pa.string()),
        ("label", pa.string()),
        ("split", pa.string()),
        ("bytes", pa.int64()),
        ("mtime_ns", pa.int64()),
        ("error_code", pa.string()),
        ("error_reason", pa.string()),
    ]
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Tree:
    """What `walk` found, in columns: 100,000 images are too many to be 100,000 objects.

    Attributes:
        table: A row for each file that is, or means to be, an image, sorted by path, with the
            columns of `PLACE`: ``path`` relative to the root with ``/`` (bytes that are not UTF-8
            are written ``\\xNN``), class folder, split, size in bytes, time of the last change,
            and why it cannot be an image (code and words), ``""`` if it may be one.
        passed_over: How many other files there are in the folders looked at.
    """

    table: pa.Table
    passed_over: int

    def __len__(self) -> int:
        return int(self.table.num_rows)


def walk(root: Path, known: pa.Table | None = None) -> Tree:
    """Lists the images under ``root`` without decoding any.

    Args:
        root: The data set's folder.
        known: Columns ``path``, ``bytes`` and ``mtime_ns`` of files that are known to be images:
            unless they changed, files without a picture's ending are not opened again.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder`` and ``folder-unreadable``.
    """
    real = check_root(root)
    with os.scandir(root) as entries:
        tops = [(entry.name, _is_folder(entry)) for entry in entries]
    parts = [name for name, is_folder in tops if is_folder and is_split_folder(name)]
    walker = _Walker(real)
    if parts:
        walker.passed_over += sum(not is_folder for _, is_folder in tops)
        for name in sorted(parts):
            walker.folder(root / name, name, SPLIT_FOLDERS[name.casefold()])
    else:
        walker.folder(root, "", "train")
    return walker.tree(root, known)


def unchanged(known: pa.Table | None, files: pa.Table) -> NDArray[np.int64]:
    """For each file its row among the ``known`` ones of the same size and time; -1 without.

    Args:
        known: Columns ``path``, ``bytes`` and ``mtime_ns``; each path once.
        files: The same columns.
    """
    if known is None or not len(known) or not len(files):
        return np.full(len(files), -1, np.int64)
    if files["path"].equals(known["path"]):
        rows = np.arange(len(files))
    else:
        found = pc.index_in(files["path"], value_set=known["path"])
        rows = np.asarray(found.fill_null(-1).to_numpy(), dtype=np.int64)
    same = rows >= 0
    for column in ("bytes", "mtime_ns"):
        same &= np.equal(files[column].to_numpy(), known[column].to_numpy()[rows])
    return np.where(same, rows, -1)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) and not is_clutter(entry.name)


class _Walker:
    """Collects columns; a folder gives its class and split to all files in it."""

    def __init__(self, real: Path) -> None:
        self.real = real
        self.folders: list[tuple[str | None, str]] = []  # class (None: no class folder), split
        self.paths: list[str] = []
        self.folder_of = array("q")
        self.sizes = array("q")
        self.times = array("q")
        self.unsure: list[int] = []  # no picture's ending: the content decides
        self.refused: list[tuple[str, str | None, str, str, str]] = []
        self.passed_over = 0

    def folder(self, top: Path, prefix: str, split: str) -> None:
        """Everything under ``top``; the first folder below it is the class."""
        pending: list[tuple[str, str, str | None]] = [(os.fspath(top), prefix, None)]
        while pending:
            folder, before, label = pending.pop()
            self.folders.append((label, split))
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        name = entry.name
                        path = f"{before}/{name}" if before else name
                        if is_clutter(name):
                            self.passed_over += 1
                        elif entry.is_symlink():
                            self._link(entry, path, label, split)
                        elif entry.is_dir(follow_symlinks=False):
                            below = class_of(name) if label is None else label
                            pending.append((entry.path, path, below))
                        else:
                            self._file(entry, path, label, split)
            except FileNotFoundError:  # removed while we looked
                continue
            except OSError as error:
                reason = f"The folder cannot be read ({error.strerror})"
                self._refuse(before, label, split, "cannot-open", reason)

    def _link(self, entry: os.DirEntry[str], path: str, label: str | None, split: str) -> None:
        try:
            target = Path(entry.path).resolve(strict=True)
            if target == self.real or self.real in target.parents:
                if target.is_dir():
                    self.passed_over += 1
                else:
                    self._file(entry, path, label, split)
                return
            if target.is_dir() and label is None:  # it stands where a class would
                label = class_of(entry.name)
            reason = "This link leads out of the data set's folder"
            self._refuse(path, label, split, "outside", reason)
        except FileNotFoundError:
            self._refuse(path, label, split, "missing", "This link leads nowhere")
        except (OSError, RuntimeError) as error:
            what = f"It cannot be opened ({getattr(error, 'strerror', None) or error})"
            self._refuse(path, label, split, "cannot-open", what)

    def _file(self, entry: os.DirEntry[str], path: str, label: str | None, split: str) -> None:
        try:
            facts = entry.stat()
        except FileNotFoundError:  # removed while we looked
            return
        except OSError as error:
            what = f"It cannot be opened ({error.strerror or error})"
            self._refuse(path, label, split, "cannot-open", what)
            return
        if not is_picture_name(entry.name):
            if facts.st_size <= HEAD_BYTES:
                self.passed_over += 1
                return
            self.unsure.append(len(self.paths))
        self.paths.append(path)
        self.folder_of.append(len(self.folders) - 1)
        self.sizes.append(facts.st_size)
        self.times.append(facts.st_mtime_ns)

    def _refuse(self, path: str, label: str | None, split: str, code: str, what: str) -> None:
        self.refused.append((visible(path), label, split, code, refuse(code, what).message))

    def tree(self, root: Path, known: pa.Table | None) -> Tree:
        """The columns, sorted, without what turned out to be no image."""
        kept = np.ones(len(self.paths), dtype=np.bool_)
        self._drop_others(root, known, kept)
        for place in self._odd_names(np.flatnonzero(kept)):
            kept[place] = False
            label, split = self.folders[self.folder_of[place]]
            reason = "The path holds a backslash or bytes that are not UTF-8"
            self._refuse(self.paths[place], label, split, "file-name", reason)
        loose = np.array([label is None for label, _ in self.folders], dtype=np.bool_)
        in_loose = loose[np.frombuffer(self.folder_of, dtype=np.int64)]
        refused = self.refused
        if (kept & ~in_loose).any() or any(label is not None for _, label, *_ in refused):
            self.passed_over += int((kept & in_loose).sum())
            self.passed_over += sum(label is None for _, label, *_ in refused)
            kept &= ~in_loose
            refused = [row for row in refused if row[1] is not None]
        table = self._columns(kept)
        if refused:
            table = pa.concat_tables([table, _refused_columns(refused)])
        order = pc.sort_indices(table["path"])
        return Tree(table=table.take(order).combine_chunks(), passed_over=self.passed_over)

    def _drop_others(self, root: Path, known: pa.Table | None, kept: NDArray[np.bool_]) -> None:
        """Opens files without a picture's ending, unless they are known to be images."""
        if not self.unsure:
            return
        unsure = np.array(self.unsure)
        columns = {
            "path": pa.array([visible(self.paths[place]) for place in self.unsure], pa.string()),
            "bytes": np.frombuffer(self.sizes, dtype=np.int64)[unsure],
            "mtime_ns": np.frombuffer(self.times, dtype=np.int64)[unsure],
        }
        unknown = unsure[unchanged(known, pa.table(columns)) < 0]
        for place in unknown.tolist():
            path = self.paths[place]
            try:
                kept[place] = _looks_like_an_image(root / path)
                self.passed_over += not kept[place]
            except FileNotFoundError:
                kept[place] = False
            except OSError as error:
                kept[place] = False
                label, split = self.folders[self.folder_of[place]]
                what = f"It cannot be opened ({error.strerror or error})"
                self._refuse(path, label, split, "cannot-open", what)

    def _odd_names(self, places: NDArray[Any]) -> Iterable[int]:
        for place in places.tolist():
            path = self.paths[place]
            if "\\" in path or (not path.isascii() and visible(path) != path):
                yield place

    def _columns(self, kept: NDArray[np.bool_]) -> pa.Table:
        places = np.flatnonzero(kept)
        paths = self.paths if len(places) == len(kept) else [self.paths[p] for p in places.tolist()]
        folders = pa.array(np.frombuffer(self.folder_of, dtype=np.int64)[places])
        labels = pa.array([label or "" for label, _ in self.folders], pa.string())
        splits = pa.array([split for _, split in self.folders], pa.string())
        nothing = pa.array([""], pa.string()).take(pa.array(np.zeros(len(places), np.int64)))
        return pa.table(
            [
                pa.array(paths, pa.string()),
                labels.take(folders),
                splits.take(folders),
                pa.array(np.frombuffer(self.sizes, dtype=np.int64)[places]),
                pa.array(np.frombuffer(self.times, dtype=np.int64)[places]),
                nothing,
                nothing,
            ],
            schema=PLACE,
        )


def _refused_columns(refused: Sequence[tuple[str, str | None, str, str, str]]) -> pa.Table:
    rows = [
        {
            "path": path,
            "label": label or "",
            "split": split,
            "bytes": 0,
            "mtime_ns": 0,
            "error_code": code,
            "error_reason": reason,
        }
        for path, label, split, code, reason in refused
    ]
    return pa.Table.from_pylist(rows, schema=PLACE)


def _looks_like_an_image(path: Path) -> bool:
    """Whether the first bytes are those of an image. Opening a named pipe would wait for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        return False
    with path.open("rb") as file:
        return image_format(file.read(HEAD_BYTES)) is not None
