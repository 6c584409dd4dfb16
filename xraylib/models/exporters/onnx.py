"""The published network as ONNX, with its temperature."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from xraylib.models.conversion.calibrated import calibrated_litert
from xraylib.models.conversion.onnx import onnx_of
from xraylib.models.export_notes import model_facts
from xraylib.models.exporter import Exporter
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


def _write(bundle: Bundle, _run: Run | None, out: Path) -> None:
    facts = model_facts(bundle)
    model = onnx_of(calibrated_litert(bundle, facts))
    model.producer_name, model.producer_version = "xray-lab", str(facts["software"])
    model.doc_string = str(facts["notice"])
    for key, value in facts.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value if isinstance(value, str) else json.dumps(value)
    write_atomic(out / "model.onnx", model.SerializeToString())


ONNX = Exporter(
    name="onnx",
    title="ONNX",
    description="The network as ONNX, with its temperature",
    order=40,
    write=_write,
    needs=("train", "onnx"),
)
