"""The published network for Keras, with its temperature, and what it takes to train it on."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from xraylib.models.conversion.published import calibrated_keras, published_network
from xraylib.models.export_notes import model_facts
from xraylib.models.exporter import Exporter
from xraylib.networks.spec import ModelSpec
from xraylib.workspace import write_atomic, write_json

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run

_README = """# {name}

{notice}

    import keras
    model = keras.saving.load_model("model.keras")
    model(pixels)  # (n, height, width, channels), prepared as model.json says, 0 to 255

`model.keras` gives the probabilities that X-ray Lab shows: its temperature is inside. `model.py`
builds the same network without it, and `model.weights.h5` holds the weights, to train it on.
"""


def _write(bundle: Bundle, run: Run | None, out: Path) -> None:
    from xraylib.networks.weights.weights_file import save_weights

    network = published_network(bundle, run)
    file = out / "model.keras"
    calibrated_keras(network, bundle.temperature, bundle.each_temperature).save(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("model.json", json.dumps(model_facts(bundle), indent=2))
    save_weights(network, out / "model.weights.h5")
    spec = ModelSpec.from_json(dict(bundle.manifest["spec"]))
    write_json(out / "spec.json", spec.to_json())
    write_atomic(out / "model.py", _script(run, spec))


def _script(run: Run | None, spec: ModelSpec) -> str:
    """From the run's records, not its file: nobody could tell whether that is whole."""
    from xraylib.training.script.keras_script import keras_script
    from xraylib.training.script.run_script import run_script

    return keras_script(spec) if run is None else run_script(run)


KERAS = Exporter(
    name="keras",
    title="Keras",
    description="The network as a .keras file with its temperature, its weights, spec.json and a "
    "Keras script",
    order=30,
    write=_write,
    needs=("train",),
    readme=_README,
)
