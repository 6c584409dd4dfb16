"""The process of a child that decodes, as its parent sees it."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
import weakref
from typing import IO, Final

from xraylib.errors import XrayError
from xraylib.images.sandbox.child import LATE, Message, read_message
from xraylib.images.sandbox.child_limits import environment

COMMAND: Final = (sys.executable, "-P", "-m", "xraylib.images.sandbox.child")

_START_SECONDS: Final = 60.0


class ChildProcess:
    """The process, and a thread that reads its answers so that waiting can time out.

    Attributes:
        stdin: Takes requests.
        end: Ends it; may be called again.
    """

    def __init__(self, *, late: bool) -> None:
        self.may_load = late
        self.process = subprocess.Popen(
            (*COMMAND, *((LATE,) if late else ())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,  # Ctrl-C is the parent's to handle
        )
        assert self.process.stdin is not None  # PIPE was asked for
        assert self.process.stdout is not None
        self.stdin: IO[bytes] = self.process.stdin
        self.answers: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        reader = threading.Thread(
            target=_read_answers, args=(self.process.stdout, self.answers), daemon=True
        )
        reader.start()
        try:
            ready = self.answers.get(timeout=_START_SECONDS)
        except queue.Empty:
            ready = None
        # Also when the decoder is forgotten, and when Python ends.
        self.end = weakref.finalize(self, _end_process, self.process)
        if ready is None:
            self.end()
            raise XrayError(
                "The child process that decodes images does not start",
                expected=f"that this command runs: {' '.join(COMMAND)}",
                remedy="close other programs to free some memory, then try again",
                code="decoder",
            )

    def answer(self, seconds: float) -> Message | None:
        """The next answer; None where the child ended.

        Raises:
            queue.Empty: There is none after so many seconds, and the child is not loading.
        """
        message = self.answers.get(timeout=seconds)
        if self.may_load and message is not None and message[0] == {"loading": True}:
            self.may_load = False  # only once
            message = self.answers.get(timeout=_START_SECONDS)
        return message


def _end_process(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()


def _read_answers(pipe: IO[bytes], answers: queue.SimpleQueue[Message | None]) -> None:
    try:
        while True:
            answers.put(read_message(pipe))
    except (EOFError, OSError, ValueError):
        answers.put(None)
