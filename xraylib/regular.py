"""Opening what ought to be a regular file, on a disk where anything may stand in its place.

Opening a named pipe waits until somebody writes into it, which may be never, and a device may have
no end. Whatever this program reads by a path that it did not make a moment ago it opens here.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Final

_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(file: str | os.PathLike[str]) -> BufferedReader:
    """Opens a regular file, or a link to one, to read its bytes.

    Raises:
        OSError: It cannot be opened, or is a folder, a pipe, a socket or a device.
    """
    descriptor = os.open(file, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _no_file(file)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_regular(file: str | os.PathLike[str], most: int = -1) -> bytes:
    """The first ``most`` bytes of a regular file; by default all.

    Raises:
        OSError: As `open_regular`.
    """
    with open_regular(file) as stream:
        return stream.read(most)


def regular(file: Path) -> Path:
    """``file`` itself, for a library that opens files by their path.

    Raises:
        OSError: It is not there, or is no regular file.
    """
    if not stat.S_ISREG(file.stat().st_mode):
        raise _no_file(file)
    return file


def _no_file(file: str | os.PathLike[str]) -> OSError:
    return OSError(errno.EINVAL, "It is no regular file", os.fspath(file))


def changed_at(file: Path | None) -> int:
    """When a file was written, nanoseconds since 1970, for what is kept by it.

    0 where there is none, or nothing that can be looked at, such as a link that leads to itself.
    """
    try:
        return file.stat().st_mtime_ns if file is not None else 0
    except OSError:
        return 0
