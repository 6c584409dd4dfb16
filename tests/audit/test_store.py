"""The last audit is kept beside the index, and answers which images are copies of which."""

from __future__ import annotations

import json

import pytest

from xraylib.audit import (
    AuditReport,
    Curation,
    Finding,
    apply_action,
    copies_of,
    is_done,
    keep_audit,
    stored_audit,
    undo_action,
)
from xraylib.errors import PathError
from xraylib.workspace import Workspace

LEAK = Finding(
    code="split-leak",
    severity="error",
    message="a is b.",
    remedy="Leave b out",
    paths=("test/a.png", "train/b.png", "train/c.png"),
    pairs=(("test/a.png", "train/b.png"),),
    action={"exclude": ["train/b.png", "train/c.png"]},
    numbers={"patients": {"p1": {"test": 1, "train": 1}}},
)
PATIENTS = Finding(
    code="patient-leak",
    severity="error",
    message="One patient.",
    remedy="Divide again",
    paths=("test/d.png", "train/e.png"),
    action={"split": "by-patient"},
)
REPORT = AuditReport(findings=(LEAK, PATIENTS), fingerprint="f" * 64, images=5)


def test_a_kept_audit_comes_back_whole(workspace: Workspace) -> None:
    assert stored_audit("chest", workspace=workspace) is None
    keep_audit("chest", REPORT, workspace=workspace)
    assert stored_audit("chest", workspace=workspace) == REPORT
    assert stored_audit("chest", fingerprint="f" * 64, workspace=workspace) == REPORT


def test_an_audit_of_other_images_is_passed_over(workspace: Workspace) -> None:
    keep_audit("chest", REPORT, workspace=workspace)
    assert stored_audit("chest", fingerprint="0" * 64, workspace=workspace) is None


def test_an_audit_of_other_checks_is_as_good_as_none(workspace: Workspace) -> None:
    keep_audit("chest", REPORT, workspace=workspace)
    file = workspace.datasets / "chest" / "audit.json"
    other = {"findings": [LEAK.to_record() | {"code": "no-such-code"}]}
    file.write_text(json.dumps(json.loads(file.read_text()) | other))
    assert stored_audit("chest", workspace=workspace) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"version": 99}, "newer-version"),
        ({"findings": [{"code": "split-leak"}]}, "damaged"),
        ({"findings": None}, "damaged"),
        ({"films": None}, "damaged"),
    ],
)
def test_a_damaged_audit_and_one_of_a_newer_version_are_named(
    workspace: Workspace, change: dict[str, object], code: str
) -> None:
    keep_audit("chest", REPORT, workspace=workspace)
    file = workspace.datasets / "chest" / "audit.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(PathError) as caught:
        stored_audit("chest", workspace=workspace)
    assert (caught.value.code, caught.value.file) == (code, "audit.json")


def test_a_name_that_leads_elsewhere_is_refused(workspace: Workspace) -> None:
    with pytest.raises(PathError, match=r"^The name '\.\./x' cannot be used"):
        stored_audit("../x", workspace=workspace)


def test_copies_are_told_for_the_images_that_are_judged_only() -> None:
    judged, trained = ["test/a.png", "test/d.png"], ["train/b.png", "train/c.png", "train/e.png"]
    assert copies_of(REPORT, judged=judged, among=trained) == {
        "test/a.png": ("train/b.png", "train/c.png")
    }
    assert copies_of(REPORT, judged=judged, among=["train/c.png"]) == {
        "test/a.png": ("train/c.png",)
    }
    assert copies_of(REPORT, judged=["test/d.png"], among=trained) == {}


@pytest.mark.parametrize("finding", [LEAK, PATIENTS])
def test_what_was_done_can_be_undone(finding: Finding) -> None:
    before = Curation(excluded=("train/other.png",))
    after = apply_action(finding, before)
    assert not is_done(finding, before)
    assert is_done(finding, after)
    assert undo_action(finding, after) == before


def test_a_finding_that_proposes_nothing_is_never_done() -> None:
    finding = Finding(code="imbalance", severity="info", message="m.", remedy="r", paths=())
    assert not is_done(finding, apply_action(finding))
    assert undo_action(finding, Curation()) == Curation()
