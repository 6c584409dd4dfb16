"""What a threshold does to images, as tables and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xraylib.app.results.results_words import VALUE, marked, with_interval
from xraylib.app.shell.frame import plain
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.thresholds import OperatingPoint
from xraylib.metrics.uncertainty.coverage import why_approximate
from xraylib.metrics.uncertainty.resampling import share_interval
from xraylib.models.wording import as_xrays
from xraylib.rounding import percent, rounded

_RATES: Final = (
    "sensitivity at a threshold",
    "specificity at a threshold",
    "precision",
    "npv",
    "ppv at a prevalence",
)


def rests_on_words(name: str, by: str, chosen: OperatingPoint) -> str:
    """How many validation images a threshold rests on, and "too few" under 30."""
    if not chosen.positives:
        return "There are no validation X-rays: nothing but the test X-rays says what it does."
    sides = {
        "sensitivity": f"{chosen.positives} validation X-rays of {plain(name)}",
        "specificity": f"{chosen.negatives} other validation X-rays",
    }
    both = f"{chosen.positives} validation X-rays of {plain(name)} and {chosen.negatives} others"
    few = " **Too few** (under 30): on other X-rays expect another value." if chosen.too_few else ""
    if by == "hand":
        return (
            f"Set by hand. On {both} it has a sensitivity of {rounded(chosen.sensitivity)} and a "
            f"specificity of {rounded(chosen.specificity)}.{few}"
        )
    return f"Threshold **{rounded(chosen.threshold, 3)}**. It rests on {sides.get(by, both)}.{few}"


def tested_words(name: str, saved: ChosenPoint) -> str:
    """What a saved threshold did on the test images, with intervals."""
    tested = saved.tested
    if tested is None:
        return "**Not tested**: there are no test X-rays on which to measure this threshold."
    return (
        f"**On test X-rays** it flags {tested.found} of {tested.positives} of {plain(name)}: "
        f"sensitivity {tested.sensitivity:.2f}; it passes {tested.passed} of {tested.negatives} "
        f"others: specificity {tested.specificity:.2f}. These are the figures that are told of it."
    )


def matrix_table(
    name: str,
    positive: NDArray[np.bool_],
    scores: NDArray[np.float64],
    threshold: float,
    band: tuple[float, float] | None,
) -> pd.DataFrame:
    """Images flagged, uncertain and not flagged, by truth: counts and the share of each row."""
    unsure = _unsure(scores, band)
    flagged = (scores >= threshold) & ~unsure
    columns = {"Flagged": flagged}
    if band:
        columns["Uncertain"] = unsure
    columns["Not flagged"] = ~flagged & ~unsure
    rows = {}
    for title, own in ((f"Truly {name}", positive), (f"Truly not {name}", ~positive)):
        total = int(own.sum())
        rows[title] = {
            column: f"{int((own & chosen).sum())} ({percent((own & chosen).sum() / total)})"
            for column, chosen in columns.items()
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(columns))


def rates_table(
    positive: NDArray[np.bool_], flagged: NDArray[np.bool_], groups: NDArray[np.int64]
) -> pd.DataFrame:
    """Sensitivity, specificity and predictive values on these images, with their intervals.

    Where patients have several images these count for as many as they are worth.
    """
    right = positive == flagged
    rows = {}
    for title, figure, of in (
        ("Sensitivity", "sensitivity at a threshold", positive),
        ("Specificity", "specificity at a threshold", ~positive),
        ("Right when flagged", "precision", flagged),
        ("Right when not", "npv", ~flagged),
    ):
        hits, n = int((right & of).sum()), int(of.sum())
        interval = share_interval(right, of, groups, of_class=positive)
        words = with_interval(hits / n if n else None, interval)
        rows[title] = {VALUE: marked(words, n and _why(figure, groups))}
    return pd.DataFrame.from_dict(rows, orient="index")


def _why(figure: str, groups: NDArray[np.int64]) -> str | None:
    """Why an interval is only approximate, or None."""
    return why_approximate(figure, len(groups), patients=int(groups.max()) + 1)


def approximate_rates(groups: NDArray[np.int64]) -> dict[str, str]:
    """Rates and predictive values whose intervals on these images are only approximate, and why."""
    return {figure: reason for figure in _RATES if (reason := _why(figure, groups))}


def approximate_words(reasons: Mapping[str, str]) -> str:
    """One sentence for all of them."""
    told = {as_xrays(reason) for reason in reasons.values()}
    why = "in simulations they held the truth in fewer than 92 or more than 98 of 100 cases"
    return (
        f"≈ Approximate intervals ({', '.join(reasons)}): {told.pop() if len(told) == 1 else why}."
    )


def band_words(
    positive: NDArray[np.bool_],
    scores: NDArray[np.float64],
    threshold: float,
    band: tuple[float, float],
    groups: NDArray[np.int64],
) -> str:
    """How many images a human would see, and how the others fare."""
    unsure = _unsure(scores, band)
    right = ((scores >= threshold) == positive) & ~unsure
    rest = int((~unsure).sum())
    share = with_interval(
        int(right.sum()) / rest if rest else None, share_interval(right, ~unsure, groups)
    )
    return (
        f"{int(unsure.sum())} of {len(scores)} X-rays lie from {rounded(band[0])} to "
        f"{rounded(band[1])}: uncertain, ask a human. Of the other {rest}, {int(right.sum())} are "
        f"on the right side: {share}."
    )


def _unsure(scores: NDArray[np.float64], band: tuple[float, float] | None) -> NDArray[np.bool_]:
    """Images in the band, both its ends included, as a published model takes it."""
    low, high = band or (2.0, -1.0)
    return (scores >= low) & (scores <= high)


def roc_words(name: str, point: OperatingPoint) -> str:
    """The ROC curve for those who cannot see it."""
    return (
        f"ROC curve of {name}. At the threshold the sensitivity is {rounded(point.sensitivity)} "
        f"and the specificity {rounded(point.specificity)}."
    )


def recall_words(name: str, point: OperatingPoint) -> str:
    """Precision and recall for those who cannot see them."""
    flagged = point.flagged_right + point.negatives - point.passed_right
    precision: Any = rounded(point.flagged_right / flagged) if flagged else "not defined"
    return (
        f"Precision and recall of {name}. At the threshold the recall is "
        f"{rounded(point.sensitivity)} and the precision {precision}."
    )
