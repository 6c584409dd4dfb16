"""The table of runs as a workplace: columns of choice, tags, sorting by loss, labels."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_runs import draw_noise, finish, made_run, set_state
from training_page import opened

from xraylib.app.shared.runs.feed import run_row, sound_choice
from xraylib.app.shared.runs.words import COLUMNS, USUAL_COLUMNS, chosen_rows, runs_table
from xraylib.errors import RunError
from xraylib.training.run.notes import Notes, read_notes, tags_in, write_notes
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow


@pytest.fixture
def runs(workspace: Workspace, tmp_path: Path) -> list[Run]:
    images = draw_noise(tmp_path / "images")
    made = [finish(made_run(workspace, images, name=name)) for name in ("Alpha", "Beta")]
    for run, loss in zip(made, (0.9, 0.4), strict=True):
        set_state(run, kept={**run.epochs()[-1], "val_loss": loss, "val_accuracy": 0.5})
    write_notes(made[0], Notes(name="Alpha", note="A long night", tags=("keep", "dark ones")))
    return made


def test_tags_are_kept_and_what_is_none_is_refused(runs: list[Run]) -> None:
    assert read_notes(runs[0]).tags == ("keep", "dark ones")
    assert read_notes(runs[1]).tags == ()
    assert tags_in(" a, b ,, a,c d ") == ("a", "b", "c d")
    for wrong in (("a,b",), ("",), ("x" * 31,), ("a\n",), tuple("abcdefghijk")):
        with pytest.raises(RunError) as refused:
            write_notes(runs[0], Notes(tags=wrong))
        assert refused.value.code == "tags"


def test_every_column_is_told_and_the_filter_finds_tags_and_notes(runs: list[Run]) -> None:
    rows = [run_row(run) for run in runs]
    table = runs_table(rows, list(COLUMNS))
    assert table["Validation loss"].tolist() == ["0.900", "0.400"]
    assert table["Tags"].tolist() == ["keep, dark ones", ""]
    assert table["Learning rate"].tolist() == ["0.001", "0.001"]
    assert table["Optimizer"].tolist() == ["adam", "adam"]
    assert list(runs_table(rows).columns) == ["Run", *USUAL_COLUMNS]
    assert [row.name for row in chosen_rows(rows, text="dark")] == ["Alpha"]
    assert [row.name for row in chosen_rows(rows, text="NIGHT")] == ["Alpha"]
    assert [row.name for row in chosen_rows(rows, sort="loss")] == ["Beta", "Alpha"]


def test_a_run_is_chosen_by_name_network_and_score(runs: list[Run]) -> None:
    assert sound_choice(runs[0]) == "Alpha · lesson-dense · 0.50"
    app = opened()
    assert all("lesson-dense · 0.50" in one for one in app.selectbox(key="chosen-run").options)
    app.multiselect(key="runs-columns").set_value(["Tags", "Validation loss"]).run()
    assert list(app.dataframe[-1].value.columns) == ["Run", "Tags", "Validation loss"]
    app.text_input(key="runs-text").set_value("keep").run()
    assert app.dataframe[-1].value["Run"].tolist() == ["Alpha"]
