"""The checks of the audit, as they are declared."""

from __future__ import annotations

import re
from importlib import import_module

import numpy as np
import pytest

from xraylib.audit import CHECKS, CODES, Check, Finding, Subject, check_of
from xraylib.audit.checks import ordered
from xraylib.audit.descriptors import describe_images
from xraylib.datasets.scan import scan
from xraylib.settings import SAMPLE_DATA


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_stands_in_the_file_of_its_name(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", check.code)
    module = import_module(f"xraylib.audit.checks.{check.code.replace('-', '_')}")
    assert check is module.CHECK


def test_checks_are_read_gravest_first() -> None:
    assert [check.severity for check in CHECKS] == ["error"] * 4 + ["warning"] * 10 + ["info"] * 6
    assert CODES[:4] == ("split-leak", "patient-leak", "label-conflict", "class-without-training")


def test_a_finding_leads_back_to_its_check() -> None:
    finding = CHECKS[4].finding(message="a is b.", remedy="Leave b out", paths=("a", "b"))
    assert check_of(finding) is CHECKS[4]
    assert finding == Finding(
        code=CODES[4], severity="warning", message="a is b.", remedy="Leave b out",
        paths=("a", "b"),
    )  # fmt: skip


def test_findings_of_one_check_and_severity_are_read_by_path() -> None:
    def made(code: str, severity: str, path: str) -> Finding:
        check = CHECKS[CODES.index(code)]
        return check.finding(message="m.", remedy="r", severity=severity, paths=(path,))  # type: ignore[arg-type]

    wanted = [
        made("patient-leak", "error", "z"),
        made("shortcut", "warning", "b"),
        made("imbalance", "warning", ""),
        made("imbalance", "info", ""),
        made("burned-in-text", "info", "a"),
        made("burned-in-text", "info", "b"),
    ]
    assert [*ordered(np.random.default_rng(0).permutation(np.array(wanted, object)))] == wanted


@pytest.mark.slow
def test_the_sample_data_satisfy_every_check() -> None:
    index = scan(SAMPLE_DATA)
    subject = Subject(index=index, descriptors=describe_images(index), copies=())
    assert [check.code for check in CHECKS if check.find(subject)] == []
