"""The child processes in which a program reads files of one's own: warm, and shared by all of it.

A codec can end its process on an intact file. So no file is decoded where a page is served, a
command runs or a network is trained: whatever happens in the child costs one file.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from xraylib.arguments import PathLike, as_path, checked
from xraylib.images.decode import read_bytes
from xraylib.images.radiograph import Radiograph, refuse
from xraylib.images.sandbox.decoder import Decoder

_PROCESSORS: Final = os.cpu_count() or 1


class _Children:
    """Those that wait, the warm one first, and places for those that work."""

    def __init__(self) -> None:
        self.idle: queue.LifoQueue[Decoder] = queue.LifoQueue()
        self.places = threading.BoundedSemaphore(_PROCESSORS)


_children = _Children()
_of_the_parent: Final[list[_Children]] = []


def _after_fork() -> None:
    """In a forked process: the threads that read the children's answers are the parent's."""
    global _children
    _of_the_parent.append(_children)  # kept, so that nothing of it is closed here
    _children = _Children()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextmanager
def borrowed() -> Iterator[Decoder]:
    """A decoder that nobody else uses meanwhile; its child stays warm for whoever is next."""
    idle = _children.idle
    try:
        decoder = idle.get_nowait()
    except queue.Empty:
        decoder = Decoder(late=True)
    try:
        yield decoder
    finally:
        if idle.qsize() < _PROCESSORS:
            idle.put(decoder)
        else:
            decoder.close()


def end_children() -> None:
    """Ends the children that wait, so that they take no memory; the next file starts another."""
    while True:
        try:
            decoder = _children.idle.get_nowait()
        except queue.Empty:
            return
        decoder.close()


@checked
def read_image(source: PathLike | bytes) -> Radiograph:
    """Decodes one file of a format that is read, in a child process.

    The first file waits about half a second for the child to start.

    Args:
        source: The file's path, as text or ``os.PathLike``; or, as bytes, its content.

    Raises:
        ImageError: The file cannot be read, its content does not become a radiograph, or its
            decoder crashed (``decoder-died``) or took more than 10 seconds (``too-slow``);
            ``code`` is in `IMAGE_ERROR_CODES`.
        PathError: code ``not-a-path``.
    """
    data = source if isinstance(source, bytes) else read_bytes(as_path(source, "source"))
    with _children.places, borrowed() as decoder:
        return decoder.decode(data)


def read_known(path: Path, sha256: str) -> Radiograph:
    """`read_image` of a file that must still be what it was when its sum was kept.

    Raises:
        ImageError: as `read_image`, and code ``changed``.
    """
    data = read_bytes(path)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise refuse("changed", "The image changed after the folder was scanned")
    return read_image(data)
