"""The network as a file for LiteRT, the very one that the Classify page uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xraylib.models.exporter import Exporter
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


def _write(bundle: Bundle, _run: Run | None, out: Path) -> None:
    write_atomic(out / "model.tflite", bundle.model)


LITERT = Exporter(
    name="litert", title="LiteRT", description="The network for LiteRT", order=20, write=_write
)
