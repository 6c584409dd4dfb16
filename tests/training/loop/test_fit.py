"""The training loop, with a network of a few lines of NumPy behind it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from xraylib.augmentation.augment import AUGMENT_PRESETS, Pixels
from xraylib.errors import TrainingError
from xraylib.loading.loader import Batches, Ints
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.loop.epoch_metrics import EpochMetrics
from xraylib.training.loop.fit import Fit, Outcome
from xraylib.training.loop.validation import Names
from xraylib.training.process.progress import Progress
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status

Array = npt.NDArray[Any]


class Softmax:
    """Softmax regression on brightness, with momentum and a random number generator."""

    fixed_part = None

    def __init__(self, rate: float = 0.05) -> None:
        self.rate = rate
        self.kernel = np.zeros((2, 3))
        self.momentum = np.zeros((2, 3))
        self.noise = np.array([1], np.uint32)
        self.steps = 0
        self.rates: list[float] = []
        self.tuned = False
        self.tunings: list[bool] = []
        self.on_step: Callable[[int], None] = lambda _step: None

    def _outputs(self, pixels: Pixels) -> tuple[Array, Array]:
        bright = pixels.reshape(len(pixels), -1).mean(axis=1) / 255
        inputs = np.stack([bright, np.ones_like(bright)], axis=1)
        logits = inputs @ self.kernel
        outputs = np.exp(logits - logits.max(axis=1, keepdims=True))
        return inputs, outputs / outputs.sum(axis=1, keepdims=True)

    def train_batch(self, pixels: Pixels, labels: Ints) -> tuple[Array, Array]:
        inputs, outputs = self._outputs(pixels)
        rng = np.random.default_rng(int(self.noise[0]))
        noisy = inputs * (1 + 0.01 * rng.normal(size=inputs.shape))
        gradient = noisy.T @ (outputs - np.eye(3)[labels])
        self.momentum = 0.9 * self.momentum + gradient
        self.kernel = self.kernel - self.rate * self.momentum
        self.noise = self.noise + np.uint32(1)
        self.steps += 1
        self.on_step(self.steps)
        return self._losses(outputs, labels), outputs

    def test_batch(self, pixels: Pixels, labels: Ints) -> tuple[Array, Array]:
        _, outputs = self._outputs(pixels)
        return self._losses(outputs, labels), outputs

    @staticmethod
    def _losses(outputs: Array, labels: Ints) -> Array:
        with np.errstate(divide="ignore"):
            return -np.log(outputs[np.arange(len(labels)), labels])

    def fine_tune(self) -> None:
        self.tuned = True

    def set_learning_rate(self, rate: float) -> None:
        self.tunings.append(self.tuned)
        self.rates.append(rate)

    def weights(self) -> list[Array]:
        return [self.kernel.copy()]

    def set_weights(self, weights: list[Array]) -> None:
        (self.kernel,) = weights

    def state(self) -> list[Array]:
        return [self.kernel.copy(), self.momentum.copy(), self.noise.copy()]

    def set_state(self, state: list[Array]) -> None:
        self.kernel, self.momentum, self.noise = state


RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 3, 50)
PIXELS = RNG.normal(50 + 70 * LABELS[:, None, None, None], 30, (50, 6, 6, 1)).clip(0, 255)
PIXELS = PIXELS.astype(np.uint8)


class Bench:
    """A run folder and everything that a training loop needs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        write_status(folder, RunStatus())
        self.run = Run(folder)
        self.progress = Progress(self.run)
        self.network = Softmax()

    def fit(self, *, every: float = 60, validation: int = 14, **config: Any) -> Outcome:
        places = np.arange(50)
        batches = Batches(
            pixels=PIXELS,
            labels=LABELS,
            augment=AUGMENT_PRESETS["lesson"],
            batch_size=8,
            positions=places[: 50 - validation],
        )
        held = Batches(
            pixels=PIXELS,
            labels=LABELS,
            shuffle=False,
            batch_size=5,
            positions=places[50 - validation :],
        )
        return Fit(
            self.network,
            batches,
            held,
            classes=3,
            config=TrainConfig(**{"epochs": 4, "batch_size": 8, **config}),
            progress=self.progress,
            store=CheckpointStore(self.run.folder / "checkpoint", every=every),
            names=Names(classes="abc", images=[f"image {i}" for i in range(validation)]),
        ).run()

    def again(self) -> None:
        """The trainer died; another one begins."""
        self.progress.finish("interrupted", "")
        self.progress = Progress(self.run)
        self.network = Softmax()

    def epochs(self) -> list[dict[str, Any]]:
        times = ("time", "seconds", "val_seconds", "rss_bytes", "rss_anon_bytes", "cpu_percent")
        return [{k: v for k, v in e.items() if k not in times} for e in self.run.epochs()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "20260101T000000Z-000000")
    made.progress.protect()  # a stop must not end the test's own process
    yield made
    made.progress.finish("finished", "")


