"""Waiting for something to become true, never for a time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(
    true: Callable[[], object],
    *,
    seconds: float = 120,
    what: Callable[[], str] = str,
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Looks again and again until ``true``.

    Args:
        true: Is asked at least once.
        seconds: Far more than a busy machine needs; a test that fails waits for them.
        what: Says what went wrong where it stays false.
        pause: Waits between two looks.
    """
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s. {what()}"
        pause(0.02)
