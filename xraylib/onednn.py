"""Whether TensorFlow computes with oneDNN, decided before TensorFlow is imported.

TensorFlow 2.21 turns oneDNN on by itself only where the processor has AVX-512 VNNI or newer; on
other x86-64 processors it leaves most of its speed unused (docs/performance.md). The two ways
round differently, so the choice is part of a run.
"""

from __future__ import annotations

import os
import platform
import sys
from typing import Final

from xraylib.settings import read_settings

VARIABLE: Final = "TF_ENABLE_ONEDNN_OPTS"
"""TensorFlow's own variable: ``1`` or ``0``; it is read once, while TensorFlow is imported."""


def available() -> bool:
    """Whether this processor is of a kind for which TensorFlow's packages bring oneDNN."""
    return platform.machine().lower() in ("x86_64", "amd64")


def chosen() -> bool | None:
    """What the host chose by ``XRAYLIB_ONEDNN``; None leaves it to TensorFlow.

    ``auto`` means on where it is `available`, unless TensorFlow's own variable is set.

    Raises:
        SettingsError: A variable has a value that cannot be used.
    """
    wish = read_settings().onednn
    if wish != "auto":
        return wish == "on"
    own = os.environ.get(VARIABLE, "")
    if own in ("0", "1"):
        return own == "1"
    return True if available() else None


def use(onednn: bool | None) -> None:
    """Lets TensorFlow compute so in this process; without effect once it is imported.

    Args:
        onednn: With it, without it, or as TensorFlow itself would (None).
    """
    if "tensorflow" in sys.modules:
        return
    if onednn is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = "1" if onednn else "0"
