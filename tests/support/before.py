"""The workspace of version 0.1.0 in ``tests/before_0_2``, put back to be worked with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

BEFORE = Path(__file__).resolve().parents[1] / "before_0_2"
RUN = "20261129T220218Z-29ffe2"
MODEL = "before-model"
# Where the images lay when the run was made, as far as the kept files say.
_ROOT_THEN = "/data/sample_data"


def restore(workspace: Path, images: Path) -> Path:
    """Copies the run and the model into ``workspace``; the run's images are at ``images`` now.

    Returns:
        The run's folder.
    """
    for part in ("runs", "models"):
        shutil.copytree(BEFORE / part, workspace / part)
    run = workspace / "runs" / RUN
    data = json.loads((run / "data.json").read_text(encoding="utf-8"))
    assert data["root"] == _ROOT_THEN
    data["root"] = str(images)
    (run / "data.json").write_text(json.dumps(data), encoding="utf-8")
    table = pq.read_table(run / "index.parquet")
    facts = json.loads(table.schema.metadata[b"xraylib"])
    assert facts["root"] == _ROOT_THEN
    facts["root"] = str(images)
    pq.write_table(
        table.replace_schema_metadata({"xraylib": json.dumps(facts)}), run / "index.parquet"
    )
    return run


def recorded(name: str) -> Any:
    """What version 0.1.0 printed, as JSON: ``evaluate``, ``classify`` or ``shapes``."""
    return json.loads((BEFORE / f"{name}.json").read_text(encoding="utf-8"))
