"""The process beside a trainer that tells its run to other notebooks of runs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from xraylib.settings import read_settings

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def tell_beside(run: Run) -> None:
    """Starts a process that tells the run on, where ``XRAYLIB_LOGGERS`` wants it.

    What goes wrong there is read in the run's log, and nowhere else.
    """
    chosen = read_settings().loggers
    if not chosen:
        return
    words = [word for name in chosen for word in ("--to", name)]
    subprocess.Popen(
        [sys.executable, "-m", "xraylib", "log", run.id, "--follow", *words],
        env={**os.environ, "XRAYLIB_WORKSPACE": str(run.folder.parent.parent)},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
