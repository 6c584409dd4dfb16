"""Many files through child processes: one decoder a worker, results in the order of the files."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Final, TypeVar

from xraylib.images.sandbox.decoder import Decoder

_BATCH: Final = 16

T = TypeVar("T")
R = TypeVar("R")


def in_children(
    items: Sequence[T],
    ask: Callable[[Decoder, Sequence[T], threading.Event], Sequence[R]],
    workers: int,
) -> Generator[tuple[T, R]]:
    """Each item with what a child process made of it, in order.

    Args:
        items: Files, or what stands for them.
        ask: Has one decoder work on a few items; returns early, with fewer results, once the
            event is set.
        workers: Child processes at the same time.
    """
    batches = [items[start : start + _BATCH] for start in range(0, len(items), _BATCH)]
    with ExitStack() as stack:
        idle: queue.SimpleQueue[Decoder] = queue.SimpleQueue()
        for _ in range(max(1, min(workers, len(batches)))):
            idle.put(stack.enter_context(Decoder()))
        pool = ThreadPoolExecutor(max(1, workers), thread_name_prefix="decode")
        stack.callback(pool.shutdown, cancel_futures=True)
        stop = threading.Event()
        stack.callback(stop.set)

        def work(batch: Sequence[T]) -> Sequence[R]:
            decoder = idle.get()
            try:
                return ask(decoder, batch, stop)
            finally:
                idle.put(decoder)

        for batch, results in zip(batches, pool.map(work, batches), strict=True):
            yield from zip(batch, results, strict=True)
