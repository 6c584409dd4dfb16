"""A real Ray cluster on this machine: `ray start` once for its head and once for each node."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil
from node_network import NodeNetwork, inside

_TRIES: Final = 5
_START_SECONDS: Final = 120


class Node:
    """What one `ray start` brought up, with a folder for temporary files of its own.

    Attributes:
        folder: This folder.
        machine: The network namespace in which it runs, or nothing.
    """

    def __init__(
        self,
        words: list[str],
        env: dict[str, str],
        folder: Path,
        *,
        core: int | None = None,
        machine: str = "",
    ) -> None:
        folder.mkdir()
        bound = inside(machine) if machine else []
        bound += [] if core is None else ["taskset", "-c", str(core)]
        self.folder = folder
        self.machine = machine
        self._log = (folder / "ray.txt").open("wb")
        self._process = subprocess.Popen(
            [*bound, str(Path(sys.executable).with_name("ray")), "start", "--block", *words],
            env={**env, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._be_quick(-19)

    def said(self) -> str:
        """What `ray start` printed."""
        return (self.folder / "ray.txt").read_text("utf-8", "replace")

    def comes(self) -> bool:
        """Waits until the node is up; False if `ray start` gave up."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if "Ray runtime started" in self.said():
                self._be_quick(0)
                return True
            time.sleep(0.1)
        return False

    def kill(self) -> None:
        """kill -9 of every process of this node, those that it trains with included."""
        self._process.kill()
        found = [one for one in self.processes() if one.pid != self._process.pid]
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(found, 10)
        self._process.wait()
        self._log.close()

    def processes(self) -> list[psutil.Process]:
        """All whose temporary files go into this node's folder, however they are related."""
        mark, found = str(self.folder), []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("TMPDIR") == mark:
                    found.append(process)
        return found

    def _be_quick(self, nice: int) -> None:
        """Where we may: a raylet aborts if its agent is not up after 15 s (Ray 2.60)."""
        with suppress(psutil.Error, OSError):
            own = psutil.Process(self._process.pid)
            for process in (own, *own.children(recursive=True)):
                process.nice(nice)
            Path(f"/proc/{self._process.pid}/autogroup").write_text(str(nice))


class RayCluster:
    """A head without processor cores to give away, and nodes with some.

    Args:
        network: On which each node is a machine of its own; without one all share this machine's.

    Attributes:
        network: The same.
        env: What a process needs in its environment to find it.
        nodes: In the order in which they were added.
    """

    def __init__(self, network: NodeNetwork | None = None) -> None:
        self.network = network
        self._host = "127.0.0.1" if network is None else network.here
        # Short, for Ray's sockets lie below it.
        self._root = Path(tempfile.mkdtemp(prefix="xr-", dir="/tmp"))
        with socket.socket() as one:
            one.bind((self._host, 0))
            self._port = one.getsockname()[1]
        token = self._root / "token"
        token.write_text(secrets.token_hex(32))
        self.address = f"{self._host}:{self._port}"
        self.env = {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(token),
            "XRAYLIB_RAY_ADDRESS": self.address,
        }
        self.nodes: list[Node] = []
        self.head = self._start_head()

    def add(self, *, cpus: int = 1, gpus: int = 0, core: int | None = None) -> Node:
        """One more node, which has joined when this returns; bound to a core if one is named."""
        words = ["--address", self.address, "--num-cpus", str(cpus), "--num-gpus", str(gpus)]
        machine = ""
        if self.network is not None:
            machine, address = self.network.machine()
            words += ["--node-ip-address", address]
        node = self._start(words, core, machine)
        self.nodes.append(node)
        return node

    def start_head_again(self) -> None:
        """A new head at the old address; nodes have to be added to it anew."""
        for node in (*self.nodes, self.head):
            node.kill()
        self.nodes.clear()
        self.head = self._start_head()

    def close(self) -> None:
        """Kills all there is."""
        for node in (*self.nodes, self.head):
            node.kill()
        shutil.rmtree(self._root, ignore_errors=True)
        if self.network is not None:
            self.network.close()

    def _start_head(self) -> Node:
        own = [] if self.network is None else ["--node-ip-address", self._host]
        return self._start(
            [
                *own,
                *("--head", "--port", str(self._port), "--num-cpus", "0", "--num-gpus", "0"),
                *("--temp-dir", str(self._root / f"r{secrets.token_hex(2)}")),
                *("--include-dashboard", "false", "--disable-usage-stats"),
            ]
        )

    def _start(self, words: list[str], core: int | None = None, machine: str = "") -> Node:
        env = {**os.environ, **self.env}
        more = ["--object-store-memory", str(150 * 2**20)]
        for _ in range(_TRIES):
            folder = self._root / secrets.token_hex(3)
            node = Node([*words, *more], env, folder, core=core, machine=machine)
            if node.comes():
                return node
            node.kill()
        raise AssertionError(f"`ray start` gave up {_TRIES} times, at last with {node.said()}")
