"""How far a 95 % interval can be trusted on few images, as measured, not as assumed.

The table is what ``benchmarks/interval_coverage.py`` printed: how often each interval held the
known truth, for a fair and a good network and three uneven classes: with 66 and 300 images, once
with one image a patient, once with one to four; with a class of one image in a hundred; and with
few patients of many images. Where that lies outside of 92 to 98 %, whoever shows the interval says
"approximate".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.metric import Metric
from xraylib.metrics.predictions import Counted, OneClass
from xraylib.metrics.table import CLASS_METRICS, METRICS

ALLOWED: Final = (0.92, 0.98)
SIZES: Final = (66, 300)
COVERAGE: Final[dict[str, dict[int, tuple[float, float]]]] = {
    "accuracy": {66: (0.945, 0.950), 300: (0.955, 0.955)},
    "auc macro": {66: (0.963, 0.983), 300: (0.953, 0.955)},
    "auc weighted": {66: (0.963, 0.985), 300: (0.960, 0.960)},
    "balanced_accuracy": {66: (0.968, 0.985), 300: (0.950, 0.970)},
    "brier": {66: (0.975, 0.983), 300: (0.950, 0.963)},
    "log_loss": {66: (0.953, 0.975), 300: (0.953, 0.955)},
    "recall": {66: (0.953, 0.970), 300: (0.953, 0.970)},
    "precision": {66: (0.950, 0.973), 300: (0.940, 0.955)},
    "specificity": {66: (0.925, 0.965), 300: (0.925, 0.968)},
    "npv": {66: (0.940, 0.978), 300: (0.950, 0.963)},
    "f1": {66: (0.960, 0.985), 300: (0.938, 0.963)},
    "auc": {66: (0.950, 0.975), 300: (0.932, 0.955)},
    "difference": {66: (0.940, 0.963), 300: (0.948, 0.963)},
    "sensitivity at a threshold": {66: (0.960, 0.968), 300: (0.943, 0.963)},
    "specificity at a threshold": {66: (0.965, 0.965), 300: (0.960, 0.973)},
    "ppv at a prevalence": {66: (0.975, 0.978), 300: (0.948, 0.965)},
}
"""Lowest and highest coverage of each interval, by images; one image a patient."""
OF_PATIENTS: Final[dict[str, dict[int, tuple[float, float]]]] = {
    "accuracy": {66: (0.955, 0.958), 300: (0.943, 0.955)},
    "auc macro": {66: (0.948, 0.963), 300: (0.938, 0.945)},
    "auc weighted": {66: (0.960, 0.970), 300: (0.940, 0.943)},
    "balanced_accuracy": {66: (0.980, 0.995), 300: (0.943, 0.950)},
    "brier": {66: (0.965, 0.968), 300: (0.940, 0.943)},
    "log_loss": {66: (0.945, 0.953), 300: (0.925, 0.938)},
    "recall": {66: (0.968, 0.988), 300: (0.935, 0.968)},
    "precision": {66: (0.935, 0.983), 300: (0.932, 0.963)},
    "specificity": {66: (0.953, 0.985), 300: (0.938, 0.955)},
    "npv": {66: (0.927, 0.973), 300: (0.930, 0.960)},
    "f1": {66: (0.978, 0.998), 300: (0.940, 0.955)},
    "auc": {66: (0.955, 0.983), 300: (0.922, 0.955)},
    "difference": {66: (0.943, 0.950), 300: (0.953, 0.968)},
    "sensitivity at a threshold": {66: (0.970, 0.975), 300: (0.943, 0.953)},
    "specificity at a threshold": {66: (0.963, 0.973), 300: (0.948, 0.955)},
    "ppv at a prevalence": {66: (0.963, 0.985), 300: (0.948, 0.958)},
}
"""The same where patients have one to four images, which are alike."""
SPECIAL: Final[dict[str, dict[str, tuple[float, float]]]] = {
    "accuracy": {"rare": (0.963, 0.968), "few patients": (0.955, 1.000)},
    "auc macro": {"rare": (0.957, 0.960), "few patients": (0.945, 1.000)},
    "auc weighted": {"rare": (0.939, 0.944), "few patients": (0.942, 1.000)},
    "balanced_accuracy": {"rare": (0.981, 0.989), "few patients": (0.970, 1.000)},
    "brier": {"rare": (0.945, 0.960), "few patients": (0.943, 0.983)},
    "log_loss": {"rare": (0.950, 0.953), "few patients": (0.932, 0.978)},
    "recall": {"rare": (0.940, 1.000), "few patients": (0.945, 1.000)},
    "precision": {"rare": (0.945, 0.984), "few patients": (0.940, 1.000)},
    "specificity": {"rare": (0.950, 0.968), "few patients": (0.953, 1.000)},
    "npv": {"rare": (0.955, 0.997), "few patients": (0.943, 1.000)},
    "f1": {"rare": (0.940, 0.979), "few patients": (0.943, 1.000)},
    "auc": {"rare": (0.935, 0.981), "few patients": (0.932, 1.000)},
    "difference": {"rare": (0.930, 0.945), "few patients": (0.938, 1.000)},
    "sensitivity at a threshold": {"rare": (0.932, 0.963), "few patients": (0.958, 1.000)},
    "specificity at a threshold": {"rare": (0.945, 0.950), "few patients": (0.958, 1.000)},
    "ppv at a prevalence": {"rare": (0.943, 0.975), "few patients": (0.963, 1.000)},
}
"""The same of 300 images with a class of 3, and of 2 to 30 patients with 20 images each."""
_BETWEEN: Final = 140
"""From so many images on the table's second column speaks: half way on a logarithmic scale."""
_FEWEST: Final = 50
_RARE: Final = 10
"""Images of a class under which it is a rare one."""
_FEW_PATIENTS: Final = 40
_SEVERAL_EACH: Final = 1.5
"""Images of a patient from which a test set is more like those with one to four of each, which have
2.5 on average, than like those with one."""
_MANY_EACH: Final = 4
"""Images of a patient over which few patients with many images are what was tried."""


