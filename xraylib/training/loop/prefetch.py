"""Batches made ahead of the network, in threads of their own."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from xraylib.augmentation.augment import Pixels
from xraylib.loading.loader import Batches, Labels
from xraylib.training.run.environment import cores

_AHEAD: Final = 3


def augmenting() -> int:
    """Threads that augment: half of the cores, at least one."""
    return max(1, cores() // 2)


class Prefetch:
    """All batches from one place of training to its end, in order, a few steps ahead.

    NumPy and OpenCV work outside Python's lock, and batches are pure functions of (epoch, step),
    so the threads need no order among themselves. Half of the cores may augment; they are idle
    as long as enough batches wait.

    Args:
        batches: Where they come from.
        epoch: First epoch, from 0.
        step: First step of that epoch, from 0.
        epochs: Epochs to train.
    """

    def __init__(self, batches: Batches, *, epoch: int, step: int, epochs: int) -> None:
        self._batches = batches
        self._plan = (
            (e, s)
            for e in range(epoch, epochs)
            for s in range(step if e == epoch else 0, len(batches))
        )
        workers = augmenting()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="batches")
        self._pending: deque[Future[tuple[Pixels, Labels]]] = deque()
        for _ in range(workers + _AHEAD):
            self._submit()

    def __enter__(self) -> Prefetch:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def next(self) -> tuple[Pixels, Labels]:
        """The next batch: pixels (b, height, width, channels) and labels."""
        batch = self._pending.popleft().result()
        self._submit()
        return batch

    def _submit(self) -> None:
        place = next(self._plan, None)
        if place is not None:
            self._pending.append(self._pool.submit(self._batches.batch, *place))
