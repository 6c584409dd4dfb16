"""Trainers in processes of their own that need not load TensorFlow each: they are forked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

from xraylib.settings import PROJECT
from xraylib.training.run.runs import Run

# Imports TensorFlow and does nothing with it, so it has no threads and can be forked. Each line
# of its input names a run to train in a child of its own, or a child to wait for.
_NURSERY = """
import json, os, sys
import xraylib.training.loop.network
from xraylib.training.process.trainer import main
for line in sys.stdin:
    order = json.loads(line)
    if "wait" in order:
        print(os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1]), flush=True)
        continue
    child = os.fork()
    if not child:
        code = 70
        try:
            log = os.open(order["folder"] + "/log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            exec(order["before"], {"folder": order["folder"]})
            code = main([order["folder"]])
        finally:
            os._exit(code)
    print(child, flush=True)
"""


class Nursery:
    """Starts trainers; ends with all of them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NURSERY],
            cwd=PROJECT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._alive: set[int] = set()

    def start(self, run: Run, before: str = "") -> int:
        """A trainer of ``run``; its process number.

        Args:
            run: What it trains.
            before: Python that its process runs first; ``folder`` is that of the run.
        """
        child = self._ask({"folder": str(run.folder), "before": before})
        self._alive.add(child)
        return child

    def wait(self, child: int) -> int:
        """Its exit code, negative for a signal, when it has ended."""
        code = self._ask({"wait": child})
        self._alive.remove(child)
        return code

    def kill_all(self) -> None:
        """Kills those that nobody has waited for."""
        for child in tuple(self._alive):
            os.kill(child, signal.SIGKILL)
            self.wait(child)

    def close(self) -> None:
        """Ends."""
        self.kill_all()
        self._process.communicate()

    def _ask(self, order: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())
