"""Runs told on while they train, by processes that no run waits for."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
from tiny_runs import make_run, tiny_spec
from until import until

from xraylib.cli import main
from xraylib.errors import ConfigError, SettingsError
from xraylib.loggers.follow import log_run
from xraylib.settings import read_settings
from xraylib.training.process.queue import start
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("trainer")


def _losses(logdir: Path, run: Run) -> list[tuple[int, float]]:
    read = EventMultiplexer(size_guidance={"scalars": 0})
    read.AddRunsFromDirectory(str(logdir))
    read.Reload()
    try:
        return [(one.step, one.value) for one in read.Scalars(f"{run.id}/train", "epoch_loss")]
    except KeyError:
        return []


def test_a_run_is_told_to_tensorboard_while_it_trains_and_fails_for_no_server(
    tmp_path: Path, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:  # a port on which nobody answers
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("XRAYLIB_LOGGERS", "tensorboard,mlflow")
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed.getsockname()[1]}")
        monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
        run = make_run(Workspace(tmp_path), images, tiny_spec(), epochs=3)
        start(run)
        until(lambda: run.status().state in ("finished", "failed"), what=run.log_tail)
        assert run.status().state == "finished", run.log_tail()
        until(lambda: "error[logger]" in run.log_tail(), what=run.log_tail)
    monkeypatch.setenv("XRAYLIB_LOGGERS", "tensorboard")
    second = make_run(Workspace(tmp_path), images, tiny_spec(), epochs=3)
    start(second)
    logdir = tmp_path / "tensorboard"
    until(lambda: len(_losses(logdir, second)) == 3, what=second.log_tail)
    kept = [(event["epoch"], event["loss"]) for event in second.epochs()]
    assert _losses(logdir, second) == [(epoch, pytest.approx(loss)) for epoch, loss in kept]


def test_an_epoch_that_a_resumed_run_computed_again_is_told_once_as_it_was_last(
    tmp_path: Path, images: Path
) -> None:
    run = make_run(Workspace(tmp_path / "workspace"), images, tiny_spec())
    events = [
        {"event": "started", "run": run.id, "time": run.created + 1},
        {"event": "epoch", "epoch": 1, "loss": 0.9, "accuracy": 0.5, "seconds": 2.0},
        {"event": "epoch", "epoch": 2, "loss": 0.8, "accuracy": 0.5, "seconds": 2.0},
        {"event": "resumed", "run": run.id, "time": run.created + 60},
        {"event": "epoch", "epoch": 2, "loss": 0.7, "accuracy": 0.5, "seconds": 2.0},
    ]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (run.folder / "metrics.jsonl").write_text(lines)
    write_status(run.folder, RunStatus(state="stopped", epoch=2, epochs=3))
    log_run(run, ["tensorboard"], folder=tmp_path)
    assert _losses(tmp_path, run) == [(1, pytest.approx(0.9)), (2, pytest.approx(0.7))]


def test_what_cannot_be_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(ConfigError) as refused:
        log_run(run, ["mlflow"])
    assert refused.value.code == "mlflow-server"
    for wrong in ([], ["wandb"], "tensorboard"):
        with pytest.raises(ConfigError) as refused:
            log_run(run, wrong)
        assert refused.value.code == "argument"
    with pytest.raises(SettingsError) as unknown:
        read_settings({"XRAYLIB_LOGGERS": "tensorboard,wandb"})
    assert "wandb" in unknown.value.what
    workspace = str(run.folder.parent.parent)
    assert main(["log", run.id, "--to", "wandb", "--workspace", workspace]) == 1
    told = capsys.readouterr().err
    assert "error[argument]" in told
    assert "tensorboard, mlflow" in told
