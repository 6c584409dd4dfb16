"""The cluster on which folders are judged."""

from two_nodes import cluster as cluster
from two_nodes import there as there
