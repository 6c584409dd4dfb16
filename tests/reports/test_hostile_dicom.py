"""Words of DICOM headers, names of files and of classes, with marks, in reports and exports."""

from __future__ import annotations

import csv
import json
import shutil
import warnings
from pathlib import Path
from typing import Final

import made_runs
import numpy as np
import pydicom
import pytest
from made_runs import finish
from markdown_it import MarkdownIt
from page_reader import PageReader

from xraylib.augmentation.augment import AugmentConfig
from xraylib.cli import main
from xraylib.datasets.curation import Curation
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.models.assemble import run_card, run_facts
from xraylib.networks.presets import preset
from xraylib.reports.checklist.filled import checklist_report
from xraylib.reports.run import run_report
from xraylib.samples.dicom import write_dicom
from xraylib.training.config import TrainConfig
from xraylib.training.run.create import create_run
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

SCANNERS: Final = (
    "=1+1 <img src=x onerror=a()> :red[s] $x$ ![e](f) | `d`",
    "@SUM(A1) <b>b</b> *c*",
)
CLASSES: Final = ("A <b>b<script>a(1)<script>", "=2+2 | ![e](http:f)", "\u202eC [k](www.l.example)")


@pytest.fixture
def run(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A finished run on DICOM files whose headers name scanners, patients and places with marks."""
    monkeypatch.setattr(made_runs, "CLASSES", CLASSES)
    images, pixels = tmp_path / "+cmd <i>", np.random.default_rng(0)
    for split, count in (("train", 6), ("test", 4)):
        for place, name in enumerate(CLASSES):
            folder = images / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                file = folder / f"=p{split}{place}{number} <img src=x>.dcm"
                noise = pixels.integers(0, 4096, (24, 20), np.uint16)
                write_dicom(file, noise, patient=f"{split}{place}{number}", inverted=False)
                told = pydicom.dcmread(file)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # no place in DICOM asks for such words
                    told.ManufacturerModelName = SCANNERS[number % 2]
                    told.InstitutionName = told.StudyDescription = SCANNERS[0]
                    told.PatientName = f"<b>{number}^=1+1"
                    told.save_as(file)
    index = Curation(dicom_metadata=True).whose(scan(images))
    assert index.metadata is not None
    assert set(index.metadata["scanner"].to_pylist()) == set(SCANNERS)
    preparation = Preparation(image_size=(24, 20))
    made = create_run(
        spec=preset("lesson-dense", input_shape=preparation.input_shape, classes=3),
        train=TrainConfig(epochs=3),
        index=index,
        split=make_split(index),
        preparation=preparation,
        augment=AugmentConfig(),
        workspace=workspace,
    )
    return finish(made)


def test_documents_show_them_as_they_are_written(run: Run) -> None:
    facts, evaluation = run_facts(run, "marks")
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    card = PageReader(parser.render(run_card(run, facts, evaluation)))
    report, checklist = PageReader(run_report(run)), PageReader(checklist_report(run))
    for page in (card, report, checklist):
        assert not {"b", "i", "script", "x"} & page.tags
        assert not any("example" in one or one in ("x", "f") for one in page.addresses)
        assert all(name in page.words for name in CLASSES)
    assert all(scanner in report.words for scanner in SCANNERS)


def test_tables_and_exports_run_nothing(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["subgroups", run.id, "--column", "scanner", "--json"]) == 0
    told = json.dumps(json.loads(capsys.readouterr().out), ensure_ascii=False)
    assert all(scanner in told for scanner in SCANNERS)
    images, out = next((run.data.root / "test").iterdir()), tmp_path / "answers.csv"
    main(["classify", str(images), "--model", "phantom-demo", "--out", str(out)])
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 5
    assert not any(cell.lstrip().startswith(("=", "+", "@")) for row in rows for cell in row)
    told = out.read_text("utf-8") + capsys.readouterr().out
    assert not any(scanner in told for scanner in SCANNERS)  # nothing of a header is handed on


def test_the_report_of_an_audit_shows_them_as_they_are_written(run: Run, tmp_path: Path) -> None:
    for file in sorted((run.data.root / "train").rglob("*.dcm"))[
        :4
    ]:  # leaks, so that it names some
        shutil.copy(file, run.data.root / "test" / file.parent.name / f"{file.name} copy.dcm")
    page, text = tmp_path / "audit.html", tmp_path / "audit.md"
    main(["audit", str(run.data.root), "--report", str(page), "--report", str(text)])
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for read in (
        PageReader(page.read_text("utf-8")),
        PageReader(parser.render(text.read_text("utf-8"))),
    ):
        assert not {"i", "script"} & read.tags
        assert "x" not in read.addresses
        assert "<img src=x>.dcm" in read.words
