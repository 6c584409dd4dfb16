"""Learning rates, smoothed labels and clipped gradients, against Keras's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tiny_runs import SIZE, tiny_spec

from xraylib.training.config import TrainConfig
from xraylib.training.loop.schedule import Schedule

STEPS = 5
RNG = np.random.default_rng(3)
LABELS = RNG.integers(0, 3, 32)
PIXELS = RNG.normal(60 + 60 * LABELS[:, None, None, None], 25, (32, SIZE, SIZE, 1))
PIXELS = PIXELS.clip(0, 255).astype(np.uint8)


def rates(config: TrainConfig) -> list[float]:
    schedule = Schedule(config, STEPS)
    return [schedule.rate(epoch, step) for epoch in range(config.epochs) for step in range(STEPS)]


def test_a_constant_rate_stays() -> None:
    assert set(rates(TrainConfig(epochs=3, learning_rate=0.02))) == {0.02}


def test_a_warm_up_rises_in_a_line_to_the_rate() -> None:
    found = rates(TrainConfig(epochs=3, learning_rate=0.1, warmup_epochs=2))
    assert found[:11] == pytest.approx([i / 100 for i in range(11)])
    assert set(found[10:]) == {0.1}


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("warmup", [0, 2])
@pytest.mark.parametrize("low", [0.0, 0.003])
def test_the_cosine_is_that_of_keras(warmup: int, low: float) -> None:
    import keras

    config = TrainConfig(
        epochs=8,
        learning_rate=0.01,
        schedule="cosine",
        warmup_epochs=warmup,
        minimum_learning_rate=low,
    )
    if warmup:
        options = {"warmup_target": 0.01, "warmup_steps": warmup * STEPS}
        decay = (0.0, (8 - warmup) * STEPS)
    else:
        options, decay = {}, (0.01, 8 * STEPS)
    theirs = keras.optimizers.schedules.CosineDecay(*decay, alpha=low / 0.01, **options)
    expected = [float(theirs(step)) for step in range(8 * STEPS)]
    assert rates(config) == pytest.approx(expected, rel=1e-5, abs=1e-9)


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("low", [0.0, 0.004])
def test_the_plateau_is_that_of_keras(low: float) -> None:
    import keras

    config = TrainConfig(
        epochs=40,
        learning_rate=0.01,
        schedule="plateau",
        plateau_patience=3,
        plateau_factor=0.6,
        minimum_learning_rate=low,
    )
    falls = np.linspace(1, 0.2, 40) + 0.3 * np.sin(np.arange(40)) + RNG.normal(0, 0.02, 40)
    falls[20:30] = falls[19] - np.arange(10) * 5e-5  # falls, but by too little
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
    theirs = keras.callbacks.ReduceLROnPlateau(factor=0.6, patience=3, min_lr=low)
    theirs.set_model(model)
    theirs.on_train_begin()
    ours = Schedule(config, STEPS)
    seen = set()
    for epoch, loss in enumerate(falls.tolist()):
        expected = float(model.optimizer.learning_rate.numpy())
        assert ours.rate(epoch, 0) == pytest.approx(expected, rel=1e-5)
        seen.add(round(expected, 9))
        theirs.on_epoch_end(epoch, {"val_loss": loss})
        ours.epoch_ended(epoch, loss)
        again = Schedule(config, STEPS)  # what a checkpoint holds is enough to go on
        again.restore(ours.state())
        ours = again
    assert len(seen) > 2


def test_epochs_that_warm_up_do_not_count_for_the_plateau() -> None:
    config = TrainConfig(
        epochs=9, learning_rate=1, schedule="plateau", warmup_epochs=3, plateau_patience=2
    )
    schedule = Schedule(config, 1)
    for epoch in range(6):
        schedule.epoch_ended(epoch, 1.0)
    assert schedule.rate(6, 0) == 0.5


def test_with_two_phases_the_schedule_begins_with_the_second() -> None:
    config = TrainConfig(
        epochs=6, learning_rate=0.1, schedule="cosine", warmup_epochs=1, head_epochs=2
    )
    after = TrainConfig(epochs=4, learning_rate=0.01, schedule="cosine")
    found = rates(config)
    assert found[:5] == pytest.approx([0, 0.02, 0.04, 0.06, 0.08])
    assert found[5:10] == [0.1] * 5
    assert found[10:] == pytest.approx(rates(after))


def test_the_first_of_two_phases_does_not_count_for_the_plateau() -> None:
    config = TrainConfig(
        epochs=9, learning_rate=1, schedule="plateau", head_epochs=3, plateau_patience=2
    )
    schedule = Schedule(config, 1)
    for epoch in range(6):
        schedule.epoch_ended(epoch, 1.0)
    assert schedule.rate(2, 0) == 1
    assert schedule.rate(6, 0) == 0.05


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize(
    ("config", "mode"),
    [
        ({"label_smoothing": 0.2}, "categorical"),
        ({"label_smoothing": 0.2}, "sparse"),
        ({"label_smoothing": 0.2}, "binary"),
        ({"global_clipnorm": 0.05, "optimizer": "sgd", "learning_rate": 0.1}, "categorical"),
        ({"schedule": "cosine", "warmup_epochs": 1}, "categorical"),
    ],
    ids=["smoothing", "smoothing sparse", "smoothing binary", "clipping", "cosine"],
)
def test_training_with_it_gives_the_weights_of_keras_fit(config: dict[str, Any], mode: Any) -> None:
    import keras

    from xraylib.training.loop.network import Network

    labels = (LABELS > 0).astype(np.int64) if mode == "binary" else LABELS
    settings = TrainConfig(epochs=3, seed=1, class_mode=mode, **config)
    spec = tiny_spec(3, units=1 if mode == "binary" else 3)
    ours, theirs = Network(spec, settings), Network(spec, settings)
    rate: Any = settings.learning_rate
    if settings.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, 2 * 2, warmup_target=rate, warmup_steps=2
        )
    optimizer = {"adam": keras.optimizers.Adam, "sgd": keras.optimizers.SGD}[settings.optimizer]
    smoothing = settings.label_smoothing
    binary = mode == "binary"
    loss = keras.losses.BinaryCrossentropy if binary else keras.losses.CategoricalCrossentropy
    theirs.model.compile(
        optimizer=optimizer(learning_rate=rate, global_clipnorm=settings.global_clipnorm),
        loss=loss(label_smoothing=smoothing),
    )
    truth = labels.astype(np.float32)[:, None] if binary else np.eye(3, dtype=np.float32)[labels]
    history = theirs.model.fit(
        PIXELS.astype(np.float32), truth, batch_size=16, epochs=3, shuffle=False, verbose=0
    ).history
    schedule = Schedule(settings, 2)
    for epoch in range(3):
        losses = []
        for step in range(2):
            here = slice(16 * step, 16 * (step + 1))
            ours.set_learning_rate(schedule.rate(epoch, step))
            losses.append(ours.train_batch(PIXELS[here], labels[here])[0].mean())
        assert np.mean(losses) == pytest.approx(history["loss"][epoch], rel=1e-4)
    for mine, other in zip(ours.weights(), theirs.weights(), strict=True):
        assert np.allclose(mine, other, rtol=1e-4, atol=1e-5)


def test_cosine_is_half_way_down_in_the_middle_after_the_warm_up() -> None:
    config = TrainConfig(
        epochs=5, learning_rate=0.1, minimum_learning_rate=0.02, schedule="cosine", warmup_epochs=1
    )
    schedule = Schedule(config, 4)
    # 4 steps warm up, 16 follow: the 12th is in their middle, the 4th their first.
    rates = [schedule.rate(*divmod(step, 4)) for step in (0, 2, 4, 12, 20)]
    assert rates == pytest.approx([0, 0.05, 0.1, 0.06, 0.02])


def test_a_plateau_is_waited_for_anew_after_each_progress_and_each_fall() -> None:
    config = TrainConfig(epochs=9, learning_rate=0.1, schedule="plateau", plateau_patience=2)
    schedule = Schedule(config, 1)
    rates = []
    for epoch, loss in enumerate((1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.4, 0.4)):
        schedule.epoch_ended(epoch, loss)
        rates.append(schedule.rate(epoch + 1, 0))
    assert rates == pytest.approx([0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.025, 0.025, 0.025])
