"""Which prepared images are in use, and throwing away the others."""

from __future__ import annotations

from dataclasses import dataclass

from xraylib.errors import RunError
from xraylib.loading.cache import CacheEntry, list_entries, remove_entry
from xraylib.records import read_json
from xraylib.training.run.locks import is_held
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace, WorkspaceLike

CACHE_FILE = "cache.json"


@dataclass(frozen=True, kw_only=True)
class CachedImages:
    """An entry of the cache and who needs it.

    Attributes:
        entry: Key, size, shape and last use.
        runs: Ids of all runs that were trained with it, newest first.
        living: Those of them whose trainer lives: the entry is not thrown away.
    """

    entry: CacheEntry
    runs: tuple[str, ...]
    living: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """What was thrown away.

    Attributes:
        removed: Keys.
        bytes: What they took.
        kept: Keys of entries that were left because they are in use.
    """

    removed: tuple[str, ...]
    bytes: int
    kept: tuple[str, ...]


def list_cache(*, workspace: WorkspaceLike | None = None) -> list[CachedImages]:
    """The prepared images that are kept, the last used first."""
    workspace = Workspace.open(workspace)
    users: dict[str, list[Run]] = {}
    for run in list_runs(workspace=workspace):
        key = _key(run)
        if key is not None:
            users.setdefault(key, []).append(run)
    return [
        CachedImages(
            entry=entry,
            runs=tuple(run.id for run in users.get(entry.key, [])),
            living=tuple(r.id for r in users.get(entry.key, []) if is_held(r.lock_file)),
        )
        for entry in list_entries(workspace.cache)
    ]


def prune_cache(
    *, unused_for: float = 0.0, now: float = 0.0, workspace: WorkspaceLike | None = None
) -> Pruned:
    """Throws away all prepared images that no living run uses.

    Args:
        unused_for: Only what has not been used for so many seconds before ``now``.
        now: Seconds since 1970; needed with ``unused_for``.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.
    """
    workspace = Workspace.open(workspace)
    removed, kept, size = [], [], 0
    for cached in list_cache(workspace=workspace):
        entry = cached.entry
        old = not unused_for or now - entry.used >= unused_for
        if old and not cached.living and remove_entry(workspace.cache, entry.key):
            removed.append(entry.key)
            size += entry.bytes
        else:
            kept.append(entry.key)
    return Pruned(removed=tuple(removed), bytes=size, kept=tuple(kept))


def remove_cached(key: str, *, workspace: WorkspaceLike | None = None) -> None:
    """Throws away one entry.

    Raises:
        RunError: codes ``no-cache`` (there is none) and ``cache-in-use``.
    """
    workspace = Workspace.open(workspace)
    found = next((c for c in list_cache(workspace=workspace) if c.entry.key == key), None)
    if found is None:
        raise RunError(
            f"There are no prepared images called {key[:40]!r}",
            expected="the key of an entry of the cache",
            remedy="choose one from the list (xraylib cache)",
            code="no-cache",
        )
    if found.living or not remove_entry(workspace.cache, key):
        user = ", ".join(found.living) or "a run that prepares them"
        raise RunError(
            f"The prepared images {key} are in use by {user}",
            expected="images that no living run needs",
            remedy="wait for the run's end, or stop it first",
            code="cache-in-use",
        )


def _key(run: Run) -> str | None:
    try:
        return str(read_json(run.folder / CACHE_FILE)["key"])
    except Exception:  # a run that never began, or of an older version, names none
        return None
