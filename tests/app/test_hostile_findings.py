"""Names of findings, of groups of patients and of a table's columns are data on every page too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import judged_findings
import pyarrow as pa
import pytest
import tiny_findings
from hostile_names import MARKS, NAME
from judged_findings import judged_findings_run
from kept_beside import keep_beside
from markdown_it import MarkdownIt
from page_reader import PageReader
from shown_markup import read_as_markup
from streamlit.testing.v1 import AppTest
from tiny_findings import findings_index

from xraylib.datasets.catalog import add_dataset
from xraylib.evaluation.findings.evaluation import stored_findings_evaluation
from xraylib.markup import csv_line
from xraylib.models.assemble import run_card, run_facts
from xraylib.reports.checklist.filled import checklist_report
from xraylib.reports.metrics_csv import findings_csv
from xraylib.reports.run import run_report
from xraylib.settings import PROJECT
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

FINDINGS = (f"=1 {MARKS}", "B [k](www.l.example)")
TABS = (
    "All figures", "Curves", "Calibration", "Compare", "Errors", "Heat maps",
    "Inside the network", "Robustness", "Checklist", "Publish",
)  # fmt: skip


@pytest.fixture
def hostile(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run of findings whose names, and what is known of its patients, hold marks."""
    for module in (tiny_findings, judged_findings):
        monkeypatch.setattr(module, "NAMES", FINDINGS)
    index = findings_index(tmp_path / "images")
    numbers = range(len(index))
    metadata = pa.table({NAME: [f"{MARKS} {at % 2}" for at in numbers]})
    run = judged_findings_run(
        workspace, tmp_path / "images", index=replace(index, metadata=metadata)
    )
    keep_beside(run)
    return run


@pytest.mark.slow
@pytest.mark.parametrize("tab", TABS)
def test_no_name_of_a_finding_is_read_as_markup(hostile: Run, tab: str) -> None:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    app.switch_page("pages/4_Results.py")
    app.query_params.update({"run": hostile.id, "tab": tab})
    app.run()
    assert not app.exception, [one.message for one in app.exception]
    assert read_as_markup(app) == []


@pytest.mark.slow
def test_the_card_the_report_and_the_table_say_them_as_they_are_written(hostile: Run) -> None:
    facts, evaluation = run_facts(hostile, "marks")
    card = run_card(hostile, facts, evaluation)
    shown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for text in (shown.render(card), run_report(hostile), checklist_report(hostile)):
        page = PageReader(text)
        assert "b" not in page.tags
        # The X-rays of a report stand in it; whatever else is shown comes from nowhere.
        assert not [one for one in page.addresses if not one.startswith(("data:image/", "#"))]
    table = findings_csv(stored_findings_evaluation(hostile))
    assert not [
        cell for line in table.splitlines() for cell in line.split(",") if cell.startswith("=")
    ]
    assert csv_line([f"'{FINDINGS[0]}"]).strip() in table


@pytest.mark.slow
def test_a_table_with_marks_is_text_on_the_page_of_its_data_set(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = tmp_path / "images"
    index = findings_index(images)
    rows = [["image", *FINDINGS, NAME]]
    rows += [[path, "1", "0", MARKS] for path in index.table["path"].to_pylist()]
    (images / "labels.csv").write_text("".join(map(csv_line, rows)), encoding="utf-8")
    add_dataset(images, "marks", workspace=workspace)
    for view in ("X-rays", "Numbers", "Map"):
        app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
        app.switch_page("pages/1_Dataset.py")
        app.query_params.update({"data": "marks", "view": view})
        app.run()
        assert not app.exception, [one.message for one in app.exception]
        assert read_as_markup(app) == []
