"""Work in child processes that a page looks at now and then."""

from __future__ import annotations

from xraylib.ui.jobs import JobBoard
from xraylib.workspace import Workspace


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


def test_the_same_key_is_not_started_twice_while_it_runs(workspace: Workspace) -> None:
    board = JobBoard()
    first = board.start("runs", ["runs", "--json"], workspace=workspace.root)
    assert board.start("runs", ["runs", "--json"], workspace=workspace.root) is first
    board.forget("runs")
    assert board.find("runs") is first
    first.wait(60)
    board.forget("runs")
    assert board.find("runs") is None
