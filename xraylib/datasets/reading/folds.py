"""The folds that folders say, image by image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xraylib.datasets.reading.folder_names import fold_of
from xraylib.datasets.reading.plan import ReadingPlan


def folds_in_paths(plan: ReadingPlan, paths: Sequence[str]) -> NDArray[np.int64] | None:
    """The fold of each image by its folder, from 0; None where the plan tells no folds.

    Args:
        plan: How the folder was understood.
        paths: Of images that are read, relative, with ``/``.
    """
    parts = [part.path.split("/") for part in plan.read if part.fold is not None]
    if not parts:
        return None
    # The folder of a fold stands at the same depth in all of them: the first that says a fold, or
    # right below the root.
    root = 0 if not plan.root else plan.root.count("/") + 1
    depth = next(
        (at for at in range(root, len(parts[0])) if fold_of(parts[0][at]) is not None), root
    )
    names = [path.split("/")[depth] if path.count("/") > depth else "" for path in paths]
    numbers = {name: fold_of(name) for name in sorted(set(names))}
    told = list(numbers.values())
    if None in told or len(set(told)) < len(told):
        order = {name: number for number, name in enumerate(numbers)}
    else:
        ranked = sorted(numbers, key=lambda name: numbers[name] or 0)
        order = {name: number for number, name in enumerate(ranked)}
    return np.array([order[name] for name in names], dtype=np.int64)
