"""Repeats over seeds and cross-validation over patients."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scanned import scanned
from tiny_runs import SIZE, tiny_spec, train_here

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.cli import main
from xraylib.datasets.scan import DatasetIndex, scan
from xraylib.datasets.split import make_split
from xraylib.errors import ConfigError, DatasetError, RunError
from xraylib.images.prepare import Preparation
from xraylib.training.config import TrainConfig
from xraylib.training.groups.divide import divide
from xraylib.training.groups.group import delete_group, list_groups, open_group
from xraylib.training.groups.repeats import create_folds, create_repeats
from xraylib.training.groups.summary import Spread
from xraylib.training.process import queue
from xraylib.training.run.derived import images_of
from xraylib.training.run.record import RunOrigin
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace

pytestmark = pytest.mark.slow  # its tests take some seconds together


@pytest.fixture(scope="module")
def index(images: Path) -> DatasetIndex:
    return scanned(images)


def options(index: DatasetIndex, **more: Any) -> dict[str, Any]:
    return {
        "spec": tiny_spec(),
        "train": TrainConfig(epochs=1, batch_size=8, seed=7, learning_rate=0.01),
        "index": index,
        "split": make_split(index),
        "preparation": Preparation(image_size=(SIZE, SIZE)),
        "augment": AUGMENT_PRESETS["none"],
        **more,
    }


def test_folders_of_folds_are_the_folds(tmp_path: Path, images: Path, workspace: Workspace) -> None:
    for number, file in enumerate(sorted((images / "train").rglob("*.png"))[12:36]):
        place = tmp_path / f"fold_{1 + number % 3}" / file.parent.name
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}_{file.name}").write_bytes(file.read_bytes())
    index = scan(tmp_path)
    group = create_folds(3, **options(index), workspace=workspace)
    for number, run in enumerate(group.runs, start=1):
        read, split = images_of(run)
        paths = read.table["path"].to_pylist()
        assert {paths[row].split("/")[0] for row in split.val} == {f"fold_{number}"}
    other = create_folds(2, **options(index), workspace=workspace)  # so many folders there are not
    read, split = images_of(other.runs[0])
    assert len({read.table["path"][int(row)].as_py().split("/")[0] for row in split.val}) > 1


def test_repeats_differ_in_their_seed_alone(workspace: Workspace, index: DatasetIndex) -> None:
    group = create_repeats(3, name="again", **options(index), workspace=workspace)
    assert [run.train.seed for run in group.runs] == [7, 8, 9]
    assert [run.name for run in group.runs] == [f"again {i} of 3" for i in (1, 2, 3)]
    assert len({(run.folder / "split.csv").read_bytes() for run in group.runs}) == 1
    assert group.runs[1].origin == RunOrigin(kind="repeat", group=group.id, number=2, of=3)
    assert [found.id for found in list_groups(workspace=workspace)] == [group.id]
    assert {run.id for run in list_runs(workspace=workspace)} == {run.id for run in group.runs}


def test_every_image_validates_once_and_no_patient_stands_on_both_sides(
    workspace: Workspace, index: DatasetIndex
) -> None:
    group = create_folds(4, **options(index), workspace=workspace)
    validated: list[int] = []
    for run in group.runs:
        own, split = images_of(run)
        held, learnt = set(own.patients(split.val)), set(own.patients(split.train))
        assert held
        assert not held & learnt
        assert set(own.label_numbers[split.val]) == {0, 1}
        validated += split.val.tolist()
        assert np.array_equal(split.test, index.rows("test"))
    assert sorted(validated) == index.rows("train").tolist()


def test_folds_do_not_claim_patients_that_no_name_tells(
    workspace: Workspace, images: Path, index: DatasetIndex
) -> None:
    nameless = scan(images, patient_pattern=r"(?P<patient>nobody\d)")
    assert not create_folds(3, **options(nameless), workspace=workspace).summary().patients_told
    assert create_folds(3, **options(index), workspace=workspace).summary().patients_told


def test_the_folds_are_as_even_as_those_of_scikit_learn(index: DatasetIndex) -> None:
    from sklearn.model_selection import StratifiedGroupKFold

    rows = index.rows("train")
    labels = index.label_numbers[rows]

    def unevenness(fold: np.ndarray[Any, Any]) -> float:
        counts = [np.bincount(labels[fold == k], minlength=2) for k in range(5)]
        return float(np.std(counts, axis=0).sum())

    theirs = np.zeros(len(rows), int)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    for k, (_, val) in enumerate(folds.split(rows, labels, index.patients(rows))):
        theirs[val] = k
    ours = divide(index, rows, 5, seed=0)
    assert unevenness(ours) <= unevenness(theirs) + 1e-9
    assert np.array_equal(ours, divide(index, rows, 5, seed=0))
    assert not np.array_equal(ours, divide(index, rows, 5, seed=1))


def test_mean_and_spread_are_those_of_the_standard_library() -> None:
    values = [0.8, 0.9, 0.7, 0.95]
    found = Spread.of(values)
    assert found.mean == pytest.approx(statistics.mean(values))
    assert found.spread == pytest.approx(statistics.stdev(values))
    assert (found.n, found.lowest, found.highest) == (4, 0.7, 0.95)
    assert Spread.of([0.5]).spread is None
    assert Spread.of([]).mean is None


@pytest.mark.xdist_group("tensorflow")
def test_the_summary_counts_finished_runs_alone(workspace: Workspace, index: DatasetIndex) -> None:
    group = create_folds(3, **options(index), workspace=workspace)
    for run in group.runs[:2]:
        train_here(run)
    write_status(group.runs[2].folder, RunStatus(state="failed", kept={"val_accuracy": 0.0}))
    summary = group.summary()
    assert summary.states == {"finished": 2, "failed": 1}
    expected = [run.epochs()[-1]["val_accuracy"] for run in group.runs[:2]]
    assert summary.metrics["val_accuracy"].mean == pytest.approx(statistics.mean(expected))
    assert summary.metrics["test_auc"].n == 2
    json.dumps(summary.to_json(), allow_nan=False)
    delete_group(group)
    assert list_runs(workspace=workspace) == []
    assert list_groups(workspace=workspace) == []


def test_nonsense_is_refused_and_leaves_nothing(workspace: Workspace, index: DatasetIndex) -> None:
    with pytest.raises(ConfigError) as refused:
        create_repeats(1, **options(index), workspace=workspace)
    assert str(refused.value) == (
        "1 repeats were asked for. Expected 2 to 20. Do this: ask for example for 5 repeats."
    )
    with pytest.raises(DatasetError) as few:
        divide(index, index.rows("train")[:3], 3, seed=0)
    assert few.value.code == "too-few-patients"
    with pytest.raises(RunError, match="There is no group called 'x'"):
        open_group("x", workspace=workspace)
    with pytest.raises(ConfigError):
        create_folds(21, **options(index), workspace=workspace)
    assert list_runs(workspace=workspace) == []


def test_the_command_starts_the_folds_in_their_order(
    workspace: Workspace,
    images: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    started: list[Run] = []
    monkeypatch.setattr(queue, "start", lambda run, **_: started.append(run))
    words = ["train", str(images), "--model", "lesson-conv", "--image-size", "32", "--detach"]
    place = ["--json", "--workspace", str(workspace.root)]
    assert main([*words, "--folds", "3", *place]) == 0
    told = json.loads(capsys.readouterr().out)
    group = open_group(told["group"], workspace=workspace)
    assert told["runs"] == [run.id for run in started] == [run.id for run in group.runs]
    assert main(["train", "--from", started[0].id, "--repeats", "2", "--detach", *place]) == 0
    capsys.readouterr()
    assert main(["groups", *place]) == 0
    assert [g["kind"] for g in json.loads(capsys.readouterr().out)] == ["repeats", "folds"]
    assert main(["train", "--from", started[0].id, "--repeats", "2", "--folds", "2", *place]) == 2
