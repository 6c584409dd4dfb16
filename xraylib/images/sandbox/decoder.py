"""Decoding in a child process that may crash, hang or run out of memory without harm.

`Decoder` keeps one warm child (`sandbox`) and talks to it over pipes. A child has 10 seconds for a
file; a dead or slow one costs its file, and the next file gets a new child. What the child answers
is looked at like any other bytes from strangers.
"""

from __future__ import annotations

import math
import os
import queue
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError, ImageError
from xraylib.images.descriptors import DETAIL_SIDE, LOOK_BYTES
from xraylib.images.file_stats import FileStats
from xraylib.images.formats import FORMATS
from xraylib.images.notes import NOTES
from xraylib.images.prepare import Preparation
from xraylib.images.radiograph import (
    ALLOWED_ATTRIBUTES,
    DICOM_FACTS,
    MAX_BYTES,
    MAX_PIXELS,
    Radiograph,
    refuse,
)
from xraylib.images.sandbox.child import Message, write_message
from xraylib.images.sandbox.child_process import ChildProcess

SECONDS: Final = 10.0


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
        self._child: ChildProcess | None = None

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
        preparation: Preparation | None = None,
        prepared: Callable[[int, str, NDArray[np.uint8]], None] | None = None,
    ) -> list[FileStats]:
        """`file_stats` of many files, which the child opens itself; fewer once ``stop`` is set.

        Args:
            files: Where they are.
            stop: Ends it early.
            seen: Called with the SHA-256 and the `look` of each image that can be read, from the
                same decoding.
            preparation: What ``prepared`` wants.
            prepared: Called with the place in ``files``, the SHA-256 and what `prepare` makes of
                each image that can be read, from the same decoding.
        """
        asked = {
            "look": seen is not None,
            "prepare": None if preparation is None else preparation.to_json(),
        }
        looks = LOOK_BYTES if seen is not None else 0
        stats: list[FileStats] = []
        with closing(self._each("file_stats", files, stop, **asked)) as answers:
            for answer in answers:
                if isinstance(answer, ImageError):
                    stats.append(FileStats(error_code=answer.code, error_reason=answer.message))
                    continue
                stats.append(FileStats(**answer[0]))
                raw = memoryview(answer[1])
                if seen is not None and len(raw) >= looks:
                    seen(stats[-1].sha256, bytes(raw[:looks]))
                if preparation is not None and prepared is not None:
                    pixels = _pixels(raw[looks:], preparation)
                    if pixels is not None:
                        prepared(len(stats) - 1, stats[-1].sha256, pixels)
        return stats

    def prepared(
        self,
        files: Sequence[Path],
        preparation: Preparation,
        stop: threading.Event | None = None,
    ) -> Generator[tuple[str, NDArray[np.uint8]] | ImageError]:
        """SHA-256 of each file and what `prepare` makes of it; for one that cannot be read, why.

        Others wait for this decoder until all is taken or the generator is closed.
        """
        asked = {"prepare": preparation.to_json()}
        with closing(self._each("prepared", files, stop, **asked)) as answers:
            for answer in answers:
                if isinstance(answer, ImageError):
                    yield answer
                    continue
                pixels = _pixels(answer[1], preparation)
                yield (
                    refuse("decoder-died", "The decoder's answer is cut short")
                    if pixels is None
                    else (str(answer[0].get("sha256")), pixels)
                )

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
        self, what: str, files: Sequence[Path], stop: threading.Event | None, **asked: Any
    ) -> Generator[Message | ImageError]:
        """The child's answer to each file, one at a time; fewer once ``stop`` is set."""
        done = 0
        with self._lock:
            try:
                while done < len(files) and not (stop is not None and stop.is_set()):
                    try:
                        if done == 0 or self._child is None:
                            names = [os.fspath(path) for path in files[done:]]
                            self._ask({"do": what, "files": names, **asked}, b"")
                        answer: Message | ImageError = self._answer()
                    except ImageError as error:
                        answer = error
                    done += 1
                    yield answer
            finally:
                if done < len(files):  # what it would answer next nobody asked for
                    self._end()

    def _ask(self, request: dict[str, Any], data: bytes) -> None:
        for _ in range(2):  # a warm child may have died while nobody looked
            if self._child is None:
                self._child = ChildProcess(late=self._late)
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


def _pixels(
    raw: bytes | bytearray | memoryview, preparation: Preparation
) -> NDArray[np.uint8] | None:
    """Prepared pixels from the child; None where they are not there."""
    shape = preparation.input_shape
    if len(raw) != math.prod(shape):
        return None
    return np.frombuffer(raw, np.uint8).reshape(shape)


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
