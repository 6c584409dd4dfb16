"""Work in child processes that a page looks at now and then."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xraylib.app.shell.jobs import JobBoard
from xraylib.errors import SettingsError
from xraylib.workspace import Workspace


@pytest.mark.slow
def test_a_job_gives_back_the_json_that_the_command_printed(workspace: Workspace) -> None:
    job = JobBoard().start("runs", ["runs", "--json"], workspace=workspace.root)
    assert job.state().running
    state = job.wait(60)
    assert state.succeeded
    assert state.result == []


def test_a_failed_job_tells_the_code_and_the_words_of_the_error(workspace: Workspace) -> None:
    job = JobBoard().start("show", ["show", "nobody", "--json"], workspace=workspace.root)
    state = job.wait(60)
    assert not state.succeeded
    assert state.code == "no-run"
    assert state.message.startswith("There is no run called 'nobody'. Expected ")


def test_a_killed_job_says_that_it_was_killed(workspace: Workspace) -> None:
    job = JobBoard().start("runs", ["runs", "--json"], workspace=workspace.root)
    job.cancel()
    state = job.wait(60)
    assert state.code == "job-died"
    assert state.message.startswith("The process ended by signal 15 without saying why.")


def test_what_libraries_log_is_no_news_for_the_person_who_waits(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = (
        "Rebuilding the trained network",
        "2026-01-02 03:04:05.678901: I tensorflow/core/util/port.cc:153] oneDNN operations are on",
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
        "I0000 00:00:1795704480.777201   32586 cudart_stub.cc:31] Could not find cuda drivers",
        "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
        "Writing it for LiteRT",
        "I0000 00:00:1795704481.000000   32586 devices.cc:76] no GPU",
    )
    script = tmp_path / "python"
    said = "\n".join(f"echo '{line}' >&2" for line in lines)
    script.write_text(f"#!/bin/sh\n{said}\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    state = JobBoard().start("look", ["look"], workspace=workspace.root).wait(60)
    assert state.notes == ("Rebuilding the trained network", "Writing it for LiteRT")


@pytest.mark.slow
def test_the_same_key_is_not_started_twice_while_it_runs(workspace: Workspace) -> None:
    board = JobBoard()
    first = board.start("runs", ["runs", "--json"], workspace=workspace.root)
    assert board.start("runs", ["runs", "--json"], workspace=workspace.root) is first
    board.forget("runs")
    assert board.find("runs") is first
    first.wait(60)
    board.forget("runs")
    assert board.find("runs") is None


def test_a_demo_starts_no_command(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_MODE", "demo")
    with pytest.raises(SettingsError, match=r"^A demo was asked to start xraylib runs\.") as caught:
        JobBoard().start("runs", ["runs"], workspace=workspace.root)
    assert caught.value.code == "demo"
