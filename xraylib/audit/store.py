"""The last audit of each data set or folder that a workspace knows, kept beside its index.

``audit.json`` in ``datasets/<name>/`` or ``folders/<key>/`` holds every finding about all images,
before anything was left out, so it stays true whatever is chosen afterwards. Reading it takes
milliseconds, so whoever shows an accuracy can say which of the images it was measured on are also
in training:

    report = stored_audit("chest")
    if report is not None:
        print(copies_of(report, judged=test_paths, among=training_paths))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from xraylib.audit.checks import CHECKS, CODES
from xraylib.audit.report import AuditReport, Finding
from xraylib.json_values import JsonObject
from xraylib.records import count, read_if_kept
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_json

AUDIT_FILE: Final = "audit.json"
VERSION: Final = 1
_SAME_PICTURE: Final = frozenset(check.code for check in CHECKS if check.same_picture)


def keep_audit(name: str, report: AuditReport, *, workspace: WorkspaceLike | None = None) -> None:
    """Keeps the report of a data set, in place of an earlier one.

    Raises:
        PathError: codes ``name`` and ``cannot-write``.
    """
    workspace = Workspace.open(workspace)
    keep_audit_in(workspace.datasets / checked_name(name), report)


def keep_audit_in(home: Path, report: AuditReport) -> None:
    """Keeps the report of the images whose index is kept in ``home``, in place of an earlier one.

    Raises:
        PathError: code ``cannot-write``.
    """
    write_json(home / AUDIT_FILE, audit_record(report))


def audit_record(report: AuditReport) -> JsonObject:
    """The content of a file that keeps an audit."""
    return {
        "version": VERSION,
        "fingerprint": report.fingerprint,
        "films": report.images,
        "labels": report.labels,
        "findings": [finding.to_record() for finding in report.findings],
    }


def audit_from_record(value: Mapping[str, Any]) -> AuditReport | None:
    """What :func:`audit_record` gave; None where it is of a version with other checks.

    Raises:
        LookupError, TypeError, ValueError, ConfigError: It is none.
    """
    report = AuditReport(
        findings=tuple(Finding.from_record(record) for record in value["findings"]),
        fingerprint=value["fingerprint"],
        images=count(value["films"]),
        labels=str(value.get("labels", "")),
    )
    return report if {finding.code for finding in report.findings} <= {*CODES} else None


def stored_audit(
    name: str,
    *,
    fingerprint: str | None = None,
    labels: str | None = None,
    workspace: WorkspaceLike | None = None,
) -> AuditReport | None:
    """The last audit of a data set; None if there is none that can be used.

    Args:
        name: Of the data set.
        fingerprint: Of the whole data set (`DatasetIndex.fingerprint`): an audit of other images
            is passed over. None takes whatever audit there is.
        labels: As in `AuditReport`: an audit by another table is passed over, as by fingerprint.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        PathError: codes ``name``, ``damaged`` and ``newer-version``.
    """
    workspace = Workspace.open(workspace)
    return audit_in(
        workspace.datasets / checked_name(name),
        fingerprint=fingerprint,
        labels=labels,
        again=f"audit the data set again (xraylib audit --dataset {name})",
    )


def audit_in(
    home: Path, *, fingerprint: str | None, labels: str | None = None, again: str
) -> AuditReport | None:
    """What :func:`keep_audit_in` kept; None if there is none that can be used.

    Args:
        home: Where.
        fingerprint, labels: As for :func:`stored_audit`.
        again: How to make it again, where it is damaged.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    report = read_if_kept(
        home / AUDIT_FILE, audit_from_record, schema=VERSION, key="version", remedy=again
    )
    alike = report and fingerprint in (None, report.fingerprint) and labels in (None, report.labels)
    return report if alike else None


def copies_of(
    report: AuditReport, *, judged: Iterable[str], among: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Which of the images ``judged`` are the same picture as images ``among``.

    Args:
        report: The audit.
        judged: Paths, for example of the test images.
        among: Paths, for example of the training images.

    Returns:
        ``{path judged: (paths among, sorted)}``, only for those that have copies, by path.
    """
    asked, known = set(judged), set(among)
    found: dict[str, set[str]] = {}
    for finding in report.findings:
        if finding.code in _SAME_PICTURE:
            same = known.intersection(finding.paths)
            for path in asked.intersection(finding.paths):
                if others := same - {path}:
                    found.setdefault(path, set()).update(others)
    return {path: tuple(sorted(found[path])) for path in sorted(found)}
