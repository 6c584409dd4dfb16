"""A short timed trial: a few steps of the very loop that trains, on pixels that are drawn.

What a step costs does not depend on what the films show, so none are read. Imports TensorFlow
when it runs: for a process of its own (``xraylib trial``), never for the pages' process.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xraylib.data.augment import AugmentConfig
from xraylib.data.loader import Batches
from xraylib.model.layers import Backbone
from xraylib.model.trace import trace
from xraylib.training.config import TrainConfig
from xraylib.training.environment import cores
from xraylib.training.expectation import TEST_BATCH, Trial
from xraylib.training.usage import memory

if TYPE_CHECKING:
    from xraylib.model.spec import ModelSpec

SECONDS: Final = 6.0
"""How long training steps are timed."""
_FEWEST: Final = 3
_MOST: Final = 300


def run_trial(
    spec: ModelSpec,
    train: TrainConfig,
    augment: AugmentConfig,
    *,
    seconds: float = SECONDS,
    tell: Callable[[str], None] | None = None,
) -> Trial:
    """Trains a few steps and says what they cost. For a process of its own.

    Args:
        spec: A possible network with the outputs that ``train.class_mode`` needs. Backbones get
            fresh weights: others would cost the same.
        train: Batch size, optimizer and loss.
        augment: How films vary.
        seconds: How long steps are timed.
        tell: Called with what is being done.
    """
    say = tell or (lambda _: None)
    say("Loading TensorFlow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import cv2

    from xraylib.training.network import Network, choose_threads
    from xraylib.training.prefetch import Prefetch

    began = time.perf_counter()
    cv2.setNumThreads(1)
    choose_threads(cores())
    network = Network(_fresh(spec), train)
    batches = _batches(spec, train, augment)
    say("Training a few steps")
    times: list[float] = []
    with Prefetch(batches, epoch=0, step=0, epochs=_MOST) as prefetch:
        network.train_batch(*prefetch.next())  # traces the step
        started = time.perf_counter() - began
        network.train_batch(*prefetch.next())
        until = time.perf_counter() + seconds
        while len(times) < _FEWEST or (time.perf_counter() < until and len(times) < _MOST):
            start = time.perf_counter()
            network.train_batch(*prefetch.next())
            times.append(time.perf_counter() - start)
    network.state()  # what a checkpoint holds in memory beside the network itself
    say("Validating a few")
    shown = replace(batches, batch_size=TEST_BATCH, augment=None, shuffle=False)
    network.test_batch(*shown.batch(0, 0))
    tests: list[float] = []
    until = time.perf_counter() + seconds / 4
    while len(tests) < _FEWEST or (time.perf_counter() < until and len(tests) < _MOST):
        start = time.perf_counter()
        network.test_batch(*shown.batch(0, 0))
        tests.append(time.perf_counter() - start)
    return Trial(
        # The mean, because a run pays for the slow steps too; without the slowest twentieth,
        # because a hiccup counts for more among a hundred steps than among ten thousand.
        step_seconds=_trimmed(times),
        validation_seconds=_trimmed(tests),
        start_seconds=started,
        memory_bytes=largest_memory(),
        batch_size=train.batch_size,
        steps=len(times),
    )


def largest_memory() -> int | None:
    """The most memory of its own that this process has had: without pages of mapped files."""
    found = {"VmHWM": 0, "RssFile": 0}
    try:
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] = int(value.split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    if found["VmHWM"] > found["RssFile"] > 0:
        return found["VmHWM"] - found["RssFile"]
    return memory()["rss_bytes"]


def _fresh(spec: ModelSpec) -> ModelSpec:
    return spec.with_layers(
        [replace(one, weights="none") if isinstance(one, Backbone) else one for one in spec.layers]
    )


def _batches(spec: ModelSpec, train: TrainConfig, augment: AugmentConfig) -> Batches:
    count = max(TEST_BATCH, 4 * train.batch_size)
    draw = np.random.default_rng(0)
    # One set of random values, shifted for each film: drawing a gigabyte would take longer.
    one: Any = draw.integers(0, 256, spec.input_shape, np.uint8)
    few = np.stack([np.roll(one, number, axis=0) for number in range(min(count, 16))])
    pixels = few[np.arange(count) % len(few)]
    classes = max(2, trace(spec).output_shape[0])  # one sigmoid unit tells two apart
    labels = np.arange(count, dtype=np.int64) % classes
    return Batches(
        pixels=pixels, labels=labels, augment=augment, seed=train.seed, batch_size=train.batch_size
    )


def _trimmed(times: list[float]) -> float:
    kept = sorted(times)[: max(1, len(times) - len(times) // 20)]
    return statistics.fmean(kept)
