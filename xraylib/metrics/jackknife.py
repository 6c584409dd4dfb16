"""How far each image moves a figure: standard errors of very many images without drawing.

What a bootstrap of patients comes to with draws without end, to first order: the infinitesimal
jackknife (Efron 1982). On few images drawing is the better way, on very many the slower one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from xraylib.metrics.intervals import placements

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def influences(
    true: Ints, p: Floats, predicted: Ints, losses: Mapping[str, Floats]
) -> dict[str, Floats]:
    """``(n,)`` influences by figure: an image counted w times moves it by (w - 1) / n times this.

    Args:
        true: ``(n,)`` classes.
        p: ``(n, k)`` probabilities.
        predicted: ``(n,)`` classes.
        losses: ``(n,)`` of each image, by name.

    Returns:
        The figures that :func:`xraylib.metrics.resampling.resampled_intervals` knows, as far
        as they are defined, without shares, which have a formula of their own (:func:`ratio`).
    """
    n, k = p.shape
    found = {name: loss - loss.mean() for name, loss in losses.items()}
    recalls, areas, values, shares = [], [], [], []
    for c in range(k):
        mine, said = true == c, predicted == c
        if mine.any():
            recalls.append(ratio(mine & said, mine))
        if mine.any() or said.any():
            found[f"f1.{c}"] = ratio(2.0 * (mine & said), 1.0 * mine + said)
        if mine.any() and not mine.all():
            found[f"auc.{c}"], area = _area(mine, p[:, c])
            if k != 2 or c == 1:
                areas.append(found[f"auc.{c}"])
                values.append(area)
                shares.append(mine)
    if len(recalls) == k:
        found["balanced_accuracy"] = np.mean(recalls, axis=0)
        found["auc"] = np.mean(areas, axis=0)
        support = np.sum(shares, axis=1)
        mean = float(np.average(values, weights=support))
        moved = np.sum([s * one for s, one in zip(support, areas, strict=True)], axis=0)
        moved += n * np.sum(
            [own * (value - mean) for own, value in zip(shares, values, strict=True)], axis=0
        )
        found["auc_weighted"] = moved / support.sum()
    return found


def standard_error(influence: Floats, groups: Ints) -> float:
    """Of a figure, when whole patients are drawn.

    Args:
        influence: ``(n,)`` from :func:`influences`.
        groups: ``(n,)`` patient of each image, numbered from 0.
    """
    sums = np.bincount(groups, weights=influence)
    return math.sqrt(float((sums**2).sum())) / len(influence)


def ratio(hits: NDArray[np.generic], of: NDArray[np.generic]) -> Floats:
    """Influences on ``sum(hits) / sum(of)``."""
    above, below = hits.astype(np.float64), of.astype(np.float64)
    total = below.sum()
    moved: Floats = (above - above.sum() / total * below) * (len(above) / total)
    return moved


def _area(positive: Bools, scores: Floats) -> tuple[Floats, float]:
    """Of one AUC, and the AUC."""
    above, below = placements(positive, scores)
    area = float(above.mean())
    moved = np.empty(len(scores))
    moved[positive] = (above - area) * (len(scores) / len(above))
    moved[~positive] = (below - area) * (len(scores) / len(below))
    return moved, area
