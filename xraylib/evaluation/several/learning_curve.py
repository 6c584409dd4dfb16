"""Would more images help? What a group of runs on shares of the training patients says of it.

All runs judge the same images, so what these and the seeds leave open is drawn together: patients
and the seeds of each share are drawn again and again, and a curve is fitted through each draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import check_whole, checked
from xraylib.errors import DatasetError, PathError, RunError
from xraylib.evaluation.findings.run_findings import stored_findings
from xraylib.evaluation.precision import Precision, run_precision
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.stored_predictions import stored_images, stored_predictions
from xraylib.json_values import JsonObject
from xraylib.metrics.checked_images import patient_numbers
from xraylib.metrics.intervals import bootstrap_weights, weighted_auc
from xraylib.metrics.study.learning import FEWEST, FittedCurve, curve_through
from xraylib.metrics.study.precision import about
from xraylib.metrics.uncertainty.quantiles import widening
from xraylib.rounding import rounded

if TYPE_CHECKING:
    from xraylib.training.groups.group import Group
    from xraylib.training.run.runs import Run

Floats = NDArray[np.float64]

DRAWS: Final = 1000
_MOST: Final = 4_000_000
"""Numbers in the table of draws; of more images there are fewer draws, at least 200."""


@dataclass(frozen=True, kw_only=True)
class LearningCurve:
    """How good a design is with more and more of the training patients.

    Attributes:
        figure: ``"accuracy"``, or ``"mean AUC"`` over findings.
        split: Whose images judged: ``"test"``, or ``"val"`` where there are no test images or
            they are locked.
        judged: How many these are.
        patients: Whose.
        patients_told: Whether a name or a table tells any of them.
        finished: Runs that ended well.
        of: Runs that there were.
        curve: Through what they reached.
        precision: How precise the figure of the last run is, and how many images would make it
            precise to 5 points; None of findings.
    """

    figure: str
    split: str
    judged: int
    patients: int
    patients_told: bool
    finished: int
    of: int
    curve: FittedCurve
    precision: Precision | None

    def __str__(self) -> str:
        """``Doubling to 500 images: accuracy from 0.80 to about 0.84 (0.80 to 0.87).``"""
        new, now = self.curve.doubled, self.curve.points[-1].fitted
        what = f"Doubling to {about(new.images):,} training images"
        range_ = f"({rounded(new.ci.low)} to {rounded(new.ci.high)})"
        if new.tells:
            return (
                f"{what}: {self.figure} from {rounded(now)} to about {rounded(new.figure)} "
                f"{range_}."
            )
        return (
            f"{what}: a gain is not distinguishable from none ({self.figure} {rounded(now)}; then "
            f"about {rounded(new.figure)}, {rounded(new.ci.low)} to {rounded(new.ci.high)})."
        )

    @property
    def basis(self) -> str:
        """What the figures rest on, a sentence."""
        which = "test" if self.split == "test" else "validation"
        whose = of_patients(self.judged, self.patients, told=self.patients_told)
        return (
            f"{self.finished} of {self.of} runs; all judge the same {self.judged:,} {which} images"
            f"{whose}. 95 % intervals for other {'patients' if self.patients_told else 'images'} "
            "and seeds; how the curve goes on beyond today's images is an assumption."
        )

    def to_json(self) -> JsonObject:
        """All fields, and the sentence."""
        curve, new = self.curve, self.curve.doubled
        return {
            "sentence": str(self),
            "figure": self.figure,
            "split": self.split,
            "judged": self.judged,
            "patients": self.patients,
            "patients_told": self.patients_told,
            "finished": self.finished,
            "of": self.of,
            "points": [
                {**vars(one), "ci": list(one.ci), "each": list(one.each)} for one in curve.points
            ],
            "line": [list(one) for one in curve.line],
            "power": {"value": curve.power[0], "ci": list(curve.power[1])},
            "ceiling": {"value": curve.ceiling[0], "ci": list(curve.ceiling[1])},
            "doubled": {
                **vars(new),
                "ci": list(new.ci),
                "gain_ci": list(new.gain_ci),
                "distinguishable": new.tells,
            },
            "precision": None if self.precision is None else self.precision.to_json(),
        }


@checked
def learning_curve(group: Group, *, seed: int = 0) -> LearningCurve | None:
    """What a group of shares says; None of other groups, and before three shares have a run.

    Args:
        group: From ``create_learning_curve``, ``list_groups`` or ``open_group``.
        seed: Of the draws; 0 or more.

    Raises:
        PathError: A record is damaged.
        ConfigError: code ``argument``.
    """
    check_whole(seed, "seed", least=0)
    record = group.record
    if record.kind != "shares":
        return None
    share_of = dict(zip(record.runs, record.shares, strict=True))
    done = [run for run in group.runs if run.status().state == "finished"]
    if len({share_of[run.id] for run in done}) < FEWEST:
        return None
    split = next((one for one in ("test", "val") if _judge(done[0], one, None) is not None), None)
    if split is None:
        return None
    images = stored_images(done[0], split=split)
    people = images.people or images.patients
    groups = patient_numbers(people, len(people))
    weights, wider = _draws(groups, seed), widening(groups)
    counts: dict[float, list[int]] = {}
    drawn: dict[float, list[Floats]] = {}
    for run in done:
        figures = _judge(run, split, weights)
        if figures is not None and np.isfinite(figures[0]):
            figures[1:] = figures[0] + wider * (figures[1:] - figures[0])
            counts.setdefault(share_of[run.id], []).append(run.data.images_in("train"))
            drawn.setdefault(share_of[run.id], []).append(figures)
    shares = sorted(drawn)
    if len(shares) < FEWEST:
        return None
    several = done[0].data.several
    return LearningCurve(
        figure="mean AUC" if several else "accuracy",
        split=split,
        judged=len(people),
        patients=len(set(people)),
        patients_told=images.told != 0,
        finished=len(done),
        of=len(record.runs),
        curve=curve_through(
            shares,
            [float(np.mean(counts[share])) for share in shares],
            [np.stack(drawn[share], axis=1) for share in shares],
            seed=seed,
        ),
        precision=None if several else run_precision(done[-1], split=split)[0],
    )


def _judge(run: Run, split: str, weights: Floats | None) -> Floats | None:
    """``(1 + draws,)`` figures of one run, the images as they are first; None without images.

    Without ``weights`` only whether there are any.
    """
    try:
        if run.data.several:
            findings = stored_findings(run, split=split)
            if weights is None:
                return np.zeros(0)
            areas = []
            for place in range(len(findings.names)):
                known = findings.truth[:, place] >= 0
                present = findings.truth[known, place] == 1
                if 0 < present.sum() < len(present):
                    scores = findings.probabilities[known, place]
                    areas.append(weighted_auc(present, scores, weights[:, known]))
            return np.mean(areas, axis=0) if areas else None
        judged = stored_predictions(run, split=split)
    except (RunError, DatasetError, PathError):
        return None
    if weights is None:
        return np.zeros(0)
    right = (judged.called == judged.labels).astype(np.float64)
    share: Floats = weights @ right / weights.sum(axis=1)
    return share


def _draws(groups: NDArray[np.int64], seed: int) -> Floats:
    """``(1 + draws, n)``: each image once, then how often it is drawn with its patient."""
    n = len(groups)
    repeats = min(DRAWS, max(200, _MOST // n))
    drawn = bootstrap_weights(groups, repeats=repeats, seed=seed)
    return np.concatenate([np.ones((1, n)), *drawn])
