"""What the audit of a data set says about the numbers of a run made from it."""

from __future__ import annotations

import shutil
from pathlib import Path

from made_runs import draw_noise, made_run
from scanned import scanned

from xraylib.audit import audit, keep_audit
from xraylib.datasets.curation import Choice
from xraylib.evaluation.leakage import leakage_of
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, read_json, write_json


def leaking_films(root: Path) -> Path:
    films = draw_noise(root)
    shutil.copy(films / "train/Covid/ptrainCovid0_0.png", films / "test/Covid/ptestCovid0_0.png")
    return films


def test_a_run_learns_which_test_films_its_training_knew(
    workspace: Workspace, tmp_path: Path
) -> None:
    films = leaking_films(tmp_path / "films")
    run = made_run(workspace, films)
    assert leakage_of(run) is None  # not audited yet
    report = audit(scanned(films))
    keep_audit(workspace, "noise", report)
    found = leakage_of(run)
    assert found is not None
    seen = "train/Covid/ptrainCovid0_0.png"
    split = {line.split(",")[0]: line.split(",")[2] for line in _lines(run)}
    # The film may also have become one to validate on.
    wanted = {"test/Covid/ptestCovid0_0.png": (seen,)} if split[seen] == "train" else {}
    assert (found.films, found.copies, found.patients) == (12, wanted, ())
    assert found.findings == report.findings


def test_an_audit_of_other_films_says_nothing_about_a_run(
    workspace: Workspace, tmp_path: Path
) -> None:
    films = leaking_films(tmp_path / "films")
    run = made_run(workspace, films)
    (films / "test/Covid/ptestCovid1_0.png").unlink()
    keep_audit(workspace, "noise", audit(scanned(films)))
    assert leakage_of(run) is None


def test_a_run_after_a_choice_is_told_by_the_audit_of_the_whole(
    workspace: Workspace, tmp_path: Path
) -> None:
    films = leaking_films(tmp_path / "films")
    keep_audit(workspace, "noise", audit(scanned(films)))
    run = made_run(workspace, films)
    data = read_json(run.folder / "data.json")
    assert data["source_fingerprint"] == data["fingerprint"]
    write_json(run.folder / "data.json", data | {"fingerprint": "0" * 64})
    assert leakage_of(Run(run.folder)) is not None
    assert Choice.from_json(data) == Choice()


def _lines(run: Run) -> list[str]:
    return (run.folder / "split.csv").read_text().splitlines()[1:]
