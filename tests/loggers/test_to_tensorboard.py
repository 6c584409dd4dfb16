"""Event files as TensorBoard itself reads them, and as its server gives them to its pages."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
from tiny_runs import make_run, tiny_spec, train_here, write_images
from until import until

from xraylib.datasets.dataset import DatasetIndex
from xraylib.images.prepare import prepare
from xraylib.loggers.follow import log_run
from xraylib.loggers.told import settings_of
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Three epochs, slow enough that some validation image is wrong."""
    folder = tmp_path_factory.mktemp("logged")
    images = write_images(folder / "images")
    made = make_run(Workspace(folder / "workspace"), images, tiny_spec(), learning_rate=1e-4)
    train_here(made)
    return made


@pytest.fixture(scope="module")
def logdir(trained: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    log_run(trained, ["tensorboard"], folder=folder)
    log_run(trained, ["tensorboard"], folder=folder)  # in place of the first
    return folder


def _read(logdir: Path) -> EventMultiplexer:
    read = EventMultiplexer(size_guidance={"images": 0, "tensors": 0, "scalars": 0})
    read.AddRunsFromDirectory(str(logdir))
    read.Reload()
    return read


def test_tensorboard_reads_the_curves_that_the_run_has(trained: Run, logdir: Path) -> None:
    read = _read(logdir)
    epochs = trained.epochs()
    for part, prefix in (("train", ""), ("validation", "val_")):
        for measure in ("loss", "accuracy", "auc"):
            points = read.Scalars(f"{trained.id}/{part}", f"epoch_{measure}")
            assert [point.step for point in points] == [1, 2, 3]
            values = [event[f"{prefix}{measure}"] for event in epochs]  # type: ignore[literal-required]
            assert [point.value for point in points] == pytest.approx(values, rel=1e-6)
            assert sorted(point.wall_time for point in points) == [one.wall_time for one in points]
    (auc,) = read.Scalars(f"{trained.id}/test", "final_auc")
    assert auc.value == pytest.approx(json.loads(
        (trained.folder / "evaluation.json").read_text())["test"]["auc"])  # fmt: skip


def test_tensorboard_reads_the_images_that_were_taken_wrongly(trained: Run, logdir: Path) -> None:
    read = _read(logdir)
    best = trained.epochs()[(trained.status().best_epoch or 3) - 1]
    wrong = best["val_wrong"]
    assert wrong
    index = DatasetIndex.load(trained.folder / "index.parquet")
    rows = {path: row for row, path in enumerate(index.table["path"].to_pylist())}
    tags = sorted(read.Runs()[f"{trained.id}/validation"]["images"])
    assert len(tags) == min(16, len(wrong))
    for tag, one in zip(tags, wrong, strict=False):
        assert f"{one['label']} taken for {one['predicted']}" in tag
        (image,) = read.Images(f"{trained.id}/validation", tag)
        seen = np.asarray(Image.open(io.BytesIO(image.encoded_image_string)))
        expected = prepare(index.read(rows[one["path"]]), trained.preparation)[..., 0]
        assert seen.tolist() == expected.tolist()


def test_no_tensorflow_is_loaded_to_write_them(trained: Run, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from xraylib.loggers.follow import log_run\n"
        "from xraylib.training.run.runs import Run\n"
        f"log_run(Run(Path({str(trained.folder)!r})), ['tensorboard'], "
        f"folder=Path({str(tmp_path)!r}))\n"
        "assert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def address(logdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of TensorBoard on these files."""
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--port", "0",
             "--host", "127.0.0.1", "--load_fast", "false"],
            stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        found: list[str] = []

        def is_up() -> bool:
            found[:] = re.findall(r"http://127\.0\.0\.1:\d+/", log.read_text(errors="replace"))
            return bool(found) or server.poll() is not None

        until(is_up, what=lambda: log.read_text(errors="replace"))
        assert found, log.read_text(errors="replace")
        yield found[0]
    finally:
        server.kill()
        server.wait()


def _asked(address: str, path: str, body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{address}data/plugin/{path}", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def test_its_server_gives_curves_images_and_settings_to_its_pages(
    trained: Run, address: str
) -> None:
    run = f"{trained.id}/validation"
    until(lambda: run in _asked(address, "scalars/tags"), seconds=300)
    assert "epoch_loss" in _asked(address, "scalars/tags")[run]
    assert _asked(address, "images/tags")[run]
    groups = _asked(
        address,
        "hparams/session_groups",
        {"experimentName": "", "allowedStatuses": ["STATUS_SUCCESS"], "colParams": [],
         "startIndex": 0, "sliceSize": 9},
    )["sessionGroups"]  # fmt: skip
    (group,) = groups
    told = settings_of(trained)
    assert group["hparams"] == told
    (last,) = [
        one["value"]
        for one in group["metricValues"]
        if one["name"] == {"group": "validation", "tag": "epoch_loss"}
    ]
    assert last == pytest.approx(trained.epochs()[-1]["val_loss"], rel=1e-6)
