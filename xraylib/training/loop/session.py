"""One run from its folder to its results: images, network, training, predictions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xraylib.datasets.index.arrow_memory import give_back
from xraylib.loading.loader import Batches, Ints
from xraylib.networks.weights.pretrained import require_pretrained
from xraylib.networks.weights.weights_file import write_weights
from xraylib.ood.network_features import feature_means
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.loop.fit import Fit, Outcome
from xraylib.training.loop.fit_ood import familiar_of, keep_familiar
from xraylib.training.loop.prefetch import augmenting
from xraylib.training.loop.run_images import Images, findings_csv, prepare_images
from xraylib.training.loop.task import task_of
from xraylib.training.loop.validation import Names
from xraylib.training.planning.expectation import TEST_BATCH
from xraylib.training.process.progress import Progress
from xraylib.training.run.environment import cores
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.weights_checksum import writing_weights
from xraylib.workspace import write_atomic, write_json

if TYPE_CHECKING:
    from xraylib.training.loop.network import Network

# How long the images may be predicted after somebody pressed Stop.
_STOP_SECONDS: Final = 1.0
_UNJUDGED: Final = " Stopped before its images were judged; Resume goes on from there."
_UNLEARNT: Final = (
    " Its images are judged. Stopped before it had learnt what its training images look like, "
    "which "
    "publishing makes up for."
)


class _Names(Sequence[str]):
    """A column of names that stays in Arrow until one is asked for."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    def __getitem__(self, place: Any) -> Any:
        return self._column[place].as_py()


def train(run: Run, progress: Progress) -> None:
    """Trains the run and writes its results; ``progress`` is told how it ended.

    Raises:
        XrayError: The run cannot be trained, for a reason the user can mend.
    """
    spec, config = run.spec, run.train  # read first: what is damaged is refused at once
    store = CheckpointStore(run.folder / "checkpoint")
    images_to_learn = run.data.images_in("train")
    store.check(spec, config, classes=len(run.classes), images=images_to_learn)
    require_pretrained(spec)  # with h5py, as all that is loaded is looked at before TensorFlow is
    images = prepare_images(run, progress)
    give_back(len(images.labels))
    cv2.setNumThreads(1)  # images are augmented side by side, each by one thread
    progress.update(phase="tensorflow", message="Loading TensorFlow.", step=0, steps=0)
    from xraylib.training.loop.network import Network, choose_threads

    choose_threads(cores())
    print(
        f"This machine lets the trainer use {cores()} cores: TensorFlow spreads one operation at a "
        f"time over all of them, because these networks are chains; {augmenting()} thread(s) "
        "prepare batches ahead and sleep while enough of them wait.",
        flush=True,
    )
    training = images.positions("train")
    weights = task_of(config.class_mode).weights(images.labels[training], len(run.classes))
    network = Network(spec, config, weights if config.class_weights else None)
    fit = make_fit(run, images, network, progress, store)
    progress.update(state="running", phase="training", message="Training.")
    progress.rescue = lambda: rescue(run, fit)
    outcome = fit.run()
    if not outcome.kept_epoch:
        progress.protect()
        progress.finish(
            "stopped", "Stopped before the first epoch was complete, so there is no model."
        )
        return
    words = _in_words(outcome, run)
    if not save_results(run, images, network, progress, words) and not outcome.stopped:
        progress.finish("stopped", words + _UNJUDGED, has_model=True)
    progress.finish("stopped" if outcome.stopped else "finished", words, has_model=True)


def rescue(run: Run, fit: Fit) -> str:
    """Saves the weights that training keeps while a step goes on; returns the last words.

    Called from another thread than the one that trains; the network is not touched.
    """
    with writing_weights(run) as file:
        write_weights(run.spec, fit.history.kept, file)
    write_script(run)
    return (
        f"Stopped after {fit.epoch} of {run.train.epochs} epochs, in the middle of a long step. "
        f"The model has the weights of epoch {fit.kept_epoch}; its images are not judged."
    )


def make_fit(
    run: Run, images: Images, network: Network, progress: Progress, store: CheckpointStore
) -> Fit:
    """The training loop of a run."""
    pixels, numbers = images.prepared.pixels, images.prepared.rows
    batches = Batches(
        pixels=pixels,
        labels=images.labels,
        augment=run.augment,
        seed=run.train.seed,
        batch_size=run.train.batch_size,
        positions=images.positions("train"),
        numbers=numbers,
    )
    validation = Batches(
        pixels=pixels,
        labels=images.labels,
        batch_size=TEST_BATCH,
        shuffle=False,
        positions=images.positions("val"),
    )
    return Fit(
        network,
        batches,
        validation,
        classes=len(run.classes),
        config=run.train,
        progress=progress,
        store=store,
        rescaled=any(layer.scales for layer in run.spec.layers),
        names=Names(
            classes=run.classes,
            images=_Names(
                images.table["path"].take(np.searchsorted(images.held, images.positions("val")))
            ),
            places=images.positions("val"),
        ),
        task=task_of(run.train.class_mode),
    )


