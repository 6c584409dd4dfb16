"""The status and the events of a run whose trainer is on another machine, written down here."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Final

from xraylib.training.process.progress import Progress
from xraylib.training.run.status import RunStatus, write_status

# What is this machine's own, whatever the node says of its clock and its kernel.
_OURS: Final = ("started", "updated", "out_of_memory_kills")


class Relay(Progress):
    """`Progress` of a run that others train: it tells what they told.

    While ``may_abort`` is true a stop ends this process on the spot, as it ends a trainer that has
    nothing to save.
    """

    def _measure(self) -> None:
        """Memory and processor time are those of the trainer, which come with its status."""

    def lines(self, told: bytes) -> None:
        """Appends what ``metrics.jsonl`` has grown by there."""
        with self.lock:
            self._metrics.write(told)

    def mirror(self, told: RunStatus) -> None:
        """Takes over a status from the node; it is on disk within half a second."""
        self.update(**self._theirs(told))

    def end_as(self, told: RunStatus) -> None:
        """Ends the run as its trainer did, whose last event has come already."""
        with self.lock:
            if self._ended.is_set():
                return
            self._ended.set()
            self._status = replace(self._status, **self._theirs(told), updated=self.now())
            self._spare.unlink(missing_ok=True)
            self._metrics.close()
            write_status(self.run.folder, self._status)

    def stop_without_answer(self) -> None:
        """Ends a run as stopped whose node does not answer: what has come back is kept."""
        self.finish("stopped", self._last_words())

    def break_off(self, error: dict[str, str]) -> None:
        """Ends this process, and says why the run is interrupted; Resume goes on with it."""
        with self.lock:
            self._ended.set()
            self._spare.unlink(missing_ok=True)
            write_status(self.run.folder, replace(self._status, error=error, updated=self.now()))
            os._exit(1)

    @staticmethod
    def _theirs(told: RunStatus) -> dict[str, Any]:
        return {name: value for name, value in vars(told).items() if name not in _OURS}
