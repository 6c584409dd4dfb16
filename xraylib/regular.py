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
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from numpy.typing import NDArray

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


def read_regular(file: str | os.PathLike[str], most: int) -> bytes:
    """All of a regular file, if it has ``most`` bytes at most.

    Nothing is taken that could fill the memory: a file with a hole of a hundred gigabytes takes no
    room on the disk.

    Raises:
        OSError: As `open_regular`, and where there is more.
    """
    data = read_head(file, most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"It has more than {most:,} bytes", os.fspath(file))
    return data


def read_head(file: str | os.PathLike[str], count: int) -> bytes:
    """The first ``count`` bytes of a regular file; all of one that has fewer.

    Raises:
        OSError: As `open_regular`.
    """
    with open_regular(file) as stream:
        return stream.read(count)


def read_array(file: Path) -> NDArray[Any]:
    """The array of a ``.npy`` file, left on the disk: no header makes it take any memory.

    Raises:
        OSError, ValueError: It cannot be read, or holds something else.
    """
    import numpy as np

    try:
        array = np.load(regular(file), mmap_mode="r", allow_pickle=False)
    except EOFError:
        raise ValueError("it is empty") from None
    if not isinstance(array, np.ndarray):
        array.close()
        raise ValueError("it is an archive of arrays, not one")
    return array


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
