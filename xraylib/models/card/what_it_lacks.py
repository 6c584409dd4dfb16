"""What a model card says of any such model; what is to be known of one of its own stands first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xraylib.markup import one_line
from xraylib.models.studies.elsewhere import TITLE, other_lines


def _where_measured(facts: Mapping[str, Any]) -> str:
    others = other_lines((facts.get("study") or {}).get("elsewhere"))
    if not others:
        return (
            "Its figures are of X-rays of the data set that it learned from. On X-rays of another "
            "hospital, machine or age group it may be far worse."
        )
    return (
        "Its figures, but for those of "
        + ", ".join(dict.fromkeys(f"“{one_line(one['data'])}”" for one in others))
        + f" under “{TITLE}”, are of X-rays of the data set that it learned from. On X-rays of any "
        "other hospital, machine or age group it may be far worse."
    )


def limits_part(facts: Mapping[str, Any]) -> str:
    """Where it was measured, and what it cannot tell."""
    several = facts["class_mode"] == "multilabel"
    judged = "tested" if facts["metrics"].get("split") == "test" else "judged"
    points = [
        f"It was {judged} on phantoms drawn by the same program as those it learned from. Of "
        "X-rays of patients it knows nothing."
        if facts["synthetic"]
        else _where_measured(facts),
        "X-rays with and without a finding that came from different sources differ by more than "
        "that, and a network may have learned the difference."
        if several
        else "Classes that came from different sources differ by more than disease, and a network "
        "may have learned that difference.",
        "It says nothing of findings that it did not learn: an X-ray without a flag may still be "
        "of somebody ill."
        if several
        else "It gives every picture that it does not refuse one of its classes, also one that "
        "shows none of them."
        if facts.get("ood")
        else "It gives every picture one of its classes, also one that is unlike its training "
        "X-rays.",
        "Its heat maps show what mattered to the network, not where disease is.",
    ]
    return "## Limits\n\n" + "\n".join(f"- {point}" for point in points)
