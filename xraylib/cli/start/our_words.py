"""On standard error stands what this program says, not what libraries tell their developers.

TensorFlow and LiteRT write past Python, whatever their log level. So the file descriptor they know
is a pipe meanwhile, whose lines are passed on but for theirs; Python writes to where it led before,
so that a progress bar still knows its terminal.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from xraylib.extras import is_library_chatter

_ERRORS: Final = 2
_WAIT_SECONDS: Final = 0.5
"""A process that was started and goes on holds the pipe open; nobody waits for it."""


@contextmanager
def without_chatter() -> Iterator[None]:
    """While a command runs, in a process of its own."""
    before = sys.stderr
    try:
        if before is None or before.fileno() != _ERRORS:
            yield
            return
        told = os.dup(_ERRORS)
    except OSError:  # it is closed
        yield
        return
    reading, writing = os.pipe()
    before.flush()
    os.dup2(writing, _ERRORS)
    os.close(writing)
    sys.stderr = open(  # noqa: SIM115 - the descriptor outlives it
        told, "w", encoding=before.encoding, errors=before.errors, buffering=1, closefd=False
    )
    reader = threading.Thread(target=_pass_on, args=(reading, told), daemon=True)
    reader.start()
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(told, _ERRORS)  # closes the pipe's end
        sys.stderr = before
        reader.join(_WAIT_SECONDS)


def _pass_on(reading: int, told: int) -> None:
    with open(reading, "rb", buffering=0) as pipe:
        for line in pipe:
            if not is_library_chatter(line.decode("utf-8", "replace")):
                try:
                    os.write(told, line)
                except OSError:  # nobody listens any more
                    return
