"""Groups of a column in words and rows, the same on the page, in reports, cards and commands."""

from __future__ import annotations

from typing import Final

from xraylib.evaluation.run_evaluation import NOT_TOLD
from xraylib.metrics.comparing.paired import p_words
from xraylib.metrics.comparing.two_groups import Apart
from xraylib.metrics.populations.aspect import ASPECT_SCORES
from xraylib.metrics.populations.subgroups import TOO_FEW, GroupScores

HEADS: Final = ("X-rays", "patients", *ASPECT_SCORES.values(), "against the others")
"""Of :func:`group_row`."""
_NONE: Final = "no difference shown"


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
        f"{ASPECT_SCORES[name]} {apart_words(found)}"
        for name, found in one.against.items()
        if found.sign
    ]
    return "; ".join(told) or _NONE


def apart_words(found: Apart | None) -> str:
    """``-0.12 (-0.20 to -0.04; p = 0.012)``, ``no difference shown`` or ``too few to tell``."""
    if found is None:
        return TOO_FEW
    if not found.sign:
        return _NONE
    low, high = found.interval
    return f"{found.difference:+.2f} ({low:+.2f} to {high:+.2f}; {p_words(found.p_holm)})"
