"""An uploaded zip archive -> a data set of the workspace, or a refusal that leaves nothing behind.

Only images and tables are kept, under names made here: of the archive's names, letters, digits and
a few marks survive, so that class and split folders and patient numbers keep their meaning and no
name from outside reaches the disk.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from xraylib.arguments import PathLike, as_path
from xraylib.datasets.archives.strict_zip import (
    ArchiveLimits,
    Member,
    content,
    members,
    refuse_archive,
)
from xraylib.datasets.catalog import adopt_folder, new_name
from xraylib.datasets.dataset_ref import IMAGES, DatasetRef
from xraylib.datasets.names import is_clutter, is_picture_name, is_table_name
from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN, check_patient_pattern
from xraylib.errors import DatasetError, PathError
from xraylib.images.formats import FORMAT_WORDS, image_format
from xraylib.regular import open_regular
from xraylib.workspace import Workspace, WorkspaceLike

LIMITS: Final = ArchiveLimits()

_UNFINISHED: Final = ".upload-"
_STALE_SECONDS: Final = 24 * 3600
_DEEPEST: Final = 12
_LONGEST: Final = 80
_ARCHIVES: Final = (
    (0, b"PK\3\4"),
    (0, b"PK\5\6"),
    (0, b"\x1f\x8b"),
    (0, b"7z\xbc\xaf\x27\x1c"),
    (0, b"Rar!\x1a\x07"),
    (0, b"BZh"),
    (0, b"\xfd7zXZ\0"),
    (0, b"\x28\xb5\x2f\xfd"),
    (257, b"ustar"),
)
_ARCHIVE_NAME: Final = re.compile(r"\.(zip|7z|rar|tar|t?gz|t?bz2|t?xz|zst|jar|cab|iso)$", re.I)
# Compressed by their own nature, and no archives of images: passed over by intent.
_DOCUMENT_NAME: Final = re.compile(
    r"\.(xlsx|xlsm|docx|pptx|ods|odt|odp|npz|keras|pt|pth|(csv|tsv|txt|json|xml|nii)\.gz)$", re.I
)
_HEAD: Final = 512
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)


def add_archive(
    source: BinaryIO | bytes | PathLike,
    name: str | None = None,
    *,
    file_name: str = "",
    patient_pattern: str = DEFAULT_PATIENT_PATTERN,
    limits: ArchiveLimits = LIMITS,
    progress: Callable[[int, int], None] | None = None,
    workspace: WorkspaceLike | None = None,
) -> DatasetRef:
    """Unpacks the images of a zip archive into the workspace and remembers them under a name.

    Args:
        source: The archive: an open binary file that can be sought in, its bytes, or its path.
        name: Of the data set; made from the archive's name if not given.
        file_name: The archive's name, as the visitor's computer calls it.
        patient_pattern: See `scan`.
        limits: What the archive may cost.
        progress: Called with (entries done, entries in all). What it raises ends the unpacking.
        workspace: Where the images go, into ``datasets/<name>/images``; that of
            ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        DatasetError: codes ``archive-…``, which name the entry and the reason; ``no-films``,
            ``name-taken``, ``folder-missing`` and ``patient-pattern``.
        PathError: codes ``name`` and ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    check_patient_pattern(patient_pattern)
    if isinstance(source, str | os.PathLike):
        source = as_path(source, "source")
    like = file_name or (source.name if isinstance(source, Path) else "upload")
    name = new_name(name, like=PurePosixPath(like).stem, workspace=workspace)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_opened(source))
        found = members(file, limits)
        folder = stack.enter_context(_unfinished(workspace))
        if not _unpack(file, found, folder / IMAGES, limits, progress):
            raise DatasetError(
                f"There are no images among the {len(found):,} entries of the archive",
                expected=f"{FORMAT_WORDS} files in one folder for each class",
                remedy="pack the folder that holds the class folders",
                code="no-films",
            )
        return adopt_folder(folder, name, patient_pattern=patient_pattern, workspace=workspace)


@contextlib.contextmanager
def _opened(source: BinaryIO | bytes | Path) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path):
        try:
            file = open_regular(source)
        except OSError as error:
            raise DatasetError(
                f"The archive {str(source)!r} cannot be opened ({error.strerror or error})",
                expected="a zip archive that this program may read",
                remedy="check the spelling and the file's permissions",
                code="folder-missing",
            ) from None
        with file:
            yield file
    else:
        yield source