@dataclass(frozen=True)
class _Tried:
    """Which simulations are like a test set, in words, and what they gave."""

    words: str
    low: float
    high: float

    @property
    def holds(self) -> bool:
        return self.low >= ALLOWED[0] and self.high <= ALLOWED[1]

    @property
    def wide(self) -> bool:
        """Whether it is off because it holds the truth too often."""
        return self.high - ALLOWED[1] >= ALLOWED[0] - self.low

    @property
    def worst(self) -> float:
        return self.high if self.wide else self.low


def why_approximate(
    name: str, images: int, *, patients: int | None = None, smallest: int | None = None
) -> str | None:
    """Why an interval is only approximate, or None where it holds what it promises.

    Args:
        name: A name in ``COVERAGE``; another interval was never tried, and that is said.
        images: Of the whole test set.
        patients: Whose images they are.
        smallest: Images of the class that has fewest.
    """
    tried = _tried(name, images, patients, smallest)
    if isinstance(tried, str):
        return tried
    return None if tried.holds else _in_words([tried])


def _tried(name: str, images: int, patients: int | None, smallest: int | None) -> _Tried | str:
    """What simulations gave for such a test set, or why there are none."""
    few = patients is not None and patients < min(_FEW_PATIENTS, images / _MANY_EACH)
    if images < _FEWEST and not few:
        return f"{images} images are fewer than were tried ({SIZES[0]})"
    if name not in COVERAGE:
        return "how often it holds the truth was not tried in simulations"
    if few:
        return _Tried("2 to 30 patients with 20 images each", *SPECIAL[name]["few patients"])
    if smallest is not None and smallest < _RARE:
        return _Tried("3 images of a class among 300", *SPECIAL[name]["rare"])
    size = SIZES[0] if images < _BETWEEN else SIZES[1]
    if patients is not None and patients * _SEVERAL_EACH <= images:
        words = f"{size} images, one to four of a patient,"
        return _Tried(words, *OF_PATIENTS[name][size])
    return _Tried(f"{size} images", *COVERAGE[name][size])


def _in_words(tried: Sequence[_Tried]) -> str:
    """Of intervals that are off in the same way."""
    shares = sorted({f"{100 * one.worst:.3g}" for one in tried}, key=float)
    it, are = ("it", "is") if len(tried) == 1 else ("they", "are")
    wide = f", so {it} {are} wider than {it} need be" if tried[0].wide else ""
    held = " to ".join(dict.fromkeys((shares[0], shares[-1])))
    return f"in simulations with {tried[0].words} {it} held the truth in {held} of 100 cases{wide}"


def approximate(evaluation: Evaluation, metric: Metric[Counted] | Metric[OneClass]) -> str | None:
    """:func:`why_approximate` for a metric of an evaluation."""
    return why_approximate(
        metric.coverage or metric.name,
        evaluation.n,
        patients=evaluation.patients,
        smallest=_smallest(evaluation),
    )


def _smallest(evaluation: Evaluation) -> int | None:
    supports = [own.support for own in evaluation.per_class.values() if own.support]
    return min(supports, default=None)


def approximate_reasons(evaluation: Evaluation) -> list[str]:
    """Why some intervals of an evaluation are only approximate, each reason with its metrics."""
    found: dict[tuple[str, bool], list[tuple[str, _Tried | str]]] = {}
    every: list[Metric[Counted] | Metric[OneClass]] = [*METRICS, *CLASS_METRICS]
    for metric in every:
        if not metric.has_interval:
            continue
        coverage = metric.coverage or metric.name
        tried = _tried(coverage, evaluation.n, evaluation.patients, _smallest(evaluation))
        if isinstance(tried, _Tried) and tried.holds:
            continue
        key = (tried, False) if isinstance(tried, str) else (tried.words, tried.wide)
        found.setdefault(key, []).append((metric.title, tried))
    told = []
    for (words, _), named in found.items():
        measured = [tried for _, tried in named if isinstance(tried, _Tried)]
        reason = _in_words(measured) if measured else words
        told.append(f"{'; '.join(name for name, _ in named)}: {reason}")
    return told
