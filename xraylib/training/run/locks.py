"""Who is alive: a lock that a process holds and the kernel frees when it dies.

A process number cannot tell: after SIGKILL it may still name a zombie, or already somebody else.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import ModuleType

from filelock import BaseFileLock, FileLock, Timeout

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# Whoever looks holds the lock shared for an instant, so whoever takes it has to try again.
_PATIENCE_SECONDS = 2.0


def take(path: Path, *, patience: float = _PATIENCE_SECONDS) -> BaseFileLock | None:
    """Takes the lock for as long as the result is kept and this process lives.

    Args:
        path: The lock's file; its folder is made if need be.
        patience: Seconds to go on trying.

    Returns:
        The lock, or None if somebody else holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=patience, poll_interval=0.02)
    except Timeout:
        return None
    return lock


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock; never disturbs whoever else is looking."""
    if fcntl is None:
        return _is_held_exclusively(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe is not waited for
    except OSError:  # it is not there, or is nothing that anybody could have opened
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_held_exclusively(path: Path) -> bool:
    """Without shared locks: two who look may meet, so look a few times."""
    if not path.exists():
        return False
    for _ in range(5):
        lock = take(path, patience=0)
        if lock is not None:
            lock.release()
            return False
        time.sleep(0.02)
    return True
