"""Liveness by a lock that the kernel frees."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from until import until

from xraylib.training.run.locks import is_held, take

HOLDER = """
import sys, time
from pathlib import Path
from xraylib.training.run.locks import take
lock = take(Path(sys.argv[1]))
print(lock is not None, flush=True)
time.sleep(60)
"""


def test_a_lock_is_held_by_one_and_free_when_given_back(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "lock"
    assert not is_held(file)
    first = take(file)
    assert first is not None
    assert is_held(file)
    assert take(file, patience=0) is None
    first.release()
    assert not is_held(file)
    second = take(file, patience=0)
    assert second is not None
    second.release()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_the_kernel_frees_the_lock_of_a_killed_process(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "True\n"
        assert is_held(file)
        holder.send_signal(signal.SIGKILL)
        # Not yet waited for, so still a zombie: a process number would say "alive".
        until(lambda: not is_held(file))


def test_many_who_look_never_see_each_other_and_never_keep_a_starter_out(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    file.touch()
    seen: list[bool] = []

    def look() -> None:
        for _ in range(1000):
            seen.append(is_held(file))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(seen)
    watcher = threading.Thread(target=lambda: [is_held(file) for _ in range(2000)])
    watcher.start()
    lock = take(file)
    assert lock is not None
    watcher.join()
    lock.release()
