"""Where things live on disk, and the one resolver that every path from outside goes through.

workspace/
  datasets/<name>/       dataset.json, index.parquet, thumbnails/
  designs/<name>.json    saved networks
  weights/<name>.h5      put there by hand: weights that backbones may start from
  runs/<id>/             one folder a training run
  trials/<key>.json      what a few timed steps cost on this machine, safe to delete
  models/<name>/<version>/  published models; models/<name>/in_use names the version in use
  accepted/<model>/<version>/<images>.json  how published models did on images of other places
  folders/<key>/         what is known of folders that are no data set, safe to delete
  answers/<key>.json     what a command said of a folder that has not changed, safe to delete
  cache/<key>/           prepared pixels, shared by runs, safe to delete
  chosen.json            the data set that the pages begin with
  lesson.json            how far somebody is with the tasks beside the pages
  lesson.toml            a teacher's tasks, put there by hand
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from xraylib.arguments import PathLike, as_path, checked, checked_fields
from xraylib.errors import PathError
from xraylib.settings import SHIPPED_MODELS, read_settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@checked_fields
@dataclass(frozen=True)
class Workspace:
    """The folder of everything that lasts.

    Attributes:
        root: Absolute path; it and its subfolders are made when first written to.
    """

    root: Path

    @classmethod
    @checked
    def open(cls, root: Workspace | PathLike | None = None) -> Workspace:
        """The workspace at ``root``, or at ``XRAYLIB_WORKSPACE``. Nothing is created.

        Args:
            root: A path; a workspace stands for itself.

        Raises:
            PathError: code ``not-a-path``.
        """
        if root is None:
            return cls(read_settings().workspace)
        return root if isinstance(root, Workspace) else cls(as_path(root, "workspace").absolute())

    @property
    def datasets(self) -> Path:
        return self.root / "datasets"

    @property
    def designs(self) -> Path:
        return self.root / "designs"

    @property
    def weights(self) -> Path:
        return self.root / "weights"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def trials(self) -> Path:
        return self.root / "trials"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def shipped_models(self) -> Path:
        """Read-only models that come with the package."""
        return SHIPPED_MODELS


WorkspaceLike: TypeAlias = Workspace | PathLike
"""What functions take as ``workspace``; without it they use that of ``XRAYLIB_WORKSPACE``."""


def resolve_inside(root: Path, relative: str | os.PathLike[str]) -> Path:
    """``root / relative`` with every link followed, refused unless it stays inside ``root``.

    Args:
        root: The folder that must not be left.
        relative: A relative path from outside (a form, a file, an address).

    Raises:
        PathError: code ``path-outside``: the path is absolute, holds a NUL or leaves the root.
    """
    text = os.fspath(relative)
    refused = PathError(
        f"The path {text[:200]!r} is not inside its folder",
        expected=f"a relative path that stays inside {root.name!r}",
        remedy="choose a file or folder inside it",
        code="path-outside",
    )
    if "\0" in text or "\\" in text or Path(text).is_absolute() or Path(text).drive:
        raise refused
    try:
        base = root.resolve()
        target = (base / text).resolve()
    except (OSError, RuntimeError, ValueError):
        raise refused from None
    if target != base and base not in target.parents:
        raise refused
    return target


def checked_name(name: str) -> str:
    """``name`` if it can be a file name everywhere.

    Raises:
        PathError: code ``name``: it is not 1 to 64 of A-Z a-z 0-9 . _ - starting with one of
            the first three groups.
    """
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise PathError(
            f"The name {name[:80]!r} cannot be used",
            expected="1 to 64 letters, digits, dots, hyphens or underscores, no mark in front",
            remedy="choose another name",
            code="name",
        )
    return name


def new_id() -> str:
    """A name that sorts by the time it was made: UTC to the second and six hexadecimal digits.

    The first four digits are the 65,536ths of the second, the last two are random, so that what
    one process makes in turn sorts in turn, and two processes hardly ever meet.
    """
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{stamp}-{(nanoseconds << 16) // 1_000_000_000:04x}{secrets.token_hex(1)}"


@contextmanager
def writing(what: str, where: Path) -> Iterator[None]:
    """Says it in our words where the system does not let its block write.

    Args:
        what: That cannot be done, as ``"Cannot delete the run"``.
        where: The folder that it would be done in.

    Raises:
        PathError: code ``cannot-write``: the folder is read-only, full or missing.
    """
    try:
        yield
    except OSError as error:
        raise cannot_write(what, where, error) from error


def cannot_write(what: str, where: Path, error: OSError) -> PathError:
    """The error for a folder that is read-only, full or missing; arguments as of `writing`."""
    return PathError(
        f"{what} ({error.strerror or error})",
        expected=f"a folder with room that can be written to: {where}",
        remedy="free some space or choose another workspace with XRAYLIB_WORKSPACE",
        code="cannot-write",
    )


def write_atomic(path: Path, data: bytes | str, *, new_folder: bool = True) -> None:
    """Replaces ``path`` in one step: readers see the old content or the new, never a part.

    Args:
        path: The file.
        data: Its new content.
        new_folder: Whether a folder that is missing is made. A trainer makes none: its run's was
            deleted or taken away, and nothing of it may come back.

    Raises:
        PathError: code ``cannot-write``: the folder is read-only, full or missing.
    """
    raw = data.encode() if isinstance(data, str) else data
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if new_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise cannot_write(f"Cannot write {path.name}", path.parent, error) from error


def check_writable(path: Path) -> None:
    """Asks whether ``path`` could be written now, before the work whose result it is to keep.

    Raises:
        PathError: code ``cannot-write``, as of `write_atomic`; nothing is left behind.
    """
    try:
        folder = next(one for one in path.parents if one.is_dir())
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise cannot_write(f"Cannot write {path.name}", path.parent, error) from error


def write_json(path: Path, value: Any, *, new_folder: bool = True) -> None:
    """Writes ``value`` as indented JSON, as `write_atomic` does; NaN is refused by ``json``."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_atomic(path, text, new_folder=new_folder)
