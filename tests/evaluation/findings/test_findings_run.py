"""What is told of a judged run of findings: groups, other data sets, comparisons, reports."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judged_findings import judge, judged_findings_run
from sklearn.metrics import roc_auc_score
from tiny_findings import NAMES, make_findings_run

from xraylib.audit.report import AuditReport, Finding
from xraylib.cli import main
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.split_table import from_csv
from xraylib.errors import ConfigError, DatasetError
from xraylib.evaluation.elsewhere.external_table import MEAN, external_table
from xraylib.evaluation.elsewhere.names_read import NamesRead
from xraylib.evaluation.external import (
    external_evaluations,
    forget_evaluation,
    keep_evaluation,
    key_of,
)
from xraylib.evaluation.findings.compare import compare_findings_runs
from xraylib.evaluation.findings.operating import read_findings_operating
from xraylib.evaluation.findings.run_findings import stored_findings
from xraylib.evaluation.groups.run_groups import every_subgroup, known_columns, run_subgroups
from xraylib.evaluation.leakage import keep_report
from xraylib.evaluation.precision import run_precision
from xraylib.evaluation.run_decision import learned_share, run_decision
from xraylib.evaluation.sides.aspects import run_aspects
from xraylib.metrics.findings.evaluation import evaluate_findings
from xraylib.models.before_publishing import publishing_warnings
from xraylib.models.studies.tried import studies, study_facts
from xraylib.reports.checklist.evidence import Told
from xraylib.reports.checklist.filled import checklist_report, fill_checklists
from xraylib.reports.comparison import comparison_report
from xraylib.reports.run import run_report
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("findings-run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(folder / "workspace"))
        yield Workspace(folder / "workspace")


@pytest.fixture(scope="module")
def run(place: Workspace) -> Run:
    return judged_findings_run(place, place.root.parent / "images")


def test_groups_of_a_column_have_the_figures_of_their_images(run: Run) -> None:
    assert list(known_columns(run))[:3] == ["sex", "age", "view"]
    found = run_subgroups(run, "sex")
    judged = stored_findings(run)
    women = np.array([int(path.rpartition("/p")[2][:3]) % 2 == 0 for path in judged.paths])
    (own,) = (one for one in found.of("Bright") if one.value == "F")
    known = women & (judged.truth[:, 0] >= 0)
    assert own.images == known.sum()
    assert own["auc"].value == pytest.approx(
        roc_auc_score(judged.truth[known, 0] == 1, judged.probabilities[known, 0]), abs=1e-9
    )
    bands = {one.value for one in run_subgroups(run, "age").groups}
    assert bands == {"18 to 39", "40 to 59", "60 to 79", "80 and over"} & bands
    assert len(bands) >= 2
    views = [one.value for one in run_subgroups(run, "view").of("Bright")]
    assert views == ["AP", "(not given)"]
    assert [one.column for one in every_subgroup(run)] == ["sex", "age", "view"]
    with pytest.raises(ConfigError, match="Nothing tells 'ward'") as error:
        run_subgroups(run, "ward")
    assert error.value.code == "column"


@pytest.mark.slow
def test_the_command_tells_groups_for_people_and_programs(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = _told(capsys, "subgroups", run.id)
    assert [one["column"] for one in told["subgroups"]] == ["sex", "age", "view"]
    assert {"auc", "auc_ci", "sensitivity", "prevalence", "against"} <= set(
        told["subgroups"][0]["groups"][0]
    )
    rows = [f"{Path(path).name},w{place % 2}" for place, path in enumerate(_paths(run))]
    table = tmp_path / "wards.csv"
    table.write_text("\n".join(["file,ward", *rows]), encoding="utf-8")
    assert main(["subgroups", run.id, "--metadata", str(table)]) == 0
    said = capsys.readouterr().out
    assert "ward" in said
    assert "w0" in said


def _told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _paths(run: Run) -> tuple[str, ...]:
    return stored_findings(run).paths


def _kept(run: Run, *, images: int = 40, skill: float = 0.0) -> str:
    """As judging on another data set leaves it; `skill` 0 is guessing."""
    rng = np.random.default_rng(5)
    truth = (rng.random((images, 2)) < 0.4).astype(np.int8)
    said = np.clip(skill * truth + (1 - skill) * rng.random(truth.shape), 0, 1)
    root = run.data.root.parent / "elsewhere"
    key = key_of("Elsewhere", root, "all", own=False)
    keep_evaluation(
        run,
        key,
        data="Elsewhere",
        root=root,
        split="all",
        images=[(f"x{number}.png", "", f"e{number}") for number in range(images)],
        sums=[f"{number}" for number in range(images)],
        probabilities=said,
        evaluation=evaluate_findings(truth, said, NAMES),
        truth=truth,
        names=NamesRead.of(NAMES, ["Bright", "Striped", "Other"], {"Shiny": "Bright"}),
    )
    return key


def test_a_judgement_by_weights_that_the_run_no_longer_has_is_not_told(run: Run) -> None:
    key = _kept(run)
    source = run.folder / "judged" / key / "source.json"
    written = source.stat().st_mtime
    run.weights_file.write_bytes(b"")
    os.utime(run.weights_file, (written - 5, written - 5))
    assert [one.key for one in external_evaluations(run)] == [key]
    os.utime(run.weights_file, (written + 5, written + 5))  # it was resumed, and ended again
    assert external_evaluations(run) == []
    run.weights_file.unlink()  # of the run that the other tests use
    forget_evaluation(run, key)


@pytest.mark.slow
def test_other_data_sets_stand_beside_its_own_and_the_drop_is_told(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DatasetError, match="judged on its own images alone") as error:
        external_table(run)
    assert error.value.code == "no-external"
    key = _kept(run)
    assert [one.key for one in external_evaluations(run)] == [key]
    found = external_table(run)
    assert [line.key for line in found.lines] == ["test", key]
    (other,) = found.others
    own = run_aspects(run)[1]
    drop = other.drops["Bright"]
    assert drop.difference == pytest.approx(
        (other.aspects["Bright"]["auc"].value or 0) - (own[0].measured()["auc"].value or 0)
    )
    assert found.asked == 3
    assert other.drops[MEAN].sign < 0
    words = found.words()
    assert re.match(
        r"On Elsewhere \(40 images\) the AUC is 0\.\d\d \(.*\): 0\.\d\d lower than "
        r"on its own test images",
        words[0],
    )
    assert other.names.words == "Shiny read as Bright; Other passed over"
    told = _told(capsys, "external", run.id)
    assert told["lines"][1]["drops"]["mean"]["difference"] < 0
    assert told["words"] == words
    assert main(["external", run.id]) == 0
    assert "lower than on its own test images" in capsys.readouterr().out


@pytest.mark.slow
def test_two_runs_are_compared_finding_by_finding(
    run: Run, place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    index = DatasetIndex.load(run.folder / "index.parquet")
    other = make_findings_run(place, run.data.root, index=index, learning_rate=0.01)
    judge(other, skill=0.02, seed=9)
    found = compare_findings_runs([run, other])
    assert [pair.finding for pair in found.pairs] == ["", *NAMES]
    assert found.pairs[0].better == run.id
    assert found.n == stored_findings(run).truth.shape[0]
    told = _told(capsys, "compare", run.id, other.id)
    assert told["pairs"][0]["better"] == run.id
    assert main(["compare", run.id, other.id]) == 0
    assert f"{run.id} is better" in capsys.readouterr().out
    text = comparison_report([run, other])
    assert "Mean of the findings" in text
    assert "is better than" in text


def test_the_report_has_every_part_and_needs_nothing_else(run: Run) -> None:
    text = run_report(run)
    for part in (
        "Mean AUC of the findings",
        "Each finding, 95 % intervals",
        "How common each finding is, and which come together",
        "Temperatures and thresholds",
        "By sex",
        "By age",
        "Mistakes about Bright",
    ):
        assert part in text, part
    assert text.count("<svg") >= 6
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=\"(?!data:)", text)
    assert "data:image/jpeg;base64," in text
    assert json.dumps(text)


@pytest.mark.slow
def test_checklists_are_filled_from_what_the_run_says(run: Run) -> None:
    filled = fill_checklists(run)
    assert len(filled) == 3
    assert all(one.count("filled") >= 7 for one in filled)
    told = " ".join(words for one in filled for entry in one.entries for words in entry.told)
    assert "mean AUC of the findings 0." in told
    assert "gives each of the findings Bright, Striped a probability of its own" in told
    assert "By sex, age, view: " in told
    assert "Unknown labels count nothing" in told
    assert "Bright" in checklist_report(run)
    assert "as nobody chose" not in told  # on validation images
    assert "uncertain ones of training images count as not known" in told
    facts = Told(run)
    assert re.search(
        r"training: \d+ images, \d+ with Bright, \d+ with Striped", facts["flow"].words
    )
    known = publishing_warnings(run)
    assert facts["limits"].words.startswith(". ".join(one.message for one in known))
    left = [name for name in run.classes if name not in read_findings_operating(run).classes]
    assert (f"for {', '.join(left)}: flagged from 0.5 on" in facts["thresholds"].words) == bool(
        left
    )


@pytest.mark.slow
def test_checklists_tell_what_training_and_validation_knew_as_every_other_page_does(
    run: Run,
) -> None:
    index = DatasetIndex.load(run.folder / "index.parquet")
    split = from_csv(run.folder / "split.csv")
    by = {name: [p for p, s in zip(split.path, split.split, strict=True) if s == name]
          for name in ("train", "val", "test")}  # fmt: skip
    pairs = [(by["test"][0], by["train"][0]), (by["test"][1], by["val"][0])]
    findings = tuple(
        Finding(code="near-duplicate", severity="warning", message="The same picture.",
                remedy="Keep one", paths=pair)
        for pair in pairs
    )  # fmt: skip
    keep_report(run, AuditReport(findings=findings, fingerprint="f", images=len(index)))
    try:
        told = " ".join(
            words for one in fill_checklists(run) for entry in one.entries for words in entry.told
        )
    finally:
        (run.folder / "audit.json").unlink()
    assert f"Of {len(by['test'])} test images training knew " in told
    assert ": 1 changed copy, " in told
    assert (
        "of patients who are in training; validation, by which its training was watched, " in told
    )
    assert "are known from training" not in told


def test_decision_curve_and_precision_are_of_each_finding(run: Run) -> None:
    curve = run_decision(run, "Bright", 0.1)
    own = run_aspects(run)[1][0]
    assert (curve.positives, curve.negatives) == (own.positive.sum(), (~own.positive).sum())
    assert 0.3 < learned_share(run, "Bright") < 0.6
    figures = run_precision(run)
    assert [one.figure for one in figures[:2]] == [
        "sensitivity for Bright",
        "specificity for Bright",
    ]
    assert figures[0].share == pytest.approx(own.measured()["sensitivity"].value)


def test_the_card_tells_groups_that_are_not_too_few_and_none_of_dicom_headers(run: Run) -> None:
    facts = study_facts(run)
    groups = facts["groups"]
    assert isinstance(groups, dict)
    assert [one["column"] for one in groups["columns"]] == ["sex", "age", "view"]
    (by_sex,) = (one for one in studies(facts) if one.title == "By sex")
    assert {row[0] for row in by_sex.rows} <= set(NAMES)
    assert any("too few to tell" in note for note in by_sex.notes) or by_sex.rows
    secret = replace(run.data, curation=replace(run.data.curation, dicom_metadata=True))
    told = Run(run.folder)
    vars(told)["data"] = secret  # as it is kept once read
    assert study_facts(told)["groups"] is None
