"""A trainer goes behind the pages: who looks at one waits for an answer, a run does not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

NICE: Final = 10
"""Of the trainer, on Unix: a tenth of a core beside one other busy program on it."""

_GROUP: Final = Path("/proc/self/autogroup")


def give_way() -> None:
    """Lets other programs of this machine go before this process and its children.

    Nothing is slower where nobody else wants the processor. Linux may weigh whole sessions against
    each other (``sched_autogroup``); then the trainer's, which is its own, goes behind as well.
    """
    with suppress(psutil.Error, OSError):
        mine = psutil.Process()
        if psutil.WINDOWS:
            mine.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
            return
        mine.nice(max(mine.nice(), NICE))
        _GROUP.write_text(str(NICE))
