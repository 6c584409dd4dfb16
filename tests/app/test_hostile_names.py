"""Names are data: whatever stands in them is shown as it is written, on every page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hostile_names import CLASSES, MARKS, NAME, hostile_run
from markdown_it import MarkdownIt
from page_reader import PageReader
from shown_markup import read_as_markup
from streamlit.testing.v1 import AppTest

from xraylib.app.classify import judging
from xraylib.app.shell.frame import plain, written
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_thresholds import save_choice
from xraylib.models.assemble import run_card, run_facts
from xraylib.models.card.card import read_words, write_words
from xraylib.reports.checklist.filled import checklist_report
from xraylib.reports.comparison import comparison_report
from xraylib.reports.run import run_report
from xraylib.settings import PROJECT
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace

TABS: Final = {
    "pages/1_Dataset.py": (
        "view",
        ("X-rays", "Audit", "Map", "Numbers", "Unreadable", "Augmentation", "Preparation"),
    ),
    "pages/4_Results.py": (
        "tab",
        (
            "All figures", "Curves", "Calibration", "Compare", "Errors", "Heat maps",
            "Inside the network", "Robustness", "Checklist", "Publish",
        ),
    ),
    "streamlit_app.py": ("", ("",)),
    "pages/2_Architecture.py": ("", ("",)),
    "pages/3_Training.py": ("", ("",)),
    "pages/5_Classify.py": ("", ("",)),
    "pages/6_Model_card.py": ("", ("",)),
}  # fmt: skip


@pytest.fixture
def hostile(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return hostile_run(workspace, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "parameter", "tab"),
    [(script, name, tab) for script, (name, tabs) in TABS.items() for tab in tabs],
)
def test_no_name_is_read_as_markup(hostile: Run, script: str, parameter: str, tab: str) -> None:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    if script != "streamlit_app.py":
        app.switch_page(script)
    app.query_params.update({"run": hostile.id, "data": "marks", "model": "marks"})
    if parameter:
        app.query_params[parameter] = tab
    app.run()
    assert not app.exception, [one.message for one in app.exception]
    if script.endswith("Classify.py"):
        next(b for b in app.button if b.label == "I understand, continue").click().run()
        app.file_uploader[0].upload(f"{NAME.replace('/', '')}.png", _phantom()).run()
        assert not app.exception
        assert app.button(key="forget")
        judging.decoder().close()
        judging.decoder.clear()
    assert read_as_markup(app) == []


def _phantom() -> bytes:
    return sorted((PROJECT / "sample_data/test/Pneumonia").glob("*.png"))[0].read_bytes()


def test_text_is_escaped_only_where_something_could_be_read() -> None:
    for text in (
        "0.88 (0.78 to 0.94)",
        "Covid",
        "–",
        "3 of 4, ± 5",
        "p001_1.png",
        "12:30",
        "5 @ 3×3",
    ):
        assert written(text) == text
    for text in (NAME, MARKS, "www.a.example", "- a", "1. a", "http://a", "_a_", "a@b.example"):
        assert written(text) == plain(text) != text


@pytest.mark.slow
def test_the_card_and_the_reports_say_names_as_they_are_written(hostile: Run) -> None:
    write_words(hostile, {"purpose": f"{MARKS}\n# not a heading"})
    save_choice(hostile, CLASSES[0], Choice(by="hand", value=0.5))
    facts, evaluation = run_facts(hostile, "marks")
    card = run_card(hostile, {**facts, "words": read_words(hostile)}, evaluation)
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    shown = PageReader(parser.render(card))
    first = list_runs(workspace=Workspace(hostile.folder.parent.parent))
    documents = [run_report(hostile), comparison_report(first), checklist_report(hostile)]
    for page in (shown, *map(PageReader, documents)):
        assert "b" not in page.tags
        assert all(name in page.words for name in CLASSES[::2])
        assert not any("example" in address for address in page.addresses)
    assert "img" not in shown.tags
    assert "# not a heading" in shown.words
    assert all(NAME in PageReader(text).words for text in documents)
