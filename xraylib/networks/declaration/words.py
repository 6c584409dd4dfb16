"""Numbers as a learner writes them down: ``⌊(256−5)/3⌋+1 = 84``, ``5 × (1×5×5 + 1) = 130``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from xraylib.networks.declaration.effect import Pair, Shape


def times(sizes: Iterable[int]) -> str:
    """``256×256×1``."""
    return "×".join(str(size) for size in sizes)


def side(sizes: Pair) -> str:
    """``5`` for a square, ``5×3`` otherwise."""
    return str(sizes[0]) if sizes[0] == sizes[1] else times(sizes)


def product(shape: Shape) -> str:
    """``7×7×3 = 147``, or nothing where there is nothing to multiply."""
    return f"{times(shape)} = {math.prod(shape):,}" if len(shape) > 1 else ""


def options(*parts: str | bool | None) -> str:
    """The parts that are there, each after a comma."""
    return "".join(f", {part}" for part in parts if part)


def both(height: str, width: str) -> str:
    """One formula where height and width are alike, otherwise one for each."""
    return height if height == width else f"height {height}, width {width}"


def compact(value: Any) -> Any:
    """``(5, 5)`` as ``5``; anything else as it is."""
    if isinstance(value, tuple) and len(value) == 2 and value[0] == value[1]:
        return value[0] if isinstance(value[0], int) else value
    return value


def shorten(value: object) -> str:
    """``repr`` cut to a length that fits into a message."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # a stranger's class, or more digits than Python writes
        text = f"a {type(value).__name__} that cannot be written down"
    return text if len(text) <= 60 else f"{text[:59]}…"
