"""Whether a run's heat maps fall apart with its weights and its labels. For child processes.

Kept as ``sanity.json`` in the run's folder; reading it needs no TensorFlow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.evaluation.explain.maps import scaled_map
from xraylib.evaluation.explain.sanity import Likeness, Map, MapSanity, likeness
from xraylib.evaluation.own_images import images_in, judged_rows
from xraylib.evaluation.sides.answers import known_labels
from xraylib.evaluation.stored_predictions import patients_are_told, person_numbers
from xraylib.records import read_if_kept
from xraylib.rounding import rounded
from xraylib.workspace import check_writable, write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "sanity.json"
MOST: Final = 32
"""Images that are looked at."""
_DRAWS: Final = 3
_SIDE: Final = 64
_DEPTHS: Final = 6
_MOST_TRAINED: Final = 400
_MOST_EPOCHS: Final = 20
_BUDGET: Final = 180.0
"""Seconds that learning shuffled labels may take."""

Pixels = NDArray[np.uint8]
Maps = list[Map]


def run_sanity(
    run: Run,
    *,
    split: str = "test",
    most: int = MOST,
    shuffled: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> MapSanity:
    """Compares a run's Grad-CAM maps with those of networks that have not learned what it has.

    Of each image the map of what it is called; of a run of findings, of the most probable one.

    Args:
        run: A run that has ended and has weights and a convolution.
        split: ``"test"`` or ``"val"``; where a run has no test images, ``"val"``.
        most: Images at most, spread evenly.
        shuffled: Whether to train a network on shuffled labels too, where that takes no more than
            three minutes.
        progress: Called with (steps done, steps in all).

    Raises:
        RunError: code ``no-weights``.
        DatasetError: code ``no-films``: none of these images is where it was.
        ConfigError: code ``no-convolution``: there are no maps to explain.
        PathError: code ``cannot-write``.
    """
    from xraylib.evaluation.predict import keras_probabilities, load_network
    from xraylib.images.prepare import prepare
    from xraylib.networks.render.keras_model import build

    check_writable(run.folder / FILE)
    split, index, rows = judged_rows(run, split, most=most)
    pixels = np.stack([prepare(index.read(row), run.preparation) for row in rows])
    images = index.images(rows)
    groups = person_numbers(run, images)
    network = load_network(run)
    called = keras_probabilities(network, pixels).argmax(axis=1)
    own = _maps(network, pixels, called)
    speaking = np.array([bool(one.any()) for one in own])
    if speaking.any():  # where no map is shown there is none to fall apart
        pixels, called, groups = pixels[speaking], called[speaking], groups[speaking]
        own = [one for one in own if one.any()]
        groups = np.unique(groups, return_inverse=True)[1]
    weighed = [place for place, layer in enumerate(network.layers) if layer.weights]
    depths = sorted({round(x) for x in np.linspace(1, len(weighed), _DEPTHS)})
    done, total = 0, len(depths) + 1 + bool(shuffled)

    def tell() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    tell()
    fresh = [build(run.spec, seed=seed) for seed in range(_DRAWS)]
    trained = [layer.get_weights() for layer in network.layers]
    layers = []
    for depth in depths:
        drawn = []
        for other in fresh:
            kept = [layer.get_weights() for layer in other.layers]
            for place in weighed[: len(weighed) - depth]:
                other.layers[place].set_weights(trained[place])
            drawn.append(_maps(other, pixels, called))
            for layer, weights in zip(other.layers, kept, strict=True):
                layer.set_weights(weights)
        names = "the last layer" if depth == 1 else f"the last {depth} layers"
        names = "all layers" if depth == len(weighed) else names
        layers.append(_compared(f"{names} drawn anew", own, drawn, groups))
        tell()
    learnt, words = None, "it was not asked for"
    if shuffled:
        other, words = _on_shuffled_labels(run)
        if other is not None:
            maps = _maps(other, pixels, called)
            learnt = _compared("trained on shuffled labels", own, [maps], groups)
        tell()
    found = MapSanity(
        method="gradcam",
        split=split,
        images=len(own),
        without=len(rows) - len(own),
        patients=int(groups.max()) + 1,
        patients_told=patients_are_told(images),
        others=_of_other_images(own, groups),
        layers=tuple(layers),
        shuffled=learnt,
        shuffled_words=words,
    )
    write_json(run.folder / FILE, found.to_json())
    return found


def kept_sanity(run: Run) -> MapSanity | None:
    """What was kept for the weights that the run has, or None. No TensorFlow.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    again = f"test the heat maps again (xraylib sanity {run.id}), or delete {FILE}"
    return read_if_kept(run.folder / FILE, MapSanity.from_json, of=run.weights_file, remedy=again)


