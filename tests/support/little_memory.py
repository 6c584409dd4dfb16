"""A control group with little memory, where this system lets us make one: the kernel then kills.

A real out-of-memory kill, of the processes in the group alone.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from until import until

_ROOT = Path("/sys/fs/cgroup")
_JOIN = "import os; open({procs!r}, 'w').write(str(os.getpid()))\n"


def _groups() -> dict[str, str]:
    """The group that this process is in, by the controller (``""`` is the second version)."""
    found = {}
    for line in Path("/proc/self/cgroup").read_text("ascii").splitlines():
        _number, controllers, group = line.split(":", 2)
        found.update(dict.fromkeys(controllers.split(","), group.lstrip("/")))
    return found


@contextmanager
def little_memory(limit: int) -> Iterator[Path]:
    """A group whose processes have ``limit`` bytes together, below the one that we are in."""
    try:
        groups = _groups()
        first = _ROOT / "memory" / groups["memory"] if "memory" in groups else None
        parent = first or _ROOT / groups[""]
        group = parent / f"little-memory-{secrets.token_hex(4)}"
        group.mkdir()
    except (OSError, KeyError) as error:
        pytest.skip(f"no control group can be made here ({error})")
    try:
        setting = group / ("memory.limit_in_bytes" if first else "memory.max")
        if not setting.exists():
            pytest.skip(f"the control groups below {parent} have no limit of memory")
        setting.write_text(str(limit))
        yield group
    finally:
        for number in (group / "cgroup.procs").read_text("ascii").split():
            with suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGKILL)
        until(lambda: not (group / "cgroup.procs").read_text("ascii"))
        group.rmdir()


def python_in(group: Path, script: str, *arguments: object) -> str:
    """What a script prints whose process, and those that it starts, are in the group."""
    join = _JOIN.format(procs=str(group / "cgroup.procs"))
    command = [sys.executable, "-c", join + script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
