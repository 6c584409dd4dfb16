"""What was tried on a run, in its model card."""

from __future__ import annotations

from pathlib import Path

from drawn_stress import drawn_stress
from made_runs import draw_noise, finish, made_run

from xraylib.evaluation.stress.stress_test import FILE
from xraylib.models.assemble import run_card, run_facts
from xraylib.workspace import Workspace, write_json


def card_of(workspace: Workspace, images: Path, *, stressed: bool) -> str:
    run = finish(made_run(workspace, images))
    run.weights_file.write_bytes(b"")
    if stressed:
        write_json(run.folder / FILE, drawn_stress().to_json())
    facts, evaluation = run_facts(run, "noise")
    return run_card(run, facts, evaluation)


def test_a_card_tells_the_stress_test_or_that_there_was_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    images = draw_noise(tmp_path / "images")
    without = card_of(workspace, images, stressed=False)
    assert "nobody had tried how it bears X-rays that are turned" in without
    told = card_of(workspace, images, stressed=True)
    assert "unchanged 0.80 (0.70 to 0.90) of them get their own class" in told
    assert (
        "| Rotation | unchanged to +5° | −5° | 0.30 (0.00 to 0.40) | 0.60 (0.50 to 0.70) |" in told
    )
