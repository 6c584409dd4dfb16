"""A search from its beginning to its end, and through the death of everybody who works at it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from scanned import scanned
from tiny_findings import findings_index, findings_spec
from tiny_runs import SIZE, tiny_spec
from until import until

from xraylib.augmentation.augment import AugmentConfig
from xraylib.datasets.split import make_split
from xraylib.errors import ConfigError, RunError
from xraylib.evaluation.judge_test import judge_test_images
from xraylib.evaluation.several.search_result import losses_of, search_result
from xraylib.evaluation.several.test_set_use import looks
from xraylib.evaluation.stored_predictions import stored_predictions
from xraylib.images.prepare import Preparation
from xraylib.training.config import TrainConfig
from xraylib.training.groups.group import delete_group, list_groups
from xraylib.training.process import queue
from xraylib.training.run.runs import list_runs
from xraylib.training.search.create import create_search
from xraylib.training.search.search import Search, open_search
from xraylib.training.search.study import Study
from xraylib.workspace import Workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes and sends SIGKILL"),
    pytest.mark.xdist_group("trainer"),
]

SPACE = {"learning_rate": {"low": 1e-3, "high": 0.1, "log": True}, "batch_size": [8, 16]}


def design(images: Path, **train: Any) -> dict[str, Any]:
    index = scanned(images)
    return {
        "spec": tiny_spec(),
        "train": TrainConfig(**{"epochs": 3, "batch_size": 8, "learning_rate": 0.01, **train}),
        "index": index,
        "split": make_split(index),
        "preparation": Preparation(image_size=(SIZE, SIZE)),
        "augment": AugmentConfig(),
    }


def processes(workspace: Workspace) -> list[psutil.Process]:
    """Every process that works in this workspace: who proposes, and trainers."""
    found = []
    for one in psutil.process_iter(["cmdline"]):
        words = one.info["cmdline"] or []
        if any(word.startswith("xraylib.training") for word in words) and any(
            str(workspace.root) in word for word in words
        ):
            found.append(one)
    return found


@pytest.fixture(autouse=True)
def _nobody_is_left(workspace: Workspace) -> Iterator[None]:
    yield
    for one in processes(workspace):
        one.kill()


def end_of(search: Search) -> str:
    until(lambda: search.state != "running", seconds=600, what=lambda: log_of(search))
    return search.state


def log_of(search: Search) -> str:
    file = search.folder / "log.txt"
    return file.read_text() if file.exists() else "no log"


def test_a_search_survives_the_death_of_everybody(workspace: Workspace, images: Path) -> None:
    made = create_search(
        **design(images, epochs=10_000), trials=3, space=SPACE, workspace=workspace
    )
    made.start()
    until(lambda: len(made.trials) == 1 and made.trials[0].epochs >= 2, seconds=300)
    with pytest.raises(RunError) as refused:
        made.start()
    assert refused.value.code == "search-running"
    for one in processes(workspace):
        one.kill()
    run = made.run_of(made.trials[0])
    assert run is not None
    until(lambda: made.state == "interrupted" and run.status().state == "interrupted")
    with (made.folder / "journal.log").open("ab") as journal:
        journal.write(b'{"op_code":4,"wor')
    before = made.trials[0].epochs

    search = open_search(made.id, workspace=workspace)
    search.start()
    until(
        lambda: (
            search.trials[0].resumed == 1
            and search.trials[0].epochs > before
            and run.status().state == "running"
        ),
        seconds=300,
        what=lambda: log_of(search),
    )
    # Only who proposes dies: the trainer goes on, and who comes after finds what it did.
    (driver,) = [one for one in processes(workspace) if "driver" in " ".join(one.cmdline())]
    driver.kill()
    until(lambda: search.state == "interrupted")
    assert run.status().state == "running"
    search.stop()
    until(lambda: run.status().is_final)
    assert search.state == "interrupted"

    search.start()
    until(lambda: run.status().state == "running", seconds=300, what=lambda: log_of(search))
    search.stop()
    assert end_of(search) == "stopped"
    until(lambda: run.status().is_final)
    assert json.loads((search.folder / "end.json").read_text())["state"] == "stopped"
    study = Study(search.folder, search.asked)
    going = {one.number for one in study.proposals().values() if one.state == "going"}
    assert going == {one.number for one in search.trials if one.state == "going"}
    assert len(list_runs(workspace=workspace)) == len(search.trials)


def test_a_search_ends_with_distinct_trials_and_no_look_at_the_test_images(
    workspace: Workspace, images: Path
) -> None:
    search = create_search(
        **design(images), trials=4, space=SPACE, pruner="halving", workspace=workspace
    )
    assert search.state == "new"
    search.start()
    until(lambda: len(search.trials) >= 2, seconds=300, what=lambda: log_of(search))
    for one in processes(workspace):  # in the middle of whatever
        one.kill()
    until(lambda: search.state == "interrupted")
    search.start()
    assert end_of(search) == "finished", log_of(search)
    trials = search.trials
    assert [one.number for one in trials] == [1, 2, 3, 4]
    assert {one.state for one in trials} <= {"finished", "pruned"}
    assert trials[0].state == "finished"
    assert len({one.values["learning_rate"] for one in trials}) == 4
    assert all(one.seconds is not None and one.seconds > 0 for one in trials)
    states = [one.state for one in Study(search.folder, search.asked).proposals().values()]
    assert "going" not in states
    assert [one.run for one in trials] == list(search.group.record.runs)
    with pytest.raises(RunError) as refused:
        search.start()
    assert refused.value.code == "search-finished"

    best = search.best
    assert best is not None
    run = search.run_of(best)
    assert run is not None
    kept = run.status().kept
    assert kept is not None
    assert best.loss == kept["val_loss"] == min(one["val_loss"] for one in run.epochs())
    judged = losses_of(run)
    assert judged is not None
    assert judged[1].mean() == pytest.approx(best.loss, rel=1e-4)

    result = search_result(search)
    assert result.looks is not None
    assert result.looks.runs == 0
    assert result.seen == "The test images have not been looked at."
    predictions = run.predictions()
    assert predictions is not None
    assert set(predictions["split"].to_pylist()) == {"val"}
    with pytest.raises(Exception, match="has not judged its test images") as unjudged:
        stored_predictions(run, split="test")
    assert unjudged.value.code == "test-unjudged"  # type: ignore[attr-defined]
    judge_test_images(run)
    judge_test_images(run)  # a second time nothing happens
    assert looks(run).runs == 1
    assert search_result(search).seen == "The test images have been looked at for 1 run."
    assert len(stored_predictions(run, split="test").paths) == 16
    assert len(stored_predictions(run, split="val").paths) == len(judged[1])
    evaluation = run.evaluation()
    assert evaluation is not None
    assert set(evaluation) == {"val", "test"}

    delete_group(search.group)
    assert list_runs(workspace=workspace) == []
    assert list_groups(workspace=workspace) == []
    assert not search.folder.exists()


def test_findings_are_searched_for_by_the_loss_over_known_labels(
    workspace: Workspace, tmp_path: Path
) -> None:
    index = findings_index(tmp_path / "findings")
    search = create_search(
        spec=findings_spec(),
        train=TrainConfig(epochs=2, batch_size=16, learning_rate=0.01, class_mode="multilabel"),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=(SIZE, SIZE)),
        augment=AugmentConfig(),
        trials=2,
        space={"filters": [0.5, 1.0, 2.0]},
        workspace=workspace,
    )
    search.start()
    assert end_of(search) == "finished", log_of(search)
    result = search_result(search)
    assert result.best is not None
    run = search.run_of(result.best)
    assert run is not None
    judged = losses_of(run)
    assert judged is not None
    assert judged[1].mean() == pytest.approx(result.best.loss, rel=1e-3)
    assert result.optimism is not None
    judge_test_images(run)
    evaluation = run.evaluation()
    assert evaluation is not None
    assert set(evaluation) == {"val", "test"}


def test_a_trial_that_somebody_stops_is_left_and_the_search_goes_on(
    workspace: Workspace, images: Path
) -> None:
    search = create_search(
        **design(images, epochs=10_000), trials=2, space=SPACE, workspace=workspace
    )
    search.start()
    until(lambda: search.trials and search.trials[0].epochs >= 1, seconds=300)
    run = search.run_of(search.trials[0])
    assert run is not None
    queue.stop(run)
    until(lambda: len(search.trials) == 2, seconds=300, what=lambda: log_of(search))
    assert search.trials[0].state == "stopped"
    assert search.trials[0].loss is not None
    search.stop()
    assert end_of(search) == "stopped"


def test_what_cannot_be_searched_is_refused_and_leaves_nothing(
    workspace: Workspace, images: Path
) -> None:
    options = design(images)

    def refused(**changes: Any) -> tuple[str, str]:
        with pytest.raises((ConfigError, RunError)) as error:
            create_search(**{**options, "space": SPACE, "workspace": workspace, **changes})
        return error.value.code, error.value.what

    split = options["split"]
    none = type(split)(**{**vars(split), "val": split.val[:0]})
    assert refused(split=none)[0] == "no-validation"
    assert refused(trials=1) == ("trials", "The argument trials is 1")
    assert refused(pruner="mean") == ("pruner", "The pruner is 'mean'")
    assert refused(sampler="grid")[0] == "sampler"
    assert refused(spaec=1)[0] == "unknown-argument"
    space = {"batch_size": [8, 16]}
    assert refused(space=space, trials=4) == (
        "trials",
        "4 trials were asked for, and the search space has 2 combinations",
    )
    assert list_runs(workspace=workspace) == []
    assert list_groups(workspace=workspace) == []
    with pytest.raises(RunError) as missing:
        open_search("20260131T120000Z-0a1b2c", workspace=workspace)
    assert missing.value.code == "no-group"
