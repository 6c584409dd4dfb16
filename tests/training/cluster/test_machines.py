"""What a run asks of a cluster, and what is said while it has no place."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from made_runs import draw_noise, made_run

from xraylib.errors import ClusterError, SettingsError
from xraylib.settings import read_settings
from xraylib.training.cluster.head import head_answers, require_head
from xraylib.training.cluster.machines import Machine, Request, usual_request, why_waiting
from xraylib.training.process import queue
from xraylib.training.run.where import Where, tell_where, where
from xraylib.workspace import Workspace

LARGE = Machine(node="b", name="large (10.0.0.2)", cpus=8, gpus=1, free_cpus=2, free_gpus=0)
SMALL = Machine(node="a", name="small (10.0.0.1)", cpus=4, gpus=0, free_cpus=1, free_gpus=0)
HEAD = Machine(node="h", name="head (10.0.0.3)", cpus=0, gpus=0, free_cpus=0, free_gpus=0)


def test_a_run_asks_for_the_whole_of_the_smallest_node() -> None:
    assert usual_request([HEAD, LARGE, SMALL], cpus=None, gpus=0) == Request(cpus=4)
    assert usual_request([HEAD, LARGE, SMALL], cpus=None, gpus=1) == Request(cpus=8, gpus=1)
    assert usual_request([HEAD, LARGE, SMALL], cpus=3, gpus=0) == Request(cpus=3)
    assert usual_request([HEAD], cpus=None, gpus=0) == Request(cpus=1)


def test_a_request_that_fits_nowhere_is_told_with_its_numbers() -> None:
    told = why_waiting(Request(cpus=16), [HEAD, LARGE, SMALL])
    assert told == (
        "It asks for 16 CPUs on one node, and none of the 3 nodes has so much: large (10.0.0.2), "
        "the largest, has 8 CPUs and 1 GPU. It waits for a larger node; ask for less with "
        "XRAYLIB_RAY_CPUS and XRAYLIB_RAY_GPUS."
    )
    assert "2 GPUs on one node, and none" in why_waiting(Request(cpus=1, gpus=2), [LARGE])
    assert why_waiting(Request(cpus=1), []).endswith("and the cluster has no node.")


def test_a_request_that_waits_for_others_is_told_what_is_free() -> None:
    assert why_waiting(Request(cpus=4), [LARGE, SMALL]) == (
        "It asks for 4 CPUs on one node and waits until others end. Free now: large (10.0.0.2) 2 "
        "of 8 CPUs and 0 of 1 GPU, small (10.0.0.1) 1 of 4 CPUs."
    )
    assert "a process is started there" in why_waiting(Request(cpus=1), [SMALL])
    assert "waits until" in why_waiting(Request(cpus=1, gpus=1), [replace(LARGE, free_cpus=8)])


def test_a_head_is_asked_for_before_anything_is_begun() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert head_answers(address)
        require_head(address)
    with pytest.raises(ClusterError, match=f"No Ray cluster answers at {address}") as refused:
        require_head(address)
    assert refused.value.code == "no-cluster"


def test_a_run_that_is_sent_to_no_cluster_stays_a_new_one(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(workspace, draw_noise(tmp_path / "noise"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    monkeypatch.setenv("XRAYLIB_PLACE", "ray")
    monkeypatch.setenv("XRAYLIB_RAY_ADDRESS", f"127.0.0.1:{free}")
    monkeypatch.setattr("xraylib.extras.find_spec", lambda _name: object())
    with pytest.raises(ClusterError):
        queue.start(run)
    assert queue.is_new(run)
    assert where(run.folder) == Where()


def test_where_a_run_is_is_kept_beside_it(tmp_path: Path) -> None:
    there = Where(place="ray", address="10.0.0.3:6379", node="b", machine="large", cpus=2)
    tell_where(tmp_path, there)
    assert where(tmp_path) == there
    (tmp_path / "place.json").write_text('{"place": "moon"}')
    assert where(tmp_path) == Where()
    tell_where(tmp_path, there)
    tell_where(tmp_path, Where())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XRAYLIB_PLACE", "moon"),
        ("XRAYLIB_RAY_ADDRESS", "ray://10.0.0.3:10001"),
        ("XRAYLIB_RAY_CPUS", "0"),
        ("XRAYLIB_RAY_GPUS", "-1"),
        ("XRAYLIB_RAY_RUNNING", "many"),
        ("XRAYLIB_THREADS", "0"),
    ],
)
def test_what_the_host_cannot_mean_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})
