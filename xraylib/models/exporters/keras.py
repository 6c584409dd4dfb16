"""The network as it was trained, with a script that builds it in Keras."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from xraylib.models.exporter import Exporter
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


def _write(_bundle: Bundle, run: Run | None, out: Path) -> None:
    assert run is not None  # the exporter needs one
    from xraylib.evaluation.predict import load_network

    load_network(run)  # refuses weights that are not there or do not fit
    shutil.copyfile(run.weights_file, out / "model.weights.h5")
    shutil.copyfile(run.folder / "spec.json", out / "spec.json")
    script = run.folder / "model.py"
    if script.is_file():
        shutil.copyfile(script, out / "model.py")
    else:
        from xraylib.training.script.keras_script import keras_script

        write_atomic(out / "model.py", keras_script(run.spec))


KERAS = Exporter(
    name="keras",
    title="Keras",
    description="Weights, spec.json and a Keras script that builds the network",
    order=30,
    write=_write,
    needs_run=True,
    needs=("train",),
)
