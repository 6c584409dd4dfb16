"""A workspace in which every name holds marks of Markdown, formulas, Streamlit and HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import made_runs
import numpy as np
import pytest
from made_runs import finish, made_run
from PIL import Image
from serving_bundles import changed_bundle

from xraylib.audit import audit
from xraylib.audit.store import keep_audit
from xraylib.datasets.catalog import add_dataset, open_dataset
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
    finish(made_run(workspace, images, name=f"{NAME} 2", epochs=2), wrong=2)
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
    write_json(workspace.designs / "design.json", {**run.spec.to_json(), "name": NAME})
    return run
