"""What a finding proposes, as a curation. Images are never changed or deleted."""

from __future__ import annotations

from dataclasses import replace

from xraylib.audit.report import Finding
from xraylib.datasets.curation import Curation, split_by_patient
from xraylib.images.grey_range import GreyRange

__all__ = ["Curation", "apply_action", "is_done", "split_by_patient", "undo_action"]


def apply_action(finding: Finding, curation: Curation | None = None) -> Curation:
    """The curation after doing what a finding proposes; the same curation if it proposes nothing.

    Args:
        finding: With its ``action``.
        curation: What was decided before.
    """
    curation = curation or Curation()
    if "exclude" in finding.action:
        return replace(curation, excluded=(*curation.excluded, *finding.action["exclude"]))
    if "split" in finding.action:
        return replace(curation, split=finding.action["split"])
    if "grey_range" in finding.action:
        return replace(curation, grey_range=GreyRange.from_json(finding.action["grey_range"]))
    return curation


def undo_action(finding: Finding, curation: Curation) -> Curation:
    """The curation as it would be without what a finding proposes."""
    if "exclude" in finding.action:
        back = set(finding.action["exclude"])
        return replace(curation, excluded=tuple(p for p in curation.excluded if p not in back))
    if "split" in finding.action:
        return replace(curation, split="folders")
    if "grey_range" in finding.action:
        return replace(curation, grey_range=None)
    return curation


def is_done(finding: Finding, curation: Curation) -> bool:
    """Whether a curation holds what a finding proposes; False if it proposes nothing."""
    if "exclude" in finding.action:
        return set(finding.action["exclude"]) <= set(curation.excluded)
    if "grey_range" in finding.action:
        return curation.grey_range == GreyRange.from_json(finding.action["grey_range"])
    return "split" in finding.action and curation.split == finding.action["split"]
