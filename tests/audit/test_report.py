"""Findings and reports say in a line what they hold, and show themselves in a notebook."""

from __future__ import annotations

import pytest

from xraylib.audit.report import AuditReport, Finding
from xraylib.errors import ConfigError

FINDING = Finding(
    code="imbalance",
    severity="info",
    message="A < B has 3 images. " + "It goes on. " * 20,
    remedy="Turn on class weights",
    paths=(),
)


def test_a_finding_is_one_short_line() -> None:
    assert repr(FINDING).startswith("Finding(info, imbalance: A < B has 3 images. It goes on. ")
    assert len(repr(FINDING)) < 130
    assert "A &lt; B has 3 images" in FINDING._repr_html_()


def test_a_report_counts_its_findings() -> None:
    report = AuditReport(findings=(FINDING,), fingerprint="0", images=1234)
    assert repr(report) == "AuditReport(1,234 images, 1 findings: 0 error, 0 warning, 1 info)"
    assert report._repr_html_().count("<tr>") == 2


def test_a_finding_whose_code_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="The argument code of Finding is 'A surprise'"):
        Finding(code="A surprise", severity="info", message="A.", remedy="B", paths=())
