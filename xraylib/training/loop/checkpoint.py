"""Checkpoints: all or nothing, at any moment of a crash.

checkpoint/<epoch>-<step>/ holds ``arrays.npz`` and ``state.json``. A new one is written beside,
flushed to the disk and renamed; only then do the older ones go. Nothing in it is unpickled.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from xraylib.errors import RunError
from xraylib.regular import read_head, regular
from xraylib.training.planning.admission import UnfitError, check_arrays, check_state, read_headers

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec
    from xraylib.training.config import TrainConfig

Arrays = dict[str, npt.NDArray[Any]]

EVERY_SECONDS: Final = 15.0
# Raise it when what a checkpoint holds changes.
FORMAT: Final = 2

_DRAFT: Final = ".draft"
# Bytes of a ``state.json``; a real one has about a thousand.
_LARGEST_STATE: Final = 2**20


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint:
    """Everything that training needs to go on as if nothing had happened.

    Attributes:
        epoch: Complete epochs.
        step: Complete steps of the epoch after them.
        state: Values that JSON can hold.
        arrays: Named arrays.
    """

    epoch: int
    step: int
    state: Mapping[str, Any]
    arrays: Arrays

    def numbered(self, name: str) -> list[npt.NDArray[Any]]:
        """The arrays ``name_0``, ``name_1``, … as a list."""
        places = range(sum(key.startswith(f"{name}_") for key in self.arrays))
        return [self.arrays[f"{name}_{place}"] for place in places]


class CheckpointStore:
    """The checkpoints of one run.

    Args:
        folder: ``run.folder / "checkpoint"``.
        every: Seconds between two checkpoints; 15 if not given.
    """

    def __init__(self, folder: Path, *, every: float | None = None) -> None:
        self._folder = folder
        self._every = EVERY_SECONDS if every is None else every
        self._last = time.monotonic()

    def is_there(self) -> bool:
        """Whether there is a complete checkpoint to go on from, readable or not."""
        return bool(self._complete())

    def newest(self) -> Path | None:
        """The folder of the newest complete checkpoint, or None if there is none."""
        return next(reversed(self._complete()), None)

    def is_due(self) -> bool:
        """Whether the last one is long enough ago."""
        return time.monotonic() - self._last >= self._every

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes a checkpoint in place of the older ones.

        Raises:
            OSError: The disk is full or gone; the older checkpoint is untouched, and nothing of
                the new one is left.
        """
        name = f"{checkpoint.epoch:06d}-{checkpoint.step:08d}"
        self.receive(name, lambda draft: self._write(checkpoint, draft))
        self._last = time.monotonic()

    def receive(self, name: str, write: Callable[[Path], None]) -> None:
        """Puts a checkpoint in place of the older ones.

        Args:
            name: Its folder's.
            write: Writes its files into the folder that it is given, and flushes them to the disk.

        Raises:
            OSError: As `save`; so does whatever else ``write`` raises.
        """
        draft = self._folder / _DRAFT
        shutil.rmtree(draft, ignore_errors=True)
        self._folder.mkdir(exist_ok=True)  # not the run's: one that was deleted stays so
        draft.mkdir()
        try:
            write(draft)
            self._replace(draft, name)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def _write(self, checkpoint: Checkpoint, draft: Path) -> None:
        state = {"format": FORMAT, "epoch": checkpoint.epoch, "step": checkpoint.step}
        state |= checkpoint.state
        with (draft / "arrays.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **checkpoint.arrays)
            file.flush()
            os.fsync(file.fileno())
        with (draft / "state.json").open("w", encoding="utf-8") as text:
            json.dump(state, text)
            text.flush()
            os.fsync(text.fileno())

    def _replace(self, draft: Path, name: str) -> None:
        older, place = self._complete(), self._folder / name
        if place in older:  # the same moment again: the same content
            shutil.rmtree(draft)
        else:
            _sync_folder(draft)
            draft.rename(place)
            _sync_folder(self._folder)
        for old in older:
            if old != place:
                shutil.rmtree(old, ignore_errors=True)

    def load(self) -> Checkpoint | None:
        """The newest checkpoint, or None if there is none.

        Raises:
            RunError: codes ``bad-checkpoint``: it is damaged, and ``old-checkpoint``: another
                version of this program wrote it.
        """
        complete = self._complete()
        if not complete:
            return None
        newest = complete[-1]
        state = read_state(newest)
        try:
            read_headers(newest / "arrays.npz")
            with np.load(regular(newest / "arrays.npz"), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            return Checkpoint(
                epoch=int(state["epoch"]), step=int(state["step"]), state=state, arrays=arrays
            )
        except Exception as error:  # damaged zip or array files raise all sorts of things
            raise _damaged(newest, error) from error

    def check(self, spec: ModelSpec, config: TrainConfig, *, classes: int, images: int) -> None:
        """Refuses a newest checkpoint that this training could not go on from.

        Reads headers and sums alone, so it belongs before anything large is loaded.

        Args:
            spec: The network.
            config: Its training settings.
            classes: Number of classes.
            images: Number of training images.

        Raises:
            RunError: codes ``bad-checkpoint`` and ``old-checkpoint``.
        """
        complete = self._complete()
        if not complete:
            return
        newest = complete[-1]
        state = read_state(newest)
        try:
            check_state(state, config)
            headers = read_headers(newest / "arrays.npz")
            check_arrays(headers, spec, config, classes=classes, images=images)
        except UnfitError as error:
            raise _damaged(newest, error) from error

    def _complete(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*-[0-9]*"))


def read_state(place: Path) -> Mapping[str, Any]:
    """What the checkpoint in this folder says of itself, without its arrays.

    Raises:
        RunError: codes ``bad-checkpoint`` and ``old-checkpoint``.
    """
    try:
        file = place / "state.json"
        if place.is_symlink() or file.is_symlink():
            raise UnfitError("state.json is a link")
        content = read_head(file, _LARGEST_STATE + 1)
        if len(content) > _LARGEST_STATE:
            raise UnfitError(f"state.json has more than {_LARGEST_STATE // 1024} KiB")
        state: dict[str, Any] = json.loads(content)
        found = state.get("format", 1)
    except Exception as error:  # no JSON, or JSON that is no object
        raise _damaged(place, error) from error
    if found != FORMAT:
        raise RunError(
            f"The checkpoint {place.name} has format {found}, of another version of X-ray Lab",
            expected=f"format {FORMAT}",
            remedy="start the run again from the beginning (xraylib train --from RUN); what it has "
            "learnt and told so far stays as it is",
            code="old-checkpoint",
        )
    return state


def _damaged(place: Path, error: Exception) -> RunError:
    return RunError(
        f"The checkpoint {place.name} cannot be read ({error})",
        expected="a complete checkpoint",
        remedy="start a new run with the same settings",
        code="bad-checkpoint",
    )


def _sync_folder(folder: Path) -> None:
    """Makes the names in a folder survive a power cut, where the system can do that."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
