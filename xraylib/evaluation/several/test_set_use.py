"""How often test images have been looked at: each run that they judged is a look.

A test set is known by its fingerprint, so that the same images count together under whatever name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xraylib.errors import DatasetError, PathError, RunError
from xraylib.evaluation.stored_predictions import image_sums, stored_predictions
from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.best_of import expected_optimism
from xraylib.rounding import rounded
from xraylib.training.run.results import predictions_file
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.run.test_lock import SetLock, set_fingerprint, set_lock
from xraylib.training.run.test_use import has_judged_test

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xraylib.workspace import WorkspaceLike

_MOST: Final = 60
"""Runs, the newest, whose errors say how much the best may be too good."""


@dataclass(frozen=True, kw_only=True)
class Looks:
    """What has been seen of a run's test images.

    Attributes:
        lock: Whether they are locked.
        images: How many there are; 0 while they are locked.
        runs: Runs of the workspace that they have judged.
        before: Of these, runs that were judged before the lock, so that somebody may know their
            figures; 0 where there is none.
        optimism: By how much the best of these is expected to be too good in accuracy, were all
            equally good; None with one run and while they are locked.
    """

    lock: SetLock
    images: int
    runs: int
    optimism: float | None
    before: int = 0

    @property
    def behind_the_lock(self) -> str:
        """``2 runs were judged, unseen``, or how many had been judged before the lock."""
        judged = "1 run was judged" if self.runs == 1 else f"{self.runs} runs were judged"
        if not self.before:
            return f"{judged}, unseen"
        return f"{judged}, {self.before} before the lock: their figures may be known"

    @property
    def words(self) -> str:
        """One sentence for people; empty where one run alone was judged."""
        if self.optimism is None:
            return ""
        return (
            f"These {self.images:,} test images have judged {self.runs} runs: the best of them is "
            f"expected to be too good by about {rounded(self.optimism)} in accuracy, were all "
            "equally good"
        )

    def to_json(self) -> JsonObject:
        """The fields, those of the lock among them."""
        return {
            **self.lock.to_json(),
            "images": self.images,
            "runs": self.runs,
            "before": self.before,
            "optimism": self.optimism,
        }


def looks(run: Run, *, workspace: WorkspaceLike | None = None) -> Looks:
    """How many runs of a workspace the run's test images have judged.

    Args:
        run: The run.
        workspace: Where the others are; its own if not given.
    """
    lock = set_lock(run.folder)
    same = [
        one
        for one in list_runs(workspace=workspace or run.folder.parent.parent)
        if _has_looked(one) and _fingerprint(one) == lock.fingerprint
    ]
    if lock.closed or not lock.fingerprint:
        before = sum(_judged(one) <= (lock.locked or 0.0) for one in same)
        return Looks(lock=lock, images=0, runs=len(same), optimism=None, before=before)
    right: list[NDArray[np.bool_]] = []
    groups = np.zeros(0, np.int64)
    for one in same[:_MOST]:
        try:
            judged = stored_predictions(one, split="test")
            sums = np.asarray(image_sums(one, "test", judged.paths).to_pylist(), dtype=str)
        except (DatasetError, RunError, PathError):  # it was stopped before it was judged
            continue
        order = np.argsort(sums, kind="stable")
        hits = (judged.called == judged.labels)[order]
        if right and len(hits) != len(right[0]):
            continue
        right.append(hits)
        groups = judged.groups[order]
    optimism = None
    if len(same) > 1 and len(right) > 1:
        optimism = expected_optimism(right, groups)
    return Looks(lock=lock, images=len(right[0]) if right else 0, runs=len(same), optimism=optimism)


def _has_looked(run: Run) -> bool:
    try:
        return has_judged_test(run)
    except PathError:  # nobody can tell, so it counts
        return True


def _judged(run: Run) -> float:
    """When its predictions were written, seconds since 1970; never counts as now."""
    file = predictions_file(run.folder)
    try:
        return math.inf if file is None else file.stat().st_mtime
    except OSError:
        return math.inf


def _fingerprint(run: Run) -> str:
    try:
        return set_fingerprint(run.folder)
    except (PathError, OSError):
        return ""
