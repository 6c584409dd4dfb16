"""Can this data set be trusted? Leaks, conflicts, outliers and shortcuts, each with its remedy.

    report = audit(scan("sample_data"))
    for finding in report.findings:
        print(finding.severity, finding.code, finding.message, finding.remedy)

| module | question |
|---|---|
| `descriptors` | what does each image look like? |
| `candidates`, `alignment`, `copies` | which images are the same picture? |
| `leaks` | do copies or patients stand in two splits, or in two classes? |
| `outliers` | which files and images do not belong? |
| `shortcuts` | can the class be told without looking at the anatomy? |
| `actions` | what was decided? |
| `store` | what did the last audit say? |
"""

from __future__ import annotations

from collections.abc import Callable

from xraylib.arguments import PathLike, as_path, check_whole, checked
from xraylib.audit.actions import Curation, apply_action, is_done, split_by_patient, undo_action
from xraylib.audit.copies import groups, near_pairs
from xraylib.audit.descriptors import describe_images
from xraylib.audit.leaks import copy_findings, patient_findings
from xraylib.audit.outliers import (
    file_findings,
    imbalance_findings,
    outlier_findings,
    text_findings,
)
from xraylib.audit.report import CODES, SEVERITIES, AuditReport, Finding, Severity, ordered
from xraylib.audit.shortcuts import shortcut_findings
from xraylib.audit.store import copies_of, keep_audit, stored_audit
from xraylib.datasets.dataset import DatasetIndex

__all__ = [
    "CODES",
    "SEVERITIES",
    "AuditReport",
    "Curation",
    "Finding",
    "Severity",
    "apply_action",
    "audit",
    "copies_of",
    "is_done",
    "keep_audit",
    "split_by_patient",
    "stored_audit",
    "undo_action",
]


@checked
def audit(
    index: DatasetIndex,
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    cache: PathLike | None = None,
) -> AuditReport:
    """Everything about a data set that somebody should know before trusting a result.

    Args:
        index: The data set; see `scan`. Images left out by `DatasetIndex.without` take no part.
        seed: Of the cross-validation and of the samples drawn from large data sets.
        progress: Called with (steps done, steps in all). What it raises ends the audit.
        cache: A file that keeps the images' descriptors, so that the next audit reads only what
            is new.

    Raises:
        ConfigError: code ``argument``.
        PathError: code ``not-a-path``.
    """
    check_whole(seed, "seed", least=0)
    file = None if cache is None else as_path(cache, "cache")

    def part(start: float, end: float) -> Callable[[int, int], None] | None:
        if progress is None:
            return None
        scale = 1000
        return lambda done, total: progress(
            round(scale * (start + (end - start) * done / max(total, 1))), scale
        )

    descriptors = describe_images(index, cache=file, progress=part(0.0, 0.5))
    copies = groups(index, near_pairs(index, descriptors, progress=part(0.5, 0.95)))
    findings = [
        *copy_findings(index, copies),
        *patient_findings(index),
        *file_findings(index, descriptors),
        *outlier_findings(index, descriptors, seed=seed),
        *text_findings(index, descriptors),
        *imbalance_findings(index),
        *shortcut_findings(index, descriptors, copies, seed=seed),
    ]
    if progress is not None:
        progress(1000, 1000)
    return AuditReport(
        findings=ordered(findings),
        fingerprint=index.fingerprint,
        images=len(index.rows()),
    )
