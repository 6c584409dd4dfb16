"""Folder -> the files that are films, each with its split and class. Nothing is decoded here.

Layouts: ``ROOT/<class>/…/file``, ``ROOT/{train,val,validation,test}/<class>/…/file``, and films
without class folders, which are one class ``""``. Links are followed only to files inside ROOT;
a link to a folder never is, so that no loop can form.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xraylib.data.images import image_format
from xraylib.data.radiograph import refuse
from xraylib.errors import DatasetError

SPLITS: Final = ("train", "val", "test")
_SPLIT_FOLDERS: Final = {"train": "train", "val": "val", "validation": "val", "test": "test"}

# A file with one of these endings is meant to be a picture, and is listed if it is none.
_PICTURES: Final = frozenset(
    {"png", "jpg", "jpeg", "jpe", "jfif", "dcm", "dicom"}
    | {"bmp", "gif", "tif", "tiff", "webp", "jp2", "j2k"}
)
# Written by file managers, by no one on purpose, and large enough to look like something.
_CLUTTER: Final = frozenset({"thumbs.db", "desktop.ini", "dicomdir", "__macosx", "@eadir"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file that is, or means to be, a film.

    Attributes:
        path: Relative to the root, with ``/``; bytes that are not UTF-8 are written ``\\xNN``.
        label: Class folder, ``""`` without one.
        split: ``"train"``, ``"val"`` or ``"test"``.
        size: Bytes.
        mtime_ns: Time of the last change.
        code: Why it cannot be a film, one of the image error codes, or ``""``.
        reason: The same in words.
    """

    path: str
    label: str
    split: str
    size: int
    mtime_ns: int
    code: str = ""
    reason: str = ""


@dataclass
class Tree:
    """What `walk` found.

    Attributes:
        found: Films and would-be films, sorted by path.
        passed_over: How many other files there are in the folders looked at.
    """

    found: list[Found] = field(default_factory=list)
    passed_over: int = 0


def walk(root: Path, known: Mapping[str, tuple[int, int]] | None = None) -> Tree:
    """Lists the films under ``root`` without decoding any.

    Args:
        root: The data set's folder.
        known: ``{path: (size, mtime_ns)}`` of files that are known to be films: unless they
            changed, files without a picture's ending are not opened again.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder`` and ``folder-unreadable``.
    """
    real = check_root(root)
    folders = {entry.name: entry for entry in _list(root) if _is_folder(entry)}
    parts = [
        (_SPLIT_FOLDERS[name.casefold()], name)
        for name in sorted(folders)
        if name.casefold() in _SPLIT_FOLDERS
    ]
    walker = _Walker(root, real, known or {})
    if parts:
        walker.passed_over += sum(not _is_folder(entry) for entry in _list(root))
        for split, name in parts:
            walker.folder(root / name, name, split)
    else:
        walker.folder(root, "", "train")
    found = walker.labelled
    if found:
        walker.passed_over += len(walker.loose)
    else:
        found = walker.loose
    return Tree(sorted(found, key=lambda film: film.path), walker.passed_over)


def check_root(root: Path) -> Path:
    """The folder with every link followed.

    Raises:
        DatasetError: codes ``folder-missing``, ``not-a-folder`` and ``folder-unreadable``.
    """
    remedy = "check the spelling, or choose another folder"
    try:
        if not root.exists():
            raise DatasetError(
                f"There is no folder {str(root)!r}",
                expected="a folder with films",
                remedy=remedy,
                code="folder-missing",
            )
        if not root.is_dir():
            raise DatasetError(
                f"{str(root)!r} is a file",
                expected="a folder with one folder of films for each class",
                remedy="choose the folder that the films are in",
                code="not-a-folder",
            )
        _list(root)
        return root.resolve()
    except (OSError, ValueError) as error:
        raise DatasetError(
            f"The folder {str(root)!r} cannot be read ({getattr(error, 'strerror', error)})",
            expected="a folder that this program may read",
            remedy="check the folder's permissions",
            code="folder-unreadable",
        ) from None


