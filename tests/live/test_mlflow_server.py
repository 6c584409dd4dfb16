"""A real MLflow server, in an environment of its own since it wants other versions than we have."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
from tiny_runs import make_run, tiny_spec, train_here, write_images
from until import until

from xraylib.loggers.follow import log_run
from xraylib.loggers.told import figures_of, settings_of
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

_SERVER = "mlflow==3.17.2"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("mlflow")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", _SERVER], check=True)
    log = folder / "log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "0",
             "--backend-store-uri", f"sqlite:///{folder}/runs.db",
             "--artifacts-destination", str(folder / "files"), "--workers", "1"],
            cwd=folder, stdout=file, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"},
        )  # fmt: skip
    try:
        found: list[str] = []

        def is_up() -> bool:
            found[:] = re.findall(r"http://127\.0\.0\.1:[1-9]\d*", log.read_text(errors="replace"))
            return bool(found) or server.poll() is not None

        until(is_up, seconds=600, what=lambda: log.read_text(errors="replace"))
        assert found, log.read_text(errors="replace")
        with urllib.request.urlopen(f"{found[0]}/health", timeout=60) as answer:
            assert answer.read() == b"OK"
        yield found[0]
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def test_a_server_has_the_settings_curves_figures_files_and_card_of_a_run(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.tracking import MlflowClient

    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    run = make_run(
        Workspace(tmp_path / "workspace"), write_images(tmp_path / "images"), tiny_spec(),
        name="first",
    )  # fmt: skip
    train_here(run)
    log_run(run, ["mlflow"])
    log_run(run, ["mlflow"])  # twice told is told once
    client = MlflowClient(tracking_uri=address)
    experiment = client.get_experiment_by_name(run.data.name)
    (told,) = client.search_runs([experiment.experiment_id])
    assert (told.info.run_name, told.info.status) == ("first", "FINISHED")
    assert told.data.tags["xraylib.run"] == run.id
    assert told.data.params == {name: str(value) for name, value in settings_of(run).items()}
    history = client.get_metric_history(told.info.run_id, "validation/loss")
    assert [(one.step, one.value) for one in history] == [
        (event["epoch"], pytest.approx(event["val_loss"])) for event in run.epochs()
    ]
    for name, value in figures_of(run).items():
        assert told.data.metrics[name] == pytest.approx(value)
    names = {file.path for file in client.list_artifacts(told.info.run_id)}
    assert {"card.md", "model.py", "spec.json", "evaluation.json"} <= names
    assert not {"split.csv", "data.json", "metrics.jsonl"} & names
    card = Path(client.download_artifacts(told.info.run_id, "card.md", str(tmp_path)))
    assert "not a medical device" in card.read_text(encoding="utf-8")
