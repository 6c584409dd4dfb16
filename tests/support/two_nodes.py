"""A real Ray cluster of this machine: a head, and two nodes of one core each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from node_network import NodeNetwork
from ray_cluster import RayCluster

from xraylib.workspace import Workspace


@contextmanager
def two_nodes(network: NodeNetwork | None = None) -> Iterator[RayCluster]:
    """A head and two nodes; on a network each node is a machine of its own."""
    made = RayCluster(network)
    try:
        made.add()
        made.add()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    with two_nodes() as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"))


@pytest.fixture
def there(cluster: RayCluster, monkeypatch: pytest.MonkeyPatch) -> RayCluster:
    """The cluster with two living nodes, and an environment in which runs go there."""
    while len(cluster.nodes) < 2:
        cluster.add()
    for name, value in {**cluster.env, "XRAYLIB_PLACE": "ray"}.items():
        monkeypatch.setenv(name, value)
    return cluster
