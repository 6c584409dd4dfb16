"""Checkpoints are there whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_disk import small_disk

from xraylib.errors import RunError
from xraylib.training.loop.checkpoint import Checkpoint, CheckpointStore
from xraylib.training.run.derived import place_to_go_on
from xraylib.training.run.runs import Run


def checkpoint(epoch: int, step: int) -> Checkpoint:
    return Checkpoint(
        epoch=epoch,
        step=step,
        state={"best_loss": 0.25, "best_epoch": None},
        arrays={
            "state_0": np.full((2, 3), epoch, np.float32),
            "state_1": np.array([step, 2**32 - 1], np.uint32),
        },
    )


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "checkpoint")
    assert store.load() is None
    store.save(checkpoint(3, 7))
    found = store.load()
    assert found is not None
    assert (found.epoch, found.step) == (3, 7)
    assert found.state["best_loss"] == 0.25
    assert found.state["best_epoch"] is None
    for name, array in checkpoint(3, 7).arrays.items():
        assert found.arrays[name].dtype == array.dtype
        assert np.array_equal(found.arrays[name], array)


def test_only_the_newest_is_kept(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "checkpoint")
    for epoch, step in ((0, 5), (1, 0), (9, 99_999), (10, 1), (10, 1)):
        store.save(checkpoint(epoch, step))
        assert len(list((tmp_path / "checkpoint").iterdir())) == 1
    found = store.load()
    assert found is not None
    assert (found.epoch, found.step) == (10, 1)


@pytest.mark.parametrize(
    ("older", "newer"),
    [((1, 5), (2, 0)), ((3, 1), (3, 2)), ((9, 99), (10, 0)), ((99, 0), (100, 0))],
)
def test_of_two_whole_checkpoints_the_newer_is_gone_on_from(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    older: tuple[int, int],
    newer: tuple[int, int],
) -> None:
    folder = tmp_path / "checkpoint"
    with monkeypatch.context() as patch:  # it dies after the rename, before the older one goes
        patch.setattr("xraylib.training.loop.checkpoint.shutil.rmtree", lambda *_, **__: None)
        for epoch, step in (older, newer):
            made = checkpoint(epoch, step)
            size = 1000 * epoch + step
            CheckpointStore(folder).save(
                Checkpoint(epoch=epoch, step=step, state={"metrics_size": size}, arrays=made.arrays)
            )
    assert len(list(folder.iterdir())) == 2
    found = CheckpointStore(folder).load()
    assert found is not None
    assert (found.epoch, found.step) == newer
    assert found.arrays["state_0"].tolist() == checkpoint(*newer).arrays["state_0"].tolist()
    assert place_to_go_on(Run(tmp_path)) == 1000 * newer[0] + newer[1]
    last = (newer[0], newer[1] + 1)
    CheckpointStore(folder).save(checkpoint(*last))
    assert [path.name for path in folder.iterdir()] == [f"{last[0]:06d}-{last[1]:08d}"]


@pytest.mark.parametrize("moment", ["fsync", "rename"])
def test_a_failure_in_the_middle_leaves_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    store = CheckpointStore(tmp_path / "checkpoint")
    store.save(checkpoint(1, 0))

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync") if moment == "fsync" else (Path, "rename")), fail)
        with pytest.raises(OSError, match="No space"):
            store.save(checkpoint(2, 0))
    found = CheckpointStore(tmp_path / "checkpoint").load()
    assert found is not None
    assert found.epoch == 1
    store.save(checkpoint(2, 0))
    again = store.load()
    assert again is not None
    assert again.epoch == 2


def test_a_damaged_one_is_refused_in_plain_words(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "checkpoint")
    store.save(checkpoint(1, 2))
    (tmp_path / "checkpoint" / "000001-00000002" / "arrays.npz").write_bytes(b"PK")
    with pytest.raises(RunError) as refused:
        store.load()
    assert str(refused.value).startswith("The checkpoint 000001-00000002 cannot be read (")
    assert str(refused.value).endswith(
        "Expected a complete checkpoint. Do this: start a new run with the same settings."
    )


@pytest.mark.parametrize(("found", "said"), [(None, "1"), (3, "3")])
def test_one_of_another_version_is_refused_and_says_what_to_do(
    tmp_path: Path, found: int | None, said: str
) -> None:
    store = CheckpointStore(tmp_path / "checkpoint")
    store.save(checkpoint(1, 2))
    file = tmp_path / "checkpoint" / "000001-00000002" / "state.json"
    state = json.loads(file.read_text("utf-8"))
    state.pop("format")  # as before there were formats
    file.write_text(json.dumps(state | ({"format": found} if found else {})), "utf-8")
    with pytest.raises(RunError) as refused:
        store.load()
    assert refused.value.code == "old-checkpoint"
    assert str(refused.value) == (
        f"The checkpoint 000001-00000002 has format {said}, of another version of X-ray Lab. "
        "Expected format 2. Do this: start the run again from the beginning (xraylib train --from "
        "RUN); what it has learnt and told so far stays as it is."
    )


def test_nothing_in_it_is_unpickled(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "checkpoint")
    bad = Checkpoint(epoch=0, step=0, state={}, arrays={"x": np.array([object()])})
    with pytest.raises(ValueError, match="allow_pickle"):
        store.save(bad)
    assert store.load() is None


def test_it_is_due_when_the_last_one_is_long_enough_ago(tmp_path: Path) -> None:
    assert not CheckpointStore(tmp_path, every=60).is_due()
    assert CheckpointStore(tmp_path, every=0).is_due()


def test_a_full_disk_leaves_the_older_checkpoint_and_no_draft(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 128) as disk:
        store = CheckpointStore(disk / "checkpoint")
        store.save(checkpoint(1, 0))
        large = replace(checkpoint(2, 0), arrays={"state_0": np.zeros(1_000_000, np.uint8)})
        with pytest.raises(OSError, match="No space left on device"):
            store.save(large)
        assert [path.name for path in (disk / "checkpoint").iterdir()] == ["000001-00000000"]
        found = store.load()
        assert found is not None
        assert found.epoch == 1


def test_a_run_that_was_deleted_is_not_made_again_by_its_checkpoint(tmp_path: Path) -> None:
    store = CheckpointStore(tmp_path / "run" / "checkpoint")
    with pytest.raises(FileNotFoundError):
        store.save(checkpoint(1, 0))
    assert not (tmp_path / "run").exists()