def test_every_epoch_is_told_with_all_its_numbers(bench: Bench) -> None:
    outcome = bench.fit()
    assert outcome == Outcome(
        epochs=4, best_epoch=outcome.best_epoch, kept_epoch=4, stopped=False, early=False
    )
    events = bench.run.epochs()
    assert [event["epoch"] for event in events] == [1, 2, 3, 4]
    assert set(events[0]) == {
        *("event", "epoch", "images", "loss", "accuracy", "auc", "val_loss", "val_accuracy"),
        *("val_auc", "seconds", "val_seconds", "learning_rate", "time"),
        *("val_recall", "val_wrong", "notes", "rss_bytes", "rss_anon_bytes", "cpu_percent"),
    }
    assert events[0]["images"] == 36
    assert events[-1]["loss"] < events[0]["loss"]
    status = bench.progress.status
    assert (status.epoch, status.steps) == (4, 5)
    assert status.seconds_left == 0
    assert status.images_per_second
    assert status.images_per_second > 0


def test_validation_numbers_equal_those_of_scikit_learn(bench: Bench) -> None:
    from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

    bench.fit(epochs=1)
    truth = LABELS[36:]
    _, outputs = bench.network.test_batch(PIXELS[36:], truth)
    event = bench.run.epochs()[0]
    assert event["val_loss"] == pytest.approx(log_loss(truth, outputs), abs=1e-6)
    assert event["val_accuracy"] == accuracy_score(truth, outputs.argmax(axis=1))
    auc = roc_auc_score(truth, outputs, multi_class="ovr", average="macro")
    assert event["val_auc"] == pytest.approx(auc, abs=1e-6)


def test_an_epoch_tells_the_recall_of_each_class_and_the_first_images_that_were_wrong(
    bench: Bench,
) -> None:
    from sklearn.metrics import recall_score

    bench.fit(epochs=1)
    truth = LABELS[36:]
    _, outputs = bench.network.test_batch(PIXELS[36:], truth)
    guesses = outputs.argmax(axis=1)
    event = bench.run.epochs()[0]
    expected = recall_score(truth, guesses, average=None, labels=[0, 1, 2])
    assert list(event["val_recall"].values()) == pytest.approx(expected.tolist())
    wrong = [place for place in range(14) if truth[place] != guesses[place]]
    assert wrong
    assert [image["path"] for image in event["val_wrong"]] == [f"image {i}" for i in wrong][:12]
    first = event["val_wrong"][0]
    assert first["label"] == "abc"[truth[wrong[0]]]
    assert first["predicted"] == "abc"[guesses[wrong[0]]]
    assert first["probability"] == pytest.approx(outputs[wrong[0]].max(), abs=1e-4)
    assert event["notes"] == []
    assert event["rss_anon_bytes"] is None or 1e6 < event["rss_anon_bytes"] < event["rss_bytes"]


def test_an_undefined_auc_is_said_and_no_number(bench: Bench) -> None:
    place = next(i for i in range(45) if len(set(LABELS[i : i + 3])) < 3)
    names = Names(classes="abc", images=["x", "y", "z"])
    metrics = EpochMetrics(3, 3)
    here = slice(place, place + 3)
    losses, outputs = bench.network.test_batch(PIXELS[here], LABELS[here])
    metrics.add(LABELS[here], losses, outputs)
    about = names.about(metrics)
    missing = [name for number, name in enumerate("abc") if number not in LABELS[here]]
    assert metrics.auc() is None
    assert [name for name, value in about["val_recall"].items() if value is None] == missing
    assert about["notes"] == [
        f"The validation AUC is undefined: there is no validation image of {', '.join(missing)}."
    ]


