"""What was tried on a run, in its model card."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from drawn_stress import drawn_stress
from judged_findings import judged_findings_run
from made_runs import draw_noise, finish, made_run
from tiny_findings import NAMES

from xraylib.app.results.review.shortcuts_panel import shortcut_table
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import UNCERTAIN
from xraylib.evaluation.run_shortcuts import FILE as SHORTCUTS
from xraylib.evaluation.run_shortcuts import RunShortcuts
from xraylib.evaluation.shortcut_within import ToldWithin
from xraylib.evaluation.stress.stress_test import FILE
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.models.assemble import run_card, run_facts
from xraylib.training.loop.run_images import findings_csv
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


@pytest.mark.parametrize("told", [True, False])
def test_whose_images_a_shortcut_was_told_from_is_told_where_it_is_known(
    workspace: Workspace, tmp_path: Path, told: bool
) -> None:
    one = ToldWithin(
        what="hospital", label="Normal", values=("A", "B"), images=40, patients=30,
        auc=Score(0.8, Interval(0.6, 0.9)),
    )  # fmt: skip
    found = RunShortcuts(images=120, found=(one,), unknown=(), patients_told=told)
    run = finish(made_run(workspace, draw_noise(tmp_path / "images")))
    run.weights_file.write_bytes(b"")
    write_json(run.folder / SHORTCUTS, found.to_json())
    card = run_card(run, *run_facts(run, "noise"))
    whose = "40 of 30 patients" if told else "40 (30 different pictures)"
    assert f"| Normal | hospital: A, B | {whose} | 0.80 (0.60 to 0.90) | yes |" in card
    assert shortcut_table(found)["X-rays"].tolist() == [whose]


@pytest.mark.parametrize(
    ("uncertain", "words"),
    [("ignore", "not known"), ("present", "present"), ("absent", "absent")],
)
def test_the_card_says_what_uncertain_labels_counted_as_and_training_counts_them_so(
    workspace: Workspace, tmp_path: Path, uncertain: str, words: str
) -> None:
    run = judged_findings_run(workspace, tmp_path / "images", uncertain=uncertain)
    card = run_card(run, *run_facts(run, "tiny"))
    assert f"what it called uncertain counted as {words} in training, and nothing elsewhere" in card
    index = DatasetIndex.load(run.folder / "index.parquet")
    assert index.findings is not None
    told = dict(zip(index.table["path"].to_pylist(), index.findings.values.tolist(), strict=True))
    taken: dict[str, set[str]] = {"train": set(), "val": set(), "test": set()}
    for row in csv.DictReader(io.StringIO(findings_csv(run))):
        for name, value in zip(NAMES, told[row["path"]], strict=True):
            if value == UNCERTAIN:
                taken[row["split"]].add(row[name])
    assert taken["train"] == {{"ignore": "", "present": "1", "absent": "0"}[uncertain]}
    assert taken["val"] | taken["test"] == {""}
