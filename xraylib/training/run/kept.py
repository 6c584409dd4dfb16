"""What lists say of ended runs, kept: one that has ended is read once, however often it is shown.

A list of 5,000 runs would else open 20,000 files each time that somebody looks at it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from xraylib.training.run.runs import Run

_T = TypeVar("_T")
_Values = dict[Callable[[Run], Any], Any]

_MOST: Final = 20_000
# Two changes of a folder within one tick of the file system's clock would look like one.
_REST_SECONDS: Final = 2.0
_kept: dict[str, tuple[int, _Values]] = {}


def kept(run: Run, read: Callable[[Run], _T]) -> _T:
    """``read(run)``; of a run that has ended only once, as long as its folder is as it was.

    Records are replaced by new files, so the folder's own time tells of every change; a run that
    goes on, or is resumed, is read each time.

    Args:
        run: Any run.
        read: A function of a run's records alone; one of a module, not made anew each time.
    """
    values = _values(run)
    if values is None:
        return read(run)
    if read not in values:
        values[read] = read(run)
    value: _T = values[read]
    return value


def is_at_rest(run: Run) -> bool:
    """Whether the run has ended, and nothing was written in its folder for two seconds."""
    return _values(run) is not None


def _values(run: Run) -> _Values | None:
    place = str(run.folder)
    changed = vars(run).get("changed")  # as it was when the run was listed, a moment ago
    if changed is None:
        try:
            changed = run.folder.stat().st_mtime_ns
        except OSError:
            return None
    found = _kept.get(place)
    if found is not None and found[0] == changed:
        return found[1]
    if time.time() - changed / 1e9 < _REST_SECONDS:
        return None
    status = run.status()
    if not status.is_final:
        return None
    while len(_kept) >= _MOST:
        _kept.pop(next(iter(_kept)), None)
    values: _Values = {Run.status: status}
    _kept[place] = changed, values
    return values
