"""The checks that ask of classes, asked of findings: told without anatomy, rare, contradictory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from judged_findings import judged_findings_run
from tiny_findings import findings_index

from xraylib.audit import Subject, audit
from xraylib.audit.checks import imbalance, label_conflict, shortcut
from xraylib.audit.copies import Copies
from xraylib.audit.descriptors import describe_images
from xraylib.audit.store import keep_audit, stored_audit
from xraylib.audit.told import labels_digest
from xraylib.cli import main
from xraylib.datasets.labels.findings import Findings
from xraylib.evaluation.findings.evaluation import stored_findings_evaluation
from xraylib.evaluation.known_images import KnownImages
from xraylib.evaluation.leakage import keep_report
from xraylib.evaluation.overlap import known_images
from xraylib.models.assemble import run_card, run_facts
from xraylib.models.before_publishing import publishing_warnings
from xraylib.reports.run import run_report
from xraylib.workspace import Workspace

pytestmark = pytest.mark.fast


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    index = findings_index(tmp_path_factory.mktemp("findings"), unknown=0.1, uncertain=0.0)
    return Subject(index=index, descriptors=describe_images(index), copies=())


def _told(subject: Subject) -> Findings:
    findings = subject.index.findings
    assert findings is not None
    return findings


def _with(subject: Subject, values: np.ndarray) -> Subject:
    findings = replace(_told(subject), values=values.astype(np.int8))
    return replace(subject, index=replace(subject.index, findings=findings))


def test_a_finding_that_brightness_tells_is_a_shortcut_and_one_given_at_random_is_none(
    subject: Subject,
) -> None:
    values = _told(subject).values.copy()
    paths = subject.index.table["path"].to_pylist()
    whose = np.array([int(path.rpartition("/p")[2][:3]) for path in paths])
    values[:, 1] = np.random.default_rng(3).random(100)[whose] < 0.4
    (found,) = shortcut.CHECK.find(_with(subject, values))
    assert (found.code, found.numbers["label"]) == ("shortcut", "Bright")
    # Bright images are 60 levels brighter at a spread of 12: whoever sees the mean sees it all.
    assert found.numbers["auc"] > 0.97
    assert max(found.numbers["alone"], key=found.numbers["alone"].__getitem__) == "mean brightness"
    assert found.numbers["films"] == int((values[:, 0] >= 0).sum())
    assert "says nothing about Bright" in found.message
    assert "accuracy" not in found.numbers


def test_findings_given_to_patients_at_random_are_seldom_called_shortcuts(subject: Subject) -> None:
    paths = subject.index.table["path"].to_pylist()
    whose = np.array([int(path.rpartition("/p")[2][:3]) for path in paths])
    found = 0
    for seed in range(20):
        given = np.random.default_rng(seed).random((100, 2)) < 0.4
        found += len(shortcut.CHECK.find(_with(subject, given[whose])))
    assert found <= 3  # 1 in 20 is chance: four or more of 20 happen once in 60 tries


def test_a_finding_of_few_training_patients_is_told(subject: Subject) -> None:
    values = np.zeros_like(_told(subject).values)
    rows = subject.index.rows("train")
    patients = np.array(subject.index.patients(rows))
    values[rows[np.isin(patients, np.unique(patients)[:9])], 0] = 1
    values[rows[np.isin(patients, np.unique(patients)[:10])], 1] = 1
    (found,) = imbalance.CHECK.find(_with(subject, values))
    assert found.severity == "warning"
    assert found.numbers == {"patients": {"Bright": 9, "Striped": 10}}
    assert "fewer than 10 patients show Bright (9)." in found.message
    assert "Striped" not in found.message


def test_copies_of_which_one_shows_a_finding_and_another_does_not_contradict(
    subject: Subject,
) -> None:
    values = _told(subject).values.copy()
    values[[3, 5]] = [[1, 0], [0, 0]]
    values[[7, 8]] = [[1, -1], [1, 1]]  # what is not known of one contradicts nothing
    copies = (
        Copies(rows=(3, 5), contents=(0, 1), links=((3, 5),)),
        Copies(rows=(7, 8), contents=(0, 0), links=()),
    )
    (found,) = label_conflict.CHECK.find(replace(_with(subject, values), copies=copies))
    images = subject.index.images([3, 5])
    assert found.paths == tuple(image.path for image in images)
    assert found.action == {"exclude": list(found.paths)}
    assert "shows Bright and of another that it does not" in found.message


def test_an_audit_by_other_labels_is_passed_over(subject: Subject, tmp_path: Path) -> None:
    report = audit(subject.index)
    keep_audit("a", report, workspace=tmp_path)
    values = _told(subject).values.copy()
    values[0, 0] = 1 - values[0, 0] % 2
    other = _with(subject, values).index
    assert other.fingerprint == report.fingerprint
    asked = {"fingerprint": report.fingerprint, "workspace": tmp_path}
    assert stored_audit("a", labels=labels_digest(subject.index), **asked) == report
    assert stored_audit("a", labels=labels_digest(other), **asked) is None
    ages = replace(subject.index, metadata=pa.table({"age": [1.0] * len(other)}))
    assert stored_audit("a", labels=labels_digest(ages), **asked) is None


def test_what_is_reached_without_anatomy_stands_beside_a_run_on_every_surface(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    run = judged_findings_run(workspace, tmp_path / "images")
    report = audit(findings_index(tmp_path / "images"))
    reached = next(one for one in report.of("shortcut") if one.numbers["label"] == "Bright")
    keep_report(run, report)
    evaluation = stored_findings_evaluation(run)
    own = evaluation.per_finding["Bright"].auc.value
    words = (
        f"For Bright an AUC of {reached.numbers['auc']:.2f} is reached without anatomy; this "
        f"model has {own:.2f}"
    )
    known = known_images(run, "test")
    assert known is not None
    assert known.shortcuts["Bright"] == reached.numbers["auc"]
    assert known.shortcut is None
    assert KnownImages.from_json(known.to_json()) == known
    assert main(["evaluate", run.id, "--workspace", str(workspace.root)]) == 0
    assert words in " ".join(capsys.readouterr().err.split())
    assert words in run_report(run)
    facts, judged = run_facts(run, "bright")
    assert words in run_card(run, facts, judged)
    warned = [one for one in publishing_warnings(run) if words in one.message]
    assert [(one.code, one.grave) for one in warned] == [
        ("shortcut", own <= reached.numbers["auc"])
    ]
