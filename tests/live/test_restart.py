"""A web server that is killed while a run trains: training goes on, and the next one finds it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from lab_server import LabServer
from made_runs import draw_noise, made_run
from until import until
from visitor import Visitor

from xraylib.training.process import queue
from xraylib.workspace import Workspace

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL"),
    pytest.mark.timeout(1200),  # two trainers are waited for, long on a busy machine
]


def test_a_run_outlives_the_server_that_started_it_and_the_next_server_finds_it(
    tmp_path: Path,
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    run = made_run(workspace, draw_noise(tmp_path / "images"), name="Night", epochs=10_000)
    queue.stop(run)
    with LabServer(workspace.root, tmp_path / "first.log") as first:
        with Visitor(first.port, "Training") as visitor:
            visitor.look(query=f"run={run.id}").click("Resume")
        until(lambda: run.status().epoch > 0, seconds=400, what=run.log_tail)
        os.kill(first.pid, signal.SIGKILL)
        killed_at = run.status().epoch
        with LabServer(workspace.root, tmp_path / "second.log") as second:
            until(lambda: run.status().epoch > killed_at, seconds=400, what=run.log_tail)
            with Visitor(second.port, "Training") as visitor:
                words = visitor.look(query=f"run={run.id}").words()
                assert ":blue-badge[:material/play_circle: Training]" in words
                assert " of 10000" in words
                visitor.click("Stop")
            status = queue.wait(run, timeout=300)
    assert (status.state, status.has_model) == ("stopped", True)
    assert status.epoch > killed_at
    assert [event["epoch"] for event in run.epochs()] == list(range(1, status.epoch + 1))
