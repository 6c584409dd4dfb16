"""The network as a file for LiteRT: the one that the Classify page uses, with its temperature."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xraylib.models.conversion.calibrated import calibrated_litert
from xraylib.models.export_notes import model_facts
from xraylib.models.exporter import Exporter
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


def _write(bundle: Bundle, _run: Run | None, out: Path) -> None:
    write_atomic(out / "model.tflite", calibrated_litert(bundle, model_facts(bundle)))


LITERT = Exporter(
    name="litert",
    title="LiteRT",
    description="The network for LiteRT, with its temperature",
    order=20,
    write=_write,
)
