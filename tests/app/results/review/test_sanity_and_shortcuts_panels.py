"""What was kept of heat maps and shortcuts, on the tabs of the Results page."""

from __future__ import annotations

from pathlib import Path

from made_runs import draw_noise, finish, made_run
from results_page import opened, texts

from xraylib.evaluation.run_shortcuts import RunShortcuts
from xraylib.evaluation.shortcut_within import ToldWithin
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.workspace import Workspace, write_json


def test_shortcuts_are_told_with_what_was_not_tried(workspace: Workspace, tmp_path: Path) -> None:
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    app = opened(tab="Robustness")
    assert "Look for shortcuts" in [button.label for button in app.button]
    run.weights_file.write_bytes(b"")
    one = ToldWithin(
        what="hospital",
        label="Normal",
        values=("A", "B"),
        images=40,
        patients=30,
        auc=Score(0.8, Interval(0.7, 0.9)),
    )
    kept = RunShortcuts(images=120, found=(one,), unknown=("exposure inside Covid: too few",))
    write_json(run.folder / "shortcuts.json", kept.to_json())
    app.run()
    table = app.table[0].value
    assert table.loc["Normal", "What"] == "hospital: A, B"
    assert table.loc["Normal", "AUC"] == "0.80 (0.70 to 0.90)"
    assert table.loc["Normal", "Can it be told?"] == "yes"
    assert "Not tried: exposure inside Covid: too few" in texts(app).replace("\\", "")


def test_heat_maps_offer_their_test(workspace: Workspace, tmp_path: Path) -> None:
    finish(made_run(workspace, draw_noise(tmp_path / "images")))
    app = opened(tab="Heat maps")
    assert "Do the maps show what it learned?" in [one.value for one in app.subheader]
    assert "Test the heat maps" in [button.label for button in app.button]
