"""What is kept of ended runs: lists tell of every change, whoever made it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from made_runs import draw_noise, finish, made_run, set_state
from many_runs import multiply

from xraylib.training.run import kept as module
from xraylib.training.run.kept import kept_runs
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace


@pytest.fixture
def ended(workspace: Workspace, tmp_path: Path) -> Run:
    """One of four ended runs that nobody has touched for an hour."""
    images = draw_noise(tmp_path / "images", train=2, test=2)
    run = finish(made_run(workspace, images, name="one"))
    multiply(run, 3)
    return run


def states(workspace: Workspace) -> dict[str, str]:
    runs = kept_runs(workspace=workspace)
    found = runs.each(Run.status)
    return {run.id: status.state for run, status in zip(runs, found, strict=True)}


def test_a_list_is_as_the_folders_are(workspace: Workspace, ended: Run) -> None:
    runs = kept_runs(workspace=workspace)
    assert list(runs) == list_runs(workspace=workspace)
    assert runs.going() == []
    assert runs.find(ended.id) == ended
    assert runs.find("20250101T000000Z-ffffff") is None
    # Another process deletes one, resumes one, puts one back, and a file of no run lies there.
    gone, resumed = runs[2], runs[1]
    gone.folder.rename(workspace.root / "elsewhere")
    set_state(resumed, state="running", started=0.0)
    (workspace.runs / "20250101T000000Z-aaaaaa").write_text("no folder")
    told = states(workspace)
    assert told == {ended.id: "finished", resumed.id: "interrupted", runs[3].id: "finished"}
    assert kept_runs(workspace=workspace).going() == [resumed]  # it was written a moment ago
    shutil.move(workspace.root / "elsewhere", gone.folder)
    assert states(workspace)[gone.id] == "finished"
    # A list that was made before still tells what it can.
    assert [run.id for run in runs.where(lambda run: run.folder.is_dir())] == list(runs.ids)


def test_damage_is_told_and_forgotten_when_it_is_mended(
    workspace: Workspace, ended: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = ended.folder / "status.json"
    whole = status.read_bytes()
    status.unlink()  # the others are hard links to it
    status.write_bytes(whole[:9])
    multiply(ended, 0)
    monkeypatch.setattr(module, "_DAMAGE_SECONDS", -1.0)  # as if those seconds had passed
    assert states(workspace)[ended.id] == "damaged"
    status.write_bytes(whole)  # in place: the folder stays as it was
    assert states(workspace)[ended.id] == "finished"


def test_what_cannot_be_read_is_not_kept(workspace: Workspace, ended: Run) -> None:
    data = ended.folder / "data.json"
    whole = data.read_bytes()
    data.unlink()
    multiply(ended, 0)

    def names() -> list[str]:
        return kept_runs(workspace=workspace).each(
            _data_name, lambda _run, error: f"damaged: {error.code}"
        )

    assert names() == ["damaged: missing", *["noise"] * 3]
    data.write_bytes(whole)
    multiply(ended, 0)
    assert names() == ["noise"] * 4


def _data_name(run: Run) -> str:
    return run.data.name
