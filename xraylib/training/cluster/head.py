"""Whether the head of a cluster answers; asked of the network, without Ray."""

from __future__ import annotations

import socket
from typing import Final

from xraylib.errors import ClusterError

_SECONDS: Final = 2.0


def head_answers(address: str) -> bool:
    """Whether anybody listens at ``host:port``."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def require_head(address: str) -> None:
    """Asks for the head before anything is begun.

    Raises:
        ClusterError: code ``no-cluster``.
    """
    if not head_answers(address):
        raise no_cluster(address)


def no_cluster(address: str) -> ClusterError:
    """The error for a cluster that does not answer."""
    return ClusterError(
        f"No Ray cluster answers at {address}",
        expected="the head of a cluster there",
        remedy="start one (ray start --head), or set XRAYLIB_RAY_ADDRESS to where it is; "
        "XRAYLIB_PLACE=here trains on this machine",
        code="no-cluster",
    )
