"""The training loop: epochs, validation, early stopping, stop, checkpoints. NumPy only.

The network is behind a small protocol, so everything here is tested without TensorFlow.
"""

from __future__ import annotations

import math
import statistics
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from xraylib.errors import TrainingError
from xraylib.loading.loader import Batches
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import Arrays, Checkpoint, CheckpointStore
from xraylib.training.loop.epoch_metrics import EpochMetrics
from xraylib.training.loop.kept_features import Steps
from xraylib.training.loop.prefetch import Prefetch
from xraylib.training.loop.schedule import Schedule
from xraylib.training.loop.task import CLASSES, Task
from xraylib.training.loop.trainable import Trainable
from xraylib.training.loop.validation import Names
from xraylib.training.process.progress import Progress
from xraylib.training.run.events import Event


@dataclass
class History:
    """Where training stands between two epochs, as a checkpoint keeps it."""

    best_loss: float | None = None
    best_epoch: int | None = None
    waited: int = 0
    numbers: Event | None = None
    kept: list[npt.NDArray[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """How training ended.

    Attributes:
        epochs: Complete epochs.
        best_epoch: The one with the lowest validation loss, from 1.
        kept_epoch: The one whose weights the network has now, 0 for none.
        stopped: Whether somebody stopped it.
        early: Whether early stopping ended it.
    """

    epochs: int
    best_epoch: int | None
    kept_epoch: int
    stopped: bool
    early: bool


class _StopRequestedError(Exception):
    """Somebody asked for a stop in the middle of an epoch."""


class Fit:
    """One training.

    Args:
        network: What learns.
        batches: What it learns from.
        validation: The images it is watched on; may be empty.
        classes: Number of classes.
        config: Epochs, early stopping, learning rate and its schedule.
        progress: Who is told.
        store: Where checkpoints go.
        rescaled: Whether the network scales its input (for messages).
        names: Of classes and validation images; without them epochs tell of neither.
        task: What the labels mean.
        keep: Whether what a fixed part of the network makes of images may be kept.
    """

    def __init__(
        self,
        network: Trainable,
        batches: Batches,
        validation: Batches,
        *,
        classes: int,
        config: TrainConfig,
        progress: Progress,
        store: CheckpointStore,
        rescaled: bool = True,
        names: Names | None = None,
        task: Task = CLASSES,
        keep: bool = True,
    ) -> None:
        self.network = network
        self.batches = batches
        self.validation = validation
        self.classes = classes
        self.config = config
        self.progress = progress
        self.store = store
        self.rescaled = rescaled
        self.names = names
        self.task = task
        self.steps = Steps(network, batches, validation, keep=keep)
        self.history = History()
        self.schedule = Schedule(config, len(batches))
        self._rate = config.learning_rate
        self._epoch = 0
        self._step = 0
        self._metrics = task.metrics(batches.images, classes)
        self._pace: deque[float] = deque(maxlen=20)

    def run(self) -> Outcome:
        """Trains to the end, or until early stopping or somebody stops it.

        The network then has the weights of the last complete epoch, or with early stopping the
        best ones.

        Raises:
            TrainingError: code ``loss-nan``: the loss is no longer a number.
        """
        self._resume()
        early = stopped = False
        try:
            with Prefetch(
                self.batches, epoch=self._epoch, step=self._step, epochs=self.config.epochs
            ) as prefetch:
                while self._epoch < self.config.epochs and not early:
                    early = self._one_epoch(prefetch)
        except _StopRequestedError:
            stopped = True
        with self.progress.lock:
            self.progress.rescue = None  # the main thread sees to it now
        self._save()
        if self.history.kept:
            self.network.set_weights(self.history.kept)
        return Outcome(
            epochs=self._epoch,
            best_epoch=self.history.best_epoch,
            kept_epoch=self.kept_epoch,
            stopped=stopped,
            early=early,
        )

    def _one_epoch(self, prefetch: Prefetch) -> bool:
        """Trains and validates one epoch; returns whether early stopping says it is enough."""
        began = time.perf_counter()
        steps = len(self.batches)
        if self.config.head_epochs and self._epoch >= self.config.head_epochs:
            self.network.fine_tune()
        self.steps.begin_epoch()
        while self._step < steps:
            if self.progress.stop_requested:
                raise _StopRequestedError
            if self.store.is_due():  # here, so that it counts as a part of the epoch
                self._save()
            pixels, labels = prefetch.next()
            self._rate = self.schedule.rate(self._epoch, self._step)
            self.network.set_learning_rate(self._rate)
            losses, probabilities = self.steps.train(self._epoch, self._step, pixels, labels)
            self._metrics.add(labels, losses, probabilities)
            self._step += 1
            self._check_loss(self._metrics.loss, "training")
            self.progress.step(
                epoch=self._epoch + 1,
                step=self._step,
                steps=steps,
                loss=self._metrics.mean_loss,
                accuracy=self._metrics.accuracy,
                learning_rate=self._rate,
            )
        trained = time.perf_counter()
        validation = self._validate()
        seconds, val_seconds = trained - began, time.perf_counter() - trained
        numbers = self._numbers(self._metrics, validation)
        times = {"images": self._metrics.count, "seconds": seconds, "val_seconds": val_seconds}
        rate = self.schedule.rate(self._epoch, steps - 1)
        about = self.names.about(validation) if self.names and validation else {}
        used = self.progress.usage()
        kept = self.network.weights()
        with self.progress.lock:  # an epoch is told and remembered, or neither
            self.progress.event(
                {"event": "epoch", **numbers, **times, "learning_rate": rate, **about, **used}
            )
            self.schedule.epoch_ended(self._epoch, numbers["val_loss"])
            early = self._remember(validation, numbers, kept)
            self._epoch += 1
        self._step = 0
        self._metrics = self.task.metrics(self.batches.images, self.classes)
        self._tell_pace(seconds + val_seconds)
        self.progress.protect()
        return early

    def _validate(self) -> EpochMetrics | None:
        if not self.validation.images:
            return None
        metrics = self.task.metrics(self.validation.images, self.classes)
        for step in range(len(self.validation)):
            if self.progress.stop_requested:
                raise _StopRequestedError
            metrics.add(*self.steps.test(step))
        self._check_loss(metrics.loss, "validation")
        return metrics

    @property
    def epoch(self) -> int:
        """Complete epochs."""
        return self._epoch

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights ``history.kept`` holds, 0 for none."""
        if self.config.early_stopping_patience is not None:
            return self.history.best_epoch or 0
        return self._epoch

    def _remember(
        self, validation: EpochMetrics | None, numbers: Event, kept: list[npt.NDArray[Any]]
    ) -> bool:
        history, patience = self.history, self.config.early_stopping_patience
        loss = None if validation is None else validation.mean_loss
        better = loss is not None and (history.best_loss is None or loss < history.best_loss)
        if better:
            history.best_loss, history.best_epoch, history.waited = loss, self._epoch + 1, 0
        elif self._epoch >= self.config.head_epochs:  # the first of two phases is not ended early
            history.waited += 1
        if better or patience is None:
            history.kept, history.numbers = kept, numbers
        return patience is not None and history.waited >= patience

    def _numbers(self, trained: EpochMetrics, validation: EpochMetrics | None) -> Event:
        return {
            "epoch": self._epoch + 1,
            "loss": trained.mean_loss,
            "accuracy": trained.accuracy,
            "auc": trained.auc(),
            "val_loss": None if validation is None else validation.mean_loss,
            "val_accuracy": None if validation is None else validation.accuracy,
            "val_auc": None if validation is None else validation.auc(),
        }

    def _tell_pace(self, seconds: float) -> None:
        self._pace.append(seconds)
        usual = statistics.median(self._pace)  # the first epoch builds the network's functions
        self.progress.update(
            phase="training",
            epoch=self._epoch,
            step=0,
            steps=len(self.batches),
            best_epoch=self.history.best_epoch,
            kept=self.history.numbers,
            images_per_second=self.batches.images / usual,
            seconds_left=usual * (self.config.epochs - self._epoch),
        )

    def _check_loss(self, loss: float, which: str) -> None:
        if math.isfinite(loss):
            return
        rate = self.config.learning_rate
        remedy = f"use a lower learning rate, for example {rate / 10:g}"
        remedy += "" if self.rescaled else ", and put a Rescaling layer (1/255) after the Input"
        raise TrainingError(
            f"The {which} loss is no longer a number in epoch {self._epoch + 1}, most likely "
            f"because the steps are too large (learning rate {rate:g})",
            expected="a loss that stays finite",
            remedy=remedy,
            code="loss-nan",
        )

    def _save(self) -> None:
        history, metrics = self.history, self._metrics
        arrays: Arrays = {
            "labels": metrics.labels[: metrics.count],
            "probabilities": metrics.probabilities[: metrics.count],
        }
        for name, values in (("state", self.network.state()), ("kept", history.kept)):
            arrays |= {f"{name}_{place}": value for place, value in enumerate(values)}
        self.store.save(
            Checkpoint(
                epoch=self._epoch,
                step=self._step,
                state={
                    "loss": metrics.loss,
                    "right": metrics.right,
                    "best_loss": history.best_loss,
                    "best_epoch": history.best_epoch,
                    "waited": history.waited,
                    "numbers": history.numbers,
                    "schedule": self.schedule.state(),
                    "metrics_size": self.progress.metrics_size(),
                },
                arrays=arrays,
            )
        )

    def _resume(self) -> None:
        """Goes on from the newest checkpoint, if there is one."""
        found = self.store.load()
        if found is None:
            self.progress.cut_metrics(0)
            return
        state, arrays = found.state, found.arrays
        self.network.set_state(found.numbered("state"))
        self.history = History(
            best_loss=state["best_loss"],
            best_epoch=state["best_epoch"],
            waited=state["waited"],
            numbers=state["numbers"],
            kept=found.numbered("kept"),
        )
        self.schedule.restore(state["schedule"])
        self._epoch, self._step = found.epoch, found.step
        self._metrics.add(arrays["labels"], np.zeros(0, np.float32), arrays["probabilities"])
        self._metrics.loss, self._metrics.right = state["loss"], state["right"]
        self.progress.cut_metrics(state["metrics_size"])
        self.progress.update(
            epoch=self._epoch,
            step=self._step,
            steps=len(self.batches),
            best_epoch=self.history.best_epoch,
            kept=self.history.numbers,
        )
        if self._epoch:
            self.progress.protect()
