"""Many files through the shared children: one a worker, results in the order of the files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Final, TypeVar

from xraylib.images.sandbox.decoder import Decoder
from xraylib.images.sandbox.shared import borrowed

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
        pool = ThreadPoolExecutor(max(1, workers), thread_name_prefix="decode")
        stack.callback(pool.shutdown, cancel_futures=True)
        stop = threading.Event()
        stack.callback(stop.set)

        def work(batch: Sequence[T]) -> Sequence[R]:
            with borrowed() as decoder:
                return ask(decoder, batch, stop)

        for batch, results in zip(batches, pool.map(work, batches), strict=True):
            yield from zip(batch, results, strict=True)