@pytest.mark.slow
def test_step_events_are_at_most_five_a_second(bench: Bench) -> None:
    bench.network.on_step = lambda _step: time.sleep(0.03)
    bench.fit(epochs=8)
    steps = [event for event in bench.run.events()[0] if event["event"] == "step"]
    seconds = steps[-1]["time"] - steps[0]["time"]
    assert 3 <= len(steps) <= seconds / 0.19 + 1
    assert set(steps[0]) == {
        *("event", "epoch", "step", "steps", "loss", "accuracy", "learning_rate", "time"),
    }
    assert steps[0]["steps"] == 5


def test_a_stop_in_the_middle_drops_the_partial_epoch_and_keeps_the_last_weights(
    bench: Bench,
) -> None:
    kept: list[Array] = []

    def stop_in_the_third_epoch(step: int) -> None:
        if step == 11:
            kept.extend(bench.network.weights())
        if step == 13:
            bench.progress.request_stop()

    whole = Bench(bench.run.folder.with_name("20260101T000000Z-000001"))
    whole.fit(epochs=2)
    bench.network.on_step = stop_in_the_third_epoch
    outcome = bench.fit(epochs=50)
    assert (outcome.epochs, outcome.kept_epoch, outcome.stopped) == (2, 2, True)
    assert bench.network.steps == 13
    assert [event["epoch"] for event in bench.run.epochs()] == [1, 2]
    assert np.array_equal(bench.network.kernel, whole.network.kernel)
    assert not np.array_equal(bench.network.kernel, kept[0])
    whole.progress.finish("finished", "")


def test_a_stop_before_the_first_complete_epoch_keeps_nothing(bench: Bench) -> None:
    bench.network.on_step = lambda _step: bench.progress.request_stop()
    outcome = bench.fit()
    assert (outcome.epochs, outcome.kept_epoch, outcome.stopped) == (0, 0, True)
    assert bench.run.epochs() == []


def test_a_stop_during_validation_drops_the_epoch(bench: Bench) -> None:
    test_batch = bench.network.test_batch

    def stopping(pixels: Pixels, labels: Ints) -> tuple[Array, Array]:
        bench.progress.request_stop()
        return test_batch(pixels, labels)

    bench.network.test_batch = stopping  # type: ignore[method-assign]
    assert bench.fit().epochs == 0
    assert bench.run.epochs() == []


def test_early_stopping_keeps_the_best_weights(bench: Bench) -> None:
    bench.network.rate = 0.6  # so large that the loss goes up and down
    outcome = bench.fit(epochs=60, early_stopping_patience=3)
    losses = [event["val_loss"] for event in bench.run.epochs()]
    best = int(np.argmin(losses))
    assert outcome.early
    assert len(losses) == best + 1 + 3 < 60
    assert outcome.best_epoch == outcome.kept_epoch == best + 1
    found = bench.network.test_batch(PIXELS[36:], LABELS[36:])[0].mean()
    assert found == pytest.approx(losses[best], rel=1e-6)


def test_without_early_stopping_the_last_weights_stay(bench: Bench) -> None:
    bench.network.rate = 0.6
    outcome = bench.fit(epochs=12)
    losses = [event["val_loss"] for event in bench.run.epochs()]
    assert outcome.best_epoch == int(np.argmin(losses)) + 1
    assert outcome.kept_epoch == 12
    found = bench.network.test_batch(PIXELS[36:], LABELS[36:])[0].mean()
    assert found == pytest.approx(losses[-1], rel=1e-6)


def test_without_validation_images_nothing_is_said_about_them(bench: Bench) -> None:
    outcome = bench.fit(validation=0)
    event = bench.run.epochs()[-1]
    assert outcome.best_epoch is None
    assert outcome.kept_epoch == 4
    assert event["val_loss"] is event["val_accuracy"] is event["val_auc"] is None
    assert event["images"] == 50
    assert "val_recall" not in event


