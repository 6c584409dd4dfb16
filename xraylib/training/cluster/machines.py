"""The machines of a cluster as values, and what a run asks of them. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from xraylib.json_values import JsonObject


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One living node.

    Attributes:
        node: What Ray calls it.
        name: Of the machine, and its address.
        cpus: Processor cores that Ray may give away.
        gpus: GPUs that Ray may give away.
        free_cpus: Those of them that nobody has now.
        free_gpus: Those of them that nobody has now.
    """

    node: str
    name: str
    cpus: float
    gpus: float
    free_cpus: float
    free_gpus: float

    def to_json(self) -> JsonObject:
        """A dictionary that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a run asks for, all of it on one node.

    Attributes:
        cpus: Processor cores.
        gpus: GPUs.
    """

    cpus: int
    gpus: int = 0

    @property
    def words(self) -> str:
        """As people say it: "2 CPUs and 1 GPU"."""
        told = _counted(self.cpus, "CPU")
        return f"{told} and {_counted(self.gpus, 'GPU')}" if self.gpus else told

    def fits(self, machine: Machine) -> bool:
        """Whether the machine has so much when nobody else uses it."""
        return machine.cpus >= self.cpus and machine.gpus >= self.gpus

    def finds_room(self, machine: Machine) -> bool:
        """Whether the machine has so much free now."""
        return machine.free_cpus >= self.cpus and machine.free_gpus >= self.gpus


def usual_request(machines: Iterable[Machine], *, cpus: int | None, gpus: int) -> Request:
    """What a run asks for.

    Args:
        machines: All.
        cpus: As the host says; None: as many as the smallest node has that has enough GPUs.
        gpus: As the host says.
    """
    able = [int(one.cpus) for one in machines if one.cpus >= 1 and one.gpus >= gpus]
    return Request(cpus=cpus or min(able, default=1), gpus=gpus)


def why_waiting(request: Request, machines: Sequence[Machine]) -> str:
    """Why a run has no place yet, with the numbers."""
    asked = f"It asks for {request.words} on one node"
    if not machines:
        return f"{asked}, and the cluster has no node."
    if not any(map(request.fits, machines)):
        best = max(machines, key=lambda one: (one.gpus >= request.gpus, one.cpus))
        has = f"{_counted(best.cpus, 'CPU')} and {_counted(best.gpus, 'GPU')}"
        return (
            f"{asked}, and none of the {_counted(len(machines), 'node')} has so much: {best.name}, "
            f"the largest, has {has}. It waits for a larger node; ask for less with "
            "XRAYLIB_RAY_CPUS and XRAYLIB_RAY_GPUS."
        )
    if any(request.finds_room(one) for one in machines):
        return f"{asked}; a process is started there."
    free = ", ".join(
        f"{one.name} {one.free_cpus:g} of {_counted(one.cpus, 'CPU')}"
        + (f" and {one.free_gpus:g} of {_counted(one.gpus, 'GPU')}" if one.gpus else "")
        for one in machines
    )
    return f"{asked} and waits until others end. Free now: {free}."


def _counted(count: float, thing: str) -> str:
    return f"{count:g} {thing}{'' if count == 1 else 's'}"
