"""What a run will need, said before it starts: memory by arithmetic, time by a short trial.

A trial is kept in ``workspace.trials`` under a key of everything that its cost depends on: the
layers, the batch, the optimizer, the augmentation, the machine and the versions. For a design
that was not tried, the time is scaled from the trial that is most like it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from xraylib.errors import PathError, RunError
from xraylib.json_values import JsonObject
from xraylib.networks.memory import TrainingMemory, map_values, training_memory
from xraylib.networks.trace import Trace, trace
from xraylib.onednn import chosen
from xraylib.records import read_json
from xraylib.training.config import TrainConfig
from xraylib.training.run.environment import describe_environment
from xraylib.workspace import Workspace, WorkspaceLike, write_json

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.networks.spec import ModelSpec

Source = Literal["trial", "other"]
TEST_BATCH: Final = 64
"""Images of a validation step."""

_MEBIBYTE: Final = 2**20
# Group limits of Linux, newer and older.
_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# What a value of a map costs beside a product in a kernel, and what an image costs by itself.
_PER_VALUE: Final = 20
_PER_IMAGE: Final = 200_000


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What was measured.

    Attributes:
        step_seconds: A training step of ``batch_size`` images, with their augmentation.
        validation_seconds: A validation step of 64 images.
        between_seconds: What an epoch costs beside its steps, to be judged, told and kept.
        start_seconds: Until the first step was done: TensorFlow loaded, the network built.
        memory_bytes: The most memory of its own that the process had, or None where the system
            does not say.
        batch_size: Images a training step.
        steps: Training steps that were timed.
        training_once_seconds: What a training image costs once, in the first epoch, where the
            network has a fixed part whose features are kept.
        validation_once_seconds: Likewise a validation image.
    """

    step_seconds: float
    validation_seconds: float
    between_seconds: float
    start_seconds: float
    memory_bytes: int | None
    batch_size: int
    steps: int
    training_once_seconds: float = 0.0
    validation_once_seconds: float = 0.0

    def once_seconds(self, training: int, validation: int) -> float:
        """What so many images cost beside the epochs, however many those are."""
        own = training * self.training_once_seconds
        return self.start_seconds + own + validation * self.validation_once_seconds

    def epoch_seconds(self, training: int, validation: int) -> float:
        """What an epoch takes with so many images, from the figures of single steps."""
        whole = training / self.batch_size
        # A last batch that is smaller costs about its part of a step.
        steps = whole * self.step_seconds + validation / TEST_BATCH * self.validation_seconds
        return steps + self.between_seconds


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What a run of this design is expected to need.

    Attributes:
        memory_bytes: At its largest: as a trial of this very design measured it, else computed.
        epoch_seconds: For one epoch with its validation; None before there was any trial.
        start_seconds: Once, not in each epoch: before the first step, and for what of the images
            is kept; None before there was any trial.
        source: ``"trial"`` of this design with these settings, ``"other"`` if scaled from a
            trial of another; None without any.
        machine_bytes: Memory that this machine, or its group of processes, has.
    """

    memory_bytes: int
    epoch_seconds: float | None
    start_seconds: float | None
    source: Source | None
    machine_bytes: int

    @property
    def fits(self) -> bool:
        """Whether the machine has as much memory as is needed."""
        return self.memory_bytes <= self.machine_bytes


def expect(
    spec: ModelSpec,
    train: TrainConfig,
    augment: AugmentConfig,
    *,
    training: int,
    validation: int,
    result: Trace | None = None,
    key: str | None = None,
    workspace: WorkspaceLike | None = None,
) -> Expectation:
    """What training this design on so many images will need.

    Args:
        spec: A possible network.
        train: The settings.
        augment: How images vary.
        training: Images an epoch.
        validation: Images that each epoch is validated on.
        result: ``trace(spec)``, where it is there already.
        key: ``trial_key(spec, train, augment)``, where it is there already.
        workspace: Where trials are kept; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        SpecError: code ``impossible-layer``.
    """
    workspace = Workspace.open(workspace)
    result = trace(spec) if result is None else result
    computed = training_memory(
        spec, batch_size=train.batch_size, optimizer=train.optimizer, result=result
    ).total
    own = load_trial(key or trial_key(spec, train, augment), workspace=workspace)
    seconds = start = None
    source: Source | None = None
    if own is not None:
        source, start = "trial", own.once_seconds(training, validation)
        seconds = own.epoch_seconds(training, validation)
    elif (near := _nearest(workspace, here := _cost(spec, result))) is not None:
        cost, other = near
        source, start = "other", other.start_seconds
        seconds = other.epoch_seconds(training, validation) * here / cost
    return Expectation(
        memory_bytes=(own.memory_bytes if own is not None else None) or computed,
        epoch_seconds=seconds,
        start_seconds=start,
        source=source,
        machine_bytes=machine_memory(),
    )


def check_memory(spec: ModelSpec, train: TrainConfig, *, result: Trace | None = None) -> None:
    """Refuses a design that would not fit into this machine's memory.

    Args:
        spec: A possible network.
        train: Batch size and optimizer.
        result: ``trace(spec)``, where it is there already.

    Raises:
        RunError: code ``not-enough-memory``, with the numbers and what they are made of.
    """
    needed = training_memory(
        spec, batch_size=train.batch_size, optimizer=train.optimizer, result=result
    )
    there = machine_memory()
    if needed.total <= there:
        return
    raise RunError(
        f"Training the network {spec.name!r} with {train.batch_size} images a step would take "
        f"about {size_words(needed.total)} of memory ({size_words(needed.weights)} for weights, "
        f"{size_words(needed.maps)} for the maps of a batch), and this machine has "
        f"{size_words(there)}",
        expected=f"a network and a batch that need at most {size_words(there)}",
        remedy=_remedy(spec, needed),
        code="not-enough-memory",
    )


def machine_memory() -> int:
    """Bytes of this machine, or of the group of processes that this one is held to."""
    found = _built_in()
    for place in _LIMITS:
        try:
            found = min(found, int(Path(place).read_text("ascii")))
        except (OSError, ValueError):  # no such group, or no limit ("max")
            continue
    return found


@cache
def _built_in() -> int:
    import psutil

    return int(psutil.virtual_memory().total)


def trial_key(spec: ModelSpec, train: TrainConfig, augment: AugmentConfig) -> str:
    """The name of a trial of this design with these settings on this machine."""
    machine = describe_environment(onednn=chosen())
    content = {
        "layers": [_same_cost(layer) for layer in spec.to_json()["layers"]],
        "train": {
            "batch_size": train.batch_size,
            "optimizer": train.optimizer,
            "class_mode": train.class_mode,
            "clipped": train.global_clipnorm is not None,
        },
        "augment": augment.to_json(),
        "kept": "features",
        "machine": [machine[name] for name in ("processor", "cores", "packages", "onednn")],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def save_trial(
    key: str, trial: Trial, spec: ModelSpec, *, workspace: WorkspaceLike | None = None
) -> None:
    """Keeps a trial.

    Raises:
        PathError: code ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    value = {**asdict(trial), "cost": _cost(spec, trace(spec))}
    write_json(workspace.trials / f"{key}.json", value)


