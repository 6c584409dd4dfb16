"""What a process may have that opens files of strangers."""

from __future__ import annotations

import os
import sys
from typing import Final

ADDRESS_SPACE: Final = 2**30
CAPPED: Final = sys.platform == "linux"  # elsewhere only time is limited, and pages say so

# Where modules are found, which is how a project that is not installed finds itself; Windows
# cannot start a process without the others.
_KEPT_VARIABLES: Final = (
    "PYTHONPATH",
    *(() if sys.platform != "win32" else ("SYSTEMROOT", "PATH", "TEMP", "TMP")),
)


def environment() -> dict[str, str]:
    """What it gets of its parent's environment: next to nothing."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "OPENBLAS_NUM_THREADS": "1"}


def limit(address_space: int = ADDRESS_SPACE) -> None:
    """Limits address space, core dumps and file sizes, where the system can (Linux).

    Args:
        address_space: Bytes that this process may have in all.
    """
    if not CAPPED:
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


class Alarm:
    """Ends this process if one file outlives its parent's patience and the parent with it."""

    def __enter__(self) -> None:
        if sys.platform != "win32":
            import signal

            signal.alarm(60)

    def __exit__(self, *_: object) -> None:
        if sys.platform != "win32":
            import signal

            signal.alarm(0)
