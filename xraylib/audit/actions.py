"""What a finding proposes, as a choice. Images are never changed or deleted."""

from __future__ import annotations

from dataclasses import replace

from xraylib.audit.report import Finding
from xraylib.datasets.curation import Choice, split_by_patient

__all__ = ["Choice", "apply_action", "is_done", "split_by_patient", "undo_action"]


def apply_action(finding: Finding, choice: Choice | None = None) -> Choice:
    """The choice after doing what a finding proposes; the same choice if it proposes nothing.

    Args:
        finding: With its ``action``.
        choice: What was decided before.
    """
    choice = choice or Choice()
    if "exclude" in finding.action:
        return replace(choice, excluded=(*choice.excluded, *finding.action["exclude"]))
    if "split" in finding.action:
        return replace(choice, split=finding.action["split"])
    return choice


def undo_action(finding: Finding, choice: Choice) -> Choice:
    """The choice as it would be without what a finding proposes."""
    if "exclude" in finding.action:
        back = set(finding.action["exclude"])
        return replace(choice, excluded=tuple(p for p in choice.excluded if p not in back))
    if "split" in finding.action:
        return replace(choice, split="folders")
    return choice


def is_done(finding: Finding, choice: Choice) -> bool:
    """Whether a choice holds what a finding proposes; False if it proposes nothing."""
    if "exclude" in finding.action:
        return set(finding.action["exclude"]) <= set(choice.excluded)
    return "split" in finding.action and choice.split == finding.action["split"]
