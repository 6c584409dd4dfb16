"""What the trainer's parts cost and what other ways of a step would gain, in pairs.

    python benchmarks/training_pairs.py [--models lesson-cnn] [--epochs 30] [--pairs 8] [--only all]

Each way is compared with another in one process, on the same batches: whole trainings of that many
epochs take turns, first the one, then the other, then the other way round, so that what else the
machine does meets both. Printed are the median ratio of the pairs with its quartiles, by the clock
and by the processor's time; above 1 the first of the two is slower.

(all) the trainer's loop with all it does, status, events, recall, wrong images, usage, weights kept
      and a checkpoint at the end, against (bare) its steps, validation and AUC alone
(made) bare, but on batches made beforehand: what augmentation beside the steps gains by missing
(group-4, -8, -16) so many steps in one TensorFlow function, against (single) one
(floats) pixels as float32 from 0 to 1 in place of bytes that the network rescales, against single
(auc) Keras's AUC in each step in place of ours at the end of the epoch, against single
(tensors) batches made tensors by the threads that make them, against single

The last ones train a step of their own, written as Keras has it; the images count five times an
epoch there, so that there are steps to group. Images: XRAYLIB_REAL_DATA/codecademy_covid19, else
the sample data.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from training_throughput import (  # noqa: E402
    BATCH_SIZE,
    SIDE,
    data_folder,
    images,
    network_value,
)

TIMES = 5


@dataclass(frozen=True)
class Way:
    """One way of training: what is timed, and what has to be there before."""

    work: Callable[[Any], None]
    ready: Callable[[], Any] = lambda: None


@dataclass(frozen=True)
class Stage:
    """What the trainings of one network share: workspace, images in the cache, run settings."""

    name: str
    epochs: int
    workspace: Any
    index: Any
    split: Any

    def new_run(self) -> Any:
        """A run as a user makes it."""
        from xraylib.augmentation.augment import AUGMENT_PRESETS
        from xraylib.images.prepare import Preparation
        from xraylib.training.config import TrainConfig
        from xraylib.training.run.create import create_run

        return create_run(
            spec=network_value(self.name, len(self.index.classes)),
            train=TrainConfig(epochs=self.epochs, batch_size=BATCH_SIZE),
            index=self.index,
            split=self.split,
            preparation=Preparation(image_size=(SIDE, SIDE)),
            augment=AUGMENT_PRESETS["lesson"],
            workspace=self.workspace,
        )


def ahead(batches: Any, epochs: int, depth: int) -> Iterator[Any]:
    """All batches in order, as many threads as the trainer has making the next ones."""
    from xraylib.training.loop.prefetch import augmenting

    plan = ((epoch, step) for epoch in range(epochs) for step in range(len(batches)))
    with ThreadPoolExecutor(augmenting()) as pool:
        waiting = deque(pool.submit(batches.batch, *p) for p in itertools.islice(plan, depth))
        while waiting:
            batch = waiting.popleft().result()
            waiting.extend(pool.submit(batches.batch, *p) for p in itertools.islice(plan, 1))
            yield batch


def whole_trainings(stage: Stage) -> dict[str, Way]:
    """``all``, ``bare`` and ``made``, on one network."""
    from xraylib.training.loop.checkpoint import CheckpointStore
    from xraylib.training.loop.epoch_metrics import EpochMetrics
    from xraylib.training.loop.network import Network
    from xraylib.training.loop.prefetch import augmenting
    from xraylib.training.loop.run_images import prepare_images
    from xraylib.training.loop.session import make_fit
    from xraylib.training.process.progress import Progress
    from xraylib.training.run.locks import take

    run = stage.new_run()
    progress = Progress(run)
    prepared = prepare_images(run, progress)
    progress.finish("stopped", "")
    network = Network(run.spec, run.train)
    fit = make_fit(run, prepared, network, progress, CheckpointStore(run.folder / "checkpoint"))
    train, held = fit.batches, fit.validation
    made = [train.batch(0, step) for step in range(len(train))]

    def everything(run: Any) -> None:
        alive = take(run.lock_file)
        progress = Progress(run)
        progress.update(state="running", phase="training", message="Training.")
        store = CheckpointStore(run.folder / "checkpoint")
        make_fit(run, prepared, network, progress, store).run()
        progress.finish("finished", "")
        alive.release()

    def bare(batches: Iterator[Any]) -> None:
        for _ in range(stage.epochs):
            now = itertools.islice(batches, len(train))
            watched = (held.batch(0, step) for step in range(len(held)))
            for count, source, step in (
                (train.images, now, network.train_batch),
                (held.images, watched, network.test_batch),
            ):
                metrics = EpochMetrics(count, len(run.classes))
                for pixels, labels in source:
                    metrics.add(labels, *step(pixels, labels))
                metrics.auc()

    return {
        "all": Way(everything, stage.new_run),
        "bare": Way(lambda _: bare(ahead(train, stage.epochs, augmenting() + 3))),
        "made": Way(lambda _: bare(itertools.cycle(made))),
    }


class Steps:
    """A training step as Keras has it: so many batches a call, pixels as bytes or as floats."""

    def __init__(self, stage: Stage, *, group: int, floats: bool = False, auc: bool = False):
        import keras
        import tensorflow as tf

        from xraylib.networks.layers import Rescaling
        from xraylib.networks.render.keras_model import build

        spec = network_value(stage.name, len(stage.index.classes))
        if floats:
            layers = tuple(layer for layer in spec.layers if not isinstance(layer, Rescaling))
            spec = replace(spec, layers=layers)
        classes = len(stage.index.classes)
        model = build(spec, seed=0)
        optimizer = keras.optimizers.Adam()
        optimizer.build(model.trainable_variables)
        metric = keras.metrics.AUC(multi_label=True, num_labels=classes) if auc else None

        def steps(*batches: Any) -> list[Any]:
            results = []
            for pixels, labels in batches:
                truth = tf.one_hot(labels, classes)
                with tf.GradientTape() as tape:
                    outputs = model(pixels, training=True)
                    losses = keras.losses.categorical_crossentropy(truth, outputs)
                    loss = tf.reduce_mean(losses)
                gradients = tape.gradient(loss, model.trainable_variables)
                optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
                if metric is not None:
                    metric.update_state(truth, outputs)
                results.append((losses, outputs))
            return results

        kind = tf.float32 if floats else tf.uint8
        one = (tf.TensorSpec((None, *spec.input_shape), kind), tf.TensorSpec((None,), tf.int64))
        self.classes, self.metric = classes, metric
        self.calls = {
            size: tf.function(steps, input_signature=[one] * size, autograph=False)
            for size in {1, group}
        }

    def train(self, batches: Iterator[Any], count: int, images: int) -> None:
        """One epoch of ``count`` batches: groups while they are whole, then singles."""
        from xraylib.training.loop.epoch_metrics import EpochMetrics

        metrics = EpochMetrics(images, self.classes)
        group = max(self.calls)
        while count:
            size = group if count >= group else 1
            taken = list(itertools.islice(batches, size))
            for (_, labels), (losses, outputs) in zip(taken, self.calls[size](*taken), strict=True):
                metrics.add(labels, losses.numpy(), outputs.numpy())
            count -= size
        if self.metric is None:
            metrics.auc()
        else:
            float(self.metric.result())
            self.metric.reset_state()


@dataclass(frozen=True)
class Changed:
    """Batches whose pixels are changed by whoever makes them."""

    batches: Any
    change: Callable[[Any], Any]

    def __len__(self) -> int:
        return len(self.batches)

    def batch(self, epoch: int, step: int) -> tuple[Any, Any]:
        """One batch."""
        pixels, labels = self.batches.batch(epoch, step)
        return self.change(pixels), labels


def other_steps(stage: Stage) -> dict[str, Way]:
    """``single`` and what is compared with it, each with a network of its own."""
    import numpy as np
    import tensorflow as tf

    from xraylib.training.loop.prefetch import augmenting
    from xraylib.training.loop.run_images import prepare_images
    from xraylib.training.loop.session import make_fit
    from xraylib.training.process.progress import Progress

    run = stage.new_run()
    progress = Progress(run)
    prepared = prepare_images(run, progress)
    progress.finish("stopped", "")
    train = make_fit(run, prepared, None, progress, None).batches
    often = replace(train, positions=np.tile(train.positions, TIMES))

    def work(group: int = 1, source: Any = often, **options: bool) -> Way:
        steps = Steps(stage, group=group, **options)

        def train_all(_: Any) -> None:
            batches = ahead(source, stage.epochs, augmenting() + 3 + group)
            for _ in range(stage.epochs):
                steps.train(batches, len(often), often.images)

        return Way(train_all)

    return {
        "single": work(),
        **{f"group-{size}": work(size) for size in (4, 8, 16)},
        "floats": work(
            source=Changed(often, lambda pixels: pixels.astype(np.float32) / 255), floats=True
        ),
        "auc": work(auc=True),
        "tensors": work(source=Changed(often, tf.constant)),
    }


COMPARED = {
    "all": "bare",
    "bare": "made",
    "group-4": "single",
    "group-8": "single",
    "group-16": "single",
    "floats": "single",
    "auc": "single",
    "tensors": "single",
}


def timed(way: Way) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    ready = way.ready()
    began, worked = time.perf_counter(), time.process_time()
    way.work(ready)
    return time.perf_counter() - began, time.process_time() - worked


def compare(one: Way, other: Way, pairs: int) -> list[tuple[float, float]]:
    """Ratios one / other by the clock and by the processor, in turns; the first are not counted."""
    timed(one)
    timed(other)
    ratios = []
    for number in range(pairs):
        order = (one, other) if number % 2 else (other, one)
        found = {way: timed(way) for way in order}
        ratios.append((found[one][0] / found[other][0], found[one][1] / found[other][1]))
    return ratios


def in_words(ratios: list[float]) -> str:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["lesson-cnn"])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--only", nargs="+", choices=sorted(COMPARED), default=list(COMPARED))
    arguments = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import cv2

    from xraylib.training.loop.network import choose_threads
    from xraylib.training.run.environment import cores
    from xraylib.workspace import Workspace

    choose_threads(cores())
    cv2.setNumThreads(1)
    root = data_folder()
    index, split = images(root)
    print(f"{root.name}, {arguments.epochs} epochs, {arguments.pairs} pairs, {cores()} cores")
    for name in arguments.models:
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(name, arguments.epochs, Workspace(Path(folder)), index, split)
            makers = {"all": whole_trainings, "bare": whole_trainings}
            ways: dict[str, Way] = {}
            for one in arguments.only:
                if one not in ways:
                    ways |= makers.get(one, other_steps)(stage)
                other = COMPARED[one]
                ratios = compare(ways[one], ways[other], arguments.pairs)
                clock, processor = ([ratio[which] for ratio in ratios] for which in (0, 1))
                print(
                    f"{name}: {one} / {other} = {in_words(clock)} by the clock, "
                    f"{in_words(processor)} of the processor (load {os.getloadavg()[0]:.1f})",
                    flush=True,
                )


if __name__ == "__main__":
    main()
