"""How comparisons and calibration are told, the same on Results and in printed reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xraylib.evaluation.run_calibration import RunCalibration
from xraylib.metrics.calibration import Calibration
from xraylib.metrics.compare import Pair
from xraylib.metrics.comparing.designs import DesignPair
from xraylib.metrics.comparing.paired import p_words
from xraylib.rounding import rounded

RULE: Final = (
    "Better is said only where the interval of the difference leaves out 0 and the exact sign-flip "
    "test of whole patients (McNemar's where each has one X-ray) gives at most 0.05; among several "
    "runs it is corrected for their pairs (Holm). Against always saying the most frequent class "
    "each run is asked once, here as on the first lines of its results. Two trainings of one "
    "design differ by luck, and a better run is not yet a better design: designs are compared by "
    "several trainings of each. Not distinguishable does not mean equal: more X-rays may tell."
)

CLASS_WORDS: Final = (
    "Each class against the rest, with 95 % intervals. A slope under 1 says "
    "that its probabilities are too extreme, over 1 too timid; an intercept under 0, with "
    "the slope held at 1, that the class is said too often on average, over 0 too seldom (logistic "
    "recalibration, Cox 1958)."
)


def calibration_words(found: RunCalibration, *, applied: bool) -> str:
    """Whether the probabilities that Classify shows can be taken at their word.

    Args:
        found: The calibration.
        applied: Whether they are those after the temperature.
    """
    told = _calibration_words(found, applied=applied)
    before, after = found.before.log_loss, found.after.log_loss
    if applied and after > before:
        told += (
            f" On these X-rays the log loss is higher with it than without, {rounded(after, 3)} "
            f"and {rounded(before, 3)}; it was chosen by the validation X-rays."
        )
    return told


def _calibration_words(found: RunCalibration, *, applied: bool) -> str:
    after, n = _shown(found, applied), found.n
    state = "after the temperature" if applied else "without a temperature"
    if after.judgement == "too-few":
        return (
            f"{n} X-rays are too few to tell whether the probabilities can be taken at their word: "
            f"{state} the gap is {rounded(after.ece)}; up to {rounded(after.ece_expected_95)} "
            "comes by chance."
        )
    if after.judgement == "fits":
        return (
            f"The probabilities fit these {n} X-rays: {state} the gap is {rounded(after.ece, 3)}; "
            f"up to {rounded(after.ece_expected_95, 3)} comes by chance."
        )
    sure = "too sure" if after.confidence_gap > 0 else "not sure enough"
    return (
        f"The probabilities are {sure}: {state} the gap is {rounded(after.ece)} on {n} X-rays; up "
        f"to {rounded(after.ece_expected_95)} comes by chance."
    )


def _shown(found: RunCalibration, applied: bool) -> Calibration:
    return found.after if applied else found.before


def class_calibrations(found: RunCalibration, *, applied: bool) -> list[tuple[str, ...]]:
    """Name, images of the class, others, slope and intercept of what Classify shows."""
    return [
        (name, str(one.positives), str(one.negatives), str(one.slope), str(one.intercept))
        for name, one in _shown(found, applied).per_class.items()
    ]


def class_calibration_reasons(found: RunCalibration, *, applied: bool) -> list[str]:
    """Why some slopes and intercepts, or their intervals, are missing; each reason once."""
    every = _shown(found, applied).per_class.values()
    scores = [score for one in every for score in (one.slope, one.intercept)]
    return sorted({score.reason or score.interval_reason for score in scores} - {""})


def pair_p_words(pair: Pair) -> str:
    """``p = 0.012, for all pairs p = 0.036``."""
    more = f", for all pairs {p_words(pair.p_holm)}" if pair.p_holm != pair.p else ""
    return p_words(pair.p) + more


def design_words(pair: DesignPair, labels: Mapping[str, str]) -> str:
    """One plain sentence about two designs; ``labels`` are the names for people."""
    first, second = labels[pair.first], labels[pair.second]
    low, high = pair.interval
    numbers = (
        f"mean accuracies differ by {pair.difference:+.2f}, {low:+.2f} to {high:+.2f}, "
        f"{p_words(pair.p_holm)}"
    )
    trainings = f"{len(pair.first_runs)} and {len(pair.second_runs)} trainings"
    if pair.better is None:
        return (
            f"The designs of {first} and {second}: not distinguishable by {trainings} ({numbers})."
        )
    best, worse = (first, second) if pair.better == pair.first else (second, first)
    return f"The design of {best} is better than that of {worse}, by {trainings} ({numbers})."