@contextlib.contextmanager
def _unfinished(workspace: Workspace) -> Iterator[Path]:
    """A folder beside the data sets that is gone afterwards, unless it was renamed."""
    try:
        workspace.datasets.mkdir(parents=True, exist_ok=True)
        for old in workspace.datasets.glob(f"{_UNFINISHED}*"):  # this program was killed then
            if time.time() - old.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
        folder = workspace.datasets / f"{_UNFINISHED}{secrets.token_hex(8)}"
        folder.mkdir()
    except OSError as error:
        raise _cannot_write(workspace.datasets, error) from None
    try:
        yield folder
    except OSError as error:
        raise _cannot_write(workspace.datasets, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cannot_write(folder: Path, error: OSError) -> PathError:
    return PathError(
        f"The archive cannot be unpacked ({error.strerror or error})",
        expected=f"a folder with room that can be written to: {folder}",
        remedy="free some space or choose another workspace with XRAYLIB_WORKSPACE",
        code="cannot-write",
    )


def _unpack(
    file: BinaryIO,
    found: list[Member],
    images: Path,
    limits: ArchiveLimits,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Writes the images; how many there were."""
    _check_names(found, limits)
    names = _Names()
    unpacked = 0
    kept = 0
    for done, member in enumerate(found):
        if progress:
            progress(done, len(found))
        if member.is_folder:
            continue
        pieces = content(file, member, limits)
        piece = next(pieces, b"")
        _refuse_archive_inside(member, piece[:_HEAD], limits)
        with contextlib.ExitStack() as stack:
            target = None
            is_image = names.is_image(member, piece[:_HEAD])
            if is_image or names.is_table(member):
                path = names.place(images, member)
                target = stack.enter_context(path.open("xb"))
                kept += is_image
            while piece:
                unpacked += len(piece)
                if unpacked > limits.unpacked_bytes:
                    what = f"brings the archive to more than {limits.unpacked_bytes:,} bytes"
                    raise refuse_archive("archive-unpacked", what, limits, member.name)
                if target is not None:
                    target.write(piece)
                piece = next(pieces, b"")
    if progress:
        progress(len(found), len(found))
    return kept


def _refuse_archive_inside(member: Member, head: bytes, limits: ArchiveLimits) -> None:
    if _DOCUMENT_NAME.search(member.name):
        return
    inside = any(head[at : at + len(mark)] == mark for at, mark in _ARCHIVES)
    if _ARCHIVE_NAME.search(member.name) or (inside and image_format(head) is None):
        raise refuse_archive("archive-nested", "is an archive itself", limits, member.name)


def _check_names(found: list[Member], limits: ArchiveLimits) -> None:
    """Every name once, and none both a file and a folder."""
    files: set[str] = set()
    folders: set[str] = set()
    for member in found:
        path = unicodedata.normalize("NFC", member.name.removesuffix("/"))
        parts = path.split("/")
        if len(parts) > _DEEPEST:
            what = f"lies {len(parts)} folders deep, more than {_DEEPEST}"
            raise refuse_archive("archive-name", what, limits, member.name)
        above = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        if path in files or (not member.is_folder and path in folders) or above & files:
            raise refuse_archive("archive-name", "is there twice", limits, member.name)
        (folders if member.is_folder else files).add(path)
        folders |= above


def _is_clutter(member: Member) -> bool:
    return any(is_clutter(part) for part in member.name.split("/"))


class _Names:
    """Names of our own for what is in an archive."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}
        self.used: set[str] = set()
        self.folders: dict[tuple[tuple[str, ...], str], str] = {}
        self.taken: set[tuple[tuple[str, ...], str]] = set()
        self.files: set[str] = set()

    def is_image(self, member: Member, head: bytes) -> bool:
        *_, last = member.name.split("/")
        if _is_clutter(member) or is_table_name(last):
            return False
        return is_picture_name(last) or image_format(head) is not None

    def is_table(self, member: Member) -> bool:
        """Whether it means to tell something of the images, and is kept beside them."""
        return is_table_name(member.name.rpartition("/")[2]) and not _is_clutter(member)

    def place(self, images: Path, member: Member) -> Path:
        """Where the member goes; its folder is made."""
        *above, last = unicodedata.normalize("NFC", member.name).split("/")
        made: tuple[str, ...] = ()
        for name in above:
            made = (*made, self._folder(made, name))
        folder = images.joinpath(*made)
        folder.mkdir(parents=True, exist_ok=True)
        stem, dot, ending = last.rpartition(".")
        stem, ending = (stem, _plain(ending)[:8]) if dot else (last, "")
        stem = _plain(stem)
        number, path = 1, folder / f"{stem}{dot}{ending}"
        while str(path).casefold() in self.files:
            number += 1
            path = folder / f"{stem}~{number}{dot}{ending}"
        self.files.add(str(path).casefold())
        return path

    def _folder(self, above: tuple[str, ...], name: str) -> str:
        """The same everywhere in the archive: a class stays one class in every split.

        Only beside each other two names that differ in case alone get different ones, because
        some file systems take them for one.
        """
        if name not in self.made:
            base, number = _plain(name), 1
            made = base
            while made in self.used:
                number += 1
                made = f"{base}~{number}"
            self.used.add(made)
            self.made[name] = made
        if (above, name) not in self.folders:
            made, number = self.made[name], 1
            while (above, made.casefold()) in self.taken:
                number += 1
                made = f"{self.made[name]}~{number}"
            self.taken.add((above, made.casefold()))
            self.folders[above, name] = made
        return self.folders[above, name]


def _plain(name: str) -> str:
    """Letters, digits and marks that mean nothing to any file system."""
    kept = "".join(
        letter if letter.isalnum() or letter in " ._-+()[]#,=&'~" else "_" for letter in name
    )
    kept = kept.strip(" .")
    while len(kept.encode()) > _LONGEST:
        kept = kept[:-1].rstrip(" .")
    if not kept or _RESERVED.match(kept):
        kept = f"_{kept}"
    return kept
