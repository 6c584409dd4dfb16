"""Can this data set be trusted? Leaks, conflicts, outliers and shortcuts, each with its remedy.

    report = audit(scan("sample_data"))
    for finding in report.findings:
        print(finding.severity, finding.code, finding.message, finding.remedy)

| module | question |
|---|---|
| `descriptors` | what does each image look like? |
| `candidates`, `alignment`, `copies`, `pictures` | which images are the same picture? |
| `check`, `checks/` | what is looked for, one file a check |
| `report` | what was found? |
| `actions` | what was decided? |
| `store` | what did the last audit say? |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from xraylib.arguments import PathLike, as_path, check_whole, checked
from xraylib.audit.actions import Curation, apply_action, is_done, split_by_patient, undo_action
from xraylib.audit.check import Check, Subject
from xraylib.audit.checks import CHECKS, CODES, check_of, ordered
from xraylib.audit.checks.patient_leak import patient_findings
from xraylib.audit.pictures import Pictures, look_at
from xraylib.audit.report import SEVERITIES, AuditReport, Finding, Severity
from xraylib.audit.store import copies_of, keep_audit, stored_audit
from xraylib.audit.told import labels_digest
from xraylib.datasets.dataset import DatasetIndex

__all__ = [
    "CHECKS",
    "CODES",
    "SEVERITIES",
    "AuditReport",
    "Check",
    "Curation",
    "Finding",
    "Severity",
    "Subject",
    "apply_action",
    "audit",
    "check_of",
    "copies_of",
    "is_done",
    "judge_pictures",
    "keep_audit",
    "split_by_patient",
    "stored_audit",
    "undo_action",
    "with_patient_findings",
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
        cache: A file that keeps the images' descriptors (and one beside it the copies), so that the
            next audit reads only what is new.

    Raises:
        ConfigError: code ``argument``.
        PathError: code ``not-a-path``.
    """
    check_whole(seed, "seed", least=0)
    file = None if cache is None else as_path(cache, "cache")

    report = judge_pictures(look_at(index, cache=file, progress=progress), seed=seed)
    if progress is not None:
        progress(1000, 1000)
    return report


def judge_pictures(pictures: Pictures, *, seed: int = 0) -> AuditReport:
    """What every check finds, once the images were looked at; see `audit`."""
    index = pictures.index
    subject = Subject(
        index=index, descriptors=pictures.descriptors, copies=pictures.copies, seed=seed
    )
    findings = [finding for check in CHECKS for finding in check.find(subject)]
    return AuditReport(
        findings=ordered(findings),
        fingerprint=index.fingerprint,
        images=len(index.rows()),
        labels=labels_digest(index),
    )


def with_patient_findings(report: AuditReport, index: DatasetIndex) -> AuditReport:
    """The report with the patients of this index: what to do after they are told in another way."""
    others = [finding for finding in report.findings if finding.code != "patient-leak"]
    return replace(report, findings=ordered([*others, *patient_findings(index)]))
