"""Folder -> the files that are images, each with its split and class. Nothing is decoded here.

Which folders are splits, classes, masks or nothing of the data is read from their names: see
`understand`. Links are followed to files inside the data set's folder, and to files and folders
under one of the data roots; a link to a folder of the data set itself never is, so no loop forms.
"""

from __future__ import annotations

import os
import stat
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.names import is_clutter, is_picture_name, is_table_name, visible
from xraylib.datasets.reading.folders import Folder
from xraylib.datasets.reading.hints import make_plan
from xraylib.datasets.reading.masks_among import masks_among
from xraylib.datasets.reading.plan import Part
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.tree import PLACE, Tree, unchanged
from xraylib.datasets.reading.understand import understand
from xraylib.datasets.root import check_root
from xraylib.images.formats import HEAD_BYTES, image_format
from xraylib.images.radiograph import refuse
from xraylib.images.unread import is_unread_picture
from xraylib.regular import read_head
from xraylib.settings import read_settings

_LOOK: Final = max(HEAD_BYTES, 352)  # a NIfTI volume says after 344 bytes what it is
_NAMES: Final = 64  # file names kept of a folder


def walk(root: Path, known: pa.Table | None = None, choice: ReadingChoice | None = None) -> Tree:
    """Lists the images under ``root`` without decoding any.

    Args:
        root: The data set's folder.
        known: Columns ``path``, ``bytes`` and ``mtime_ns`` of files that are known to be images:
            unless they changed, files without a picture's ending are not opened again.
        choice: What was decided by hand about how the folder is read.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder``, ``folder-unreadable``, and
            ``reading``: the choice names a folder that holds no image.
    """
    walker = _Walker(check_root(root))
    walker.folder(root)
    return walker.tree(root, known, choice or ReadingChoice())


@dataclass(frozen=True, kw_only=True)
class _Refused:
    """A file or folder that is no image for what it is or where it leads."""

    path: str
    folder: int
    code: str
    what: str


