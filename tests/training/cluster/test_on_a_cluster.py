"""Runs on a real Ray cluster of this machine: a head, and two nodes of one core each."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from node_network import lacking
from ray_cluster import Node, RayCluster
from tiny_runs import learnt, make_run, tiny_spec
from until import until

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.training.process import queue
from xraylib.training.process.progress import OUT_OF_QUEUE
from xraylib.training.run.derived import clone_run
from xraylib.training.run.runs import Run
from xraylib.training.run.where import where
from xraylib.workspace import Workspace

pytest.importorskip("ray", reason="the extra `cluster` is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.timeout(1800),  # a busy machine is not a failure
]

SECONDS = 600.0


def forgetful_run(workspace: Workspace, images: Path, epochs: int) -> Run:
    """With everything that a run which goes on elsewhere could get wrong."""
    return make_run(
        workspace,
        images,
        tiny_spec(dropout=True),
        epochs=epochs,
        seed=5,
        augment=AUGMENT_PRESETS["strong"],
    )


def ended(run: Run) -> str:
    status = queue.wait(run, timeout=SECONDS)
    assert status.is_final, (status, run.log_tail())
    return status.state


def numbers(run: Run, epochs: int) -> list[dict[str, Any]]:
    """What the first epochs came to, without times and memory."""
    times = ("time", "seconds", "val_seconds", "rss_bytes", "rss_anon_bytes", "cpu_percent")
    return [{k: v for k, v in e.items() if k not in times} for e in run.epochs()[:epochs]]


def trainer_on(node: Node) -> psutil.Process | None:
    """The process that trains on this node."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if (
                "xraylib.training.cluster.node_trainer" in process.cmdline()
                and process.environ().get("TMPDIR") == str(node.folder)
            ):
                return process
    return None


def goes_on_elsewhere(run: Run, first: str) -> None:
    """Waits until it trains on another node than the first, some epochs further on."""
    until(
        lambda: where(run.folder).node not in ("", first) and run.status().state == "running",
        seconds=SECONDS,
        what=run.log_tail,
    )
    reached = run.status().epoch
    until(lambda: run.status().epoch > reached + 2, seconds=SECONDS, what=run.log_tail)


