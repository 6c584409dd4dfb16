"""The checks of the audit, one file each; a new file here is a new check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from xraylib.audit.check import Check
from xraylib.audit.report import SEVERITIES, Finding
from xraylib.discovery import declared

CHECKS: Final[tuple[Check, ...]] = tuple(
    sorted(
        declared("xraylib.audit.checks", Check, name="code"),
        key=lambda check: (SEVERITIES.index(check.severity), check.order, check.code),
    )
)
"""Every check, the gravest first."""

CODES: Final[tuple[str, ...]] = tuple(check.code for check in CHECKS)
"""Every code a finding can have, the gravest first."""


def check_of(finding: Finding) -> Check:
    """The check that made a finding."""
    return CHECKS[CODES.index(finding.code)]


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order in which they should be read: by severity, check and path."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (SEVERITIES.index(f.severity), CODES.index(f.code), f.paths),
        )
    )
