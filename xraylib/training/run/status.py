"""The state of a run as one value, and the file it is kept in."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from xraylib.arguments import checked_fields, refused_argument
from xraylib.errors import PathError
from xraylib.json_values import JsonObject
from xraylib.records import read_record
from xraylib.training.run.events import Event
from xraylib.training.run.locks import is_held

State = Literal[
    "queued", "preparing", "running", "finished", "stopped", "failed", "interrupted", "damaged"
]
Phase = Literal["", "queue", "films", "tensorflow", "training", "validation", "results"]

FINAL_STATES: Final[frozenset[str]] = frozenset(
    ("finished", "stopped", "failed", "interrupted", "damaged")
)
STATES: Final[tuple[str, ...]] = get_args(State)

_MEMORY: Final = (
    "The training process was killed, probably because the computer ran out of memory. Use a "
    "smaller batch size, image size or network."
)
_WORDLESS: Final = (
    "The training process ended without saying why: it was killed, or the computer was switched "
    "off."
)
# A new run has no trainer for the moment it takes to start one.
_STARTING_SECONDS: Final = 10.0
_SHARES: Final = frozenset(("accuracy", "auc", "val_accuracy", "val_auc"))
_MOST: Final = 2.5e11  # seconds since 1970 (the year 9892), and more of anything than a run has


@checked_fields
@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """Where a run stands.

    Attributes:
        state: ``queued`` (waits for its turn), ``preparing`` (reads images, loads TensorFlow),
            ``running``, and the ends ``finished``, ``stopped`` (by the user), ``failed``
            (``error`` says why) and ``interrupted`` (the trainer died without a word). That one
            and ``damaged`` (``status.json`` cannot be used) are never written, always derived.
        phase: What it is doing: ``queue``, ``images``, ``tensorflow``, ``training``,
            ``validation``, ``results``, or nothing.
        epoch: Complete epochs.
        epochs: Epochs to train.
        step: Done in this phase: batches of this epoch, or images read.
        steps: To do in this phase.
        message: One sentence for people.
        error: ``{"code", "message"}`` of a failed run, or of one that was interrupted where its
            process could still say why.
        started: When its turn came, seconds since 1970 (UTC), or None.
        updated: When this was written, seconds since 1970.
        seconds_left: Estimate until the end of training, or None.
        images_per_second: Training images a second, validation and everything else included, or
            None before the first measurement.
        best_epoch: Epoch (from 1) with the lowest validation loss, or None.
        has_model: Whether weights were saved that can be evaluated and published.
        kept: The epoch whose weights the model has, or would have if it ended now, with its
            numbers: ``epoch``, ``loss``, ``accuracy``, ``auc``, ``val_loss``, …; or None.
        rss_bytes: Memory of the trainer in bytes, pages of mapped images included, or None.
        rss_anon_bytes: Memory that it truly occupies, or None.
        cpu_percent: Its share of the processor in the last second, 100 for one core, or None.
        out_of_memory_kills: What the kernel's counter said when the trainer began, or None.
    """

    state: State = "queued"
    phase: Phase = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    message: str = ""
    error: Mapping[str, str] | None = None
    started: float | None = None
    updated: float = 0.0
    seconds_left: float | None = None
    images_per_second: float | None = None
    best_epoch: int | None = None
    has_model: bool = False
    kept: Event | None = None
    rss_bytes: int | None = None
    rss_anon_bytes: int | None = None
    cpu_percent: float | None = None
    out_of_memory_kills: int | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            _check_number(field.name, getattr(self, field.name))
        for name, value in (self.kept or {}).items():
            _check_number(name, value)

    @property
    def is_final(self) -> bool:
        """Whether the run has ended."""
        return self.state in FINAL_STATES

    @property
    def progress(self) -> float:
        """How much of the training is done, 0 to 1."""
        if self.state == "finished":
            return 1.0
        part = self.step / self.steps if self.phase == "training" and self.steps else 0.0
        return min((self.epoch + part) / self.epochs, 1.0) if self.epochs else 0.0

    @classmethod
    def of_damage(cls, error: PathError) -> RunStatus:
        """The status of a run with a file that cannot be used; ``error["file"]`` names it."""
        told = {**error.to_json(), "file": error.file}
        return cls(state="damaged", message=error.message, error=told)

    def to_json(self) -> JsonObject:
        """A dictionary that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunStatus:
        """The status in ``value``; names that this version does not know are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: item for name, item in value.items() if name in known})


def write_status(folder: Path, status: RunStatus) -> None:
    """Replaces ``status.json`` in one step.

    Without waiting for the disk, unlike ``write_json``: it is written twice a second, and after
    a power cut the free lock tells the truth anyway.

    Raises:
        OSError: The folder is gone or full.
    """
    temporary = folder / f".status.{os.getpid()}"
    try:
        temporary.write_text(json.dumps(status.to_json(), ensure_ascii=False), encoding="utf-8")
        temporary.replace(folder / "status.json")
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def read_status(folder: Path) -> RunStatus:
    """What ``status.json`` says.

    Raises:
        PathError: codes ``missing``, ``damaged`` and ``newer-version``.
    """
    return read_record(folder / "status.json", RunStatus.from_json)


def current_status(folder: Path, lock: Path) -> RunStatus:
    """Where a run stands now, of whose trainer ``status.json`` may not tell the end.

    Args:
        folder: Of the run.
        lock: The file that its trainer keeps locked as long as it lives.
    """
    try:
        status = read_status(folder)
        if status.is_final or is_held(lock):
            return status
        # The trainer may have ended between the two looks.
        status = read_status(folder)
    except PathError as error:
        return RunStatus.of_damage(error)
    age = time.time() - status.updated  # below 0 after the clock was set back
    starting = status.state == "queued" and 0 <= age < _STARTING_SECONDS
    if status.is_final or starting:
        return status
    before, now = status.out_of_memory_kills, out_of_memory_kills()
    killed = before is not None and now is not None and now > before
    message = status.error["message"] if status.error else _MEMORY if killed else _WORDLESS
    return replace(status, state="interrupted", message=message, seconds_left=None)


def _check_number(name: str, value: object) -> None:
    """Refuses what no run has: fewer than no steps, a share above 1, a time after the year 9892."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if name in ("loss", "val_loss"):
        least, most = -sys.float_info.max, sys.float_info.max
    else:
        least, most = 0.0, 1.0 if name in _SHARES else _MOST
    if not least <= value <= most:
        raise refused_argument(name, value, f"a number from {least:g} to {most:g}", of="RunStatus")


def out_of_memory_kills() -> int | None:
    """How many processes the kernel has killed for want of memory; None where it does not say."""
    try:
        for line in Path("/proc/vmstat").read_text("ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return None
