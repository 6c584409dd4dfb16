"""One HTML file that needs nothing else: what is in it, and that nothing in it can run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from drawn_stress import drawn_stress
from made_runs import draw_noise, finish, made_run

from xraylib.errors import DatasetError
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_thresholds import save_choice
from xraylib.evaluation.stress.stress_test import FILE
from xraylib.reports.comparison import comparison_report
from xraylib.reports.run import run_report
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json

pytestmark = pytest.mark.slow  # its tests take some seconds together


class _Reader(HTMLParser):
    """Collects tags, words and addresses, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.addresses: list[str] = []
        self.pictures: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        known = dict(attributes)
        self.addresses += [known[name] or "" for name in ("src", "href") if name in known]
        self.pictures += [known.get("alt") or known.get("aria-label") or ""] * (
            tag in ("img", "svg")
        )
        if tag not in ("meta", "img", "link", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] != "style":
            self.words += data


@pytest.fixture
def run(workspace: Workspace, tmp_path: Path) -> Run:
    images = draw_noise(tmp_path / "images", train=10)
    return finish(made_run(workspace, images, name="<script>alert(1)</script>"), wrong=3)


def test_a_runs_report_holds_figures_curves_and_the_worst_mistakes(run: Run) -> None:
    save_choice(run, "Covid", Choice(by="sensitivity", value=0.9, band=(0.6, 0.75)))
    text = run_report(run)
    read = _Reader(text)
    assert "9 of 12 right" in read.words
    assert "accuracy 0.75 (0.47 to 0.91)" in read.words  # Wilson of 9 of 12
    assert "Results of <script>alert(1)</script>" in read.words  # as words, not as a script
    assert "sensitivity 0.90" in read.words
    assert "0.60 to 0.75" in read.words
    assert "The most confident mistakes: 3 of 3" in read.words
    assert "Research and education only. Not a medical device." in read.words
    assert read.tags.count("img") == 3
    assert read.tags.count("svg") == 4  # matrix, two curves, reliability
    assert all(read.pictures)
    assert "of 4 Covid X-rays 1 were called so" in read.pictures[0]


def test_it_tells_what_was_tried_on_the_run_or_that_it_was_not(run: Run) -> None:
    assert "nobody had tried how it bears X-rays that are turned" in _Reader(run_report(run)).words
    run.weights_file.write_bytes(b"")
    write_json(run.folder / FILE, drawn_stress().to_json())
    words = _Reader(run_report(run)).words
    assert "unchanged 0.80 (0.70 to 0.90) of them get their own class" in words
    assert "Rotationunchanged to +5°−5°0.30 (0.00 to 0.40)0.60 (0.50 to 0.70)" in words
    assert "nobody had looked whether its heat maps fall apart" in words


def test_it_needs_nothing_from_elsewhere_and_runs_nothing(run: Run) -> None:
    read = _Reader(run_report(run))
    assert not {"script", "link", "iframe", "object", "form"} & set(read.tags)
    assert all(address.startswith("data:image/jpeg;base64,") for address in read.addresses)
    text = re.sub(r"http://www\.w3\.org/2000/svg", "", run_report(run))
    assert "http" not in text.replace("http-equiv", "")
    assert "default-src 'none'" in text
    assert "@media print" in text


def test_images_that_are_gone_leave_their_words_behind(run: Run) -> None:
    for image in run.data.root.rglob("*.png"):
        image.unlink()
    read = _Reader(run_report(run))
    assert "img" not in read.tags
    assert read.words.count("The X-ray is no longer where it was.") == 3


def test_a_comparison_says_which_is_better_and_draws_the_differences(
    run: Run, workspace: Workspace
) -> None:
    better = finish(made_run(workspace, run.data.root, name="Better"), wrong=0)
    poor = finish(made_run(workspace, run.data.root, name="Poor"), wrong=9)
    read = _Reader(comparison_report([better, poor], workspace=workspace))
    assert "Better is better than Poor on these 12 X-rays (difference +0.750" in read.words
    assert "always Covid" in read.words
    assert read.tags.count("svg") == 4  # differences, and one ROC a class
    with pytest.raises(DatasetError):
        comparison_report([better], split="train", workspace=workspace)


def test_the_command_writes_the_file(
    run: Run, workspace: Workspace, tmp_path: Path, capsys: Any
) -> None:
    import json

    from xraylib.cli import main

    other = finish(made_run(workspace, run.data.root), wrong=1)
    assert main(["report", run.id, "--out", str(tmp_path / "one.html"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (tmp_path / "one.html").stat().st_size == told["bytes"]
    assert main(["report", run.id, other.id, "--out", str(tmp_path / "two.html")]) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path / 'two.html'}\n"
    assert "Comparison of runs" in (tmp_path / "two.html").read_text()