def load_trial(key: str, *, workspace: WorkspaceLike | None = None) -> Trial | None:
    """The trial of this key, or None; a damaged file counts for nothing."""
    workspace = Workspace.open(workspace)
    found = _read(workspace.trials / f"{key}.json")
    return None if found is None else found[1]


def size_words(size: float) -> str:
    """Bytes as ``412 MB`` or ``5.2 GB`` (of 1,024 × 1,024 and so on)."""
    megabytes = size / _MEBIBYTE
    return f"{megabytes:,.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:,.1f} GB"


def _read(file: Path) -> tuple[float, Trial] | None:
    try:
        value: dict[str, Any] = read_json(file)
        cost = float(value.pop("cost"))
        trial = Trial(**value)
        usable = cost > 0 and trial.batch_size > 0 and trial.step_seconds > 0
    except (PathError, TypeError, ValueError, KeyError, AttributeError):
        return None
    return (cost, trial) if usable else None


def _nearest(workspace: Workspace, cost: float) -> tuple[float, Trial] | None:
    """The trial whose network costs most nearly as much, and whose steps computed all of it."""
    if not workspace.trials.is_dir():
        return None
    read = [one for file in workspace.trials.glob("*.json") if (one := _read(file)) is not None]
    found = [one for one in read if not one[1].training_once_seconds]
    return min(found, key=lambda one: abs(math.log(one[0] / cost)), default=None)


def _cost(spec: ModelSpec, result: Trace) -> float:
    """What an image costs, in a unit of its own: products, values of maps, and the image itself."""
    return result.multiply_adds + _PER_VALUE * sum(map_values(spec, result)) + _PER_IMAGE


def _same_cost(layer: Mapping[str, Any]) -> JsonObject:
    """A layer without what changes nothing in what it costs: where weights come from."""
    return {name: value for name, value in layer.items() if name != "weights"}


def _remedy(spec: ModelSpec, needed: TrainingMemory) -> str:
    if needed.maps > needed.weights:
        return "use a smaller batch or smaller images, or pool or stride earlier"
    rows = trace(spec).rows
    most = max(rows, key=lambda row: row.params)
    return (
        f"give layer {most.index}, {most.kind}, fewer than its {most.params:,} parameters: pool "
        "or stride before it, or make it smaller"
    )