def _maps(network: Any, pixels: Pixels, called: NDArray[np.int64]) -> Maps:
    """The map of each image for what the trained network calls it, 64 × 64, as pages show it."""
    from xraylib.evaluation.explain.gradients import gradient_maps

    found = gradient_maps(network, pixels, "gradcam")
    return [
        scaled_map(maps[place], (_SIDE, _SIDE)) for maps, place in zip(found, called, strict=True)
    ]


def _compared(what: str, own: Maps, drawn: list[Maps], groups: NDArray[np.int64]) -> Likeness:
    pairs = [[(own[i], maps[i]) for maps in drawn] for i in range(len(own))]
    return likeness(what, pairs, groups)


def _of_other_images(own: Maps, groups: NDArray[np.int64]) -> Likeness:
    """Each image's map beside those of three images of other patients."""
    pairs = []
    for place, one in enumerate(own):
        others = np.flatnonzero(groups != groups[place])
        step = max(1, len(others) // _DRAWS)
        turned = np.roll(others, -place)[::step][:_DRAWS]
        pairs.append([(one, own[other]) for other in turned] or [(one, one)])
    return likeness("other images", pairs, groups)


def _on_shuffled_labels(run: Run) -> tuple[Any | None, str]:
    """A network like the run's that learned shuffled labels, and how; or None and why not."""
    from xraylib.images.prepare import prepare
    from xraylib.networks.render.keras_model import build

    index, rows = images_in(run, "train", most=_MOST_TRAINED)
    if len(rows) < len(run.classes) * 2:
        return None, "the training images are no longer where they were"
    labels = np.random.default_rng(0).permutation(known_labels(run, index, rows))
    pixels = np.stack([prepare(index.read(row), run.preparation) for row in rows])
    network = build(run.spec, seed=0)
    binary = run.train.class_mode == "binary" or run.data.several
    loss: Any = "binary_crossentropy" if binary else "sparse_categorical_crossentropy"
    right: Any = "accuracy"
    if run.data.several:
        from xraylib.training.loop.losses import masked_accuracy, masked_loss

        loss, right = masked_loss, masked_accuracy
    network.compile(optimizer=run.train.optimizer, loss=loss, metrics=[right])
    network.optimizer.learning_rate = run.train.learning_rate
    epochs = min(run.train.epochs, _MOST_EPOCHS)
    accuracy, reached, first, started = 0.0, 0, 0.0, time.monotonic()
    for epoch in range(epochs):
        told = network.fit(
            pixels.astype(np.float32),
            labels.astype(np.float32) if binary else labels,
            batch_size=run.train.batch_size,
            epochs=1,
            verbose=0,
        )
        name = right if isinstance(right, str) else right.__name__
        accuracy, reached = float(told.history[name][-1]), epoch + 1
        spent = time.monotonic() - started
        if epoch == 0:
            first = spent
        # The first epoch builds the step too: what an epoch takes, the second one tells.
        expected = first + (spent - first) * (epochs - 1)
        if epoch < 2 and expected > _BUDGET:
            return None, (
                f"learning {len(rows)} images for {epochs} epochs would take about "
                f"{expected / 60:.0f} minutes here"
            )
    return network, (
        f"trained on {len(rows)} images with shuffled labels for {reached} epochs, of which it "
        f"then called {rounded(accuracy)} as labelled"
    )
