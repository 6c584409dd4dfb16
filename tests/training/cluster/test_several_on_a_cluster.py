"""Repeats, folds, searches and learning curves on a real Ray cluster, and the page showing it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ray_cluster import RayCluster
from scanned import scanned
from tiny_runs import SIZE, make_run, tiny_spec
from training_page import opened
from until import until

import xraylib
from xraylib.app.training import machines_panel
from xraylib.augmentation.augment import AugmentConfig
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.training.config import TrainConfig
from xraylib.training.groups.group import Group
from xraylib.training.groups.learning import create_learning_curve
from xraylib.training.groups.repeats import create_folds, create_repeats
from xraylib.training.process import queue
from xraylib.training.run.where import where
from xraylib.workspace import Workspace

pytest.importorskip("ray", reason="the extra `cluster` is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.timeout(1800),  # a busy machine is not a failure
]

SECONDS = 600.0
SPACE = {"learning_rate": {"low": 1e-3, "high": 0.1, "log": True}, "batch_size": [8, 16]}


@pytest.fixture(autouse=True)
def _only_where_it_is_said(there: RayCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cluster is there, but nothing goes to it of which nobody says so."""
    assert len(there.nodes) == 2
    monkeypatch.delenv("XRAYLIB_PLACE")


@pytest.fixture
def _looked_at() -> Iterator[None]:
    yield
    machines_panel._view.clear()


def design(images: Path, workspace: Workspace) -> dict[str, Any]:
    index = scanned(images)
    return {
        "spec": tiny_spec(),
        "train": TrainConfig(epochs=2, batch_size=8, learning_rate=0.01),
        "index": index,
        "split": make_split(index),
        "preparation": Preparation(image_size=(SIZE, SIZE)),
        "augment": AugmentConfig(),
        "workspace": workspace,
    }


def nodes_of(group: Group) -> set[str]:
    """The nodes on which its runs ended, all of them well."""
    for run in group.runs:
        status = queue.wait(run, timeout=SECONDS)
        assert status.state == "finished", (status, run.log_tail())
        assert where(run.folder).place == "ray"
    return {where(run.folder).node for run in group.runs}


def test_a_function_trains_there(shared: Workspace, images: Path) -> None:
    run = xraylib.train(
        images, model=tiny_spec(), preparation=Preparation(image_size=(SIZE, SIZE)),
        epochs=2, batch_size=8, on="ray", workspace=shared,
    )  # fmt: skip
    assert run.status().state == "finished"
    assert (where(run.folder).place, where(run.folder).cpus) == ("ray", 1)
    assert len(run.epochs()) == 2


@pytest.mark.parametrize("make", ["repeats", "folds", "shares"])
def test_runs_that_belong_together_spread_over_the_nodes(
    shared: Workspace, images: Path, make: str
) -> None:
    options = design(images, shared)
    group = {
        "repeats": lambda: create_repeats(2, **options),
        "folds": lambda: create_folds(2, **options),
        "shares": lambda: create_learning_curve([0.4, 0.7, 1.0], 1, **options),
    }[make]()
    group.start(on="ray")
    assert len(nodes_of(group)) == 2
    assert group.summary().states == {"finished": len(group.runs)}


def test_a_search_spreads_over_the_nodes(shared: Workspace, images: Path) -> None:
    found = xraylib.search(
        images, model=tiny_spec(), preparation=Preparation(image_size=(SIZE, SIZE)),
        epochs=2, batch_size=8, trials=4, space=SPACE, on="ray", workspace=shared,
    )  # fmt: skip
    assert found.state == "finished"
    assert {one.state for one in found.trials} == {"finished"}
    assert len({one.values["learning_rate"] for one in found.trials}) == 4
    assert len(nodes_of(found.group)) == 2
    assert where(found.folder).place == "ray"  # where it goes on if it is taken up again


@pytest.mark.usefixtures("_looked_at")
def test_the_page_shows_the_nodes_what_is_free_and_which_run_is_where(
    workspace: Workspace, images: Path
) -> None:
    runs = [make_run(workspace, images, tiny_spec(), epochs=10_000, name="first")]
    runs.append(make_run(workspace, images, tiny_spec(), epochs=10_000, name="second"))
    assert "Machines" not in [one.label for one in opened().expander]  # nothing is there yet
    queue.start(runs[0], on="ray")
    until(lambda: runs[0].status().state == "running", seconds=SECONDS, what=runs[0].log_tail)
    app = opened()
    assert "Machines" in [one.label for one in app.expander]
    app.session_state["machines"] = True
    told: list[list[str]] = []

    def shown(*, free: int, waits: str = "") -> bool:
        nonlocal told
        app.run()
        tables = [one.value for one in app.table if "Free CPUs" in one.value]
        told = tables[0].values.tolist() if tables else []
        cpus = [row[1] for row in told]
        words = "\n".join(str(one.value) for one in app.markdown)
        return cpus.count("1 of 1") == free and (waits in words)

    until(lambda: shown(free=1), seconds=SECONDS, what=lambda: str(told))
    assert len(told) == 3  # the head has no core to give away
    assert sorted(row[1] for row in told) == ["0 of 0", "0 of 1", "1 of 1"]
    assert sorted(row[3] for row in told) == ["first", "–", "–"]
    assert [row[1] for row in told if row[3] == "first"] == ["0 of 1"]
    queue.start(runs[1], on="ray")
    until(lambda: shown(free=0), seconds=SECONDS, what=lambda: str(told))
    until(lambda: runs[1].status().state == "running", seconds=SECONDS, what=runs[1].log_tail)
    until(lambda: shown(free=0) and sorted(row[3] for row in told)[0] == "first", seconds=SECONDS)
    assert sorted(row[3] for row in told) == ["first", "second", "–"]
    for run in runs:
        queue.stop(run)
        assert queue.wait(run, SECONDS).state == "stopped"
