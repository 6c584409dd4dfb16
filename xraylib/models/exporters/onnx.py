"""The network as it was trained, as ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xraylib.models.exporter import Exporter

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


def _write(_bundle: Bundle, run: Run | None, out: Path) -> None:
    assert run is not None  # the exporter needs one
    import contextlib
    import io
    import warnings

    import numpy as np

    from xraylib.evaluation.predict import load_network

    network = load_network(run)
    network(np.zeros((1, *run.preparation.input_shape), np.float32), training=False)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # TensorFlow's own deprecations, nothing of ours
        network.export(str(out / "model.onnx"), format="onnx", verbose=False)


ONNX = Exporter(
    name="onnx",
    title="ONNX",
    description="The network as ONNX",
    order=40,
    write=_write,
    needs_run=True,
    needs=("train", "onnx"),
)
