"""The cache of prepared images: what it holds, who needs it, and making room."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from damages import ANY
from tiny_runs import SIZE, make_run, tiny_spec

from xraylib.cli import main
from xraylib.errors import RunError
from xraylib.images.prepare import Preparation
from xraylib.loading.cache import list_entries
from xraylib.loading.loader import build_cache
from xraylib.regular import read_array
from xraylib.training.prepared_cache import CACHE_FILE, list_cache, prune_cache, remove_cached
from xraylib.training.run.derived import images_of
from xraylib.training.run.locks import take
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json

pytestmark = pytest.mark.slow  # its tests take some seconds together


@pytest.fixture
def used(workspace: Workspace, images: Path) -> tuple[Run, str, str]:
    """A run, the key of the images it trains with, and the key of others."""
    run = make_run(workspace, images, tiny_spec())
    index, _ = images_of(run)
    keys = []
    for size in (SIZE, SIZE // 2):
        preparation = Preparation(image_size=(size, size))
        file = build_cache(index, index.rows(), preparation, workspace.cache).file
        keys.append(file.parent.name)
    write_json(run.folder / CACHE_FILE, {"key": keys[0]})
    return run, keys[0], keys[1]


def test_the_list_tells_sizes_and_users(
    workspace: Workspace, used: tuple[Run, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run, mine, other = used
    found = {cached.entry.key: cached for cached in list_cache(workspace=workspace)}
    assert found.keys() == {mine, other}
    assert found[mine].runs == (run.id,)
    assert found[other].runs == found[mine].living == ()
    assert found[mine].entry.shape == (64, SIZE, SIZE, 1)
    assert 64 * SIZE**2 < found[mine].entry.bytes < 64 * SIZE**2 + 1000
    assert main(["cache", "--json", "--workspace", str(workspace.root)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {entry["key"]: entry["runs"] for entry in printed} == {mine: [run.id], other: []}


def test_what_a_living_run_uses_stays(
    workspace: Workspace, used: tuple[Run, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    run, mine, other = used
    alive = take(run.lock_file)
    assert alive is not None
    with pytest.raises(RunError) as refused:
        remove_cached(mine, workspace=workspace)
    assert str(refused.value) == (
        f"The prepared images {mine} are in use by {run.id}. Expected images that no living run "
        "needs. Do this: wait for the run's end, or stop it first."
    )
    assert main(["cache", "--prune", "--json", "--workspace", str(workspace.root)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["removed"], printed["kept"]) == ([other], [mine])
    alive.release()
    assert prune_cache(workspace=workspace).removed == (mine,)
    assert list(workspace.cache.iterdir()) == []


def test_only_what_was_not_used_for_long_goes(
    workspace: Workspace, used: tuple[Run, str, str]
) -> None:
    now = max(entry.used for entry in list_entries(workspace.cache))
    assert prune_cache(unused_for=60, now=now, workspace=workspace).removed == ()
    assert len(prune_cache(unused_for=60, now=now + 61, workspace=workspace).removed) == 2
    assert used[0].folder.exists()


def test_what_is_being_built_stays_and_what_is_gone_is_said(
    workspace: Workspace, used: tuple[Run, str, str]
) -> None:
    _, mine, _ = used
    lock = take(workspace.cache / mine / "build.lock")
    assert lock is not None
    with pytest.raises(RunError, match="a run that prepares them"):
        remove_cached(mine, workspace=workspace)
    lock.release()
    remove_cached(mine, workspace=workspace)
    with pytest.raises(RunError) as refused:
        remove_cached(mine, workspace=workspace)
    assert refused.value.code == "no-cache"


def test_images_thrown_away_while_they_are_opened_are_built_again(
    workspace: Workspace, used: tuple[Run, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, mine, _ = used
    index, _ = images_of(run)
    thrown = []

    def throw_away_first(file: Path) -> object:
        if not thrown:
            thrown.append(file)
            file.unlink()
        return read_array(file)

    monkeypatch.setattr("xraylib.loading.loader.read_array", throw_away_first)
    prepared = build_cache(index, index.rows(), run.preparation, workspace.cache)
    assert prepared.file.parent.name == mine
    assert prepared.pixels.shape == (64, SIZE, SIZE, 1)


def of_another_size(file: Path) -> None:
    np.save(file, np.zeros((2, SIZE, SIZE, 1), np.uint8))


def an_archive(file: Path) -> None:
    with file.open("wb") as stream:
        np.savez(stream, pixels=np.zeros((64, SIZE, SIZE, 1), np.uint8))


@pytest.mark.parametrize(
    "damage",
    [ANY["cut"], ANY["empty"], ANY["a folder"], ANY["a pipe"], ANY["unreadable"], of_another_size,
     an_archive],
    ids=["cut", "empty", "folder", "pipe", "unreadable", "other size", "archive"],
)  # fmt: skip
def test_images_that_were_damaged_are_listed_by_nobody_and_built_again(
    damage: Callable[[Path], None], workspace: Workspace, used: tuple[Run, str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    run, _, _ = used
    index, _ = images_of(run)
    whole = build_cache(index, index.rows(), run.preparation, workspace.cache)
    before = np.array(whole.pixels)
    damage(whole.file)
    assert main(["cache", "--json", "--workspace", str(workspace.root)]) == 0
    assert json.loads(capsys.readouterr().out)
    again = build_cache(index, index.rows(), run.preparation, workspace.cache)
    assert np.array_equal(again.pixels, before)
