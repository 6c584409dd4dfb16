"""The cluster that the tests of this folder share, file by file."""

from two_nodes import cluster as cluster
from two_nodes import shared as shared
from two_nodes import there as there