def save_results(
    run: Run, images: Images, network: Network, progress: Progress, words: str
) -> bool:
    """Writes ``model.weights.h5``, ``model.py``, predictions, ``evaluation.json``, ``ood.json``.

    After a stop what takes too long is left out; ``evaluate`` and publishing make up for it. So
    they do for the trial of a search, of which no test image is looked at.

    Args:
        run: Where.
        images: Its images.
        network: What has learnt.
        progress: Who is told.
        words: What the run says of its end; more is said if a stop comes while images are judged.

    Returns:
        Whether all images were judged.
    """
    progress.update(phase="results", message="Saving the model.", seconds_left=None)
    with writing_weights(run) as file:
        network.save_weights(file)
    progress.update(has_model=True)
    write_script(run)
    progress.rescue = lambda: words + _UNJUDGED
    trial = run.origin.kind == "trial"
    judged = ("val",) if trial else ("val", "test")
    positions = np.concatenate([images.positions(split) for split in judged])
    progress.update(
        message=f"Predicting {'validation and test' if len(judged) > 1 else 'validation'} images.",
        steps=len(positions),
    )
    probabilities = _predict(images, network, positions, progress, len(run.classes))
    if probabilities is None:
        with progress.lock:
            progress.rescue = None
        return False
    chosen = images.described(positions)
    task, truth = task_of(run.train.class_mode), images.labels[positions]
    write_predictions(
        run.folder / PREDICTIONS,
        chosen,
        probabilities,
        run.classes,
        truth=truth if task.several else None,
    )
    give_back(len(images.labels))
    evaluations = {}
    for split in ("val", "test"):
        own = np.array([image[2] == split for image in chosen], bool)
        if own.any():
            evaluations[split] = task.evaluate(
                truth[own],
                probabilities[own],
                run.classes,
                [image[3] for image, mine in zip(chosen, own, strict=True) if mine],
            )
    write_json(run.folder / "evaluation.json", evaluations, new_folder=False)
    del chosen
    give_back(len(images.labels))
    with progress.lock:
        progress.rescue = lambda: words + _UNLEARNT
    if not progress.stop_requested and not trial:
        progress.update(message="Learning what its training images look like.")
        places = {split: images.positions(split) for split in ("train", "val", "test")}
        patients = {split: images.patients[where] for split, where in places.items()}
        features = partial(feature_means, network.model)
        usual = familiar_of(features, places, patients, images.prepared.pixels.__getitem__)
        if usual is not None:
            keep_familiar(run, usual)
    with progress.lock:
        progress.rescue = None
    return True


def write_script(run: Run) -> None:
    """Writes ``model.py`` and, of a run of findings, the ``findings.csv`` that it reads."""
    from xraylib.training.script.run_script import run_script

    write_atomic(run.folder / "model.py", run_script(run), new_folder=False)
    if run.data.several:
        write_atomic(run.folder / "findings.csv", findings_csv(run), new_folder=False)


def _predict(
    images: Images, network: Network, positions: Ints, progress: Progress, classes: int
) -> npt.NDArray[np.float64] | None:
    parts: list[npt.NDArray[np.float32]] = []
    stopped_at: float | None = None
    for start in range(0, len(positions), TEST_BATCH):
        if progress.stop_requested:
            stopped_at = stopped_at or time.monotonic()
            if time.monotonic() - stopped_at > _STOP_SECONDS:
                return None
        chosen = positions[start : start + TEST_BATCH]
        parts.append(network.test_batch(images.prepared.pixels[chosen], images.labels[chosen])[1])
        progress.update(step=start + len(chosen))
    if not parts:
        return np.zeros((0, classes))
    return np.concatenate(parts).astype(np.float64)


def _in_words(outcome: Outcome, run: Run) -> str:
    kept = f"The model has the weights of epoch {outcome.kept_epoch}."
    if outcome.stopped:
        return f"Stopped after {outcome.epochs} of {run.train.epochs} epochs. {kept}"
    if outcome.early:
        patience = run.train.early_stopping_patience
        return (
            f"Ended early after {outcome.epochs} epochs: the validation loss had not improved for "
            f"{patience}. {kept}"
        )
    return f"Trained {outcome.epochs} epochs. {kept}"