@dataclass
class _Walker:
    """Collects columns; what a folder is gives all files in it their class and split."""

    real: Path
    folders: list[Folder] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    folder_of: array[int] = field(default_factory=lambda: array("q"))
    sizes: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))
    unsure: list[int] = field(default_factory=list)  # no picture's ending: the content decides
    refused: list[_Refused] = field(default_factory=list)
    passed_over: int = 0
    tables: list[tuple[int, str]] = field(default_factory=list)  # how deep, and where

    def __post_init__(self) -> None:
        self.data_roots = tuple(root.resolve() for root in read_settings().data_roots)
        self.seen: set[Path] = set()  # folders outside that links led to

    def folder(self, top: Path) -> None:
        """Everything under ``top``."""
        pending: list[tuple[str, Folder]] = [(os.fspath(top), self._below(None, ""))]
        while pending:
            place, folder = pending.pop()
            before = f"{folder.path}/" if folder.path else ""
            try:
                with os.scandir(place) as entries:
                    for entry in entries:
                        name = entry.name
                        path = before + name
                        if is_clutter(name):
                            self.passed_over += 1
                        elif entry.is_symlink():
                            self._link(entry, path, folder, pending)
                        elif entry.is_dir(follow_symlinks=False):
                            pending.append((entry.path, self._below(folder, path)))
                        else:
                            self._file(entry, path, folder)
            except FileNotFoundError:  # removed while we looked
                continue
            except OSError as error:
                reason = f"The folder cannot be read ({error.strerror})"
                self._refuse(folder.path, folder, "cannot-open", reason)

    def _below(self, above: Folder | None, path: str) -> Folder:
        made = Folder(path=path, number=len(self.folders), above=above)
        self.folders.append(made)
        return made

    def _link(
        self,
        entry: os.DirEntry[str],
        path: str,
        folder: Folder,
        pending: list[tuple[str, Folder]],
    ) -> None:
        try:
            target = Path(entry.path).resolve(strict=True)
            is_folder = target.is_dir()
            if _is_under(target, self.real):
                if is_folder:
                    self.passed_over += 1
                else:
                    self._file(entry, path, folder)
            elif any(_is_under(target, root) for root in self.data_roots):
                if not is_folder:
                    self._file(entry, path, folder)
                elif any(_is_under(target, s) or _is_under(s, target) for s in self.seen):
                    self.passed_over += 1
                else:
                    self.seen.add(target)
                    pending.append((entry.path, self._below(folder, path)))
            else:
                reason = "This link leads out of the data set's folder"
                within = self._below(folder, path) if is_folder else folder
                self._refuse(path, within, "outside", reason)
        except FileNotFoundError:
            self._refuse(path, folder, "missing", "This link leads nowhere")
        except (OSError, RuntimeError) as error:
            what = f"It cannot be opened ({getattr(error, 'strerror', None) or error})"
            self._refuse(path, folder, "cannot-open", what)

    def _file(self, entry: os.DirEntry[str], path: str, folder: Folder) -> None:
        try:
            facts = entry.stat()
        except FileNotFoundError:  # removed while we looked
            return
        except OSError as error:
            what = f"It cannot be opened ({error.strerror or error})"
            self._refuse(path, folder, "cannot-open", what)
            return
        if not is_picture_name(entry.name):
            if is_table_name(entry.name):
                self.tables.append((path.count("/"), visible(path)))
            if facts.st_size <= HEAD_BYTES or is_table_name(entry.name):
                self.passed_over += 1
                return
            self.unsure.append(len(self.paths))
        self.paths.append(path)
        self.folder_of.append(folder.number)
        self.sizes.append(facts.st_size)
        self.times.append(facts.st_mtime_ns)

    def _refuse(self, path: str, folder: Folder, code: str, what: str) -> None:
        message = refuse(code, what).message
        self.refused.append(
            _Refused(path=visible(path), folder=folder.number, code=code, what=message)
        )

    def tree(self, root: Path, known: pa.Table | None, choice: ReadingChoice) -> Tree:
        """The columns, sorted, without what turned out to be no image or is not read."""
        kept = np.ones(len(self.paths), dtype=np.bool_)
        self._drop_others(root, known, kept)
        for place in self._odd_names(np.flatnonzero(kept)):
            kept[place] = False
            reason = "The path holds a backslash or bytes that are not UTF-8"
            folder = self.folders[self.folder_of[place]]
            self._refuse(self.paths[place], folder, "file-name", reason)
        masks = masks_among(self.paths, self.folder_of, self.folders, kept, choice.keep)
        self._count(kept)
        top = self.folders[0]
        understood = understand(top, choice, has_tables=bool(self.tables))
        understood.parts += masks
        parts = _parts_of(self.folders, understood.parts)
        in_read = np.array([part is not None and part.is_read for part in parts], dtype=np.bool_)
        within = in_read[np.frombuffer(self.folder_of, dtype=np.int64)]
        refused = [row for row in self.refused if in_read[row.folder]]
        table = self._columns(kept & within, parts)
        if refused:
            table = pa.concat_tables([table, _refused_columns(refused, parts)])
        order = pc.sort_indices(table["path"])
        return Tree(
            table=table.take(order).combine_chunks(),
            passed_over=self.passed_over,
            plan=make_plan(
                root, top, understood, choice, [name for _, name in sorted(self.tables)]
            ),
        )

    def _count(self, kept: NDArray[np.bool_]) -> None:
        """Gives each folder its number of images, and those that hold any their place."""
        of = np.frombuffer(self.folder_of, dtype=np.int64)[kept]
        direct = np.bincount(of, minlength=len(self.folders))
        for row in self.refused:
            direct[row.folder] += 1
        for place in np.flatnonzero(kept).tolist():
            names = self.folders[self.folder_of[place]].names
            if len(names) < _NAMES:
                names.append(self.paths[place].rpartition("/")[2])
        for folder in reversed(self.folders):  # those below come after those above
            folder.direct = int(direct[folder.number])
            folder.total += folder.direct
            folder.below.sort(key=lambda one: one.path)
            if folder.above is not None and folder.total:
                folder.above.total += folder.total
                folder.above.below.append(folder)

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
                what = f"It cannot be opened ({error.strerror or error})"
                self._refuse(path, self.folders[self.folder_of[place]], "cannot-open", what)

    def _odd_names(self, places: NDArray[Any]) -> Iterable[int]:
        for place in places.tolist():
            path = self.paths[place]
            if "\\" in path or (not path.isascii() and visible(path) != path):
                yield place

    def _columns(self, kept: NDArray[np.bool_], parts: Sequence[Part | None]) -> pa.Table:
        places = np.flatnonzero(kept)
        paths = self.paths if len(places) == len(kept) else [self.paths[p] for p in places.tolist()]
        folders = pa.array(np.frombuffer(self.folder_of, dtype=np.int64)[places])
        labels = pa.array([(part and part.label) or "" for part in parts], pa.string())
        splits = pa.array([(part and part.split) or "train" for part in parts], pa.string())
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


def _parts_of(folders: Sequence[Folder], parts: Sequence[Part]) -> list[Part | None]:
    """For each folder the part that images directly in it have; folders above come first."""
    by_path: Mapping[str, Part] = {part.path: part for part in parts}
    inherited: list[Part | None] = []
    own: list[Part | None] = []
    for folder in folders:
        above = None if folder.above is None else inherited[folder.above.number]
        inherited.append(by_path.get(folder.path, above))
        loose = by_path.get(f"{folder.path}/*" if folder.path else "*")
        own.append(loose or inherited[-1])
    return own


def _is_under(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _refused_columns(refused: Sequence[_Refused], parts: Sequence[Part | None]) -> pa.Table:
    rows = [
        {
            "path": row.path,
            "label": (part and part.label) or "",
            "split": (part and part.split) or "train",
            "bytes": 0,
            "mtime_ns": 0,
            "error_code": row.code,
            "error_reason": row.what,
        }
        for row in refused
        for part in [parts[row.folder]]
    ]
    return pa.Table.from_pylist(rows, schema=PLACE)


def _looks_like_an_image(path: Path) -> bool:
    """Whether the first bytes are those of an image, of a kind that is read or of one that is not.

    Opening a named pipe would wait for ever.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        return False
    head = read_head(path, _LOOK)
    return image_format(head) is not None or is_unread_picture(head)
