"""What the cache of prepared images holds, and making room in it.

Every entry can be made again from the images, so throwing one away costs time and nothing else.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from xraylib.json_values import JsonObject
from xraylib.regular import read_array
from xraylib.workspace import cannot_write, writing


@dataclass(frozen=True, kw_only=True)
class CacheEntry:
    """The prepared images of one data set and preparation.

    Attributes:
        key: Name of its folder.
        bytes: Its size on disk, unfinished drafts included.
        shape: (images, height, width, channels); empty if it is not complete.
        used: When it was last used, seconds since 1970.
        complete: False where it is being built, or a builder died.
    """

    key: str
    bytes: int
    shape: tuple[int, ...]
    used: float
    complete: bool

    def to_json(self) -> JsonObject:
        """A dictionary that JSON can hold."""
        return {**vars(self), "shape": list(self.shape)}


def list_entries(cache: Path) -> list[CacheEntry]:
    """All entries of ``workspace.cache``, the last used first."""
    if not cache.is_dir():
        return []
    folders = [f for f in cache.iterdir() if f.is_dir() and not f.name.startswith(".")]
    entries = [entry for folder in folders if (entry := _entry(folder)) is not None]
    return sorted(entries, key=lambda entry: entry.used, reverse=True)


def remove_entry(cache: Path, key: str) -> bool:
    """Throws one entry away; False if it is being built just now.

    A process that has mapped its file keeps it on Linux and macOS; one that opens it in this
    moment builds it again.

    Raises:
        PathError: code ``cannot-write``.
    """
    folder = cache / key
    lock = FileLock(folder / "build.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    except OSError as error:
        if folder.is_dir():
            raise cannot_write("Cannot remove prepared images", cache, error) from error
        return True  # gone already
    try:
        # Renamed first: an entry is there whole or not at all.
        rubbish = cache / f".removed-{key}"
        shutil.rmtree(rubbish, ignore_errors=True)
        with writing("Cannot remove prepared images", cache):
            folder.rename(rubbish)
    finally:
        lock.release()
    shutil.rmtree(rubbish, ignore_errors=True)
    return True


def _entry(folder: Path) -> CacheEntry | None:
    file = folder / "pixels.npy"
    try:
        size = sum(path.stat().st_size for path in folder.iterdir())
        if not file.exists():
            return CacheEntry(
                key=folder.name, bytes=size, shape=(), used=folder.stat().st_mtime, complete=False
            )
        shape = read_array(file).shape
        return CacheEntry(
            key=folder.name, bytes=size, shape=shape, used=file.stat().st_mtime, complete=True
        )
    except (OSError, ValueError):  # thrown away meanwhile, or not ours
        return None
