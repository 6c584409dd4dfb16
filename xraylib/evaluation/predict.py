"""A run's network, rebuilt, and what Keras says about images. For child processes: TensorFlow.

TensorFlow is imported inside the functions, so that importing this module stays cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import RunError
from xraylib.images.prepare import Preparation, prepare

if TYPE_CHECKING:
    from xraylib.datasets.scan import DatasetIndex
    from xraylib.training.run.runs import Run

BATCH = 32


def load_network(run: Run) -> Any:
    """The run's Keras model: built from its ``spec.json``, then its weights, checked first.

    Raises:
        RunError: code ``no-weights``: the run has none (yet), or whatever the check of the
            weights raises.
    """
    weights = run.weights_file
    if not (run.status().has_model and weights.is_file()):
        raise RunError(
            f"The run {run.id} has no weights",
            expected="a run that finished, or was stopped after its first steps",
            remedy="train it to its end, then try again",
            code="no-weights",
        )
    from xraylib.networks.weights.weights_file import check_weights, load_weights
    from xraylib.training.run.weights_checksum import check_checksum

    check_checksum(run)
    check_weights(weights, run.spec)  # with h5py, before TensorFlow is loaded at all
    from xraylib.networks.render.keras_model import build

    model = build(run.spec)
    load_weights(model, weights, run.spec)
    return model


def predict(
    run: Run,
    index: DatasetIndex,
    rows: Iterable[int],
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float64]:
    """Keras's probabilities ``(n, classes)`` for images of ``index``.

    Args:
        run: The run whose network predicts.
        index: Any data set.
        rows: Row numbers of readable images.
        progress: Called with (images done, images in all).

    Raises:
        RunError, ImageError: See :func:`load_network` and :func:`predict_images`.
    """
    return predict_images(load_network(run), index, list(rows), run.preparation, progress)


def predict_images(
    model: Any,
    index: DatasetIndex,
    rows: Sequence[int],
    preparation: Preparation,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.float64]:
    """Keras's probabilities ``(n, classes)`` for images, read and prepared a few at a time.

    Raises:
        ImageError: An image is gone, changed or unreadable.
    """
    parts = []
    for start in range(0, len(rows), BATCH):
        images = [prepare(index.read(row), preparation) for row in rows[start : start + BATCH]]
        parts.append(keras_probabilities(model, np.stack(images)))
        if progress is not None:
            progress(min(start + BATCH, len(rows)), len(rows))
    if not parts:
        return np.zeros((0, max(2, int(model.outputs[0].shape[-1]))))
    return np.concatenate(parts)


def keras_probabilities(model: Any, pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Keras's probabilities ``(n, classes)`` for prepared pixels, on the processor.

    One sigmoid unit's p becomes two columns, 1 - p and p.
    """
    import tensorflow as tf

    with tf.device("/CPU:0"):
        outputs = model(tf.constant(pixels.astype(np.float32)), training=False).numpy()
    p = outputs.astype(np.float64)
    return np.concatenate([1 - p, p], axis=1) if p.shape[1] == 1 else p
