"""A cluster as the pages see it: looked at by a process of its own, so that none of them loads Ray.

The process lives as long as somebody looks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from xraylib.training.cluster.machines import Machine

_MODULE: Final = "xraylib.training.cluster.watch"
_IDLE_SECONDS: Final = 60.0
_AGAIN_SECONDS: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is known of a cluster.

    Attributes:
        machines: Its living nodes; None before the first look, and where it does not answer.
        problem: Why it does not answer, in words; nothing where it does.
    """

    machines: tuple[Machine, ...] | None = None
    problem: str = ""


class ClusterView:
    """Looks at the cluster while it is asked for. Threads may share it.

    Args:
        address: Host and port of its head.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._seen = Seen()
        self._asked = self._started = -_AGAIN_SECONDS

    def look(self) -> Seen:
        """What was seen last; never waits."""
        with self._lock:
            self._asked = time.monotonic()
            ended = self._process is None or self._process.poll() is not None
            if ended and self._asked - self._started >= _AGAIN_SECONDS:
                self._start()
            return self._seen

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def _start(self) -> None:
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _MODULE, self._address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        threading.Thread(
            target=self._read, args=(self._process,), daemon=True, name="watch the cluster"
        ).start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        assert process.stdin is not None
        for line in process.stdout:
            with suppress(ValueError, KeyError, TypeError):  # whatever else was printed
                self._seen = _seen(json.loads(line))
            if time.monotonic() - self._asked > _IDLE_SECONDS:
                break
        process.stdin.close()
        process.stdout.close()
        process.wait()


def _seen(told: Mapping[str, Any]) -> Seen:
    if "error" in told:
        return Seen(problem=told["error"]["message"])
    return Seen(machines=tuple(Machine(**one) for one in told["machines"]))
