"""The last audit of the data set on show, read once for all visitors until it changes."""

from __future__ import annotations

from pathlib import Path

from xraylib.app.shared.opened_dataset import OpenDataset
from xraylib.audit import AuditReport, Finding, stored_audit
from xraylib.audit.store import AUDIT_FILE
from xraylib.audit.told import labels_digest
from xraylib.errors import PathError
from xraylib.workspace import Workspace


def current_audit(workspace: Workspace, opened: OpenDataset) -> AuditReport | None:
    """The audit of the images and labels as they are now; None without one, or if they changed.

    None too where it cannot be read; `unread_audit` says why.
    """
    stamp = _stamp(workspace.datasets / opened.ref.name / AUDIT_FILE)
    if stamp is None:
        return None
    memo = opened.whole.memo
    if memo.get("audit stamp") != stamp:
        fingerprint = opened.whole.fingerprint
        memo["audit"], memo["audit unread"] = None, None
        try:
            memo["audit"] = stored_audit(
                opened.ref.name,
                fingerprint=fingerprint,
                labels=labels_digest(opened.whole),
                workspace=workspace,
            )
        except PathError as error:
            memo["audit unread"] = error
        memo["audit stamp"] = stamp
    report: AuditReport | None = memo["audit"]
    return report


def unread_audit(workspace: Workspace, opened: OpenDataset) -> PathError | None:
    """Why there is an audit that cannot be read: it is damaged, or of a newer version."""
    there = _stamp(workspace.datasets / opened.ref.name / AUDIT_FILE) is not None
    if not there or current_audit(workspace, opened) is not None:
        return None
    wrong: PathError | None = opened.whole.memo["audit unread"]
    return wrong


def is_outdated(workspace: Workspace, opened: OpenDataset) -> bool:
    """Whether there is an audit, but of other images or labels than there are now."""
    there = _stamp(workspace.datasets / opened.ref.name / AUDIT_FILE) is not None
    none = current_audit(workspace, opened) is None
    return there and none and unread_audit(workspace, opened) is None


def found_paths(opened: OpenDataset, report: AuditReport) -> frozenset[str]:
    """Every image that a finding names; not those of findings about the whole set."""
    memo = opened.whole.memo
    if memo.get("audit named") is not report:  # asked for at every click
        memo["found paths"] = frozenset(p for finding in report.findings for p in finding.paths)
        memo["audit named"] = report
    found: frozenset[str] = memo["found paths"]
    return found


def findings_of(report: AuditReport | None, path: str) -> list[Finding]:
    """What was found about one image."""
    return [f for f in report.findings if path in f.paths] if report is not None else []


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        facts = file.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size