def test_two_runs_at_once_on_two_nodes_give_the_bits_of_this_machine(
    there: RayCluster, shared: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [forgetful_run(shared, images, 4)]
    runs.append(clone_run(runs[0]))
    for run in runs:
        queue.start(run)
    until(lambda: len({where(run.folder).node for run in runs} - {""}) == 2, seconds=SECONDS)
    assert [ended(run) for run in runs] == ["finished"] * 2, runs[0].log_tail()
    for node in there.nodes:
        assert len(list(node.folder.glob("xraylib-*/cache/*/pixels.npy"))) == 1
        until(lambda node=node: not list(node.folder.glob("xraylib-*/run-*")), seconds=SECONDS)
    monkeypatch.setenv("XRAYLIB_PLACE", "here")
    monkeypatch.setenv("XRAYLIB_THREADS", "1")
    local = clone_run(runs[0])
    queue.start(local)
    assert ended(local) == "finished"
    assert where(local.folder).place == "here"
    assert learnt(runs[0]) == learnt(runs[1]) == learnt(local)
    for name in ("model.weights.h5", "model.py", "evaluation.json", "ood.json"):
        assert (runs[0].folder / name).exists()
    assert runs[0].status().message == local.status().message
    assert (runs[0].events()[0][-1]["event"], where(runs[0].folder).cpus) == ("finished", 1)


def test_prepared_images_travel_to_a_node_once(
    there: RayCluster, shared: Workspace, images: Path
) -> None:
    found = [node.folder.glob("xraylib-*/cache/*/pixels.npy") for node in there.nodes]
    before = {file: file.stat().st_ino for files in found for file in files}
    run = forgetful_run(shared, images, 1)
    queue.start(run)
    assert ended(run) == "finished"
    found = [node.folder.glob("xraylib-*/cache/*/pixels.npy") for node in there.nodes]
    after = {file: file.stat().st_ino for files in found for file in files}
    assert before.items() <= after.items()
    assert len(after) <= 2


@pytest.mark.usefixtures("there")
def test_stop_ends_a_run_there_and_leaves_a_model(shared: Workspace, images: Path) -> None:
    run = make_run(shared, images, tiny_spec(), epochs=10_000)
    queue.start(run)
    until(lambda: run.status().epoch >= 3, seconds=SECONDS, what=run.log_tail)
    queue.stop(run)
    assert ended(run) == "stopped"
    status = run.status()
    assert status.has_model
    assert status.epoch == len(run.epochs())
    assert status.message.startswith(f"Stopped after {status.epoch} of 10000 epochs.")


def test_a_run_whose_node_is_killed_goes_on_on_the_other_without_an_epoch_twice(
    there: RayCluster, shared: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = forgetful_run(shared, images, 10_000)
    queue.start(run)
    checkpoints = run.folder / "checkpoint"
    until(lambda: list(checkpoints.glob("0*")), seconds=SECONDS, what=run.log_tail)
    before = run.status().epoch
    until(lambda: run.status().epoch > before, seconds=SECONDS)
    first = where(run.folder).node
    (node,) = [node for node in there.nodes if trainer_on(node) is not None]
    node.kill()
    there.nodes.remove(node)
    goes_on_elsewhere(run, first)
    queue.stop(run)
    assert ended(run) == "stopped"
    told = [epoch["epoch"] for epoch in run.epochs()]
    assert told == list(range(1, len(told) + 1))
    assert len(told) > before
    # What an unbroken run on this machine comes to.
    monkeypatch.setenv("XRAYLIB_PLACE", "here")
    monkeypatch.setenv("XRAYLIB_THREADS", "1")
    unbroken = forgetful_run(shared, images, min(len(told), 2000))
    queue.start(unbroken)
    assert ended(unbroken) == "finished"
    count = len(unbroken.epochs())
    assert numbers(run, count) == numbers(unbroken, count)


def test_a_run_whose_node_is_unplugged_goes_on_on_the_other_and_ends_there(
    there: RayCluster, shared: Workspace, images: Path
) -> None:
    if there.network is None:
        pytest.skip(lacking())
    run = forgetful_run(shared, images, 10_000)
    queue.start(run)
    checkpoints = run.folder / "checkpoint"
    until(lambda: list(checkpoints.glob("0*")), seconds=SECONDS, what=run.log_tail)
    first = where(run.folder).node
    (node,) = [node for node in there.nodes if trainer_on(node) is not None]
    there.network.unplug(node.machine)
    goes_on_elsewhere(run, first)
    # Nobody can tell it to, so what trained there ends by itself.
    until(lambda: trainer_on(node) is None, seconds=SECONDS)
    queue.stop(run)
    assert ended(run) == "stopped", run.log_tail()
    told = [epoch["epoch"] for epoch in run.epochs()]
    assert told == list(range(1, len(told) + 1))
    node.kill()
    there.nodes.remove(node)


@pytest.mark.usefixtures("there")
def test_a_request_that_fits_nowhere_says_so_and_can_be_taken_back(
    shared: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAYLIB_RAY_CPUS", "64")
    run = make_run(shared, images, tiny_spec())
    queue.start(run)
    until(lambda: "none of the 3 nodes" in run.status().message, seconds=SECONDS, what=run.log_tail)
    assert run.status().state == "queued"
    assert "It asks for 64 CPUs on one node" in run.status().message
    queue.stop(run)
    assert ended(run) == "stopped"
    assert run.status().message == OUT_OF_QUEUE


@pytest.mark.usefixtures("there")
def test_who_has_another_token_is_refused(
    shared: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("0" * 64)
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", str(token))
    run = make_run(shared, images, tiny_spec())
    queue.start(run)
    assert ended(run) == "failed"
    error = run.status().error
    assert error is not None
    assert error["code"] == "cluster-token", run.log_tail()


def test_a_gpu_is_asked_for_and_handed_on(
    there: RayCluster, shared: Workspace, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = there.add(gpus=1)
    monkeypatch.setenv("XRAYLIB_RAY_GPUS", "1")
    run = make_run(shared, images, tiny_spec(), epochs=10_000)
    queue.start(run)
    until(lambda: run.status().state == "running", seconds=SECONDS, what=run.log_tail)
    trainer = trainer_on(node)
    assert trainer is not None
    assert trainer.environ()["CUDA_VISIBLE_DEVICES"] == "0"
    assert where(run.folder).gpus == 1
    queue.stop(run)
    assert ended(run) == "stopped"
    node.kill()
    there.nodes.remove(node)


def test_a_run_whose_head_dies_is_interrupted_and_goes_on_when_there_is_one_again(
    there: RayCluster, shared: Workspace, images: Path
) -> None:
    run = forgetful_run(shared, images, 10_000)
    queue.start(run)
    checkpoints = run.folder / "checkpoint"
    until(lambda: list(checkpoints.glob("0*")), seconds=SECONDS, what=run.log_tail)
    there.head.kill()
    assert ended(run) == "interrupted"
    assert not run.status().has_model
    assert f"The head of the Ray cluster at {there.address} no longer" in run.status().message
    reached = len(run.epochs())
    there.start_head_again()
    there.add()
    queue.resume(run)
    until(lambda: run.status().epoch > reached, seconds=SECONDS, what=run.log_tail)
    queue.stop(run)
    assert ended(run) == "stopped"
    told = [epoch["epoch"] for epoch in run.epochs()]
    assert told == list(range(1, len(told) + 1))
