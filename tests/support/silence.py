"""Run in a network namespace: everything that a server and its trainers send to elsewhere.

    unshare -n python tests/support/silence.py FOLDER

There, every way leads into the one device that this process listens on. It prints, as JSON, the
addresses that packets went to while the listener itself was tried, and while the servers ran.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).parent)]

from lab_server import LabServer  # noqa: E402
from until import until  # noqa: E402
from visitor import Visitor  # noqa: E402
from websockets.exceptions import InvalidStatus  # noqa: E402

from xraylib.app.shell.pages import PAGES  # noqa: E402
from xraylib.training.run.runs import list_runs  # noqa: E402
from xraylib.workspace import Workspace  # noqa: E402

ELSEWHERE = "198.51.100.7"  # RFC 5737: for documentation
WAYS = (
    "ip link set lo up",
    "ip address add 192.0.2.1/32 dev lo",
    "ip route add default dev lo src 192.0.2.1",
)
LESSON = "Learn with the sample X-rays"


class Ear:
    """Notes where packets of version 4 and 6 go that leave this machine, names asked for too."""

    def __init__(self) -> None:
        self.heard: set[str] = set()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            packet = self._socket.recv(64)
            version = packet[0] >> 4
            if version not in (4, 6):
                continue
            there = ip_address(packet[16:20] if version == 4 else packet[24:40])
            if not (there.is_loopback or there == ip_address("192.0.2.1") or there.is_multicast):
                self.heard.add(str(there))

    def told(self) -> list[str]:
        """What was heard since the last time."""
        time.sleep(0.2)
        heard, self.heard = sorted(self.heard), set()
        return heard


def visit(server: LabServer, mode: str) -> None:
    """Strangers are refused, then every page is opened."""
    for _ in range(3):
        with suppress(InvalidStatus):
            Visitor(server.port, origin="http://evil.example")
    with Visitor(server.port, "") as visitor:
        for page in PAGES.values():
            name = Path(page.file).stem.partition("_")[2] if page.key != "home" else ""
            visitor.look(name)
            assert not visitor.exceptions(), (mode, page.key, visitor.exceptions())


def train(server: LabServer, workspace: Workspace) -> None:
    """A run that has begun to learn."""
    with Visitor(server.port, "") as visitor:
        visitor.look("").click(LESSON)
        visitor.look("Training")
        until(lambda: list_runs(workspace=workspace))
        (run,) = list_runs(workspace=workspace)
        until(lambda: run.status().state == "running" or run.status().is_final, what=run.log_tail)
        assert run.status().state == "running", run.status()


def main() -> None:
    """Prints ``{"tried": …, "lab": …, "demo": …}``."""
    for way in WAYS:
        subprocess.run(way.split(), check=True)
    ear, folder, told = Ear(), Path(sys.argv[1]), {}
    with suppress(OSError):
        socket.create_connection((ELSEWHERE, 80), timeout=0.2)
    told["tried"] = ear.told()
    for mode in ("lab", "demo"):
        workspace = Workspace(folder / mode)
        address = "127.0.0.1" if mode == "lab" else "0.0.0.0"
        with LabServer(
            workspace.root, folder / f"{mode}.log",
            environ={"XRAYLIB_MODE": mode}, options={"server.address": address},
        ) as server:  # fmt: skip
            visit(server, mode)
            if mode == "lab":
                train(server, workspace)
        told[mode] = ear.told()
    print(json.dumps(told))


if __name__ == "__main__":
    os.environ.pop("XRAYLIB_WORKSPACE", None)
    main()
