"""Groups of a column in words and rows, the same on the page, in reports, cards and commands."""

from __future__ import annotations

from typing import Final

from xraylib.evaluation.run_evaluation import NOT_TOLD
from xraylib.metrics.comparing.paired import p_words
from xraylib.metrics.populations.aspect import ASPECT_SCORES
from xraylib.metrics.populations.subgroups import TOO_FEW, GroupScores

HEADS: Final = ("X-rays", "patients", *ASPECT_SCORES.values(), "against the others")
"""Of :func:`group_row`."""


def group_row(one: GroupScores, *, told: bool) -> tuple[str, ...]:
    """Images, patients, each score with its interval, and what differs from the other images.

    Args:
        one: The group.
        told: Whether a name or a table tells any patient.
    """
    people = f"{one.patients:,}" if told else NOT_TOLD
    scores = (f"{one[name]:.2f}" for name in ASPECT_SCORES)
    return (f"{one.images:,}", people, *scores, against_words(one))


def against_words(one: GroupScores) -> str:
    """``AUC -0.12 (-0.20 to -0.04; p = 0.012)``, ``no difference shown`` or ``too few to tell``."""
    if one.too_few:
        return TOO_FEW
    told = [
        f"{ASPECT_SCORES[name]} {found.difference:+.2f} ({found.interval.low:+.2f} to "
        f"{found.interval.high:+.2f}; {p_words(found.p_holm)})"
        for name, found in one.against.items()
        if found.sign
    ]
    return "; ".join(told) or "no difference shown"
