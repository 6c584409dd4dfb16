"""How precise the figures of a run or of a data set's test images are, and what more would take.

A run knows its figures and how much its patients' images are worth; of a data set neither is known
yet, so a figure is assumed, and a patient's images count as one, which is the careful guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.evaluation.evaluate import stored_predictions
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.evaluation.sides.aspects import run_aspects
from xraylib.json_values import JsonObject
from xraylib.metrics.study.precision import Plan, plan_for_effect, points
from xraylib.metrics.uncertainty.resampling import worth_of
from xraylib.metrics.uncertainty.shares import interval_of_share

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.training.run.runs import Run

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Precision:
    """How precise one figure is, and what a wanted precision takes.

    Attributes:
        figure: ``"accuracy"``, ``"sensitivity for Covid"`` or ``"specificity for Covid"``.
        share: Its value, measured or assumed; None without images.
        images: Images that it rests on.
        patients: Whose they are; sure copies of one picture count as one patient's.
        patients_told: Whether a name or a table tells a patient.
        worth: How many independent images these are worth.
        half_width: Half the width of its 95 % interval, or the whole of it where that lies
            to one side, of a share of 0 or 1; None without images.
        plan: What the wanted precision takes, of a share of 0 or 1 that at the middle of its
            interval; None without images of a run, whose figure is
            unknown then.
    """

    figure: str
    share: float | None
    images: int
    patients: int
    worth: float
    half_width: float | None
    plan: Plan | None
    patients_told: bool = True

    def __str__(self) -> str:
        """``accuracy: 66 images: ± 10 points; for ± 5 points at 0.75 about 290 images of …``."""
        if self.half_width is None:
            have = "no images"
        else:
            plural = "" if self.images == 1 else "s"
            have = f"{self.images:,} image{plural}{self.whose}: ± {points(self.half_width)}"
        wanted = f"; {self.plan}" if self.plan is not None and not self.precise_enough else ""
        return f"{self.figure}: {have}{wanted}"

    @property
    def whose(self) -> str:
        """`` of 57 patients``, `` (57 different pictures)``, or nothing where all differ."""
        return of_patients(self.images, self.patients, told=self.patients_told)

    @property
    def precise_enough(self) -> bool:
        """Whether it is as precise as was wanted already."""
        return (
            self.half_width is not None
            and self.plan is not None
            and self.half_width <= self.plan.within
        )

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {**vars(self), "plan": self.plan and self.plan.to_json()}


def run_precision(run: Run, *, split: str = "test", within: float = 0.05) -> tuple[Precision, ...]:
    """Accuracy, and sensitivity and specificity for each class of a run; of each finding these two.

    Args:
        run: A run that has ended.
        split: As for :func:`xraylib.evaluation.evaluate.stored_predictions`.
        within: Half the width that is wanted, for example 0.05.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``.
        ConfigError: code ``precision``.
    """
    if run.data.several:
        found = []
        said, aspects = run_aspects(run, split=split)
        for one in aspects:
            for figure, hits, of in (
                ("sensitivity", one.flagged, one.positive),
                ("specificity", ~one.flagged, ~one.positive),
            ):
                title = f"{figure} for {one.name}"
                known = said.told != 0
                found.append(_measured(title, hits, of, one.groups, within, told=known))
        return tuple(found)
    judged = stored_predictions(run, split=split)
    right = judged.labels == judged.called
    chosen = [("accuracy", right, np.ones_like(right))]
    for place, name in enumerate(run.classes):
        own = judged.labels == place
        chosen.append((f"sensitivity for {name}", right, own))
        chosen.append((f"specificity for {name}", judged.called != place, ~own))
    told = judged.told != 0
    return tuple(_measured(*one, judged.groups, within, told=told) for one in chosen)


def dataset_precision(
    index: DatasetIndex, *, share: float = 0.75, within: float = 0.05
) -> tuple[Precision, ...]:
    """Accuracy and each class's sensitivity, as precise as a data set's test images can tell them.

    Args:
        index: The data set.
        share: The figure that is expected.
        within: Half the width that is wanted.

    Raises:
        ConfigError: code ``precision``.
    """
    rows = index.rows("test")
    every = np.array(index.patients(rows), dtype=object)
    labels = index.label_numbers[rows]
    chosen = {"accuracy": np.ones(len(rows), bool)}
    several = index.multilabel
    if several is not None:
        told = several.values[rows]
        chosen = {
            f"sensitivity for {name}": told[:, place] == 1
            for place, name in enumerate(several.names)
        }
    for place, name in enumerate(index.classes):
        if name:
            chosen[f"sensitivity for {name}"] = labels == place
    return tuple(
        _expected(figure, int(own.sum()), len(set(every[own])), share, within)
        for figure, own in chosen.items()
    )


def _measured(
    figure: str,
    hits: Bools,
    of: Bools,
    groups: NDArray[np.int64],
    within: float,
    *,
    told: bool,
) -> Precision:
    images = int(of.sum())
    if not images:
        return Precision(
            figure=figure, share=None, images=0, patients=0, worth=0.0, half_width=None, plan=None
        )
    patients, worth = len(np.unique(groups[of])), worth_of(hits, of, groups)
    share = float((hits & of).sum() / images)
    others = len(of) - images  # of a class, where it is not a figure of all images
    planned, half = share, _half_width(share, worth, min(images, others or images))
    if share in (0, 1):  # the interval lies to one side, and a share of all is no plan
        planned, half = abs(share - half), 2 * half
    return Precision(
        figure=figure,
        share=share,
        images=images,
        patients=patients,
        worth=worth,
        half_width=half,
        plan=plan_for_effect(
            planned,
            within,
            effect=max(1.0, images / worth),
            per_patient=images / patients if told else 1.0,
        ),
        patients_told=told,
    )


def _expected(figure: str, images: int, patients: int, share: float, within: float) -> Precision:
    each = images / patients if patients else 1.0
    return Precision(
        figure=figure,
        share=share,
        images=images,
        patients=patients,
        worth=float(patients),
        half_width=_half_width(share, patients, images) if patients else None,
        plan=plan_for_effect(share, within, effect=each, per_patient=each),
    )


def _half_width(share: float, worth: float, images: int) -> float:
    low, high = interval_of_share(share, worth, images=images)
    return (high - low) / 2
