"""The cluster that the tests of this folder share, file by file."""

from collections.abc import Iterator

import pytest
from node_network import NodeNetwork, lacking
from ray_cluster import RayCluster
from two_nodes import shared as shared
from two_nodes import there as there
from two_nodes import two_nodes


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    """Each node on a machine of its own where there can be network namespaces."""
    with two_nodes(None if lacking() else NodeNetwork()) as made:
        yield made