def test_a_loss_that_is_not_a_number_ends_training_with_the_likely_reason(bench: Bench) -> None:
    def spoil(step: int) -> None:
        if step == 7:
            bench.network.kernel = bench.network.kernel * np.nan

    bench.network.on_step = spoil
    with pytest.raises(TrainingError) as refused:
        bench.fit(learning_rate=0.5)
    assert str(refused.value) == (
        "The training loss is no longer a number in epoch 2, most likely because the steps are "
        "too large (learning rate 0.5). Expected a loss that stays finite. Do this: use a lower "
        "learning rate, for example 0.05."
    )
    assert refused.value.code == "loss-nan"


@pytest.mark.parametrize("dies_at", [1, 5, 6, 13, 20])
def test_a_run_that_died_goes_on_to_the_same_bits_and_tells_nothing_twice(
    bench: Bench, dies_at: int
) -> None:
    whole = Bench(bench.run.folder.with_name("20260101T000000Z-000001"))
    options: dict[str, Any] = {"epochs": 5, "early_stopping_patience": 4}
    expected = whole.fit(**options)

    class PowerCutError(Exception):
        pass

    def die(step: int) -> None:
        if step == dies_at:
            raise PowerCutError

    bench.network.on_step = die
    with pytest.raises(PowerCutError):
        bench.fit(every=0, **options)  # a checkpoint before every step
    bench.again()
    assert bench.fit(**options) == expected
    for ours, theirs in zip(bench.network.state(), whole.network.state(), strict=True):
        assert np.array_equal(ours, theirs)
    assert bench.epochs() == whole.epochs()
    whole.progress.finish("finished", "")


def test_the_rate_of_a_resumed_run_goes_on_where_it_was(bench: Bench) -> None:
    options: dict[str, Any] = {"epochs": 6, "learning_rate": 0.1, "warmup_epochs": 2}
    plateau = {"schedule": "plateau", "plateau_patience": 1, "plateau_factor": 0.5}
    whole = Bench(bench.run.folder.with_name("20260101T000000Z-000001"))
    whole.network.rate = bench.network.rate = 0.6  # the loss goes up and down
    whole.fit(**options, **plateau)
    bench.network.on_step = lambda step: bench.progress.request_stop() if step == 23 else None
    assert bench.fit(every=0, **options, **plateau).stopped
    before = bench.network.rates
    bench.again()
    bench.network.rate = 0.6
    bench.progress.protect()
    bench.fit(**options, **plateau)
    assert before[:23] + bench.network.rates == whole.network.rates
    assert whole.network.rates[0] == 0
    assert whole.network.rates[10] == 0.1
    assert whole.network.rates[-1] < 0.1
    assert [e["learning_rate"] for e in bench.run.epochs()] == whole.network.rates[4::5]
    whole.progress.finish("finished", "")


def test_the_second_of_two_phases_begins_at_its_epoch_also_in_a_resumed_run(bench: Bench) -> None:
    bench.network.on_step = lambda step: bench.progress.request_stop() if step == 12 else None
    assert bench.fit(every=0, head_epochs=2).stopped
    assert bench.network.tunings == [False] * 10 + [True] * 2
    bench.again()
    bench.progress.protect()
    bench.fit(head_epochs=2)
    assert bench.network.tunings == [True] * 8


def test_early_stopping_does_not_end_the_first_of_two_phases(bench: Bench) -> None:
    bench.network.rate = 0.0  # nothing is learnt: every epoch is as good as the first
    outcome = bench.fit(epochs=9, head_epochs=4, early_stopping_patience=2)
    assert outcome.early
    assert outcome.epochs == 6


def test_a_finished_run_can_be_given_more_epochs(bench: Bench) -> None:
    whole = Bench(bench.run.folder.with_name("20260101T000000Z-000001"))
    whole.fit(epochs=6)
    bench.fit(epochs=2)
    bench.again()
    assert bench.fit(epochs=6).epochs == 6
    assert np.array_equal(bench.network.kernel, whole.network.kernel)
    assert bench.epochs() == whole.epochs()
    whole.progress.finish("finished", "")
