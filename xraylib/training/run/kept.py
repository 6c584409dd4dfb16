"""What lists say of ended runs, kept: one that has ended is read once, however often it is shown.

A list of 5,000 runs would else open 20,000 files each time that somebody looks at it. What is kept
lives in this process alone: nothing on disk can be out of date or damaged.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar, overload

from xraylib.errors import XrayError
from xraylib.training.run.ids import is_run_id
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, WorkspaceLike

_T = TypeVar("_T")

# Two changes of a folder within one tick of the file system's clock would look like one.
_REST_SECONDS: Final = 2.0
# A file that is mended in place changes no folder, and one may be unreadable for a moment alone.
_DAMAGE_SECONDS: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What was read of a run.

    Attributes:
        changed: When its folder was changed last, in nanoseconds.
        until: On the monotonic clock; then it is read again.
        values: By the function that read them.
    """

    changed: int
    until: float
    values: dict[Callable[[Run], Any], Any] = field(default_factory=dict)


_kept: Final[dict[str, dict[str, _Kept]]] = {}
"""By the folder of all runs, and by run."""


class RunList(Sequence[Run]):
    """The runs of a workspace as they were a moment ago, newest first.

    Args:
        folder: ``workspace.runs``.
        ids: Of its runs.
    """

    def __init__(self, folder: Path, ids: Sequence[str]) -> None:
        self._folder = folder
        self._known = _kept.setdefault(str(folder), {})
        self.ids: Final = ids

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> Run: ...
    @overload
    def __getitem__(self, place: slice) -> RunList: ...
    def __getitem__(self, place: int | slice) -> Run | RunList:
        if isinstance(place, slice):
            return self.only(self.ids[place])
        return Run(self._folder / self.ids[place])

    def find(self, run_id: str | None) -> Run | None:
        """The run of this list that is called so, or None."""
        return Run(self._folder / run_id) if run_id is not None and run_id in self.ids else None

    def only(self, ids: Sequence[str]) -> RunList:
        """These runs of the list, in this order."""
        return RunList(self._folder, ids)

    def each(
        self, read: Callable[[Run], _T], damaged: Callable[[Run, XrayError], _T] | None = None
    ) -> list[_T]:
        """``kept(run, read)`` of every run, without a look at the disk for those at rest.

        Args:
            read: As for `kept`.
            damaged: What stands for a run of which ``read`` says that it cannot be read; that is
                not kept. Without it the error goes on.
        """
        return [self._value(run_id, read, damaged) for run_id in self.ids]

    def where(self, wanted: Callable[[Run], Any]) -> RunList:
        """The runs of which ``kept(run, wanted)`` holds."""
        chosen = zip(self.ids, self.each(wanted), strict=True)
        return self.only([run_id for run_id, one in chosen if one])

    def going(self) -> list[Run]:
        """The runs that have not ended, or did so a moment ago."""
        return [Run(self._folder / run_id) for run_id in self.ids if run_id not in self._known]

    def _value(
        self,
        run_id: str,
        read: Callable[[Run], _T],
        damaged: Callable[[Run, XrayError], _T] | None,
    ) -> _T:
        known = self._known.get(run_id)
        if known is not None and read in known.values:
            value: _T = known.values[read]
            return value
        run = Run(self._folder / run_id)
        try:
            return _value(run, known, read)
        except XrayError as error:
            if damaged is None:
                raise
            return damaged(run, error)


def kept_runs(*, workspace: WorkspaceLike | None = None) -> RunList:
    """All runs, as `list_runs` finds them; what is kept of those that changed is forgotten."""
    folder = Workspace.open(workspace).runs
    place = str(folder)
    known = _kept.setdefault(place, {})
    ids = []
    now = time.monotonic()
    for name in sorted(filter(is_run_id, _names(place)), reverse=True):
        try:
            facts = os.stat(f"{place}/{name}")  # noqa: PTH116 - a `Path` each takes as long again
        except OSError:  # it was deleted a moment ago
            continue
        if not stat.S_ISDIR(facts.st_mode):
            continue
        ids.append(name)
        one = known.get(name)
        if one is None or one.changed != facts.st_mtime_ns or one.until < now:
            _look(Run(folder / name), facts.st_mtime_ns, known)
    for gone in known.keys() - set(ids):
        known.pop(gone, None)
    return RunList(folder, ids)


def _names(place: str) -> list[str]:
    try:
        with os.scandir(place) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []


def kept(run: Run, read: Callable[[Run], _T]) -> _T:
    """``read(run)``; of a run that has ended only once, as long as its folder is as it was.

    Records are replaced by new files, so the folder's own time tells of every change; a run that
    goes on, or is resumed, is read each time. What ``read`` raises is not kept.

    Args:
        run: Any run.
        read: A function of a run's records alone; one of a module, not made anew each time.
    """
    return _value(run, _values(run), read)


def is_at_rest(run: Run) -> bool:
    """Whether the run has ended, and nothing was written in its folder for two seconds."""
    return _values(run) is not None


def _value(run: Run, known: _Kept | None, read: Callable[[Run], _T]) -> _T:
    if known is None:
        return read(run)
    if read not in known.values:
        known.values[read] = read(run)
    value: _T = known.values[read]
    return value


def _values(run: Run) -> _Kept | None:
    known = _kept.setdefault(str(run.folder.parent), {})
    try:
        changed = run.folder.stat().st_mtime_ns
    except OSError:
        return None
    one = known.get(run.id)
    if one is not None and one.changed == changed and one.until >= time.monotonic():
        return one
    return _look(run, changed, known)


def _look(run: Run, changed: int, known: dict[str, _Kept]) -> _Kept | None:
    """Reads whether the run has ended, and keeps that if it has."""
    known.pop(run.id, None)
    if abs(time.time() - changed / 1e9) < _REST_SECONDS:
        return None
    status = run.status()
    if not status.is_final:
        return None
    until = time.monotonic() + _DAMAGE_SECONDS if status.state == "damaged" else float("inf")
    known[run.id] = _Kept(changed=changed, until=until, values={Run.status: status})
    return known[run.id]
