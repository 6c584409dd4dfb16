"""The tasks in the sidebar: a guess, what was done, and what is kept of it."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from xraylib.app.shared.current_design import with_value
from xraylib.lesson.progress import Progress, keep_progress, read_progress
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


def opened(page: str = "") -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    if page:
        app.switch_page(f"pages/{page}.py")
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    told = [*app.sidebar.markdown, *app.sidebar.caption]
    return "\n".join(one.value for one in told).replace("\\", "")


def label(app: AppTest) -> str:
    return str(next(one.label for one in app.sidebar.expander if one.label.startswith("Lesson")))


def press(app: AppTest, text: str) -> AppTest:
    next(one for one in app.sidebar.button if one.label == text).click().run()
    assert not app.exception
    return app


def test_a_guess_comes_first_then_what_was_done_is_looked_at(workspace: Workspace) -> None:
    app = opened("2_Architecture")
    assert label(app) == "Lesson: 0 of 8"
    app.sidebar.selectbox[0].set_value(5).run()
    assert "How high is the map with a stride of 2?" in words(app)
    assert "set Stride (px) to 2" not in words(app)
    press(app, "That is my guess")  # nothing was guessed
    assert "set Stride (px) to 2" not in words(app)
    app.sidebar.number_input[0].set_value(128)
    press(app, "That is my guess")
    assert app.session_state["draft"].spec.name == "lesson-conv"
    assert "set Stride (px) to 2" in words(app)
    assert "Your guess: 128. Still: Conv2D 1 strides is 3, not yet 2." in words(app)
    draft = app.session_state["draft"]
    spec = with_value(draft.spec, 2, "strides", (2, 2))
    app.session_state["draft"] = type(draft)(**{**vars(draft), "spec": spec})
    app.run()
    assert "**126**, and not 128." in words(app)
    assert "That is the map with padding same." in words(app)
    assert "⌊(256−5)/2⌋+1 = 126" in words(app)
    assert label(app) == "Lesson: 1 of 8"
    assert read_progress(workspace=workspace).tried["stride"].answer == "126"
    press(app, "Next task")
    assert "How many parameters does the second one have?" in words(app)


def test_a_choice_is_kept_for_the_next_visit(workspace: Workspace) -> None:
    app = opened()
    app.sidebar.radio[0].set_value("32,768: 0 to 1")
    press(app, "That is my guess")
    draft = app.session_state["draft"]
    assert draft.preparation.image_size == (256, 256)
    assert read_progress(workspace=workspace).tried["pixels"].answer == ""
    again = opened()
    assert "Your guess: 32,768: 0 to 1. Still: image height is 256" in words(again)


def test_nothing_is_locked_and_what_is_put_away_stays_so(workspace: Workspace) -> None:
    app = opened()
    assert len(app.sidebar.selectbox[0].options) == 8
    keep_progress(Progress(folded=True), workspace=workspace)
    app = opened("2_Architecture")
    assert label(app) == "Lesson: 0 of 8"
    assert not app.sidebar.selectbox


@pytest.mark.parametrize("text", ["{", '{"schema": 9}', '{"folded": 3, "tried": {}}', "[]"])
def test_progress_that_is_damaged_is_said_and_begins_anew_when_asked(
    workspace: Workspace, text: str
) -> None:
    kept = workspace.root / "lesson.json"
    kept.write_text(text)
    app = opened()
    assert any("lesson.json" in one.value.replace("\\", "") for one in app.sidebar.error)
    assert kept.read_text() == text
    press(app, "Begin anew")
    assert label(app) == "Lesson: 0 of 8"
    assert not kept.exists()


def test_a_teacher_s_words_are_shown_as_they_are_written(workspace: Workspace) -> None:
    (workspace.root / "lesson.toml").write_text(
        '[[task]]\nkey = "own"\ntitle = "Own"\nquestion = "**How** [many](http://x.y)?"\n'
        'do = "Look."\nbecause = "So."\npage = "dataset"\nanswer = "{image height}"\n'
        '[task.done]\n"image height" = 256\n'
    )
    app = opened()
    assert label(app) == "Lesson: 0 of 1"
    asked = app.sidebar.markdown[0].value
    assert "\\*\\*How" in asked
    assert "\\[many\\]" in asked
    app.sidebar.number_input[0].set_value(256)
    press(app, "That is my guess")
    assert "**256**, as you said." in words(app)
    kept = json.loads((workspace.root / "lesson.json").read_text())
    assert kept["folded"] is True  # the last one is done: the next visit begins without


def test_a_file_that_makes_no_sense_says_why(workspace: Workspace) -> None:
    (workspace.root / "lesson.toml").write_text("task = 3")
    app = opened()
    (error,) = app.sidebar.error
    assert "it has not 1 to 50 tasks" in error.value.replace("\\", "")


@pytest.mark.usefixtures("workspace")
def test_a_demo_has_no_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XRAYLIB_MODE", "demo")
    assert not opened("5_Classify").sidebar.expander