def _list(folder: Path) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) and not is_clutter(entry.name)


def is_clutter(name: str) -> bool:
    """Whether a file or folder of this name is nothing that anybody put there on purpose."""
    return name.startswith(".") or name.casefold() in _CLUTTER


def is_picture_name(name: str) -> bool:
    """Whether a file of this name means to be a picture, and is listed if it is none."""
    return name.rpartition(".")[2].lower() in _PICTURES


def is_split_folder(name: str) -> bool:
    """Whether a folder of this name below the root holds one split."""
    return name.casefold() in _SPLIT_FOLDERS


class _Walker:
    def __init__(self, root: Path, real: Path, known: Mapping[str, tuple[int, int]]) -> None:
        self.root = root
        self.real = real
        self.known = known
        self.labelled: list[Found] = []
        self.loose: list[Found] = []
        self.passed_over = 0

    def folder(self, top: Path, prefix: str, split: str) -> None:
        """Everything under ``top``; the first folder below it is the class."""
        pending: list[tuple[Path, str, str | None]] = [(top, prefix, None)]
        while pending:
            folder, before, label = pending.pop()
            try:
                entries = _list(folder)
            except OSError as error:
                reason = f"The folder cannot be read ({error.strerror})"
                self._refused(before, label, split, "cannot-open", reason)
                continue
            for entry in entries:
                path = f"{before}/{entry.name}" if before else entry.name
                if is_clutter(entry.name):
                    self.passed_over += 1
                elif entry.is_dir(follow_symlinks=False):
                    below = _label(entry.name) if label is None else label
                    pending.append((Path(entry.path), path, below))
                else:
                    self._file(entry, path, label, split)

    def _file(self, entry: os.DirEntry[str], path: str, label: str | None, split: str) -> None:
        try:
            if entry.is_symlink():
                target = Path(entry.path).resolve(strict=True)
                if target != self.real and self.real not in target.parents:
                    if target.is_dir() and label is None:  # it stands where a class would
                        label = _label(entry.name)
                    reason = "This link leads out of the data set's folder"
                    self._refused(path, label, split, "outside", reason)
                    return
                if target.is_dir():
                    self.passed_over += 1
                    return
            facts = entry.stat()
            stamp = (facts.st_size, facts.st_mtime_ns)
            if not self._is_film(entry, path, stamp):
                self.passed_over += 1
                return
        except (OSError, RuntimeError) as error:
            if isinstance(error, FileNotFoundError):
                self._refused(path, label, split, "missing", "This link leads nowhere")
            else:
                what = f"It cannot be opened ({getattr(error, 'strerror', None) or error})"
                self._refused(path, label, split, "cannot-open", what)
            return
        if _visible(path) != path or "\\" in path:
            reason = "The path holds a backslash or bytes that are not UTF-8"
            self._refused(path, label, split, "file-name", reason)
            return
        self._add(Found(path, label or "", split, *stamp), label)

    def _is_film(self, entry: os.DirEntry[str], path: str, stamp: tuple[int, int]) -> bool:
        if is_picture_name(entry.name):
            return True
        if stamp[0] <= 132:
            return False
        if self.known.get(path) == stamp:
            return True
        if not entry.is_file():  # a named pipe would wait for ever
            return False
        with Path(entry.path).open("rb") as file:
            return image_format(file.read(132)) is not None

    def _refused(self, path: str, label: str | None, split: str, code: str, what: str) -> None:
        reason = refuse(code, what).message
        self._add(Found(_visible(path), label or "", split, 0, 0, code, reason), label)

    def _add(self, film: Found, label: str | None) -> None:
        (self.loose if label is None else self.labelled).append(film)


def _visible(name: str) -> str:
    """The name as text that every file format can hold."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _label(name: str) -> str:
    """A folder's name as a class: systems write the same accent in two ways."""
    return _visible(unicodedata.normalize("NFC", name))
