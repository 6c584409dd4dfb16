"""Where runs run: this machine, or a Ray cluster. For people: ``docs/cluster.md``.

Wherever a run computes, a process of this machine stands for it. It takes the run's lock, waits for
its turn, writes into the run's folder, looks for the file ``stop`` and tells the end; so nobody who
reads the folder need know where that is.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from xraylib.extras import require
from xraylib.settings import PlaceName, read_settings
from xraylib.training.cluster.head import require_head
from xraylib.training.process.waiting import trainer_command
from xraylib.training.run.runs import Run
from xraylib.training.run.where import where


class Place(Protocol):
    """Where runs run.

    Attributes:
        name: As ``XRAYLIB_PLACE`` and ``--on`` have it.
        line: The folder below ``runs/.queue`` in which its runs wait in turn.
    """

    name: PlaceName
    line: str

    def require(self) -> None:
        """Says what is lacking before anything is begun.

        Raises:
            XrayError: A package is not installed, or there is no cluster.
        """

    def slots(self) -> int:
        """How many of its runs have their turn at the same time."""

    def command(self, run: Run) -> list[str]:
        """The command line of the process that stands for the run."""


class Here:
    """This machine: the process is the trainer itself."""

    name: PlaceName = "here"
    line = ""

    def require(self) -> None:
        require("train")

    def slots(self) -> int:
        return read_settings().max_running

    def command(self, run: Run) -> list[str]:
        return trainer_command(str(run.folder))


class RayCluster:
    """A Ray cluster: the process is a courier between the run's folder and a trainer there."""

    name: PlaceName = "ray"
    line = "ray"

    def require(self) -> None:
        require("cluster")
        require_head(read_settings().ray_address)

    def slots(self) -> int:
        return read_settings().ray_running

    def command(self, run: Run) -> list[str]:
        module = "xraylib.training.cluster.courier"
        return [sys.executable, "-P", "-m", module, str(run.folder)]


PLACES: Final[Mapping[PlaceName, Place]] = {"here": Here(), "ray": RayCluster()}


def place_of(folder: Path, on: PlaceName | None = None) -> Place:
    """Where a run, or a search, goes when it is started.

    Args:
        folder: Its own.
        on: Where it is wanted; if not given where the host says, else where it was before.
    """
    return PLACES[on or read_settings().place or where(folder).place]
