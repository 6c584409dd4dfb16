"""Runs on shares of the training patients: nested, of one mixture, with as many steps."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scanned import scanned
from tiny_runs import SIZE, tiny_spec

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.split import make_split, units_of
from xraylib.errors import ConfigError, DatasetError
from xraylib.images.prepare import Preparation
from xraylib.settings import SAMPLE_DATA
from xraylib.training.config import TrainConfig
from xraylib.training.groups.group import open_group
from xraylib.training.groups.learning import create_learning_curve
from xraylib.training.groups.shares import nested_shares
from xraylib.training.process import queue
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)


@pytest.fixture(scope="module")
def index() -> DatasetIndex:
    return scanned(SAMPLE_DATA)


def test_shares_lie_in_each_other_keep_patients_whole_and_the_mixture(index: DatasetIndex) -> None:
    rows = make_split(index).train
    parts = nested_shares(index, rows, SHARES, seed=0)
    whole = np.bincount(index.label_numbers[rows]) / len(rows)
    patients = len(set(index.patients(rows)))
    for share, smaller, part in zip(SHARES, [parts[0], *parts], parts, strict=False):
        assert set(smaller) <= set(part)
        own = set(index.patients(part))
        assert len(own) == round(share * patients)
        assert own.isdisjoint(index.patients(np.setdiff1d(rows, part)))
        mixture = np.bincount(index.label_numbers[part]) / len(part)
        assert np.abs(mixture - whole).max() < (0.15 if share < 0.2 else 0.08)
    assert parts[-1].tolist() == rows.tolist()
    again = nested_shares(index, rows, SHARES, seed=0)
    assert [one.tolist() for one in again] == [one.tolist() for one in parts]
    assert nested_shares(index, rows, SHARES, seed=1)[0].tolist() != parts[0].tolist()


def test_what_belongs_together_is_in_the_same_shares(index: DatasetIndex) -> None:
    rows = make_split(index).train
    pair = (int(rows[0]), int(rows[-1]))
    for part in nested_shares(index, rows, SHARES, seed=3, together=[pair]):
        assert (pair[0] in part) == (pair[1] in part)
    assert len(set(units_of(index, np.array(pair), [pair]))) == 1


def test_a_share_without_a_class_is_refused(index: DatasetIndex) -> None:
    rows = make_split(index).train
    with pytest.raises(DatasetError, match="begin with a larger share"):
        nested_shares(index, rows, (0.01, 0.5, 1.0), seed=0)


def options(index: DatasetIndex, **more: Any) -> dict[str, Any]:
    train = {"epochs": 3, "batch_size": 16, "seed": 7, "early_stopping_patience": 2}
    return {
        "spec": tiny_spec(3),
        "train": TrainConfig(**{**train, **more}),
        "index": index,
        "split": make_split(index),
        "preparation": Preparation(image_size=(SIZE, SIZE)),
        "augment": AUGMENT_PRESETS["none"],
    }


def test_every_run_judges_the_same_images_and_takes_as_many_steps(
    index: DatasetIndex, workspace: Workspace
) -> None:
    group = create_learning_curve(
        (0.25, 0.5, 1), 2, **options(index), name="more", workspace=workspace
    )
    record = open_group(group.id, workspace=workspace).record
    assert (record.kind, record.shares) == ("shares", (0.25, 0.5, 1.0) * 2)
    images = [run.data.images_in("train") for run in group.runs]
    assert images[2] == images[5] == len(make_split(index).train)
    assert [run.train.seed for run in group.runs] == [7] * 3 + [8] * 3
    whole = 3 * -(-images[2] // 16)
    for run, part in zip(group.runs, images, strict=True):
        steps = run.train.epochs * -(-part // 16)
        assert abs(steps - whole) <= -(-part // 16) / 2 + 1e-9
        assert run.train.early_stopping_patience == round(2 * whole / 3 / -(-part // 16))
        assert (run.origin.kind, run.origin.group) == ("share", group.id)
    judged = {
        tuple(line for line in (run.folder / "split.csv").read_text().splitlines()
              if ",test," in line or ",val," in line)
        for run in group.runs
    }  # fmt: skip
    assert len(judged) == 1
    assert len(list_runs(workspace=workspace)) == 6


def test_a_group_that_takes_long_to_be_made_is_started_whole(
    index: DatasetIndex, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Run] = []
    monkeypatch.setattr(queue, "start", lambda run, **_: started.append(run))
    group = create_learning_curve((0.25, 0.5, 1), 1, **options(index), workspace=workspace)
    for run in group.runs[1:]:
        write_status(run.folder, replace(run.status(), updated=time.time() - 60))
    write_status(group.runs[0].folder, RunStatus(state="finished"))
    group.start()
    assert [run.id for run in started] == [run.id for run in group.runs[1:]]


@pytest.mark.parametrize(
    ("shares", "seeds", "code"),
    [
        ((0.5, 1), 3, "shares"),
        ((0.1, 0.5, 0.9), 3, "shares"),
        ((0, 0.5, 1), 3, "shares"),
        ((0.1, 0.5, 1.5), 3, "shares"),
        ((float("nan"), 0.5, 1), 3, "shares"),
        ((0.1, 0.5, 1), 0, "members"),
        ((0.1, 0.5, 1), 11, "members"),
    ],
)
def test_what_cannot_be_a_curve_is_refused_before_anything_is_made(
    shares: tuple[float, ...], seeds: int, code: str, index: DatasetIndex, workspace: Workspace
) -> None:
    with pytest.raises(ConfigError) as caught:
        create_learning_curve(shares, seeds, **options(index), workspace=workspace)
    assert caught.value.code == code
    assert list_runs(workspace=workspace) == []
