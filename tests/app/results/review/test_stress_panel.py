"""The tab Robustness: offered, run in a child, drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_stress import drawn_stress
from made_runs import draw_noise, finish, made_run
from results_page import opened, texts

from xraylib.app.results.review.stress_panel import curve_words, stress_chart, summary
from xraylib.app.shell.jobs import job_board
from xraylib.evaluation.stress.stress_test import FILE
from xraylib.workspace import Workspace, write_json


def test_without_a_test_it_is_offered(workspace: Workspace, tmp_path: Path) -> None:
    finish(made_run(workspace, draw_noise(tmp_path / "images")))
    app = opened(tab="Robustness")
    assert "how often is the answer still right" in texts(app)
    assert "Run the stress test" in [button.label for button in app.button]


@pytest.mark.slow
def test_a_kept_test_is_drawn_with_its_figures(workspace: Workspace, tmp_path: Path) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    run.weights_file.write_bytes(b"")
    write_json(run.folder / FILE, drawn_stress().to_json())
    app = opened(tab="Robustness")
    assert "The answer flips most often with: Rotation (−5°): **0.30 (0.00 to 0.40)**" in texts(app)
    table = app.table[0].value
    assert list(table["Answer flipped"]) == ["0.30 (0.00 to 0.40)", "–", "0.10 (0.00 to 0.20)"]
    assert "Do it again" in [button.label for button in app.button]


def test_the_chart_has_both_lines_and_words() -> None:
    curve = drawn_stress().curves[0]
    drawn = stress_chart(curve).to_dict()
    (values,) = drawn["datasets"].values()
    assert len(values) == 5  # three right, two flipped: the unchanged ones flip nowhere
    assert {row["step"] for row in values} == {"−5°", "as is", "+5°"}
    assert "−5° right 0.60, flipped 0.30" in curve_words(curve)
    assert summary(drawn_stress()).startswith("Measured on the 12 test X-rays.")


@pytest.mark.slow
def test_what_goes_wrong_in_the_child_is_said(workspace: Workspace, tmp_path: Path) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    app = opened(tab="Robustness")
    next(b for b in app.button if b.label == "Run the stress test").click().run()
    job = job_board().find(f"stress {run.id}")
    assert job is not None
    assert job.wait(120).code == "no-weights"
    app.run()
    assert "has no weights" in app.error[0].value
