"""Work that needs TensorFlow: the command line in a child process, looked at now and then.

A page's script ends at every click, so a job belongs to the server, not to the page: whoever
comes back, in this tab or another, finds it again by its key.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import streamlit as st

from xraylib.errors import SettingsError
from xraylib.extras import is_library_chatter
from xraylib.settings import read_settings

_ERROR = re.compile(r"error\[(?P<code>[a-z0-9-]+)\]: (?P<message>.+)", re.DOTALL)
_KEPT_LINES = 200


@dataclass(frozen=True, kw_only=True)
class JobState:
    """Where a job stands.

    Attributes:
        running: Whether the process lives.
        seconds: How long it has run, or ran.
        notes: What it wrote to standard error, newest last, without errors and without what
            libraries log.
        result: The JSON it printed, once it ended well.
        code: The error's stable code; ``""`` while it runs or after success.
        message: The error in words, with its remedy.
    """

    running: bool
    seconds: float
    notes: tuple[str, ...] = ()
    result: Any = None
    code: str = ""
    message: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return not self.running and not self.code


class Job:
    """One run of ``python -m xraylib …``.

    Args:
        arguments: What stands after ``xraylib``; include ``--json`` to get a result.
        workspace: Passed on in ``XRAYLIB_WORKSPACE``.
    """

    def __init__(self, arguments: Sequence[str], *, workspace: str | os.PathLike[str]) -> None:
        self._started = time.monotonic()
        self._ended: float | None = None
        self._lock = threading.Lock()
        self._out: list[str] = []
        self._err: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "xraylib", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=_environ(os.environ, workspace),
        )
        self._readers = [
            threading.Thread(target=self._read, args=(pipe, lines), daemon=True)
            for pipe, lines in (
                (self._process.stdout, self._out),
                (self._process.stderr, self._err),
            )
        ]
        for reader in self._readers:
            reader.start()

    def state(self) -> JobState:
        """Where it stands now. Never waits for the process."""
        exit_code = self._process.poll()
        # The process is gone, but its last words may still be in the pipes.
        if exit_code is None or any(reader.is_alive() for reader in self._readers):
            return JobState(
                running=True, seconds=time.monotonic() - self._started, notes=self._notes()
            )
        if self._ended is None:
            self._ended = time.monotonic()
        seconds = self._ended - self._started
        if exit_code == 0:
            return JobState(
                running=False, seconds=seconds, notes=self._notes(), result=self._result()
            )
        code, message = self._error(exit_code)
        return JobState(
            running=False, seconds=seconds, notes=self._notes(), code=code, message=message
        )

    def wait(self, timeout: float) -> JobState:
        """Waits until it has ended, at most ``timeout`` seconds. For tests."""
        deadline = time.monotonic() + timeout
        while self.state().running and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.state()

    def cancel(self) -> None:
        """Ends the process."""
        self._process.terminate()

    def _read(self, pipe: IO[str] | None, lines: list[str]) -> None:
        if pipe is None:
            return
        with pipe:
            for line in pipe:
                with self._lock:
                    lines.append(line.rstrip())
                    del lines[:-_KEPT_LINES]

    def _notes(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(
                line
                for line in self._err
                if line and not _ERROR.match(line) and not is_library_chatter(line)
            )

    def _result(self) -> Any:
        with self._lock:
            text = "\n".join(self._out)
        try:
            return json.loads(text)
        except ValueError:
            return text

    def _error(self, exit_code: int) -> tuple[str, str]:
        with self._lock:
            lines = list(self._err)
        for line in reversed(lines):
            if found := _ERROR.match(line):
                return found["code"], found["message"]
        ended = f"by signal {-exit_code}" if exit_code < 0 else f"with exit code {exit_code}"
        last = f" Its last words were: {lines[-1]}" if lines else ""
        return "job-died", f"The process ended {ended} without saying why.{last} Try again."


class JobBoard:
    """The jobs of this server, by key."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(
        self, key: str, arguments: Sequence[str], *, workspace: str | os.PathLike[str]
    ) -> Job:
        """Starts a job, unless one with this key runs already; returns the one that runs.

        Raises:
            SettingsError: code ``demo``: this is a demo, whose visitors are strangers.
        """
        if read_settings().mode == "demo":
            raise SettingsError(
                f"A demo was asked to start xraylib {arguments[0]}",
                expected="the lab, which strangers do not reach",
                remedy="give the command yourself, or set XRAYLIB_MODE=lab",
                code="demo",
            )
        with self._lock:
            job = self._jobs.get(key)
            if job is None or not job.state().running:
                job = self._jobs[key] = Job(arguments, workspace=workspace)
            return job

    def find(self, key: str) -> Job | None:
        """The newest job with this key, or None."""
        with self._lock:
            return self._jobs.get(key)

    def forget(self, key: str) -> None:
        """Drops a job that has ended."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not job.state().running:
                del self._jobs[key]


@st.cache_resource(max_entries=1, show_spinner=False)
def job_board() -> JobBoard:
    """The one board of this server."""
    return JobBoard()


def _environ(environ: Mapping[str, str], workspace: str | os.PathLike[str]) -> dict[str, str]:
    return {
        **environ,
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "XRAYLIB_WORKSPACE": os.fspath(workspace),
    }
