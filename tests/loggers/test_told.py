"""What is told of a run, against its records."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from judged_findings import judged_findings_run
from PIL import Image
from tiny_runs import make_run, tiny_spec, write_images

from xraylib.datasets.dataset import DatasetIndex
from xraylib.images.prepare import prepare
from xraylib.loggers.told import (
    FILES,
    curves_of,
    figures_of,
    safe,
    settings_of,
    wrong_images,
)
from xraylib.networks.trace import trace
from xraylib.training.run.runs import Run
from xraylib.training.run.test_lock import lock_set
from xraylib.workspace import Workspace

pytestmark = pytest.mark.fast


@pytest.fixture
def run(tmp_path: Path) -> Run:
    images = write_images(tmp_path / "images")
    return make_run(Workspace(tmp_path / "workspace"), images, tiny_spec(), optimizer="sgd")


def test_settings_are_those_of_the_records_by_dotted_names(run: Run) -> None:
    told = settings_of(run)
    assert told["network.parameters"] == trace(run.spec).total_params
    assert told["train.optimizer"] == "sgd"
    assert told["augment.zoom_range"] == "1.0, 1.0"
    assert told["data.training"] == sum(run.data.counts["train"].values())
    kept = json.loads((run.folder / "train.json").read_text())
    flat = {f"train.{name}" for name, value in kept.items() if not isinstance(value, dict)}
    assert flat <= told.keys()
    assert all(isinstance(value, str | int | float | bool) for value in told.values())


def test_curves_of_an_epoch_leave_out_what_cannot_be_said() -> None:
    event = {
        "event": "epoch", "epoch": 1, "loss": 0.5, "accuracy": 0.75, "auc": None,
        "learning_rate": 0.01, "val_loss": 0.6, "val_recall": {"a/b": 0.25, "c": None},
    }  # fmt: skip
    assert curves_of(event) == {  # type: ignore[arg-type]
        "training": {"loss": 0.5, "accuracy": 0.75, "learning_rate": 0.01},
        "validation": {"loss": 0.6, "recall/a_b": 0.25},
    }
    assert safe("<b>$x|y\n") == "_b__x_y_"


def test_figures_are_those_of_the_end_and_locked_test_images_stay_unseen(tmp_path: Path) -> None:
    judged = judged_findings_run(Workspace(tmp_path / "workspace"), tmp_path / "images")
    kept = json.loads((judged.folder / "evaluation.json").read_text())
    told = figures_of(judged)
    assert told["test/auc"] == kept["test"]["auc"]
    assert [told["validation/auc_low"], told["validation/auc_high"]] == kept["val"]["auc_ci"]
    lock_set(judged.folder)
    assert {name.partition("/")[0] for name in figures_of(judged)} == {"validation"}


def test_images_taken_wrongly_are_shown_as_the_network_sees_them(run: Run) -> None:
    index = DatasetIndex.load(run.folder / "index.parquet")
    rows = index.rows("train")[:2]
    wrong = [
        {"path": index.image(int(row)).path, "label": "dark", "predicted": "bright",
         "probability": 0.875}
        for row in rows
    ]  # fmt: skip
    wrong.insert(0, {**wrong[0], "path": "train/dark/gone.png"})
    found = list(wrong_images(run, {"event": "epoch", "epoch": 1, "val_wrong": wrong}))  # type: ignore[typeddict-item]
    assert len(found) == 2
    for one, row in zip(found, rows.tolist(), strict=True):
        assert one.words.startswith("dark taken for bright (0.88), p")
        seen = np.asarray(Image.open(io.BytesIO(one.png)))
        expected = prepare(index.read(row), run.preparation)
        assert seen.tolist() == expected[..., 0].tolist()
        assert one.size == seen.shape
    assert list(wrong_images(run, None)) == []


def test_no_file_that_is_told_names_a_patient_an_image_or_a_folder(run: Run) -> None:
    index = DatasetIndex.load(run.folder / "index.parquet")
    hidden = {str(index.root), *index.table["path"].to_pylist(), "p003"}
    for name in FILES:
        file = run.folder / name
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if name == "environment.json":  # the interpreter's place is the machine's own
            text = json.dumps({**json.loads(text), "executable": "", "command": []})
        assert not [one for one in hidden if one in text], name
