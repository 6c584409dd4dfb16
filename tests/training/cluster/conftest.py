"""The cluster that the tests of this folder share, file by file."""

from collections.abc import Iterator

import pytest
from node_network import NodeNetwork, lacking
from ray_cluster import RayCluster
from two_nodes import shared as shared
from two_nodes import there as there


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    """Each node on a machine of its own where there can be network namespaces."""
    made = RayCluster(None if lacking() else NodeNetwork())
    try:
        made.add()
        made.add()
        yield made
    finally:
        made.close()
