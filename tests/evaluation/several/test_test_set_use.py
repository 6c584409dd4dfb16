"""Looks at test images are counted by the images, and a lock keeps them unseen until "now"."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from judged_runs import judged_run, sure

from xraylib.cli import main
from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import evaluate_run, stored_predictions
from xraylib.evaluation.run_compare import compare_runs
from xraylib.evaluation.several.test_set_use import looks
from xraylib.metrics.comparing.best_of import expected_optimism
from xraylib.reports.run import run_report
from xraylib.training.run.results import PREDICTIONS
from xraylib.training.run.runs import Run
from xraylib.training.run.test_lock import is_closed, lock_set, open_set, set_fingerprint
from xraylib.workspace import Workspace, write_json

CLASSES = ("High", "Low", "Middle")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from trained_runs import draw_images

    return draw_images(tmp_path_factory.mktemp("looked at") / "bars", CLASSES)


def _runs(workspace: Workspace, images: Path, count: int) -> list[Run]:
    rng = np.random.default_rng(0)

    def says(true: Any) -> Any:
        return sure(np.where(rng.random(len(true)) < 0.3, (true + 1) % 3, true), 3)

    return [judged_run(workspace, images, says) for _ in range(count)]


@pytest.mark.slow
def test_runs_are_counted_by_the_images_they_were_judged_on(
    workspace: Workspace, images: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from trained_runs import draw_images

    first, *_ = runs = _runs(workspace, images, 4)
    alone = looks(first, workspace=Workspace(tmp_path / "elsewhere"))
    assert (alone.runs, alone.words) == (0, "")
    moved = tmp_path / "moved" / "bars"
    shutil.copytree(images, moved)  # the same images under another name
    runs += _runs(workspace, moved, 1)
    _runs(workspace, draw_images(tmp_path / "others", CLASSES, seed=9), 1)
    found = looks(first)
    assert (found.runs, found.images) == (5, 15)
    judged = [stored_predictions(run) for run in runs]
    right = [one.called == one.labels for one in judged]
    assert found.optimism == pytest.approx(expected_optimism(right, judged[0].groups))
    assert found.words == (
        "These 15 test images have judged 5 runs: the best of them is expected to be too good by "
        f"about {found.optimism:.2f} in accuracy, were all equally good"
    )
    assert main(["evaluate", first.id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["looks"] == found.to_json()
    assert main(["evaluate", first.id]) == 0
    assert "have judged 5 runs" in capsys.readouterr().err
    assert "These 15 test X-rays have judged 5 runs" in run_report(first)


@pytest.mark.slow
def test_locked_images_say_nothing_of_any_run_until_now(
    workspace: Workspace, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = _runs(workspace, images, 2)
    for run in (one, other):
        kept = {split: evaluate_run(run, split=split).to_json() for split in ("val", "test")}
        write_json(run.folder / "evaluation.json", kept)
    assert not is_closed(one.folder)
    assert main(["test-set", one.id, "--lock", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["closed"] is True
    assert is_closed(other.folder)
    for judge in (
        lambda: evaluate_run(other),
        lambda: compare_runs([one, other]),
        lambda: run_report(one),
    ):
        with pytest.raises(DatasetError) as caught:
            judge()
        assert caught.value.code == "test-locked"
    assert str(caught.value) == (
        f"The test images of the run {one.id} are locked. Expected validation images until the "
        "choice is made. Do this: choose by validation images (the split val); then open the test "
        "images, once, by the command test-set or on the Results page."
    )
    assert evaluate_run(other, split="val").n > 0
    assert list(other.evaluation() or {}) == ["val"]
    assert looks(one).optimism is None
    assert main(["evaluate", other.id]) != 0
    capsys.readouterr()
    assert main(["test-set", other.id]) == 0
    assert capsys.readouterr().out == (
        "the test images are locked; 2 runs were judged, 2 before the lock: their figures may be "
        "known\n"
    )
    for run in (one, other):  # as if they had been judged later
        os.utime(run.folder / PREDICTIONS, (time.time() + 60,) * 2)
    assert main(["test-set", other.id]) == 0
    assert capsys.readouterr().out == "the test images are locked; 2 runs were judged, unseen\n"
    assert main(["test-set", other.id, "--open"]) == 0
    assert "were locked and opened; 2 runs" in capsys.readouterr().out
    assert evaluate_run(one).n == 15
    assert list(one.evaluation() or {}) == ["val", "test"]
    with pytest.raises(DatasetError) as again:
        lock_set(one.folder)
    assert again.value.code == "test-opened"


def test_other_images_stay_open_and_what_was_never_locked_cannot_be_opened(
    workspace: Workspace, images: Path, tmp_path: Path
) -> None:
    from trained_runs import draw_images

    (run,) = _runs(workspace, images, 1)
    (other,) = _runs(workspace, draw_images(tmp_path / "others", CLASSES, seed=9), 1)
    assert open_set(run.folder).opened is None
    lock_set(run.folder)
    assert lock_set(run.folder).closed  # twice is once
    assert set_fingerprint(run.folder) != set_fingerprint(other.folder)
    assert not is_closed(other.folder)
    assert evaluate_run(other).n == 15
