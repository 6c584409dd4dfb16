"""The process that trains one run: ``python -m xraylib.training.process.trainer RUN_FOLDER``.

With ``--wait`` in the folder's place it is told later which (`xraylib.training.process.waiting`).

It waits for its turn with next to nothing imported, then reads images, loads TensorFlow and
trains. It writes into its run folder and nowhere else; what it prints goes to ``log.txt``.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import traceback
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Final

from xraylib import onednn
from xraylib.training.process.priority import give_way
from xraylib.training.process.progress import Progress, describe_failure
from xraylib.training.process.queue import wait_for_slot
from xraylib.training.process.telling import tell_beside
from xraylib.training.process.waiting import WAIT, wait_for_a_run
from xraylib.training.run.environment import kept_onednn
from xraylib.training.run.locks import take
from xraylib.training.run.runs import Run
from xraylib.training.run.status import out_of_memory_kills

_NOT_LOADED: Final = ("IPython", "pandas", "scipy", "sklearn")
"""What TensorFlow and Keras would load too where it is installed, and can do without: a quarter of
their loading, for classes that nobody here asks for."""

_NO_ONEDNN: Final = (
    "This run computes with oneDNN, which TensorFlow does not have on this processor: from here on "
    "its numbers differ by rounding from those of the machine where it began."
)


def main(arguments: list[str]) -> int:
    """Trains the run whose folder is named, or will be; returns the exit code."""
    give_way()
    prepare_process()
    if arguments[0] != WAIT:
        return train_run(Run(Path(arguments[0]).absolute()))
    folder, loading = wait_for_a_run()
    return train_run(Run(folder), loading)


def prepare_process() -> None:
    """Sets what TensorFlow is to find when this process loads it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # its greetings are not worth a log
    sys.meta_path.insert(0, _Without())


class _Without(MetaPathFinder):
    """Finds nothing of `_NOT_LOADED`."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname in _NOT_LOADED:
            raise ModuleNotFoundError(fullname)


def train_run(run: Run, loading: threading.Thread | None = None) -> int:
    """Trains the run; returns the exit code.

    Args:
        run: The run.
        loading: What loads TensorFlow already, if something does.
    """
    alive = take(run.lock_file)
    if alive is None:
        print(f"The run {run.id} has a trainer already.", file=sys.stderr)
        return 2
    faulthandler.enable()
    progress = Progress(run)
    signal.signal(signal.SIGTERM, lambda *_: progress.request_stop())
    progress.update(phase="queue", message="Waiting for its turn.")
    try:
        slot = wait_for_slot(run, lambda before: progress.update(message=in_queue(before)))
        progress.update(
            state="preparing",
            phase="",
            message="Starting.",
            started=progress.now(),
            out_of_memory_kills=out_of_memory_kills(),
        )
        tell_beside(run)
        kept = kept_onednn(run.folder)
        onednn.use(kept)
        if kept and not onednn.available():
            print(_NO_ONEDNN, flush=True)
        if loading is not None:
            loading.join()
        from xraylib.training.loop.session import train

        train(run, progress)
        slot.release()
    except BaseException as error:
        traceback.print_exc()
        failure = describe_failure(error)
        progress.finish("failed", failure["message"], error=failure)
        return 1
    return 0


def in_queue(before: int) -> str:
    """What a run says that waits for its turn."""
    if not before:
        return "Waiting for its turn: it is the next."
    return f"Waiting for its turn: {before} run(s) wait before it."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
