"""A real Ray cluster of this machine: a head, and two nodes of one core each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ray_cluster import RayCluster

from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    made = RayCluster()
    try:
        made.add()
        made.add()
        yield made
    finally:
        made.close()


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
