"""Runs of findings whose predictions were made up, with sex, age and view of the images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from tiny_findings import NAMES, findings_index, make_findings_run

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.split_table import from_csv
from xraylib.training.loop.task import FINDINGS
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, write_status
from xraylib.workspace import Workspace, write_json


def with_people(index: DatasetIndex) -> DatasetIndex:
    """The index with a table of sex, age and view; women's images are the even patients'."""
    numbers = [int(path.rpartition("/p")[2][:3]) for path in index.table["path"].to_pylist()]
    metadata = pa.table(
        {
            "sex": ["F" if one % 2 == 0 else "M" for one in numbers],
            "age": pa.array([float(20 + one * 3 % 70) for one in numbers]),
            "view": ["AP" if one % 3 else None for one in numbers],
        }
    )
    return replace(index, metadata=metadata)


def judged_findings_run(
    workspace: Workspace, images: Path, *, skill: float = 0.35, seed: int = 0, **options: object
) -> Run:
    """A run as the end of a training leaves it, with probabilities that go with the truth."""
    index = options.pop("index", None) or with_people(findings_index(images))
    run = make_findings_run(workspace, images, index=index, **options)
    judge(run, skill=skill, seed=seed)
    return run


def judge(run: Run, *, skill: float = 0.35, seed: int = 0) -> None:
    """Writes what the end of a training writes."""
    index = DatasetIndex.load(run.folder / "index.parquet")
    assert index.findings is not None
    table = from_csv(run.folder / "split.csv")
    rows = {path: row for row, path in enumerate(index.table["path"].to_pylist())}
    images = [
        one for one in zip(table.path, table.label, table.split, table.patient, strict=True)
        if one[2] != "train"
    ]  # fmt: skip
    truth = np.maximum(index.findings.values[[rows[one[0]] for one in images]], -1)
    drawn = np.random.default_rng(seed).random(truth.shape)
    said = np.clip(skill * (truth == 1) + (1 - skill) * drawn, 0, 1)
    write_predictions(run.folder / PREDICTIONS, images, said, NAMES, truth=truth)
    told = {}
    for split in ("val", "test"):
        own = np.array([one[2] == split for one in images])
        whose = [one[3] for one in images if one[2] == split]
        told[split] = FINDINGS.evaluate(truth[own], said[own], NAMES, whose)
    write_json(run.folder / "evaluation.json", told)
    write_status(run.folder, RunStatus(state="finished", epoch=1, epochs=1, has_model=True))
