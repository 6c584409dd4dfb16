"""One step of ours is one step of Keras's own fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tiny_runs import SIZE, tiny_spec

from xraylib.training.config import TrainConfig
from xraylib.training.loop.task import balanced

if TYPE_CHECKING:
    from xraylib.training.loop.network import Network

pytestmark = pytest.mark.xdist_group("tensorflow")

RNG = np.random.default_rng(3)
LABELS = RNG.integers(0, 3, 44)
PIXELS = RNG.normal(60 + 60 * LABELS[:, None, None, None], 25, (44, SIZE, SIZE, 1))
PIXELS = PIXELS.clip(0, 255).astype(np.uint8)
BATCH = 16


def make(**config: Any) -> Network:
    from xraylib.training.loop.network import Network

    weights = config.pop("weights", None)
    classes = 2 if config.get("class_mode") == "binary" else 3
    units = 1 if classes == 2 else 3
    spec = tiny_spec(classes, units=units)
    if amount := config.pop("l2", 0.0):
        layers = [replace(one, l2=amount) if hasattr(one, "l2") else one for one in spec.layers]
        spec = spec.with_layers(layers)
    return Network(spec, TrainConfig(seed=1, **config), weights)


@pytest.mark.parametrize(
    ("config", "compiled"),
    [
        ({"class_mode": "categorical"}, {"loss": "categorical_crossentropy"}),
        (
            {"class_mode": "sparse", "optimizer": "rmsprop"},
            {"loss": "sparse_categorical_crossentropy", "optimizer": "rmsprop"},
        ),
        (
            {"class_mode": "binary", "optimizer": "sgd", "learning_rate": 0.01},
            {"loss": "binary_crossentropy", "optimizer": "sgd"},
        ),
        (
            {"class_mode": "categorical", "weights": [0.5, 2.0, 1.25]},
            {"loss": "categorical_crossentropy"},
        ),
        ({"class_mode": "categorical", "l2": 0.05}, {"loss": "categorical_crossentropy"}),
    ],
    ids=["categorical", "sparse", "binary", "class weights", "L2"],
)
def test_training_gives_the_weights_and_losses_of_keras_fit(
    config: dict[str, Any], compiled: dict[str, Any]
) -> None:
    import keras

    labels = LABELS
    truth: Any = np.eye(3, dtype=np.float32)[labels]
    if config["class_mode"] == "sparse":
        truth = labels
    if config["class_mode"] == "binary":
        labels = (LABELS > 0).astype(np.int64)
        truth = labels.astype(np.float32)[:, None]
    ours, theirs = make(**config), make(**config)
    weights = config.get("weights")
    theirs.model.compile(**{"optimizer": "adam", **compiled}, metrics=["accuracy"])
    history = theirs.model.fit(
        PIXELS.astype(np.float32),
        truth,
        batch_size=BATCH,
        epochs=3,
        shuffle=False,
        verbose=0,
        class_weight=None if weights is None else dict(enumerate(weights)),
    ).history
    for epoch in range(3):
        losses, right = 0.0, 0
        for start in range(0, len(PIXELS), BATCH):
            here = slice(start, start + BATCH)
            loss, probabilities = ours.train_batch(PIXELS[here], labels[here])
            losses += float(loss.sum())
            right += int((probabilities.argmax(axis=1) == labels[here]).sum())
            assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert losses / len(PIXELS) == pytest.approx(history["loss"][epoch], rel=1e-4)
        assert right / len(PIXELS) == pytest.approx(history["accuracy"][epoch])
    for mine, other in zip(ours.weights(), theirs.weights(), strict=True):
        assert np.allclose(mine, other, rtol=1e-4, atol=1e-5)
    keras.backend.clear_session()


def test_validation_uses_no_class_weights_and_changes_nothing() -> None:
    network = make(weights=[0.5, 2.0, 1.25])
    before = network.state()
    losses, probabilities = network.test_batch(PIXELS, LABELS)
    expected = -np.log(probabilities[np.arange(44), LABELS])
    assert np.allclose(losses, expected, atol=1e-5)
    for old, new in zip(before, network.state(), strict=True):
        assert np.array_equal(old, new)


def test_the_state_holds_dropout_and_optimizer_too() -> None:
    from xraylib.training.loop.network import Network

    spec = tiny_spec(3, dropout=True)
    first, second = (Network(spec, TrainConfig(seed=seed)) for seed in (1, 2))
    first.train_batch(PIXELS, LABELS)
    second.set_state(first.state())
    for network in (first, second):
        network.train_batch(PIXELS, LABELS)
    for mine, other in zip(first.state(), second.state(), strict=True):
        assert np.array_equal(mine, other)


def test_the_same_seed_gives_the_same_network_and_the_file_holds_its_weights(
    tmp_path: Path,
) -> None:
    from xraylib.networks.weights.weights_file import load_weights

    first, second, third = make(), make(), make()
    assert all(map(np.array_equal, first.weights(), second.weights()))
    third.train_batch(PIXELS, LABELS)
    third.save_weights(tmp_path / "model.weights.h5")
    load_weights(first.model, tmp_path / "model.weights.h5", tiny_spec(3))
    assert all(map(np.array_equal, first.weights(), third.weights()))
    second.set_weights(third.weights())
    assert all(map(np.array_equal, second.weights(), third.weights()))


def test_class_weights_make_every_class_count_the_same() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.repeat([0, 1, 2], [5, 1, 10])
    expected = compute_class_weight("balanced", classes=np.arange(3), y=labels)
    assert balanced(labels, 3) == pytest.approx(expected)
    assert balanced(np.array([0, 0, 2]), 3) == pytest.approx([0.75, 0, 1.5])


def test_our_auc_is_the_exact_one_that_keras_approximates() -> None:
    import keras
    from sklearn.metrics import roc_auc_score

    from xraylib.training.loop.epoch_metrics import EpochMetrics

    probabilities = RNG.dirichlet([1, 1, 1], 400).astype(np.float32)
    labels = np.array([RNG.choice(3, p=p / p.sum()) for p in probabilities.astype(np.float64)])
    metrics = EpochMetrics(400, 3)
    for start in range(0, 400, 90):
        part = slice(start, start + 90)
        metrics.add(labels[part], np.zeros(len(labels[part]), np.float32), probabilities[part])
    exact = roc_auc_score(labels, probabilities, multi_class="ovr", average="macro")
    assert metrics.auc() == pytest.approx(exact, abs=1e-9)
    metric = keras.metrics.AUC(multi_label=True, num_labels=3)
    metric.update_state(np.eye(3)[labels], probabilities)
    assert metrics.auc() == pytest.approx(float(metric.result()), abs=2e-3)
