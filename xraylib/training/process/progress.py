"""What the trainer tells the world, and how the world tells it to stop.

One thread of this object wakes five times a second: it writes ``status.json`` when something is
new (so the training loop never waits for the disk) and looks whether somebody asked for a stop.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from xraylib.errors import XrayError
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.process.usage import Usage, Used
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, State, read_status, write_status

_TICK_SECONDS: Final = 0.2
_STEP_EVENT_SECONDS: Final = 0.2
_USAGE_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 0.7
# A folder on a network may be out of reach for a moment.
_GONE_SECONDS: Final = 3.0
# Room kept for the last words: on a full disk a run must still be able to say so.
_SPARE_BYTES: Final = 65_536

NO_MODEL: Final = "Stopped before the first epoch was complete, so there is no model."
OUT_OF_QUEUE: Final = "Taken out of the queue before it began, so there is no model."
NO_MODEL_YET: Final = (
    "Stopped before training went on, and there is no model yet. Resume goes on from the last "
    "checkpoint."
)
NO_PROGRESS: Final = "Stopped before training went on; the model is as it was."


class Progress:
    """The status and the events of one run, written by its trainer.

    Args:
        run: The run whose lock the caller holds.
        patience: Seconds that the main thread has to see a stop before ``rescue`` is called.

    Attributes:
        may_abort: While true nothing is worth saving, and a stop ends the process on the spot,
            whatever the main thread is doing. True until the first complete epoch.
        rescue: Saves what there is, from this object's thread, when somebody asked for a stop
            and the main thread is in the middle of something long, and returns the last words;
            the process then ends. None where the main thread needs no help.
    """

    def __init__(self, run: Run, *, patience: float = _PATIENCE_SECONDS) -> None:
        self.run = run
        self.may_abort = True
        self.rescue: Callable[[], str] | None = None
        self._patience = patience
        self._began, self._beginning = time.time(), time.monotonic()
        self._stop_seen: float | None = None
        self._status = read_status(run.folder)
        self._changed = False
        self._last_step_event = 0.0
        self._usage = Usage()
        self._used: Used | None = None
        self._last_usage = 0.0
        self._stop = threading.Event()
        self._ended = threading.Event()
        self.lock = threading.RLock()
        self._folder = _identity(run)
        self._gone_since: float | None = None
        self._spare = run.folder / ".spare"
        self._spare.write_bytes(bytes(_SPARE_BYTES))
        self._metrics = (run.folder / "metrics.jsonl").open("ab", buffering=0)
        self._thread = threading.Thread(target=self._watch, daemon=True, name="progress")
        self._thread.start()

    def now(self) -> float:
        """Seconds since 1970, as the clock said when this began and the seconds since then.

        So what it writes stays in its order, and lasts as long as it did, whatever becomes of the
        machine's clock meanwhile: a laptop's is often set right while a run goes on.
        """
        return self._began + time.monotonic() - self._beginning

    @property
    def status(self) -> RunStatus:
        """The status as the next write will have it."""
        return self._status

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked for a stop."""
        return self._stop.is_set()

    def request_stop(self) -> None:
        """Asks for a stop from inside this process."""
        self._stop.set()

    def update(self, **changes: Any) -> None:
        """Changes fields of the status; they are on disk within half a second."""
        with self.lock:
            self._status = replace(self._status, **changes)
            self._changed = True

    def event(self, event: Mapping[str, Any]) -> None:
        """Appends one line to ``metrics.jsonl``."""
        line = json.dumps({**event, "time": round(self.now(), 3)}, allow_nan=False) + "\n"
        with self.lock:
            self._metrics.write(line.encode())

    def step(
        self,
        *,
        epoch: int,
        step: int,
        steps: int,
        loss: float,
        accuracy: float,
        learning_rate: float,
    ) -> None:
        """Tells of one training step; at most five events a second are written.

        Args:
            epoch: From 1.
            step: From 1.
            steps: Steps an epoch.
            loss: Mean over this epoch so far.
            accuracy: Fraction right in this epoch so far.
            learning_rate: Of this step.
        """
        now = time.monotonic()
        if now - self._last_step_event < _STEP_EVENT_SECONDS:
            return
        self._last_step_event = now
        self.update(phase="training", step=step, steps=steps)
        self.event(
            {
                "event": "step",
                "epoch": epoch,
                "step": step,
                "steps": steps,
                "loss": loss,
                "accuracy": accuracy,
                "learning_rate": learning_rate,
            }
        )

    def usage(self) -> Used:
        """Memory and processor share as they were within the last second."""
        with self.lock:
            if self._used is None:
                self._used = self._usage.look()
            return self._used

    def metrics_size(self) -> int:
        """Bytes in ``metrics.jsonl``."""
        return os.fstat(self._metrics.fileno()).st_size

    def cut_metrics(self, size: int) -> None:
        """Forgets the events after ``size`` bytes: they will be computed again."""
        os.ftruncate(self._metrics.fileno(), size)

    def finish(
        self,
        state: State,
        message: str,
        *,
        error: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> None:
        """Ends the run. Nothing is written after this."""
        with self.lock:
            if self._ended.is_set():
                return
            self._ended.set()
            self._status = replace(
                self._status,
                state=state,
                phase="",
                message=message,
                error=error,
                seconds_left=None,
                updated=self.now(),
                **changes,
            )
            self._spare.unlink(missing_ok=True)
            # The event first: who sees the final state finds all events.
            with contextlib.suppress(OSError):
                self.event({"event": "finished", "run": self.run.id, "status": state})
            self._metrics.close()
            write_status(self.run.folder, self._status)

    def _watch(self) -> None:
        while not self._ended.wait(_TICK_SECONDS):
            self._end_without_a_folder()
            if self.run.stop_file.exists():
                self._stop.set()
            if self._stop.is_set() and self.may_abort:
                with self.lock:
                    if self.may_abort:
                        self.finish("stopped", self._last_words())
                        os._exit(0)
            if self._stop.is_set():
                self._end_for_the_main_thread()
            with self.lock:
                self._measure()
                if self._changed and not self._ended.is_set():
                    self._changed = False
                    self._status = replace(self._status, updated=self.now())
                    with contextlib.suppress(OSError):  # the main thread meets a full disk too
                        write_status(self.run.folder, self._status)

    def _end_without_a_folder(self) -> None:
        """A run that was taken away with its workspace has nobody to train for."""
        now = time.monotonic()
        if _identity(self.run) == self._folder:
            self._gone_since = None
            return
        self._gone_since = self._gone_since or now
        if now - self._gone_since >= _GONE_SECONDS:
            print(f"The folder of the run {self.run.id} is gone.", file=sys.stderr, flush=True)
            os._exit(1)

    def _end_for_the_main_thread(self) -> None:
        """Nobody waits longer for a step that takes long: what there is is saved from here."""
        now = time.monotonic()
        self._stop_seen = self._stop_seen or now
        if now - self._stop_seen < self._patience:
            return
        with self.lock:
            if self.rescue is None or self._ended.is_set():
                return
            try:
                words = self.rescue()
            except Exception:  # the main thread will meet it too, and say it
                traceback.print_exc()
                self.rescue = None
                return
            self.finish("stopped", words, has_model=True)
            os._exit(0)

    def _last_words(self) -> str:
        if self._status.has_model:
            return NO_PROGRESS
        if CheckpointStore(self.run.folder / "checkpoint").is_there():
            return NO_MODEL_YET
        return OUT_OF_QUEUE if self._status.phase == "queue" else NO_MODEL

    def _measure(self) -> None:
        now = time.monotonic()
        if now - self._last_usage >= _USAGE_SECONDS:
            self._last_usage = now
            self._used = self._usage.look()
            self.update(**self._used)

    def protect(self) -> None:
        """From now on there is something to save: a stop waits for the main thread."""
        with self.lock:
            self.may_abort = False


def _identity(run: Run) -> tuple[int, int] | None:
    """Which folder stands at the run's place; None where there is none."""
    try:
        found = run.folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def describe_failure(error: BaseException) -> dict[str, str]:
    """``{"code", "message"}`` for whatever ended the training."""
    if _is_full_disk(error):
        return {
            "code": "disk-full",
            "message": "The disk is full. Expected room for checkpoints, curves and results. Do "
            "this: free some space, then resume the run.",
        }
    if isinstance(error, XrayError):
        return error.to_json()
    kind = type(error).__name__
    text = " ".join(str(error).split())[:300] or kind
    if isinstance(error, MemoryError) or kind == "ResourceExhaustedError":
        return {
            "code": "out-of-memory",
            "message": "The computer ran out of memory. Expected room for one batch with all that "
            "the network computes of it. Do this: use a smaller batch size, a smaller image size "
            "or a smaller network.",
        }
    return {
        "code": "crash",
        "message": f"The training process failed ({kind}: {text}). Expected a training without "
        "such an error. Do this: look for its cause in the log, then resume the run.",
    }


def _is_full_disk(error: BaseException | None) -> bool:
    """Whether want of room is what an error comes from; h5py tells it in its text alone."""
    full = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
    while error is not None:
        if isinstance(error, OSError):
            text = str(error)
            if error.errno in full or any(f"errno = {n}," in text for n in full):
                return True
        error = error.__cause__ or error.__context__
    return False
