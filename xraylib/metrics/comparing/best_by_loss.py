"""How much too good the loss of the best of many is, told by the images it was chosen on.

The best of k on n images is chosen for its luck too. Patients are drawn with replacement; of each
draw the best is chosen, and judged on the patients who were not drawn: what it loses there is the
expectation of a choice made this way (I. Tsamardinos, E. Greasidou, G. Borboudakis, "Bootstrapping
the out-of-sample predictions for efficient and accurate cross-validation", Machine Learning 107,
1895 (2018), https://doi.org/10.1007/s10994-018-5714-4). Unlike the bootstrap's usual optimism it
is not too small where all are alike, and unlike the difference of parts of the images (R. J.
Tibshirani and R. Tibshirani, Annals of Applied Statistics 3, 822 (2009)) not too large where they
are few: a test holds all three against made-up trials. NumPy only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import bootstrap_weights


@dataclass(frozen=True, kw_only=True)
class Optimism:
    """How much too good the best of several is expected to be.

    Attributes:
        best: Place of the one with the lowest mean loss, the first of equals.
        loss: Its mean loss on the images that it was chosen on.
        expected: What is expected of it on images of other patients.
        again: Share of the draws in which it was the best again.
    """

    best: int
    loss: float
    expected: float
    again: float

    @property
    def optimism(self) -> float:
        """By how much ``loss`` is expected to be too low; never below 0."""
        return max(0.0, self.expected - self.loss)


def optimism_of_best(
    losses: NDArray[np.float64], groups: NDArray[np.int64], *, repeats: int = 1000, seed: int = 0
) -> Optimism | None:
    """How much too good the lowest mean loss of several is expected to be.

    Args:
        losses: ``(k, n)`` of each on each image, those that were compared.
        groups: ``(n,)`` patient of each image, numbered from 0.
        repeats: Draws.
        seed: Of the draws.

    Returns:
        None for fewer than two to choose from or fewer than five patients.
    """
    k, n = losses.shape
    if k < 2 or not n or int(groups.max()) + 1 < 5:
        return None
    means = losses.mean(axis=1)
    best = int(means.argmin())
    outside: list[NDArray[np.float64]] = []
    again: list[NDArray[np.bool_]] = []
    for weights in bootstrap_weights(groups, repeats=repeats, seed=seed):
        chosen = ((losses @ weights.T) / weights.sum(axis=1)).argmin(axis=0)
        left = weights == 0
        some = left.any(axis=1)
        own = losses[chosen[some]]
        outside.append((own * left[some]).sum(axis=1) / left[some].sum(axis=1))
        again.append(chosen == best)
    return Optimism(
        best=best,
        loss=float(means[best]),
        expected=float(np.concatenate(outside).mean()),
        again=float(np.concatenate(again).mean()),
    )
