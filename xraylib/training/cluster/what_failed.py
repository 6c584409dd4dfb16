"""What can go wrong on a cluster, as errors that say what to do."""

from __future__ import annotations

from xraylib.errors import ClusterError
from xraylib.version import VERSION


def head_gone(address: str) -> ClusterError:
    """The head has been silent for too long."""
    return ClusterError(
        f"The head of the Ray cluster at {address} no longer answers",
        expected="a head that lives as long as what is done there",
        remedy="start it again, then resume the run, or give the same command again",
        code="head-gone",
    )


def killed(machine: str, code: int) -> ClusterError:
    """A trainer there ended with this exit code."""
    return ClusterError(
        f"The training process on {machine} ended without saying why (exit code {code}): it was "
        "killed, probably because the machine ran out of memory",
        expected="a node with room for the network and its images",
        remedy="use a smaller batch size, image size or network, or a larger node",
        code="trainer-killed",
    )


def nodes_gone(machine: str, error: str, tries: int, without: str) -> ClusterError:
    """Several went away in turn.

    Args:
        machine: The last of them; empty if it never answered.
        error: What Ray said of it.
        tries: How many.
        without: What did not happen before they went.
    """
    return ClusterError(
        f"{tries} nodes in turn went away before {without}, the last of them "
        f"{machine or 'before it answered'} ({error})",
        expected="nodes that live longer than that takes",
        remedy="look for the cause in Ray's own logs on that node, and in the run's log",
        code="nodes-gone",
    )


def not_installed(error: str) -> ClusterError | None:
    """Where a process could not begin for want of a package; None where that is not why."""
    line = next((one for one in error.splitlines() if "No module named" in one), None)
    if line is None:
        return None
    return ClusterError(
        f"A node of the cluster lacks what it needs ({line.strip()[:200]})",
        expected="X-ray Lab on every node",
        remedy='run pip install "xray-lab[train,cluster]" there, in the environment in which '
        "`ray start` is run",
        code="cluster-node",
    )


def require_version(machine: str, found: str) -> None:
    """Asks for our own version on a node.

    Raises:
        ClusterError: code ``cluster-node``.
    """
    if found != VERSION:
        raise ClusterError(
            f"The node {machine} has X-ray Lab {found}, this machine {VERSION}",
            expected="the same version on every machine",
            remedy=f"install {VERSION} there",
            code="cluster-node",
        )
