"""What a run needs to be repeated: versions, machine, threads, command."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from xraylib.arguments import short
from xraylib.json_values import JsonObject
from xraylib.records import read_if_kept
from xraylib.settings import read_settings
from xraylib.version import VERSION

_PACKAGES: Final = ("tensorflow", "keras", "numpy", "opencv-python-headless", "pillow", "pydicom")


def cores() -> int:
    """Processor cores that a run in this process uses: those it may, or fewer if the host says."""
    mine = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        mine = len(os.sched_getaffinity(0))
    return min(mine, read_settings().threads or mine)


def describe_environment(command: Sequence[str] = (), *, onednn: bool | None) -> JsonObject:
    """Versions, machine and command, without importing TensorFlow.

    Args:
        command: The command line that made the run; empty when a page or Python did.
        onednn: Whether TensorFlow is to compute with oneDNN; None: as it would by itself.
    """
    return {
        "xraylib": VERSION,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": cores(),
        "threads": cores(),
        "onednn": onednn,
        "executable": sys.executable,
        "command": list(command),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def kept_onednn(folder: Path) -> bool | None:
    """Whether TensorFlow computes the run in this folder with oneDNN; None: as it would by itself.

    Raises:
        PathError: ``environment.json`` is damaged; without the file, as in runs that never
            recorded the choice, the answer is None.
    """
    return read_if_kept(folder / "environment.json", _onednn_in)


def _onednn_in(environment: Mapping[str, Any]) -> bool | None:
    onednn = environment.get("onednn")
    if onednn is not None and not isinstance(onednn, bool):
        raise TypeError(f"onednn is {short(onednn)}")
    return onednn


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
