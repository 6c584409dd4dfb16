"""Features -> places in the plane: principal components at once, t-SNE when asked for."""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import DatasetError
from xraylib.extras import require

Floats = NDArray[np.float32]
Progress = Callable[[int, int], None]

COMPONENTS: Final = 30
"""Most principal components that are kept; t-SNE starts from them."""
_LEAST: Final = 4
_ROUNDS: Final = 500
_PERPLEXITY: Final = 30.0
_ANGLE: Final = 0.7  # how roughly far images count; their divergence is that of 0.5
_TOLD: Final = re.compile(r"Iteration (\d+)")


def principal_components(features: Floats, most: int = COMPONENTS) -> Floats:
    """The components along which images differ most, the first one most: float32 ``(n, kept)``.

    By the singular values of the centred features (Jolliffe, Principal Component Analysis, 2002).
    The sign of a component, which is anybody's choice, is such that its largest weight is positive.

    Args:
        features: ``(n, features)``.
        most: At most so many are kept, and no more than there are.

    Raises:
        DatasetError: code ``too-few-to-map``: fewer than four images.
    """
    if len(features) < _LEAST:
        raise DatasetError(
            f"A map of {len(features)} images shows nothing",
            expected=f"at least {_LEAST} readable images",
            remedy="choose a larger data set",
            code="too-few-to-map",
        )
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    values, axes = np.linalg.eigh(centred.T @ centred)
    kept = axes[:, np.argsort(values)[::-1][: min(most, len(features) - 1)]]
    strongest = np.abs(kept).argmax(axis=0)
    kept = kept * np.where(kept[strongest, np.arange(kept.shape[1])] < 0, -1.0, 1.0)
    found = centred @ kept
    if found.shape[1] < 2:
        found = np.column_stack([found, np.zeros((len(found), 2 - found.shape[1]))])
    return np.asarray(found, dtype=np.float32)


def tsne(components: Floats, *, seed: int = 0, progress: Progress | None = None) -> Floats:
    """Places in which near images stay near: float32 ``(n, 2)``. For child processes.

    t-SNE by scikit-learn (van der Maaten and Hinton, JMLR 9, 2008; Barnes-Hut: JMLR 15, 2014) with
    a perplexity of 30, or a third of the images where they are few, from the first two principal
    components, 500 rounds. Distances between clusters, and their sizes, mean nothing.

    Args:
        components: What `principal_components` gave.
        seed: Of the sums that scikit-learn approximates.
        progress: Called with (rounds done, rounds in all).

    Raises:
        InstallationError: code ``no-scikit-learn``.
    """
    require("map")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # a thread that waits leaves its core
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (len(components) - 1) / 3)
    method = TSNE(
        init="pca",
        perplexity=perplexity,
        max_iter=_ROUNDS,
        angle=_ANGLE,
        random_state=seed,
        n_jobs=os.cpu_count(),
        verbose=2,
    )
    with contextlib.redirect_stdout(_Rounds(progress)):
        places = method.fit_transform(components)
    if progress is not None:
        progress(_ROUNDS, _ROUNDS)
    return np.asarray(places, dtype=np.float32)


class _Rounds(io.TextIOBase):
    """What scikit-learn prints for people, as progress."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress

    def write(self, text: str) -> int:
        found = _TOLD.search(text)
        if found is not None and self._progress is not None:
            self._progress(min(int(found[1]), _ROUNDS), _ROUNDS)
        return len(text)
