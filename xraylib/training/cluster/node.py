"""What a node does for a run: takes its files, lets a trainer train it, hands back what is new.

`NodeRun` lives in a Ray actor, so it ends with its courier, and its trainer with it. All files lie
below ``xraylib-<user>`` in the node's folder for temporary files: prepared pixels, which stay for
the next run on the same images, and a folder a run, which goes with it.
"""

from __future__ import annotations

import getpass
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final, TypedDict

import numpy as np
import numpy.typing as npt
from filelock import BaseFileLock

from xraylib.errors import ClusterError
from xraylib.extras import lacking
from xraylib.json_values import JsonObject
from xraylib.loading.cache import list_entries, remove_entry
from xraylib.regular import open_regular
from xraylib.training.run.locks import is_held, take
from xraylib.version import VERSION

PIECE: Final = 32 * 2**20
"""Bytes that travel at once."""
_UNUSED_SECONDS: Final = 86_400.0
_SILENT_SECONDS: Final = 60.0
"""After so long without a question nobody will ask again: a courier leaves a node after 30."""
# What the courier keeps itself, and what it writes again because it names files.
_NOT_BACK: Final = frozenset(
    ("alive.lock", "stop", "status.json", "metrics.jsonl", "log.txt", "model.py", "findings.csv")
)
_MODULE: Final = "xraylib.training.cluster.node_trainer"

Bytes = npt.NDArray[np.uint8]


class Look(TypedDict):
    """What is new on the node, in the order in which it is to be written down.

    Attributes:
        events: What ``metrics.jsonl`` has grown by.
        log: What ``log.txt`` has grown by.
        checkpoint: Name of a checkpoint that was not told of yet, or nothing.
        files: Names and sizes in bytes of what can be fetched now, by ``NodeRun.read``.
        status: ``status.json``.
        ended: The trainer's exit code, or None while it lives.
    """

    events: bytes
    log: bytes
    checkpoint: str
    files: dict[str, int]
    status: bytes
    ended: int | None


