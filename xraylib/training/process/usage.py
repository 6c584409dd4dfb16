"""Memory and processor time of this process. Imports next to nothing: queued trainers use it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TypedDict


class Used(TypedDict):
    """Bytes of memory and percent of a core; None where the system does not say."""

    rss_bytes: int | None
    rss_anon_bytes: int | None
    cpu_percent: float | None


class Usage:
    """Measures between two looks; one look a second is cheap (a tenth of a millisecond)."""

    def __init__(self) -> None:
        self._looked = time.monotonic()
        self._worked = time.process_time()
        self._percent: float | None = None

    def look(self) -> Used:
        """``rss_bytes``, ``rss_anon_bytes`` and ``cpu_percent``.

        ``rss_bytes`` has the pages of mapped files in it, which the system takes back when it
        needs them; ``rss_anon_bytes`` is what the process truly occupies. 100 % is one core, and
        the share is that since the last look. None where the system does not say.
        """
        now, worked = time.monotonic(), time.process_time()
        if now - self._looked > 0.05:
            self._percent = round(100 * (worked - self._worked) / (now - self._looked), 1)
            self._looked, self._worked = now, worked
        found = memory()
        return {
            "rss_bytes": found["rss_bytes"],
            "rss_anon_bytes": found["rss_anon_bytes"],
            "cpu_percent": self._percent,
        }


def memory() -> dict[str, int | None]:
    """``rss_bytes`` and ``rss_anon_bytes`` of this process, from ``/proc`` where there is one."""
    found: dict[str, int | None] = {"rss_bytes": None, "rss_anon_bytes": None}
    names = {"VmRSS": "rss_bytes", "RssAnon": "rss_anon_bytes"}
    try:
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            name, _, value = line.partition(":")
            if name in names:
                found[names[name]] = int(value.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        import psutil

        found["rss_bytes"] = int(psutil.Process().memory_info().rss)
    return found
