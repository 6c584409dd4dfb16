"""What a stranger could hide in a pickle, harmless: tests and benchmarks look for its sign."""

from __future__ import annotations

import os
from pathlib import Path


class Trap:
    """Unpickled, it makes a folder: the sign that a stranger's code ran."""

    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.sign),)
