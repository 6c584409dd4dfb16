"""`xraylib search` on the command line, from a folder to the winner that judges the test images."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_runs import tiny_spec
from until import until

from xraylib.evaluation.several.search_result import losses_of
from xraylib.training.process import queue
from xraylib.training.run.runs import open_run
from xraylib.training.search.search import open_search
from xraylib.workspace import Workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="sends SIGINT"),
    pytest.mark.xdist_group("trainer"),
]

SPACE = {"learning_rate": {"low": 1e-3, "high": 0.1, "log": True}, "batch_size": [8, 16]}


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "xraylib", *map(str, words)]


def called(*words: str | Path, code: int = 0, notes: bool = False) -> str:
    """What it says on standard output; with ``notes`` also what is on standard error."""
    done = subprocess.run(command(*words), capture_output=True, text=True, timeout=600)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done.stdout + (done.stderr if notes else "")


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def words(workspace: Workspace, images: Path, tmp_path: Path) -> Iterator[list[str | Path]]:
    """What is asked for: a folder, a network and a space, each a file."""
    (tmp_path / "tiny.json").write_text(json.dumps(tiny_spec().to_json()))
    (tmp_path / "space.json").write_text(json.dumps(SPACE))
    yield [
        "search", images, "--model", tmp_path / "tiny.json", "--space", tmp_path / "space.json",
        "--image-size", "32", "--learning-rate", "0.01", "--batch-size", "8", "--name", "night",
    ]  # fmt: skip
    for file in (workspace.runs / ".groups").glob("*.json"):
        open_search(file.stem, workspace=workspace).stop()


def test_a_search_goes_from_a_folder_to_the_winner_that_judges_the_test_images(
    words: list[str | Path], workspace: Workspace
) -> None:
    told = lines(called(*words, "--epochs", "3", "--trials", "3", "--prune", "--json"))
    *trials, end = told
    assert [one["event"] for one in told] == ["trial"] * 3 + ["finished"]
    search = open_search(end["search"], workspace=workspace)
    assert sorted(one["number"] for one in trials) == [1, 2, 3]
    assert (search.asked.pruner, search.asked.trials, end["status"]) == ("halving", 3, "finished")
    assert trials[0]["values"] == {"learning_rate": 0.01, "batch_size": 8}
    for one in trials:
        run = open_run(one["run"])
        assert run.train.learning_rate == pytest.approx(one["values"]["learning_rate"])
        assert run.train.batch_size == one["values"]["batch_size"]
        until_then = run.epochs()[: one["epochs"]]  # a pruned one may end an epoch later
        assert one["loss"] == min(epoch["val_loss"] for epoch in until_then)
    best = min(trials, key=lambda one: one["loss"])
    assert end["best"]["number"] == best["number"]
    judged = losses_of(open_run(best["run"]))
    assert judged is not None
    assert judged[1].mean() == pytest.approx(best["loss"], rel=1e-4)
    # The test images were looked at by nobody, then by the winner alone.
    assert end["looks"]["runs"] == 0
    shown = called("groups", end["search"], notes=True)
    assert "Trial" in shown
    assert "The test images have not been looked at." in shown
    called("test-set", best["run"], "--judge")
    shown = called("groups", end["search"], notes=True)
    assert "The test images have been looked at for 1 run." in shown
    said = called("search", "--resume", end["search"], code=1, notes=True)
    assert said.startswith("error[search-finished]: ")


def test_a_search_is_stopped_by_ctrl_c_and_gone_on_with(
    words: list[str | Path], workspace: Workspace
) -> None:
    asked = command(*words, "--epochs", "10000", "--trials", "2")
    # What is started in the background of a script ignores Ctrl+C, and so would what it starts.
    going = subprocess.Popen(
        asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    groups = workspace.runs / ".groups"
    until(lambda: list(groups.glob("*.json")), seconds=300)
    (file,) = groups.glob("*.json")
    search = open_search(file.stem, workspace=workspace)
    until(lambda: search.trials and search.trials[0].epochs >= 2, seconds=300)
    going.send_signal(signal.SIGINT)
    out, _ = going.communicate(timeout=300)
    assert going.returncode == 130, out
    assert f"{search.id}: stopped" in out
    run = search.run_of(search.trials[0])
    assert run is not None
    assert queue.wait(run, 300).state == "stopped"
    reached = search.trials[0].epochs

    assert called("search", "--resume", search.id, "--detach").strip() == search.id
    until(lambda: search.trials[0].epochs > reached, seconds=300, what=search.log_tail)
    called("stop", run.id)
    until(lambda: search.trials[0].state == "stopped", seconds=300, what=search.log_tail)
    search.stop()
    assert search.wait(300) == "stopped"
