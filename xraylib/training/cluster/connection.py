"""Joining a Ray cluster as one who gives it work. Imports Ray when it is called, not before."""

from __future__ import annotations

import os
from typing import Any

from xraylib.errors import ClusterError, XrayError
from xraylib.extras import require
from xraylib.training.cluster.head import no_cluster, require_head
from xraylib.training.cluster.machines import Machine


def connect(address: str) -> Any:
    """Joins the cluster whose head is at ``host:port``; the module ``ray``, to work with it.

    A cluster without tokens is refused, because whoever reaches it runs what he likes on it; the
    host may say otherwise by Ray's own variable ``RAY_AUTH_MODE``.

    Raises:
        InstallationError: code ``no-ray``.
        ClusterError: codes ``no-cluster``, ``cluster-token`` and ``cluster-version``.
    """
    require("cluster")
    require_head(address)  # Ray itself would try for a minute
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray
    from ray._private import worker

    # Also without `log_to_driver` Ray 2.60 prints what its nodes say into our standard output.
    worker.print_to_stdstream = lambda *_, **__: None
    try:
        ray.init(
            address,
            namespace="xraylib",
            log_to_driver=False,
            logging_level="ERROR",
        )
        ray.nodes()  # a wrong token is refused here at the latest
    except Exception as error:  # Ray's own, ConnectionError, RuntimeError, ValueError
        raise _not_joined(address, error) from error
    return ray


def machines(ray: Any) -> list[Machine]:
    """The living nodes of the cluster, by name."""
    from ray._private.state import available_resources_per_node

    free = available_resources_per_node()
    found = []
    for node in ray.nodes():
        if not node["Alive"]:
            continue
        has, left = node["Resources"], free.get(node["NodeID"], {})
        found.append(
            Machine(
                node=node["NodeID"],
                name=f"{node['NodeManagerHostname']} ({node['NodeManagerAddress']})",
                cpus=has.get("CPU", 0.0),
                gpus=has.get("GPU", 0.0),
                free_cpus=left.get("CPU", 0.0),
                free_gpus=left.get("GPU", 0.0),
            )
        )
    return sorted(found, key=lambda one: (one.name, one.node))


def _all_words(error: BaseException | None) -> str:
    """What an error says, and those that it comes from: Ray hides a wrong token two deep."""
    words = ""
    while error is not None:
        words += f" {error}"
        error = error.__cause__ or error.__context__
    return words


def _not_joined(address: str, error: Exception) -> XrayError:
    kind, text = type(error).__name__, " ".join(str(error).split())
    if kind == "AuthenticationError" or "oken" in _all_words(error):
        return ClusterError(
            f"The Ray cluster at {address} and this machine have no token in common ({text[:200]})",
            expected="a cluster that was started with a token, and the same token here",
            remedy="make one before the head is started (ray get-auth-token --generate) and put "
            "~/.ray/auth_token on every machine; docs/cluster.md says more",
            code="cluster-token",
        )
    if "ersion" in text:
        return ClusterError(
            f"The Ray cluster at {address} has another version of Ray or Python ({text[:200]})",
            expected="the same versions on every machine",
            remedy='install the same there and here: pip install "xray-lab[train,cluster]"',
            code="cluster-version",
        )
    return no_cluster(f"{address} ({kind}: {text[:200]})")
