"""Whose images they are: sure copies count as one patient, and untold patients are not told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from judged_runs import judged_run, sure
from made_runs import draw_noise

from xraylib.audit.report import AuditReport, Finding
from xraylib.cli import main
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.leakage import keep_report
from xraylib.evaluation.run_compare import compare_runs
from xraylib.evaluation.stored_predictions import one_person_each, stored_predictions
from xraylib.models.assemble import run_card, run_facts
from xraylib.workspace import Workspace


def test_copies_join_patients_and_what_joins_them_joins_all() -> None:
    patients = ["p1", "p2", "p3", "p3", "p4"]
    sums = ["a", "a", "b", "c", None]
    assert one_person_each(patients, sums) == ("p1", "p1", "p3", "p3", "p4")
    assert one_person_each(patients, sums, [(1, 4)]) == ("p1", "p1", "p3", "p3", "p1")
    assert one_person_each(patients, [None] * 5) == tuple(patients)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Images whose names tell no patient; two of the test are the same file."""
    root = draw_noise(tmp_path / "images", train=12, test=4)
    for file in sorted(root.rglob("*.png")):
        file.rename(file.with_name(f"image-{file.stem.replace('_', '-')}.png"))
    test = sorted((root / "test" / "Covid").iterdir())
    shutil.copy(test[0], test[1])
    return root


def test_untold_patients_are_not_told_and_copies_count_once(
    workspace: Workspace, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = judged_run(workspace, images, lambda true: sure(true, 3))
    judged, found = stored_predictions(run), stored_evaluation(run)
    assert (judged.told, found.patients_told, found.n, found.patients) == (0, 0, 12, 11)
    assert found.whose == "of patients who are not told (11 different pictures)"
    assert "sure copies count as one, so the 12 images as 11" in found.notes[0]
    facts, evaluation = run_facts(run, "noise")
    card = run_card(run, facts, evaluation)
    assert "| test | 4 | 4 | 4 | 12 | not told |" in card
    assert "Nothing tells the patients" in card
    assert "On 12 test X-rays of patients who are not told" in card
    assert main(["evaluate", run.id]) == 0
    assert "12 images of patients who are not told" in capsys.readouterr().err


def test_changed_copies_that_an_audit_found_count_once_too(
    workspace: Workspace, images: Path
) -> None:
    run = judged_run(workspace, images, lambda true: sure(true, 3))
    paths = stored_predictions(run).paths
    finding = Finding(
        code="near-duplicate",
        severity="warning",
        message="The same picture.",
        remedy="Keep one",
        paths=(paths[-1], paths[-2]),
    )
    keep_report(run, AuditReport(findings=(finding,), fingerprint="f", images=12))
    assert stored_evaluation(run).patients == 10


def test_told_patients_are_counted(workspace: Workspace, tmp_path: Path) -> None:
    root = draw_noise(tmp_path / "told")
    for number, file in enumerate(sorted(root.rglob("*.png"))):
        file.rename(file.with_name(f"p{number}_0.png"))
    run = judged_run(workspace, root, lambda true: sure(true, 3))
    found = stored_evaluation(run)
    assert (found.patients_told, found.whose) == (12, "of 12 patients")


def test_the_headline_and_the_comparison_count_the_same_people(
    workspace: Workspace, images: Path
) -> None:
    run = judged_run(workspace, images, lambda true: sure(true, 3))
    found = stored_evaluation(run)
    (entry,) = (one for one in compare_runs([run]).entries if one.name == run.id)
    assert entry.accuracy == found.accuracy
    assert compare_runs([run]).patients == found.patients == 11
