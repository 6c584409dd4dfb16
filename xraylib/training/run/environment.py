"""What a run needs to be repeated: versions, machine, threads, command."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from xraylib.json_values import JsonObject
from xraylib.version import VERSION

_PACKAGES: Final = ("tensorflow", "keras", "numpy", "opencv-python-headless", "pillow", "pydicom")


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe_environment(command: Sequence[str] = ()) -> JsonObject:
    """Versions, machine and command, without importing TensorFlow.

    Args:
        command: The command line that made the run; empty when a page or Python did.
    """
    return {
        "xraylib": VERSION,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": cores(),
        "threads": cores(),
        "executable": sys.executable,
        "command": list(command),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
