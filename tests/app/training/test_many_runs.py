"""Hundreds of ended runs: the pages read no more files and draw no more rows than with few."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from made_runs import finish, made_run, set_state
from many_runs import multiply
from streamlit.testing.v1 import AppTest
from training_page import opened

from xraylib.app.shared.runs.selection import MOST_OFFERED
from xraylib.app.shell.pages import PAGES
from xraylib.settings import PROJECT
from xraylib.training.run.kept import is_at_rest, kept
from xraylib.training.run.notes import Notes, write_notes
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FEW, MANY = 20, 600
_opened: list[str] = []
_counting: list[str] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _counting and event == "open" and str(arguments[0]).startswith(_counting[0]):
        _opened.append(str(arguments[0]))


sys.addaudithook(_note)  # it stays as long as the process, and does nothing while nobody counts


def shown(key: str) -> AppTest:
    app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
    app.switch_page(PAGES[key].file).run()
    assert not app.exception
    return app


def files_opened(key: str, workspace: Workspace) -> int:
    """Files of runs that a page opens when it is shown again."""
    shown(key)
    _opened.clear()
    _counting[:] = [str(workspace.runs)]
    try:
        shown(key)
    finally:
        _counting.clear()
    return len(_opened)


@pytest.mark.parametrize("key", ["home", "training", "results"])
def test_a_page_opens_no_more_files_with_many_runs_than_with_few(
    key: str, workspace: Workspace, images: Path
) -> None:
    run = finish(made_run(workspace, images, name="one"))
    multiply(run, FEW - 1)
    few = files_opened(key, workspace)
    for folder in workspace.runs.glob("202501*"):
        folder.rename(workspace.root / folder.name)
    multiply(run, MANY - 1)
    many = files_opened(key, workspace)
    # A page of the list is longer than all of the few: what is on it is read.
    of_a_row = 12 if key == "training" else 0
    assert many <= few * 1.5 + 25 * of_a_row
    assert many < MANY


def test_the_list_is_paged_and_the_menus_are_short(workspace: Workspace, images: Path) -> None:
    run = finish(made_run(workspace, images, name="one"))
    multiply(run, MANY - 1)
    app = opened()
    table = app.dataframe[0].value
    assert len(table) == 25
    assert any(f"1 to 25 of {MANY} runs" in caption.value for caption in app.caption)
    menu = app.selectbox(key="chosen-run")
    assert len(menu.options) == MOST_OFFERED
    # Any other one is reached by its address.
    oldest = list_runs(workspace=workspace)[-1]
    there = opened(run=oldest.id)
    assert there.selectbox(key="chosen-run").value == oldest.id
    # A filter looks at all of them.
    app.text_input(key="runs-text").set_value(oldest.id).run()
    assert len(app.dataframe[0].value) == 1


def test_what_is_kept_of_a_run_is_read_anew_when_its_folder_changes(
    workspace: Workspace, images: Path
) -> None:
    run = finish(made_run(workspace, images, name="one"))
    assert not is_at_rest(run)  # it was written a moment ago
    multiply(run, 0)
    assert is_at_rest(run)
    looks: list[str] = []

    def name(one: Run) -> str:
        looks.append(one.id)
        return one.name

    assert [kept(run, name), kept(Run(run.folder), name)] == ["one", "one"]
    assert len(looks) == 1
    write_notes(run, Notes(name="two"))
    assert kept(Run(run.folder), name) == "two"
    multiply(run, 0)
    set_state(run, state="running")
    multiply(run, 0)
    assert not is_at_rest(run) or run.status().state == "interrupted"
