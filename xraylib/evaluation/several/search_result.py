"""What a search has found, and how much of it is luck: by the validation images alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import checked
from xraylib.errors import DatasetError, PathError, RunError
from xraylib.evaluation.findings.run_findings import stored_findings
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.several.test_set_use import Looks, looks
from xraylib.evaluation.stored_predictions import Judged, stored_predictions
from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.best_by_loss import Optimism, optimism_of_best
from xraylib.rounding import rounded
from xraylib.training.search.record import Trial

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run
    from xraylib.training.search.search import Search

Floats = NDArray[np.float64]

_LEAST: Final = 1e-7
"""Keras takes no probability for smaller than this in a loss."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """What a search has found so far.

    Attributes:
        trials: Those so far, in their order.
        of: How many were asked for.
        best: The finished trial with the lowest validation loss; None before the first.
        judged: Validation images that told it.
        patients: Whose.
        patients_told: Whether a name or a table tells any of them.
        optimism: How much too good that loss is; None of fewer than two trials or five patients.
        looks: How often the test images were looked at; None before the first trial ended.
    """

    trials: tuple[Trial, ...]
    of: int
    best: Trial | None
    judged: int
    patients: int
    patients_told: bool
    optimism: Optimism | None
    looks: Looks | None

    @property
    def chosen_from(self) -> int:
        """Trials that ended with a loss to choose by."""
        return sum(one.counts for one in self.trials)

    def __str__(self) -> str:
        """``Trial 7 has the lowest validation loss, 0.31. Best of 30 on 48 images …``."""
        if self.best is None or self.best.loss is None:
            return "No trial has ended yet."
        told = f"Trial {self.best.number} has the lowest validation loss, {rounded(self.best.loss)}"
        if self.optimism is None:
            return f"{told}."
        whose = of_patients(self.judged, self.patients, told=self.patients_told)
        return (
            f"{told}. The best of {self.chosen_from} on {self.judged:,} images{whose} is too good "
            f"by about {rounded(self.optimism.optimism, 3)}: expect about "
            f"{rounded(self.optimism.expected)} on images of other patients."
        )

    @property
    def basis(self) -> str:
        """Where the estimate comes from, a sentence; empty without one."""
        if self.optimism is None:
            return ""
        return (
            "Patients are drawn again and again, the best is chosen on those and judged on the "
            "others (Tsamardinos, Greasidou and Borboudakis, Machine Learning 107, 2018); it was "
            f"trial {0 if self.best is None else self.best.number} again in "
            f"{self.optimism.again:.0%} of the draws. That each trial also keeps its best epoch, "
            "and that later trials learn from earlier ones, comes on top."
        )

    @property
    def seen(self) -> str:
        """How often the test images have been looked at, a sentence; empty before any trial."""
        if self.looks is None or not self.looks.lock.fingerprint:
            return "" if self.looks is None else "There are no test images."
        if self.looks.lock.closed:
            return f"The test images are locked; {self.looks.behind_the_lock}."
        runs = self.looks.runs
        if not runs:
            return "The test images have not been looked at."
        return f"The test images have been looked at for {runs} run{'s' if runs > 1 else ''}."

    def to_json(self) -> JsonObject:
        """All fields, and the sentences."""
        found = self.optimism
        return {
            "sentence": str(self),
            "of": self.of,
            "trials": [one.to_json() for one in self.trials],
            "best": None if self.best is None else self.best.to_json(),
            "judged": self.judged,
            "patients": self.patients,
            "patients_told": self.patients_told,
            "optimism": None
            if found is None
            else {
                "loss": found.loss,
                "expected": found.expected,
                "optimism": found.optimism,
                "again": found.again,
                "basis": self.basis,
            },
            "looks": None if self.looks is None else self.looks.to_json(),
            "seen": self.seen,
        }


@checked
def search_result(search: Search, *, seed: int = 0) -> SearchResult:
    """What a search has found so far. Only trials that ended well (``finished``) are chosen from.

    Args:
        search: From ``search``, ``create_search`` or ``open_search``.
        seed: Of the draws.

    Raises:
        PathError: A record is damaged.
    """
    trials, losses = search.trials, []
    images: Judged | None = None
    for one in trials:
        run = search.run_of(one) if one.counts else None
        found = None if run is None else losses_of(run)
        if found is None:
            continue
        if images is None:
            images = found[0]
        if found[0].paths == images.paths:
            losses.append(found[1])
    best = search.best
    run = None if best is None else search.run_of(best)
    people = () if images is None else images.people or images.patients
    return SearchResult(
        trials=trials,
        of=search.asked.trials,
        best=best,
        judged=len(people),
        patients=len(set(people)),
        patients_told=images is not None and images.told != 0,
        optimism=None
        if images is None
        else optimism_of_best(np.stack(losses), images.groups, seed=seed),
        looks=None if run is None else looks(run),
    )


def losses_of(run: Run, *, split: str = "val") -> tuple[Judged, Floats] | None:
    """The images of a split and the run's cross-entropy ``(n,)`` of each; None without any.

    Of findings every label that is known counts the same, so that the mean over the images is that
    over all known labels, as in training.
    """
    try:
        if run.data.several:
            findings = stored_findings(run, split=split)
            p = findings.probabilities.clip(_LEAST, 1 - _LEAST)
            known = findings.truth >= 0
            each = -np.where(findings.truth == 1, np.log(p), np.log1p(-p)) * known
            return findings, each.sum(axis=1) * len(each) / max(int(known.sum()), 1)
        judged = stored_predictions(run, split=split)
    except (RunError, DatasetError, PathError):
        return None
    p = judged.probabilities[np.arange(len(judged.labels)), judged.labels]
    return judged, -np.log(p.clip(_LEAST, 1 - _LEAST))
