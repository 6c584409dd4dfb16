"""What each image is told apart by: the audit's descriptors, or the feature maps of a network."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.audit.descriptors import describe_images
from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import ConfigError

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]
Progress = Callable[[int, int], None]

_LOOKS: Final = 1.0
_GREYS: Final = 0.35
"""How much the structure of an image counts, and its margins, brightness and corners together."""


def look_features(
    index: DatasetIndex, *, cache: Path | None = None, progress: Progress | None = None
) -> tuple[Rows, Floats]:
    """What the audit's descriptors say of each image.

    Structure is the descriptor of the image without flat margins; margins, brightness, its spread,
    corners and colour are standardised. Each of the two parts has a variance of its own, so that
    neither outweighs the other by its number of columns.

    Args:
        index: The data set.
        cache: Keeps the descriptors, shared with the audit.
        progress: Called with (images described, images in all).

    Returns:
        Rows of the index that could be described, int64 ``(n,)``, and float32 ``(n, features)``.
    """
    found = describe_images(index, cache=cache, progress=progress)
    looks = found.views[:, 1].astype(np.float32)
    looks -= looks.mean(axis=0)
    numbers = np.column_stack(
        [found.box, found.mean, found.sd, found.corners, found.chroma]
    ).astype(np.float32)
    numbers -= numbers.mean(axis=0)
    spread = numbers.std(axis=0)
    numbers /= np.where(spread > 0, spread, 1)
    parts = [_scaled(looks, _LOOKS), _scaled(numbers, _GREYS)]
    return found.rows, np.column_stack(parts).astype(np.float32)


def network_features(
    run: Run, index: DatasetIndex, *, progress: Progress | None = None
) -> tuple[Rows, Floats]:
    """The feature maps of a run's network, averaged over each image and standardised.

    Args:
        run: With weights.
        index: The data set, whichever it is.
        progress: Called with (images done, images in all).

    Returns:
        Rows of the index that could be read, int64 ``(n,)``, and float32 ``(n, filters)``.

    Raises:
        ConfigError: code ``no-convolution``.
        RunError: As `load_network`.
    """
    from xraylib.evaluation.predict import BATCH, load_network
    from xraylib.loading.loader import build_cache
    from xraylib.ood.network_features import feature_means

    network = load_network(run)
    rows, parts = index.rows(), []
    total = 2 * len(rows)
    with tempfile.TemporaryDirectory(prefix="xraylib-map-") as folder:
        prepared = build_cache(
            index,
            rows,
            run.preparation,
            Path(folder),
            None if progress is None else lambda done, _: progress(done, total),
        )
        for start in range(0, len(prepared.rows), BATCH):
            means = feature_means(network, np.asarray(prepared.pixels[start : start + BATCH]))
            if means is None:
                raise ConfigError(
                    "The network of this run has no convolution, so it has no feature maps",
                    expected="a network with a convolution",
                    remedy="choose another run, or place the images by their looks",
                    code="no-convolution",
                )
            parts.append(means)
            if progress is not None:
                progress(len(rows) + min(start + BATCH, len(rows)), total)
        kept = np.asarray(prepared.rows, dtype=np.int64).copy()
    features = np.concatenate(parts).astype(np.float32)
    features -= features.mean(axis=0)
    spread = features.std(axis=0)
    features /= np.where(spread > 0, spread, 1).astype(np.float32)
    return kept, features


def _scaled(part: Floats, weight: float) -> Floats:
    whole = float(np.sqrt((part.astype(np.float64) ** 2).sum(axis=1).mean()))
    return part * np.float32(weight / whole if whole > 0 else 0)
