"""What an audit found, as values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

from xraylib import notebook
from xraylib.arguments import checked_fields, refused_argument
from xraylib.json_values import JsonObject

Severity = Literal["error", "warning", "info"]

_CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")


@checked_fields
@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing about the data set that somebody should know.

    Attributes:
        code: Of the check that found it; see `CHECKS`.
        severity: ``"error"`` makes measured accuracy wrong, ``"warning"`` may, ``"info"`` is good
            to know.
        message: What was found, in whole sentences, with the files and numbers concerned.
        remedy: What to do about it, as an imperative sentence.
        paths: The images concerned, relative to the data set's folder.
        pairs: Images to look at side by side: ``(path, path)``; empty where that says nothing.
        action: What a button can do: ``{"exclude": [paths]}`` leaves images out,
            ``{"split": "by-patient"}`` divides the images again; empty if nothing helps but work.
        numbers: The figures of the message, for programs and charts.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    paths: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = ()
    action: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    numbers: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise refused_argument("code", self.code, "words joined by hyphens", of="Finding")

    def __repr__(self) -> str:
        text = self.message if len(self.message) <= 100 else f"{self.message[:99]}…"
        return f"Finding({self.severity}, {self.code}: {text})"

    def _repr_html_(self) -> str:
        return _html([self])

    def to_json(self) -> JsonObject:
        """``{"code", "severity", "message", "remedy", "paths"}``."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "remedy": self.remedy,
            "paths": list(self.paths),
        }

    def to_record(self) -> JsonObject:
        """Everything, for a file: `to_json` and ``pairs``, ``action`` and ``numbers``."""
        return self.to_json() | {
            "pairs": [list(pair) for pair in self.pairs],
            "action": dict(self.action),
            "numbers": dict(self.numbers),
        }

    @classmethod
    def from_record(cls, value: Mapping[str, Any]) -> Finding:
        """What `to_record` wrote.

        Raises:
            KeyError, TypeError, ValueError: It is no such record.
        """
        pairs = [(str(one), str(two)) for one, two in value["pairs"]]
        if value["severity"] not in SEVERITIES:
            raise ValueError(f"unknown severity {value['severity']!r}")
        return cls(
            code=str(value["code"]),
            severity=value["severity"],
            message=str(value["message"]),
            remedy=str(value["remedy"]),
            paths=tuple(str(path) for path in value["paths"]),
            pairs=tuple(pairs),
            action=MappingProxyType(dict(value["action"])),
            numbers=MappingProxyType(dict(value["numbers"])),
        )


@checked_fields
@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """All findings about a data set, the gravest first.

    Attributes:
        findings: Sorted by severity, then in the order of `CHECKS`, then by path.
        fingerprint: Of the index that was audited; see `DatasetIndex.fingerprint`.
        images: How many readable images were looked at.
        labels: SHA-256 of what a table told of them; empty where none did.
    """

    findings: tuple[Finding, ...]
    fingerprint: str
    images: int
    labels: str = ""

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {severity}" for severity, count in self.counts().items())
        return f"AuditReport({self.images:,} images, {len(self.findings)} findings: {counts})"

    def _repr_html_(self) -> str:
        return _html(
            self.findings, title=f"{len(self.findings)} findings in {self.images:,} images"
        )

    def to_json(self) -> JsonObject:
        """``{"findings": [...]}``, as the command prints it."""
        return {"findings": [finding.to_json() for finding in self.findings]}

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings with this code."""
        return tuple(finding for finding in self.findings if finding.code == code)

    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        return {
            severity: sum(finding.severity == severity for finding in self.findings)
            for severity in SEVERITIES
        }


def _html(findings: Sequence[Finding], *, title: str = "") -> str:
    rows = [(f.severity, f.code, f.message, f.remedy) for f in findings]
    return notebook.table(["severity", "code", "what", "what to do"], rows, title=title)


def several(paths: tuple[str, ...] | list[str], most: int = 4) -> str:
    """``a, b and 3 more``."""
    shown = list(paths[:most])
    more = len(paths) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def share(part: float) -> str:
    """``42 %``."""
    return f"{100 * part:.0f} %"
