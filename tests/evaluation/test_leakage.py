"""What the audit of a data set says about the numbers of a run made from it."""

from __future__ import annotations

import shutil
from pathlib import Path

from made_runs import draw_noise, made_run
from scanned import scanned

from xraylib.audit import audit, keep_audit
from xraylib.datasets.curation import Curation
from xraylib.evaluation.leakage import leakage_of
from xraylib.records import read_json
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json


def leaking_images(root: Path) -> Path:
    images = draw_noise(root)
    shutil.copy(images / "train/Covid/ptrainCovid0_0.png", images / "test/Covid/ptestCovid0_0.png")
    return images


def test_a_run_learns_which_test_images_its_training_knew(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = leaking_images(tmp_path / "images")
    run = made_run(workspace, images)
    assert leakage_of(run) is None  # not audited yet
    report = audit(scanned(images))
    keep_audit("noise", report, workspace=workspace)
    found = leakage_of(run)
    assert found is not None
    seen = "train/Covid/ptrainCovid0_0.png"
    split = {line.split(",")[0]: line.split(",")[2] for line in _lines(run)}
    # The image may also have become one to validate on.
    wanted = {"test/Covid/ptestCovid0_0.png": (seen,)} if split[seen] == "train" else {}
    assert (found.images, found.copies, found.patients) == (12, wanted, ())
    assert found.findings == report.findings


def test_an_audit_of_other_images_says_nothing_about_a_run(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = leaking_images(tmp_path / "images")
    run = made_run(workspace, images)
    (images / "test/Covid/ptestCovid1_0.png").unlink()
    keep_audit("noise", audit(scanned(images)), workspace=workspace)
    assert leakage_of(run) is None


def test_a_run_after_a_choice_is_told_by_the_audit_of_the_whole(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = leaking_images(tmp_path / "images")
    keep_audit("noise", audit(scanned(images)), workspace=workspace)
    run = made_run(workspace, images)
    data = read_json(run.folder / "data.json")
    assert data["source_fingerprint"] == data["fingerprint"]
    write_json(run.folder / "data.json", data | {"fingerprint": "0" * 64})
    assert leakage_of(Run(run.folder)) is not None
    assert Curation.from_json(data) == Curation()


def _lines(run: Run) -> list[str]:
    return (run.folder / "split.csv").read_text().splitlines()[1:]
