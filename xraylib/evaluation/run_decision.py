"""The decision curve of a run: whether acting on its probabilities is of use. No TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xraylib.datasets.labels.findings import policy
from xraylib.errors import DatasetError
from xraylib.evaluation.sides.aspects import run_aspects
from xraylib.metrics.study.decision import DecisionCurve, decision_curve

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def run_decision(
    run: Run, of: str, prevalence: float, *, split: str = "test", correct: bool = False
) -> DecisionCurve:
    """Net benefit of acting on what a run says of one class or finding, after its temperature.

    Args:
        run: A run that has ended.
        of: The class or finding.
        prevalence: Share of the people who have it, between 0 and 1 and neither.
        split: As for :func:`xraylib.evaluation.evaluate.stored_predictions`.
        correct: Correct the probabilities for the prevalence, by the class's share in training.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: codes ``no-films``, ``one-sided``, and ``class``: no such class.
        ConfigError: code ``share``.
    """
    if of not in run.classes:
        raise DatasetError(
            f"The run {run.id} has no {'finding' if run.data.several else 'class'} {of!r}",
            expected="one of " + ", ".join(run.classes),
            remedy="choose one of them",
            code="class",
        )
    one = run_aspects(run, split=split)[1][run.classes.index(of)]
    return decision_curve(
        one.positive,
        one.scores,
        prevalence,
        groups=one.groups,
        learned_at=learned_share(run, of) if correct else None,
    )


def learned_share(run: Run, of: str) -> float:
    """How often a run's training met a class: its share of the images, or an equal one if weighed.

    Of a finding, its share of the training images of which it is known.

    Args:
        run: The run.
        of: One of its classes or findings.
    """
    if run.data.several:
        return 0.5 if run.train.class_weights else _known_share(run, of)
    counts = run.data.counts.get("train", {})
    if run.train.class_weights or not counts.get(of):
        return 1 / len(run.classes)
    return counts[of] / sum(counts.values())


def _known_share(run: Run, of: str) -> float:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split_table import from_csv

    index = DatasetIndex.load(run.folder / "index.parquet")
    table = from_csv(run.folder / "split.csv")
    trained = {p for p, split in zip(table.path, table.split, strict=True) if split == "train"}
    if index.findings is None or of not in index.findings.names:
        return 0.5
    own = np.array([path in trained for path in index.table["path"].to_pylist()], bool)
    told = policy(index.findings.values[own, index.findings.names.index(of)], run.train.uncertain)
    known = int((told >= 0).sum())
    return int((told == 1).sum()) / known if known else 0.5


def decision_words(found: DecisionCurve, of: str) -> str:
    """In a sentence or two from where to where acting on the run is of use."""
    per = 100 if found.prevalence >= 0.02 else 1000
    start = (
        f"Where {per * found.prevalence:g} of {per} have {of}, acting on it is better than "
        "treating all and than treating nobody"
    )
    if not found.useful:
        told = f"{start} at no threshold that these images could show"
    else:
        told = f"{start} for thresholds {_ranges(found.useful)}"
        best = max(
            (one for one in found.points if one.better),
            key=lambda one: one.net_benefit - max(one.treat_all, 0.0),
        )
        beside = max(best.treat_all, 0.0)
        gain, low, high = (per * (value - beside) for value in (best.net_benefit, *best.interval))
        other = "treating all" if best.treat_all > 0 else "treating nobody"
        told += (
            f"; at {best.threshold:.2g} by {gain:.2g} right treatments more of {per} people "
            f"than {other} ({low:.2g} to {high:.2g})"
        )
    if found.harmful:
        told += (
            ". It is worse than the better of treating all and treating nobody for thresholds "
            + _ranges(found.harmful)
        )
    if found.corrected_from is None:
        told += (
            ". The probabilities are not corrected for how frequent it is: where it is rarer than "
            "in training they are too high"
        )
    return told


def _ranges(pairs: tuple[tuple[float, float], ...]) -> str:
    return " and ".join(
        f"{low:.2g} to {high:.2g}" if high > low else f"around {low:.2g}" for low, high in pairs
    )
