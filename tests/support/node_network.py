"""Nodes as machines of their own: a network namespace for each, on a bridge of this machine."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from typing import Final

_TOOL: Final = "ip"


def lacking() -> str:
    """Why no namespaces can be made here; empty where they can."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which(_TOOL) is None:
        return "network namespaces need Linux, root and the command ip"
    name = f"xr{secrets.token_hex(3)}"
    try:
        _ip("netns", "add", name)
        try:
            _ip("-n", name, "link", "add", "veth0", "type", "veth", "peer", "name", "veth1")
            _ip("-n", name, "link", "add", "bridge0", "type", "bridge")
        finally:
            _ip("netns", "del", name)
    except subprocess.CalledProcessError as error:
        return f"no network namespaces here: {error.stderr.strip()}"
    return ""


class NodeNetwork:
    """A bridge, whose first address is this machine's.

    Attributes:
        here: The address of this machine on it.
    """

    def __init__(self) -> None:
        self._mark = secrets.token_hex(2)
        self._bridge = f"xr{self._mark}"
        # Addresses for tests of networks among themselves (RFC 2544).
        self._subnet = f"198.18.{secrets.randbelow(254) + 1}"
        self.here = f"{self._subnet}.1"
        self._machines: list[str] = []
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("addr", "add", f"{self.here}/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")

    def machine(self) -> tuple[str, str]:
        """The name and the address of one more."""
        number = len(self._machines) + 2
        name, cable = f"xr{self._mark}-{number}", f"xr{self._mark}v{number}"
        address = f"{self._subnet}.{number}"
        _ip("netns", "add", name)
        self._machines.append(name)
        _ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", cable, "master", self._bridge, "up")
        _ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
        for one in ("lo", "eth0"):
            _ip("-n", name, "link", "set", one, "up")
        return name, address

    def unplug(self, name: str) -> None:
        """Pulls its cable out: what runs there runs on, and nobody hears of it."""
        _ip("-n", name, "link", "set", "eth0", "down")

    def close(self) -> None:
        """Takes all of it away."""
        for name in self._machines:
            _ip("netns", "del", name)
        _ip("link", "del", self._bridge)


def inside(name: str) -> list[str]:
    """What stands before a command that runs there."""
    return [_TOOL, "netns", "exec", name]


def _ip(*words: str) -> None:
    subprocess.run([_TOOL, *words], check=True, capture_output=True, text=True)
