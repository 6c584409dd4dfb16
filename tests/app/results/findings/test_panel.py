"""The Results page of a run of findings, whose predictions are written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from results_page import opened, texts
from tiny_findings import NAMES, make_findings_run

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.split import from_csv
from xraylib.training.loop.task import FINDINGS
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace, write_json


def _judged(run: Run) -> None:
    """As the end of a training leaves it, with probabilities that go with the truth."""
    index = DatasetIndex.load(run.folder / "index.parquet")
    assert index.findings is not None
    table = from_csv(run.folder / "split.csv")
    rows = {path: row for row, path in enumerate(index.table["path"].to_pylist())}
    images = [
        one for one in zip(table.path, table.label, table.split, table.patient, strict=True)
        if one[2] != "train"
    ]  # fmt: skip
    truth = np.maximum(index.findings.values[[rows[one[0]] for one in images]], -1)
    drawn = np.random.default_rng(0).random(truth.shape)
    said = np.clip(0.35 * (truth == 1) + 0.65 * drawn, 0, 1)
    write_predictions(run.folder / PREDICTIONS, images, said, NAMES, truth=truth)
    told = {}
    for split in ("val", "test"):
        own = np.array([one[2] == split for one in images])
        whose = [one[3] for one in images if one[2] == split]
        told[split] = FINDINGS.evaluate(truth[own], said[own], NAMES, whose)
    write_json(run.folder / "evaluation.json", told)
    write_status(run.folder, RunStatus(state="finished", epoch=1, epochs=1, has_model=True))


@pytest.mark.fast
def test_each_finding_has_its_figures_its_curves_and_its_mistakes(
    workspace: Workspace, tmp_path: Path
) -> None:
    _judged(make_findings_run(workspace, tmp_path / "images"))
    app = opened()
    assert "**Mean AUC of the findings 0." in texts(app)
    figures = app.table[0].value
    assert list(figures.index) == list(NAMES)
    assert {"with it", "without", "not known", "AUC", "AP", "Sensitivity"} <= set(figures.columns)
    assert list(app.table[1].value.columns) == list(NAMES)
    app = opened(tab="One finding")
    assert "**Missed: " in texts(app).replace("\\", "")
    assert "**False alarms: " in texts(app).replace("\\", "")
    assert len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart")) == 2
