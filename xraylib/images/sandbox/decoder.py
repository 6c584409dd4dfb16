"""Decoding in a child process that may crash, hang or run out of memory without harm.

`Decoder` keeps one warm child (`sandbox`) and talks to it over pipes. A child has 10 seconds for a
file; a dead or slow one costs its file, and the next file gets a new child. What the child answers
is looked at like any other bytes from strangers.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError, ImageError, XrayError
from xraylib.images.descriptors import DETAIL_SIDE, LOOK_BYTES
from xraylib.images.file_stats import FileStats
from xraylib.images.formats import FORMATS
from xraylib.images.notes import NOTES
from xraylib.images.radiograph import (
    ALLOWED_ATTRIBUTES,
    DICOM_FACTS,
    MAX_BYTES,
    MAX_PIXELS,
    Radiograph,
    refuse,
)
from xraylib.images.sandbox.child import LATE, Message, read_message, write_message
from xraylib.images.sandbox.child_limits import environment

SECONDS: Final = 10.0

_START_SECONDS: Final = 60.0
_COMMAND: Final = (sys.executable, "-P", "-m", "xraylib.images.sandbox.child")


class Decoder:
    """`read_image` for bytes from strangers. Safe to share between threads; one file at a time.

    Args:
        seconds: How long one file may take.
        late: Whether decoders that take long to load come with the first file that needs them:
            half of a child's start, which a folder without such files does not need.

    The child starts with the first file and ends with `close` or the ``with`` block.
    """

    def __init__(self, *, seconds: float = SECONDS, late: bool = False) -> None:
        self._seconds = seconds
        self._late = late
        self._lock = threading.Lock()
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child. The decoder can be used again and then starts another."""
        with self._lock:
            self._end()

    def decode(self, data: bytes) -> Radiograph:
        """Decodes the content of one file.

        Raises:
            ImageError: As `read_image`, and the codes ``too-slow`` and ``decoder-died``.
        """
        if len(data) > MAX_BYTES:
            raise refuse("too-large", f"The file has {len(data) / 2**20:.1f} MiB")
        with self._lock:
            self._ask({"do": "decode"}, data)
            answer, raw = self._answer()
        return _image(answer, raw)

    def file_stats(
        self,
        files: Sequence[Path],
        stop: threading.Event | None = None,
        *,
        seen: Callable[[str, bytes], None] | None = None,
    ) -> list[FileStats]:
        """`file_stats` of many files, which the child opens itself; fewer once ``stop`` is set.

        Args:
            files: Where they are.
            stop: Ends it early.
            seen: Called with the SHA-256 and the `look` of each image that can be read, from the
                same decoding.
        """
        answers = self._each("file_stats" if seen is None else "stats_and_look", files, stop)
        stats = []
        for answer in answers:
            if isinstance(answer, ImageError):
                stats.append(FileStats(error_code=answer.code, error_reason=answer.message))
                continue
            stats.append(FileStats(**answer[0]))
            if seen is not None and len(answer[1]) == LOOK_BYTES:
                seen(stats[-1].sha256, bytes(answer[1]))
        return stats

    def looks(
        self, files: Sequence[Path], stop: threading.Event | None = None
    ) -> list[bytes | ImageError]:
        """`look` of many files; for a file that cannot be read, why."""
        return [
            answer
            if isinstance(answer, ImageError)
            else bytes(answer[1])
            if len(answer[1]) == LOOK_BYTES
            else refuse("decoder-died", "The decoder's answer is cut short")
            for answer in self._each("look", files, stop)
        ]

    def details(
        self, files: Sequence[Path], stop: threading.Event | None = None
    ) -> list[NDArray[np.int8] | ImageError]:
        """`detail` of many files; for a file that cannot be read, why."""
        return [
            answer
            if isinstance(answer, ImageError)
            else np.frombuffer(answer[1], np.int8).reshape(DETAIL_SIDE, DETAIL_SIDE)
            for answer in self._each("detail", files, stop)
        ]

    def dicom_facts(
        self, files: Sequence[Path], stop: threading.Event | None = None
    ) -> list[dict[str, str]]:
        """`dicom_facts` of many files: nothing for those that are no DICOM or cannot be read."""
        return [
            {}
            if isinstance(answer, ImageError)
            else {name: str(answer[0][name]) for name in DICOM_FACTS if name in answer[0]}
            for answer in self._each("dicom_facts", files, stop)
        ]

    def _each(
        self, what: str, files: Sequence[Path], stop: threading.Event | None
    ) -> list[Message | ImageError]:
        """The child's answer to each file; fewer once ``stop`` is set."""
        done: list[Message | ImageError] = []
        with self._lock:
            while len(done) < len(files):
                if stop is not None and stop.is_set():
                    self._end()
                    break
                try:
                    if len(done) == 0 or self._child is None:
                        names = [os.fspath(path) for path in files[len(done) :]]
                        self._ask({"do": what, "files": names}, b"")
                    done.append(self._answer())
                except ImageError as error:
                    done.append(error)
        return done

    def _ask(self, request: dict[str, Any], data: bytes) -> None:
        for _ in range(2):  # a warm child may have died while nobody looked
            if self._child is None:
                self._child = _Child(late=self._late)
            try:
                write_message(self._child.stdin, request, data)
                return
            except OSError:
                self._end()
        raise refuse("decoder-died", "The decoder ended before it could begin")

    def _answer(self) -> Message:
        assert self._child is not None  # _ask started it
        try:
            message = self._child.answer(self._seconds)
        except queue.Empty:
            self._end()
            raise refuse(
                "too-slow", f"Decoding was stopped after {self._seconds:g} seconds"
            ) from None
        except BaseException:  # interrupted: what comes next from this child answers nobody
            self._end()
            raise
        if message is None:
            self._end()
            raise refuse("decoder-died", "The decoder crashed or ran out of memory on this file")
        answer, raw = message
        if "error" in answer:
            raise ImageError(**answer["error"])
        return answer, raw

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None


def _image(answer: Any, raw: bytearray) -> Radiograph:
    """A decoded image from the child, which a broken file may have taken over.

    Raises:
        ImageError: code ``decoder-died``: the answer is not an image with allowed attributes.
    """
    try:
        attributes = dict(answer["attributes"])
        dtype = {"uint8": np.uint8, "uint16": np.uint16}[answer["dtype"]]
        shape = tuple(answer["shape"])
        known = all(
            name in ALLOWED_ATTRIBUTES
            and (type(value) in (int, float) or (type(value) is str and len(value) <= 128))
            for name, value in attributes.items()
        )
        named = answer["format"] in FORMATS and len(answer["mode"]) <= 32
        notes = tuple(answer["notes"])
        known = known and set(notes) <= set(NOTES)
        if known and named and min(shape) > 0 and shape[0] * shape[1] <= MAX_PIXELS:
            return Radiograph(
                pixels=np.frombuffer(raw, dtype).reshape(shape),
                bit_depth=answer["bit_depth"],
                mode=str(answer["mode"]),
                format=answer["format"],
                attributes=attributes,
                notes=notes,
            )
    except (KeyError, TypeError, ValueError, IndexError, ConfigError):
        pass
    raise refuse("decoder-died", "The decoder's answer to this file makes no sense")


class _Child:
    """The process, and a thread that reads its answers so that waiting can time out."""

    def __init__(self, *, late: bool) -> None:
        self.may_load = late
        self.process = subprocess.Popen(
            (*_COMMAND, *((LATE,) if late else ())),
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
                expected=f"that this command runs: {' '.join(_COMMAND)}",
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
