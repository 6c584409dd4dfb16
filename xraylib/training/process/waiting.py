"""A trainer that waits for a run with TensorFlow loaded: most of a cold start is that.

The server holds one, by a pipe to its standard input. What is written there names the run's
folder; from then on it is the run's trainer like any other and belongs to nobody. It ends by itself
when the pipe closes without a word (the server is gone) or when nothing came for ten minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psutil

from xraylib import onednn
from xraylib.extras import lacking
from xraylib.settings import read_settings

WAIT: Final = "--wait"
"""In place of a run's folder on the trainer's command line: it comes by standard input."""
IDLE_SECONDS: Final = 600.0
FREE_BYTES: Final = 2 * 1024**3
"""None is started where less memory is free; it takes about half a gigabyte."""


class WaitingTrainer:
    """At most one process that waits. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._onednn: bool | None = None

    def prepare(self) -> None:
        """Starts the process unless one waits, the host wants none, or memory is short."""
        if not read_settings().warm or lacking("train") is not None:
            return
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return
            if psutil.virtual_memory().available < FREE_BYTES:
                return
            self._onednn = onednn.chosen()
            self._process = subprocess.Popen(
                trainer_command(WAIT),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **detached(),
            )

    def hand_over(self, folder: Path, computes: bool | None) -> subprocess.Popen[bytes] | None:
        """Gives the run in ``folder`` to the process that waits; None where there is none for it.

        Args:
            folder: The run's; the process still has to take the run's lock as every trainer.
            computes: With oneDNN or not: a process that has loaded TensorFlow otherwise is no use.
        """
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None or computes != self._onednn:
                return None
            self._process = None
        assert process.stdin is not None
        try:
            with process.stdin as pipe:
                pipe.write(os.fsencode(folder))
        except OSError:  # it ended in this moment
            return None
        return process

    def end(self) -> None:
        """Ends the process that waits."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            with suppress(OSError):
                process.stdin.close()
            process.wait()


def trainer_command(argument: str) -> list[str]:
    """The command line of a trainer."""
    return [sys.executable, "-P", "-m", "xraylib.training.process.trainer", argument]


def detached(**variables: str) -> dict[str, Any]:
    """Arguments of ``Popen`` for a process that outlives us and our terminal.

    Args:
        variables: Of its environment, beside ours.
    """
    unbuffered = {"env": {**os.environ, "PYTHONUNBUFFERED": "1", **variables}}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return {**unbuffered, "creationflags": flags}
    return {**unbuffered, "start_new_session": True}


def wait_for_a_run() -> tuple[Path, threading.Thread]:
    """Called by the process that waits: returns the run's folder. Ends it if nobody wants it.

    With it comes the thread that loads TensorFlow meanwhile, to be joined. What is printed from
    then on goes into the run's log.
    """
    onednn.use(onednn.chosen())
    loading = load_tensorflow()
    idle = threading.Timer(IDLE_SECONDS, os._exit, (0,))
    idle.daemon = True
    idle.start()
    named = sys.stdin.buffer.read()  # whole when the server has closed the pipe, or is gone
    idle.cancel()
    if not named:
        os._exit(0)  # at once, and not beside a thread that still loads
    folder = Path(os.fsdecode(named))
    log = os.open(folder / "log.txt", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    for number in (1, 2):
        os.dup2(log, number)
    os.close(log)
    return folder, loading


def load_tensorflow() -> threading.Thread:
    """A thread that loads TensorFlow and our network; to be joined.

    Python's end waits for it: one that comes while a library is half loaded aborts the process.
    """
    loading = threading.Thread(target=_load, name="load TensorFlow")
    loading.start()
    return loading


def _load() -> None:
    import xraylib.training.loop.network
    import xraylib.training.loop.session  # noqa: F401