class NodeRun:
    """One run on this node.

    Args:
        run_id: The run's.
        onednn: Whether it computes with oneDNN: ``"on"``, ``"off"`` or ``""`` as TensorFlow would.
        threads: Processor cores that it uses.
    """

    def __init__(self, run_id: str, onednn: str, threads: int) -> None:
        root = root_here()
        self._cache = root / "cache"
        self._cache.mkdir(exist_ok=True)
        tidy(root)
        self._home = Path(tempfile.mkdtemp(prefix="run-", dir=root))
        self._mine = take(self._home / "actor.lock")
        self._folder = self._home / "runs" / run_id
        self._folder.mkdir(parents=True)
        (self._home / "cache").symlink_to(self._cache)
        self._outbox = self._home / "outbox"
        self._building: BaseFileLock | None = None
        self._told: dict[str, tuple[int, int]] = {}
        self._checkpoint = ""
        self._asked = time.monotonic()
        with (self._folder / "log.txt").open("ab") as log:
            self._trainer = subprocess.Popen(
                [sys.executable, "-P", "-m", _MODULE, onednn],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={
                    **os.environ,
                    "PYTHONUNBUFFERED": "1",
                    "OMP_NUM_THREADS": str(threads),
                    "XRAYLIB_THREADS": str(threads),
                    "KERAS_HOME": str(self._home / "keras"),
                },
            )

    def hello(self) -> JsonObject:
        """Who this is: ``xraylib``, ``machine``, ``node`` as Ray calls it, ``folder`` of its files.

        Raises:
            ClusterError: code ``cluster-node``: this node cannot train.
        """
        problem = lacking("train")
        if problem is not None:
            raise ClusterError(
                f"On the node {platform.node()}: {problem.what}",
                expected=problem.expected,
                remedy=problem.remedy,
                code="cluster-node",
            )
        import ray

        return {
            "xraylib": VERSION,
            "machine": platform.node(),
            "node": ray.get_runtime_context().get_node_id(),
            "folder": str(self._home),
        }

    def offer_pixels(self, key: str) -> str:
        """Whether prepared pixels are ``"there"``, ``"send"`` is wanted, or ``"wait"``: they come.

        Args:
            key: Their name in the cache. Who is told to send is the only one.
        """
        file = self._cache / key / "pixels.npy"
        if self._building is None:
            self._building = take(file.parent / "build.lock", patience=0)
            if self._building is None:
                return "wait"
        if not file.exists():
            for draft in file.parent.glob(".pixels-*"):  # of who died while they came
                draft.unlink(missing_ok=True)
            return "send"
        os.utime(file)  # the time of last use
        self._building.release()
        self._building = None
        return "there"

    def take_pixels(self, key: str, piece: Bytes, *, last: bool) -> None:
        """Takes the next piece of the pixels' file."""
        draft = self._cache / key / f".pixels-{os.getpid()}"
        with draft.open("ab") as file:
            file.write(piece.tobytes())
        if last:
            draft.replace(draft.with_name("pixels.npy"))
            assert self._building is not None  # or nothing would have been sent
            self._building.release()

    def take_piece(self, name: str, piece: Bytes) -> None:
        """Takes the next piece of a file, named from the folder that `hello` told."""
        file = self._home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as stream:
            stream.write(piece.tobytes())

    def begin(self) -> None:
        """Lets the trainer, which has loaded TensorFlow meanwhile, train."""
        self._told = {file.name: _stamp(file) for file in self._results()}
        self._checkpoint = self._newest_checkpoint()
        assert self._trainer.stdin is not None
        self._trainer.stdin.write(os.fsencode(self._folder) + b"\n")
        self._trainer.stdin.flush()
        self._asked = time.monotonic()
        threading.Thread(target=self._end_with_silence, daemon=True, name="silence").start()

    def _end_with_silence(self) -> None:
        """Ends all of this once the network is gone: Ray itself lets it train on for minutes."""
        while time.monotonic() - self._asked < _SILENT_SECONDS:
            time.sleep(1)
        self.end()
        os._exit(1)

    def look(self, events: int, log: int) -> Look:
        """What is new since the last look.

        Args:
            events: Bytes of ``metrics.jsonl`` that the caller has.
            log: Bytes of ``log.txt``.
        """
        self._asked = time.monotonic()
        shutil.rmtree(self._outbox, ignore_errors=True)
        self._outbox.mkdir()
        # In this order, so that what a status or a checkpoint relies on is there as well.
        ended = self._trainer.poll()
        status = self._read("status.json", 0)
        checkpoint = self._new_checkpoint()
        for file in self._results():
            stamp = _stamp(file)
            if self._told.get(file.name) != stamp:
                os.link(file, self._outbox / file.name)
                self._told[file.name] = stamp
        files = {file.name: file.stat().st_size for file in self._outbox.iterdir()}
        return {
            "events": self._read("metrics.jsonl", events),
            "log": self._read("log.txt", log),
            "checkpoint": checkpoint,
            "files": files,
            "status": status,
            "ended": ended,
        }

    def read(self, name: str, start: int) -> Bytes:
        """A piece of a file that the last look told of."""
        self._asked = time.monotonic()
        with open_regular(self._outbox / name) as file:
            file.seek(start)
            return np.frombuffer(file.read(PIECE), np.uint8)

    def stop(self) -> None:
        """Asks the trainer to stop, as the file ``stop`` does everywhere."""
        (self._folder / "stop").touch()

    def end(self) -> None:
        """Ends the trainer, however far it is, and throws the run's folder away."""
        self._trainer.kill()
        self._trainer.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def _results(self) -> list[Path]:
        return [
            file
            for file in self._folder.iterdir()
            if file.is_file() and not file.name.startswith(".") and file.name not in _NOT_BACK
        ]

    def _newest_checkpoint(self) -> str:
        places = (self._folder / "checkpoint").glob("[0-9]*-[0-9]*")
        return max((place.name for place in places), default="")

    def _new_checkpoint(self) -> str:
        """Links the files of a new checkpoint, which stay when the trainer replaces it."""
        name = self._newest_checkpoint()
        if name in ("", self._checkpoint):
            return ""
        linked = []
        try:
            for part in CHECKPOINT:
                linked.append(self._outbox / part)
                os.link(self._folder / "checkpoint" / name / part, linked[-1])
        except FileNotFoundError:  # replaced in this moment: the next look finds the newer one
            for file in linked:
                file.unlink(missing_ok=True)
            return ""
        self._checkpoint = name
        return name

    def _read(self, name: str, start: int) -> bytes:
        try:
            with open_regular(self._folder / name) as file:
                file.seek(start)
                return file.read(PIECE)
        except FileNotFoundError:
            return b""


CHECKPOINT: Final = ("arrays.npz", "state.json")
"""The files of a checkpoint."""


def _stamp(file: Path) -> tuple[int, int]:
    facts = file.stat()
    return facts.st_mtime_ns, facts.st_size


def root_here() -> Path:
    """The folder of all that this user's work for a cluster has on this machine.

    Raises:
        ClusterError: code ``cluster-node``: somebody else has taken its name.
    """
    root = Path(tempfile.gettempdir()) / f"xraylib-{getpass.getuser()}"
    root.mkdir(mode=0o700, exist_ok=True)
    if root.is_symlink() or (hasattr(os, "getuid") and root.stat().st_uid != os.getuid()):
        raise ClusterError(
            f"The folder {root} on the node {platform.node()} is not of the user who runs Ray",
            expected="a folder of one's own for prepared images",
            remedy="remove it there, or start the node with another TMPDIR",
            code="cluster-node",
        )
    return root


def tidy(root: Path) -> None:
    """Throws away what nobody uses: folders of runs that were killed, and pixels of yesterday."""
    for home in root.glob("run-*"):
        if not is_held(home / "actor.lock") and time.time() - home.stat().st_mtime > 60:
            shutil.rmtree(home, ignore_errors=True)
    for entry in list_entries(root / "cache"):
        if time.time() - entry.used > _UNUSED_SECONDS:
            remove_entry(root / "cache", entry.key)


def remote(ray: Any, *, cpus: int, gpus: int) -> Any:
    """`NodeRun` as an actor that takes so much of a node, and is never made twice by itself."""
    return ray.remote(num_cpus=cpus, num_gpus=gpus, max_restarts=0, max_task_retries=0)(NodeRun)
