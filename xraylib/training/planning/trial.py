"""A short timed trial: a few epochs of the very loop that trains, on pixels that are drawn.

What a step costs does not depend on what the images show, so none are read. Imports TensorFlow
when it runs: for a process of its own (``xraylib trial``), never for the pages' process.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xraylib import onednn
from xraylib.augmentation.augment import AugmentConfig, Pixels
from xraylib.extras import require
from xraylib.loading.loader import Batches, Labels
from xraylib.networks.layers import Backbone
from xraylib.networks.trace import trace
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.loop.fit import Fit
from xraylib.training.loop.task import task_of
from xraylib.training.loop.trainable import FixedPart
from xraylib.training.planning.expectation import TEST_BATCH, Trial
from xraylib.training.process.progress import Progress
from xraylib.training.process.usage import memory
from xraylib.training.run.environment import cores
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec

SECONDS: Final = 7.0
"""How long epochs are timed."""
_FEWEST: Final = 2
_MOST: Final = 300
_STEPS: Final = 8  # of an epoch of the trial, where steps are quick


def run_trial(
    spec: ModelSpec,
    train: TrainConfig,
    augment: AugmentConfig,
    *,
    seconds: float = SECONDS,
    tell: Callable[[str], None] | None = None,
) -> Trial:
    """Trains a few short epochs and says what they cost. For a process of its own.

    Args:
        spec: A possible network with the outputs that ``train.class_mode`` needs. Backbones get
            fresh weights: others would cost the same.
        train: Batch size, optimizer and loss.
        augment: How images vary.
        seconds: How long epochs are timed.
        tell: Called with what is being done.

    Raises:
        InstallationError: code ``no-tensorflow``.
    """
    require("train")
    onednn.use(onednn.chosen())
    say = tell or (lambda _: None)
    say("Loading TensorFlow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import cv2

    from xraylib.training.loop.network import Network, choose_threads

    began = time.perf_counter()
    cv2.setNumThreads(1)
    choose_threads(cores())
    network = Network(_fresh(spec), train)
    batch = _images(spec, train.batch_size, train, augment).batch(0, 0)
    say("Training a few epochs")
    network.train_batch(*batch)  # traces the step
    started = time.perf_counter() - began
    network.train_batch(*batch)
    step = time.perf_counter() - began - started
    part = network.fixed_part
    once = 0.0 if part is None else _feature_seconds(part, batch[0])
    learns_from_kept = part is not None and part.in_training and augment.is_identity
    # An epoch is told, judged and kept at its end, which costs little but is not nothing.
    steps = max(2, min(_STEPS, int(seconds / step / (_FEWEST + 1))))
    batches = _images(spec, steps * train.batch_size, train, augment)
    shown = replace(
        _images(spec, TEST_BATCH, train, augment),
        batch_size=TEST_BATCH,
        augment=None,
        shuffle=False,
    )
    with tempfile.TemporaryDirectory() as folder:
        write_status(Path(folder), RunStatus(state="running"))
        progress = _Watch(Run(Path(folder)), seconds)
        Fit(
            network,
            batches,
            shown,
            classes=_classes(spec),
            config=replace(train, epochs=_MOST, early_stopping_patience=None),
            progress=progress,
            store=CheckpointStore(Path(folder) / "checkpoint"),
            task=task_of(train.class_mode),
        ).run()
        progress.finish("finished", "")
    epochs = progress.epochs
    return Trial(
        step_seconds=_trimmed([one.training for one in epochs]) / steps,
        validation_seconds=_trimmed([one.validation for one in epochs]),
        between_seconds=_trimmed([one.between for one in epochs]),
        start_seconds=started,
        memory_bytes=largest_memory(),
        batch_size=train.batch_size,
        steps=steps * len(epochs),
        training_once_seconds=once if learns_from_kept else 0.0,
        validation_once_seconds=once,
    )


def _feature_seconds(part: FixedPart, pixels: Pixels) -> float:
    """What an image costs the fixed part of a network."""
    part.features(pixels)  # traces it
    began = time.perf_counter()
    part.features(pixels)
    return (time.perf_counter() - began) / len(pixels)


@dataclass(frozen=True, kw_only=True)
class _Epoch:
    training: float
    validation: float
    between: float  # what it took beside these two


class _Watch(Progress):
    """Times the epochs of a trial and ends it when there were enough."""

    def __init__(self, run: Run, seconds: float) -> None:
        self.epochs: list[_Epoch] = []
        self._seconds = seconds
        self._last: float | None = None
        self._until = 0.0
        super().__init__(run)

    def event(self, event: Mapping[str, Any]) -> None:
        super().event(event)
        if event.get("event") != "epoch":
            return
        now = time.perf_counter()
        if self._last is None:  # the first epoch builds the network's functions
            self._until = now + self._seconds
        else:
            parts = float(event["seconds"]), float(event["val_seconds"])
            between = max(0.0, now - self._last - sum(parts))
            self.epochs.append(_Epoch(training=parts[0], validation=parts[1], between=between))
            if len(self.epochs) >= _FEWEST and now >= self._until:
                self.request_stop()
        self._last = now


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


def _images(spec: ModelSpec, count: int, train: TrainConfig, augment: AugmentConfig) -> Batches:
    """So many images, of which a few are drawn and shown again and again."""
    draw = np.random.default_rng(0)
    pixels: Any = draw.integers(0, 256, (16, *spec.input_shape), np.uint8)
    return Batches(
        pixels=pixels,
        labels=_labels(len(pixels), _classes(spec), train),
        augment=augment,
        seed=train.seed,
        batch_size=train.batch_size,
        positions=np.arange(count, dtype=np.int64) % len(pixels),
    )


def _labels(images: int, classes: int, train: TrainConfig) -> Labels:
    """One class after the other; of findings each in every other image."""
    places = np.arange(images, dtype=np.int64)
    if train.class_mode == "multilabel":
        return ((places[:, None] + np.arange(classes)) % 2).astype(np.int8)
    return places % classes


def _classes(spec: ModelSpec) -> int:
    return max(2, trace(spec).output_shape[0])  # one sigmoid unit tells two apart


def _trimmed(times: list[float]) -> float:
    # The mean, because a run pays for the slow ones too; without the slowest twentieth, because a
    # hiccup counts for more among a hundred than among ten thousand.
    kept = sorted(times)[: max(1, len(times) - len(times) // 20)]
    return statistics.fmean(kept)
