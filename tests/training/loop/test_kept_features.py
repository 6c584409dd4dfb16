"""What a fixed part of a network makes of images is computed once, and nothing changes by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil
import pytest
from tiny_runs import SIZE, tiny_spec

from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig, Pixels
from xraylib.loading.loader import Batches
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.loop.fit import Fit
from xraylib.training.loop.kept_features import KeptFeatures, Steps
from xraylib.training.process.progress import Progress
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status

Array = npt.NDArray[Any]

RNG = np.random.default_rng(4)
LABELS = RNG.integers(0, 3, 40)
PIXELS = RNG.normal(50 + 60 * LABELS[:, None, None, None], 25, (40, SIZE, SIZE, 1))
PIXELS = PIXELS.clip(0, 255).astype(np.uint8)


class Brightness:
    """A fixed part whose features may depend, in the last bit, on the size of a batch."""

    shape = (2,)
    in_training = True
    layers = 2

    def __init__(self, odd: Callable[[int], bool] = lambda _size: False) -> None:
        self.odd = odd
        self.sizes: list[int] = []

    def features(self, pixels: Pixels) -> Array:
        self.sizes.append(len(pixels))
        bright = pixels.reshape(len(pixels), -1).mean(axis=1).astype(np.float32)
        found = np.stack([bright, np.sqrt(bright)], axis=1)
        return np.nextafter(found, np.float32(1e9)) if self.odd(len(pixels)) else found

    def train_batch(self, features: Array, labels: Array) -> tuple[Array, Array]:
        raise NotImplementedError

    test_batch = train_batch


def epochs(part: Brightness, count: int) -> list[int]:
    """Batches whose features were computed in each of so many epochs of four whole batches, 9
    images each, and one of 4; each batch is held against what is computed anew."""
    batches = Batches(pixels=PIXELS, labels=LABELS, batch_size=9, seed=1)
    kept = KeptFeatures(part, batches)
    computed = []
    for epoch in range(count):
        before = len(part.sizes)
        for step in range(len(batches)):
            places = batches.places(epoch, step)
            found = kept.of(places, PIXELS[places])
            anew = Brightness(part.odd).features(PIXELS[places])
            assert np.array_equal(found.view(np.uint32), anew.view(np.uint32))
        computed.append(len(part.sizes) - before)
    return computed


def test_features_are_computed_once_and_checked_once() -> None:
    # In the first epoch the last, smaller batch is computed as a part of a whole one too.
    assert epochs(Brightness(), 4) == [6, 1, 0, 0]


def test_a_smaller_last_batch_that_differs_by_a_bit_is_computed_anew_each_time() -> None:
    assert epochs(Brightness(lambda size: size == 4), 4) == [6, 2, 1, 1]


def test_nothing_is_taken_from_what_is_kept_where_features_depend_on_the_batch() -> None:
    class Moody(Brightness):
        def features(self, pixels: Pixels) -> Array:
            return super().features(pixels) + np.float32(len(self.sizes) % 2) / 4

    part = Moody()
    batches = Batches(pixels=PIXELS, labels=LABELS, batch_size=8, seed=1)
    kept = KeptFeatures(part, batches)
    for epoch in range(3):
        for step in range(5):
            places = batches.places(epoch, step)
            kept.of(places, PIXELS[places])
    assert len(part.sizes) == 15


def test_validation_images_come_in_the_same_batches_and_are_never_computed_twice() -> None:
    part = Brightness(lambda size: size == 4)
    batches = Batches(pixels=PIXELS, labels=LABELS, batch_size=9, shuffle=False)
    kept = KeptFeatures(part, batches, fixed=True)
    for _ in range(3):
        for step in range(5):
            places = batches.places(0, step)
            found = kept.of(places, PIXELS[places])
            assert np.array_equal(found, Brightness(part.odd).features(PIXELS[places]))
    assert part.sizes == [9, 9, 9, 9, 4]


def test_features_that_memory_has_no_room_for_are_not_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Whole:
        fixed_part = Brightness()

        def train_batch(self, pixels: Pixels, labels: Array) -> tuple[Array, Array]:
            return np.zeros(len(labels)), np.full((len(labels), 3), float(pixels.ndim))

    class Free:
        available = 4 * 80 * 8 - 1  # a quarter of it is a byte short for 80 images

    monkeypatch.setattr(psutil, "virtual_memory", Free)
    batches = Batches(pixels=PIXELS, labels=LABELS)
    network: Any = Whole()
    steps = Steps(network, batches, batches)
    steps.begin_epoch()
    assert steps.train(0, 0, *batches.batch(0, 0))[1].max() == 4
    assert not Whole.fixed_part.sizes
    assert capsys.readouterr().out == (
        "What layers 0 to 1 make of 80 images would take 640 bytes, more than a quarter of the "
        "2,559 that are free: it is computed in every epoch.\n"
    )


def trained(
    folder: Path, *, keep: bool, augment: AugmentConfig | None
) -> tuple[list[Array], list[Any], Fit]:
    """State and numbers after five epochs of a network whose convolution does not learn."""
    from xraylib.training.loop.network import Network

    folder.mkdir()
    write_status(folder, RunStatus(state="running"))
    progress = Progress(Run(folder))
    config = TrainConfig(seed=3, epochs=5, batch_size=8)
    network = Network(tiny_spec(3, dropout=True), config)
    fit = Fit(
        network,
        Batches(
            pixels=PIXELS,
            labels=LABELS,
            augment=augment,
            seed=3,
            batch_size=8,
            positions=np.arange(30),
        ),
        Batches(
            pixels=PIXELS,
            labels=LABELS,
            shuffle=False,
            batch_size=7,
            positions=np.arange(30, 40),
        ),
        classes=3,
        config=config,
        progress=progress,
        store=CheckpointStore(folder / "checkpoint", every=1e9),
        keep=keep,
    )
    fit.run()
    progress.finish("finished", "")
    lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    numbers = ("loss", "accuracy", "auc", "val_loss", "val_accuracy", "val_auc")
    told = [
        [event[name] for name in numbers]
        for event in map(json.loads, lines)
        if event["event"] == "epoch"
    ]
    return network.state(), told, fit


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize("augment", [None, AUGMENT_PRESETS["lesson"]], ids=["as-is", "augmented"])
def test_a_training_from_kept_features_has_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, augment: AugmentConfig | None
) -> None:
    from xraylib.training.loop import fixed_part, network

    def frozen(*given: Any, **settings: Any) -> Any:
        from xraylib.networks.render.keras_model import build

        model = build(*given, **settings)
        model.layers[2].trainable = False  # the convolution stands for a backbone
        return model

    monkeypatch.setattr(network, "build", frozen)
    computed = 0
    features = fixed_part.KerasFixedPart.features

    def counted(self: Any, pixels: Pixels) -> Array:
        nonlocal computed
        computed += 1
        return features(self, pixels)

    monkeypatch.setattr(fixed_part.KerasFixedPart, "features", counted)
    state, told, fit = trained(tmp_path / "kept", keep=True, augment=augment)
    # Two batches of validation images; of training images four, one again as a whole, one checked.
    assert computed == (8 if augment is None else 2)
    assert fit.steps._part is not None
    assert fit.steps._part.layers == 3
    plain, numbers, _ = trained(tmp_path / "plain", keep=False, augment=augment)
    assert computed == (8 if augment is None else 2)
    assert told == numbers
    assert len(told) == 5
    assert all(np.array_equal(*pair) for pair in zip(state, plain, strict=True))


@pytest.mark.xdist_group("tensorflow")
def test_what_a_network_leaves_alone_ends_where_something_learns_or_draws() -> None:
    import keras

    from xraylib.training.loop.fixed_part import fixed_layers

    layers = keras.layers

    def found(*parts: Any) -> tuple[int, bool] | None:
        return fixed_layers(keras.Sequential([keras.Input((8, 8, 1)), *parts, layers.Dense(2)]))

    def chain(*parts: Any) -> Any:
        return keras.Sequential([keras.Input((8, 8, 1)), *parts])

    frozen: Any = {"trainable": False}
    # Keras's Sequential does not count its Input among its layers.
    assert found(layers.Rescaling(1 / 255)) is None
    assert found(layers.Conv2D(1, 3)) is None
    assert found(layers.Conv2D(1, 3, **frozen), layers.GlobalAveragePooling2D()) == (2, True)
    assert found(layers.Conv2D(1, 3, **frozen), layers.Dropout(0.5)) == (1, True)
    assert found(layers.Conv2D(1, 3, **frozen), layers.BatchNormalization()) == (1, True)
    moving = layers.BatchNormalization(center=False, scale=False)
    assert found(layers.Conv2D(1, 3, **frozen), moving) == (1, True)
    inner = chain(layers.Conv2D(1, 3, **frozen), layers.BatchNormalization(**frozen))
    assert found(inner, layers.Flatten()) == (2, True)
    random = chain(layers.Conv2D(1, 3, **frozen), layers.Dropout(0.5))
    assert found(random, layers.Flatten()) == (2, False)
