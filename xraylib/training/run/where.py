"""Where a run is, in ``place.json`` of its folder, unless it is on this machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from xraylib.arguments import checked_fields
from xraylib.errors import PathError
from xraylib.records import read_if_kept
from xraylib.settings import PlaceName
from xraylib.workspace import write_json

_FILE: Final = "place.json"


@checked_fields
@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a run is, or was when it ended.

    Attributes:
        place: The kind of place.
        address: Of a cluster's head.
        node: What Ray calls the machine; nothing while the run waits for one.
        machine: What people call it.
        cpus: Processor cores that it asked for, 0 before that is known.
        gpus: GPUs that it asked for.
    """

    place: PlaceName = "here"
    address: str = ""
    node: str = ""
    machine: str = ""
    cpus: int = 0
    gpus: int = 0


def where(folder: Path) -> Where:
    """Where the run in this folder is; on this machine if nothing usable says otherwise."""
    try:
        return read_if_kept(folder / _FILE, lambda value: Where(**value)) or Where()
    except PathError:
        return Where()


def tell_where(folder: Path, found: Where) -> None:
    """Writes it down.

    Raises:
        PathError: code ``cannot-write``.
    """
    if found.place == "here":
        (folder / _FILE).unlink(missing_ok=True)
    else:
        write_json(folder / _FILE, asdict(found), new_folder=False)
