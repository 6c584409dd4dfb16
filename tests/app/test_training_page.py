"""The Training page: what it says about runs in every state, and what Start makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_runs import draw_noise, finish, made_run, set_state, tell_epochs
from pandas import DataFrame
from streamlit.testing.v1 import AppTest

from xraylib.errors import RunError
from xraylib.settings import PROJECT
from xraylib.training import queue
from xraylib.training.notes import Notes, read_notes, write_notes
from xraylib.training.runs import Run, list_runs
from xraylib.ui.run_feed import run_feed
from xraylib.ui.training_view import differences
from xraylib.workspace import Workspace

PAGE = "pages/3_Training.py"


@pytest.fixture
def films(tmp_path: Path) -> Path:
    return draw_noise(tmp_path / "films")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that were handed to the queue; no trainer is started."""
    handed: list[Run] = []
    monkeypatch.setattr(queue, "start", handed.append)
    return handed


def opened(**address: str) -> AppTest:
    run_feed.clear()
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60).run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    return "\n".join(str(part.value) for part in parts)


@pytest.mark.usefixtures("workspace")
def test_without_runs_it_says_what_to_do() -> None:
    app = opened()
    assert "No run yet. Choose the settings and press **Start**." in texts(app)
    assert [box.label for box in app.get("selectbox")] == [
        "Optimizer",
        "Class mode",
        "Schedule",
    ]


def test_start_makes_a_run_of_the_draft_with_the_settings(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened()
    app.number_input(key="epochs").set_value(7)
    app.number_input(key="patience").set_value(3)
    app.checkbox(key="class_weights").check()
    app.text_input(key="run_name").set_value("My first")
    next(b for b in app.button if b.label == "Start").click().run()
    assert not app.exception
    (run,) = list_runs(workspace)
    assert started == [run]
    assert (run.name, run.spec.name, run.data["name"]) == ("My first", "lesson-cnn", "sample")
    settings = run.train
    assert (settings.epochs, settings.early_stopping_patience, settings.class_weights) == (
        7,
        3,
        True,
    )
    assert app.query_params["run"] == run.id


def test_the_quick_start_of_the_address_starts_once(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened(quick="lesson")
    app.run()
    app.query_params["quick"] = "lesson"  # back in the browser's history
    app.run()
    (run,) = list_runs(workspace)
    assert started == [run]
    assert (run.name, run.spec.name, run.data["name"]) == ("Quick start", "lesson-cnn", "sample")
    opened(quick="lesson")  # another tab while it waits
    assert list_runs(workspace) == [run]


def test_a_finished_run_leads_to_its_results(workspace: Workspace, films: Path) -> None:
    run = finish(made_run(workspace, films, name="Done"))
    app = opened()
    words = texts(app)
    assert "Finished" in words
    assert "3 of 3 epochs done" in words
    assert "Best epoch: 2, with the lowest validation loss, 0.500" in words
    assert "See how good it is" in [link.label for link in app.get("page_link")]
    assert app.query_params["run"] == run.id


def test_a_failed_run_shows_its_cause_and_what_to_do(workspace: Workspace, films: Path) -> None:
    run = made_run(workspace, films)
    message = "The disk is full. Expected room for a checkpoint. Do this: free some space."
    set_state(run, state="failed", error={"code": "disk-full", "message": message})
    assert message in texts(opened())


def test_a_run_whose_trainer_died_is_interrupted(workspace: Workspace, films: Path) -> None:
    run = made_run(workspace, films)
    tell_epochs(run, 1)
    set_state(run, state="running", epoch=1)
    words = texts(opened())
    assert "Interrupted" in words
    assert "was killed, or the computer was switched off" in words


def test_the_address_chooses_the_run_and_an_unknown_one_the_newest(
    workspace: Workspace, films: Path
) -> None:
    first = finish(made_run(workspace, films, name="One"))
    second = finish(made_run(workspace, films, name="Two"))
    newest = list_runs(workspace)[0]
    for run in (first, second):
        assert opened(run=run.id).selectbox(key="chosen-run").value == run.id
    assert opened(run="nonsense").selectbox(key="chosen-run").value == newest.id


def test_the_table_gives_the_best_accuracy_with_its_interval_and_films(
    workspace: Workspace, films: Path
) -> None:
    finish(made_run(workspace, films, name="One"))
    table = opened().dataframe[0].value
    # Wilson's interval of 2 of 6: centre (0.333 + 0.320) / 1.640 = 0.398, half 0.302.
    assert table["Best validation accuracy"].tolist() == ["0.33 (0.10 to 0.70) of 6"]
    assert table["State"].tolist() == ["Finished"]
    assert table["Epochs"].tolist() == ["3 of 3"]


def test_a_stopped_run_can_be_resumed(
    workspace: Workspace, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(workspace, films)
    tell_epochs(run, 1)
    set_state(run, state="stopped", epoch=1)
    resumed: list[Run] = []
    monkeypatch.setattr(queue, "resume", resumed.append)
    app = opened()
    app.button(key="resume").click().run()
    assert not app.exception
    assert resumed == [run]


def test_a_resume_that_is_refused_says_why(
    workspace: Workspace, films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_state(made_run(workspace, films), state="stopped")
    refusal = RunError(
        "The run is being started", expected="a stopped run", remedy="wait", code="run-started"
    )

    def refuse(_: Run) -> None:
        raise refusal

    monkeypatch.setattr(queue, "resume", refuse)
    app = opened()
    app.button(key="resume").click().run()
    assert "The run is being started" in texts(app)


def test_settings_that_make_no_sense_together_are_refused(
    workspace: Workspace, started: list[Run]
) -> None:
    app = opened()
    app.number_input(key="epochs").set_value(3)
    app.number_input(key="warmup_epochs").set_value(5)
    next(b for b in app.button if b.label == "Start").click().run()
    assert "fewer than the 3 epoch" in texts(app).replace("\\", "")
    assert started == []
    assert list_runs(workspace) == []


def test_compared_runs_show_only_what_differs(workspace: Workspace, films: Path) -> None:
    runs = [made_run(workspace, films, name="A"), made_run(workspace, films, name="B", epochs=9)]
    table: DataFrame = differences(runs)
    assert table.to_dict("index") == {"epochs": {"A": "3", "B": "9"}}


def test_name_and_note_change_and_nothing_else(workspace: Workspace, films: Path) -> None:
    run = finish(made_run(workspace, films, name="Old"))
    before = {f.name: f.read_bytes() for f in run.folder.iterdir() if f.name != "notes.json"}
    write_notes(run, Notes(name="New", note="Line 1\nLine 2"))
    assert read_notes(run) == Notes(name="New", note="Line 1\nLine 2")
    assert run.name == "New"
    assert before == {
        f.name: f.read_bytes() for f in run.folder.iterdir() if f.name != "notes.json"
    }
    assert "Line 1\nLine 2" in [element.value for element in opened().text]


def test_a_name_with_a_line_break_is_refused(workspace: Workspace, films: Path) -> None:
    run = made_run(workspace, films, name="Old")
    with pytest.raises(RunError, match="a name of at most 60 characters on one line"):
        write_notes(run, Notes(name="two\nlines"))
    assert run.name == "Old"
