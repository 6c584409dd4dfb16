"""Which runs are trainings of one design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def designs_of(runs: Sequence[Run]) -> dict[str, str]:
    """Which design each run is a training of, by the id of the design's first run here.

    Runs are of one design where all but their seed is the same: network, training, augmentation,
    preparation, images. Of two with one seed the second is no other training of it: luck of
    training is not what they differ by.
    """
    firsts: list[Run] = []
    seeds: dict[str, set[int]] = {}
    found = {}
    for run in runs:
        first = next((one for one in firsts if _design(one) == _design(run)), run)
        if first is run:
            firsts.append(run)
        elif run.train.seed in seeds[first.id]:
            first = run
        seeds.setdefault(first.id, set()).add(run.train.seed)
        found[run.id] = first.id
    return found


def _design(run: Run) -> tuple[object, ...]:
    train = replace(run.train, seed=0)
    return run.spec, train, run.augment, run.preparation, run.data.same_lesson
