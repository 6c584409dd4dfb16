"""Makes the model that the Classify page has on first start, out of the phantoms beside this file.

``python -m sample_data.train_demo`` trains ``small-cnn`` the way any user would (about three
minutes on two cores), publishes it with its proof, and puts it in place of
``models/phantom-demo/1``. The same phantoms and the same versions of the libraries give the same
model; other versions give one that is as good.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from xraylib.data.augment import AUGMENT_PRESETS
from xraylib.data.index import scan
from xraylib.data.prepare import Preparation
from xraylib.data.split import make_split
from xraylib.model.presets import preset
from xraylib.serving.publish import publish_into
from xraylib.settings import SAMPLE_DATA
from xraylib.training import queue
from xraylib.training.config import TrainConfig
from xraylib.training.runs import create_run
from xraylib.workspace import Workspace

NAME = "phantom-demo"
SEED = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=50, help="passes over the phantoms")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = train_and_publish(Workspace(Path(folder)), epochs=options.epochs)
        target = SAMPLE_DATA / "models" / NAME / "1"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
    print(f"{target}: {sum(file.stat().st_size for file in target.iterdir()):,} bytes")


def train_and_publish(workspace: Workspace, *, epochs: int) -> Path:
    """The folder of the published model, in ``workspace``."""
    index = scan(SAMPLE_DATA)
    preparation = Preparation()
    run = create_run(
        workspace,
        spec=preset("small-cnn", input_shape=preparation.input_shape, standardise=True),
        # Validation swings from epoch to epoch on so few films: all epochs are trained and the
        # weights of the best one are kept.
        train=TrainConfig(epochs=epochs, batch_size=16, seed=SEED, early_stopping_patience=epochs),
        index=index,
        split=make_split(index, seed=SEED),
        preparation=preparation,
        augment=AUGMENT_PRESETS["lesson"],
        dataset="sample",
        name=NAME,
    )
    queue.start(run)
    status = queue.wait(run)
    if status.state != "finished":
        sys.exit(f"The training ended as {status.state}: {status.error or status.message}")
    bundle = publish_into(workspace.models, run, NAME, progress=print)
    print(f"accuracy {bundle.metrics['accuracy']:.3f} on {bundle.metrics['n']} phantoms")
    return bundle.folder


if __name__ == "__main__":
    main()
