"""A workspace in which every name holds marks of Markdown, formulas, Streamlit and HTML."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import made_runs
import numpy as np
import pytest
from kept_beside import keep_beside
from made_runs import finish, made_run
from PIL import Image
from serving_bundles import changed_bundle

from xraylib.audit import audit
from xraylib.audit.store import keep_audit
from xraylib.datasets.catalog import add_dataset, open_dataset
from xraylib.datasets.dataset import DatasetIndex
from xraylib.evaluation.elsewhere.names_read import NamesRead
from xraylib.evaluation.external import keep_evaluation, key_of
from xraylib.evaluation.run_shortcuts import RunShortcuts
from xraylib.evaluation.shortcut_within import ToldWithin
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.settings import SHIPPED_MODELS
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_json

MARKS: Final = ":red[a] $x$ <b>b</b> *c* `d` ![e](f) | :material/bug: #g ~h~"
RIGHT_TO_LEFT: Final = "\u202eabc"
CLASSES: Final = (f"A {MARKS}".replace("/", "\u2215"), f"B {RIGHT_TO_LEFT}", "C [k](www.l.example)")
NAME: Final = "R :red[a] $x$ <b>b</b> *c* [i](http://j.example) `d` |"


def hostile_run(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run, a data set, an audit, a design and a model whose names hold marks of every kind."""
    monkeypatch.setattr(made_runs, "CLASSES", CLASSES)
    images = tmp_path / "I *c* <b> `d`"
    rng = np.random.default_rng(0)
    for split, count in (("train", 6), ("test", 4)):
        for place, name in enumerate(CLASSES):
            folder = images / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                file = folder / f"p{split}{place}{number}_$x$ <b> :red[a] `d` *c*.png"
                Image.fromarray(rng.integers(0, 255, (24, 20), np.uint8)).save(file)
    run = finish(made_run(workspace, images, name=NAME))
    other = finish(made_run(workspace, images, name=f"{NAME} 2", epochs=2), wrong=2)
    for name in CLASSES:
        (images / "train" / name / "broken *c* `d` <b>.png").write_bytes(b"no picture")
    add_dataset(images, "marks", workspace=workspace)
    index = open_dataset("marks", workspace=workspace)
    keep_audit("marks", audit(index), workspace=workspace)
    changed_bundle(
        SHIPPED_MODELS / "phantom-demo" / "1",
        workspace.models / "marks" / "1",
        name="marks",
        classes=list(CLASSES),
        operating={},
        data={"name": "I *c* <b> `d`", "fingerprint": "00", "counts": {}, "patients": {}},
    )
    tried(run, other, images)
    write_json(workspace.designs / "design.json", {**run.spec.to_json(), "name": NAME})
    return run


def tried(run: Run, other: Run, images: Path) -> None:
    """What was tried on the run: groups by a table, other images, shortcuts, a learning curve."""
    paths = [one.path for one in DatasetIndex.load(run.folder / "index.parquet")]
    rows = [["path", NAME, "=1+1"]]
    rows += [[path, f"{MARKS} {at % 2}", f"=HYPERLINK({at % 2})"] for at, path in enumerate(paths)]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    (images / "metadata.csv").write_text(text.getvalue(), encoding="utf-8")
    keep_beside(run)
    told = ToldWithin(
        what=NAME, label=CLASSES[0], values=(MARKS, NAME), images=40, patients=30,
        auc=Score(0.8, Interval(0.7, 0.9)),
    )  # fmt: skip
    found = RunShortcuts(images=120, found=(told,), unknown=(f"{MARKS} inside {NAME}: too few",))
    write_json(run.folder / "shortcuts.json", found.to_json())
    judged, table = run.evaluation(), run.predictions()
    assert judged is not None
    assert table is not None
    own = [row for row in table.to_pylist() if row["split"] == "test"]
    keep_evaluation(
        run,
        key_of(NAME, images, "test", own=False),
        data=NAME,
        root=images,
        split="test",
        images=[(row["path"], row["label"], row["patient"]) for row in own],
        sums=[str(number) for number in range(len(own))],
        probabilities=np.array([[row[f"p_{name}"] for name in CLASSES] for row in own]),
        evaluation=judged["test"],
        names=NamesRead(read_as={MARKS: CLASSES[0]}, passed_over=(NAME,)),
    )
    group = f"{run.id[:-6]}0c0c0c"
    record = {"kind": "shares", "name": NAME, "runs": [run.id, other.id], "patients_told": True}
    write_json(run.folder.parent / ".groups" / f"{group}.json", record | {"shares": [0.5, 1.0]})
    for one in (run, other):
        write_json(one.folder / "origin.json", {"kind": "share", "group": group})
