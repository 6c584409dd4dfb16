"""Makes the model that the Classify page has on first start, out of the phantoms.

``python -m xraylib.samples.train_demo`` trains ``small-cnn`` the way any user would, from several
seeds (about two minutes each on two cores), takes the one with the least loss on the validation
images, publishes it with its proof, temperature and thresholds, and puts it in place of
``models/phantom-demo/1``. The test images have no say in the choice. The same phantoms and the same
versions of the libraries give the same model; other versions give one that is as good.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_thresholds import make_operating, write_operating
from xraylib.images.prepare import Preparation
from xraylib.models.card.card import write_words
from xraylib.models.publish import publish_into
from xraylib.networks.presets import preset
from xraylib.settings import SAMPLE_DATA, SHIPPED_MODELS
from xraylib.training.config import TrainConfig
from xraylib.training.process import queue
from xraylib.training.run.create import create_run
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

NAME = "phantom-demo"
SPLIT_SEED = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=40, help="passes over the phantoms")
    parser.add_argument("--seeds", type=int, default=3, help="trainings to choose from")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        runs = [
            train(make_run(workspace, seed=seed, epochs=options.epochs))
            for seed in range(options.seeds)
        ]
        put_in_place(publish_best(runs, workspace))


def make_run(place: Workspace, *, seed: int, epochs: int) -> Run:
    """A run of ``small-cnn`` on the phantoms; every seed has the same validation images."""
    index = scan(SAMPLE_DATA)
    preparation = Preparation()
    return create_run(
        workspace=place,
        spec=preset("small-cnn", input_shape=preparation.input_shape, standardise=True),
        train=recipe(seed=seed, epochs=epochs),
        index=index,
        split=make_split(index, seed=SPLIT_SEED),
        preparation=preparation,
        augment=AUGMENT_PRESETS["lesson"],
        dataset="sample",
        name=f"{NAME} seed {seed}",
    )


def recipe(*, seed: int, epochs: int) -> TrainConfig:
    """How it is trained."""
    return TrainConfig(
        epochs=epochs, batch_size=16, learning_rate=0.003, schedule="cosine", seed=seed
    )


def train(run: Run) -> Run:
    """The run, trained to its end; or ends the program."""
    queue.start(run)
    status = queue.wait(run)
    if status.state != "finished":
        sys.exit(f"The training ended as {status.state}: {status.error or status.message}")
    return run


def publish_best(runs: Sequence[Run], place: Workspace) -> Path:
    """Publishes the run of least validation loss; the folder of the published model."""
    losses = {run.id: float(run.epochs()[-1]["val_loss"] or math.inf) for run in runs}
    best = min(runs, key=lambda run: losses[run.id])
    write_operating(best, make_operating(best, {name: choice() for name in ("Covid", "Pneumonia")}))
    write_words(best, told(chosen(best, losses[best.id], len(runs))))
    bundle = publish_into(place.models, best, NAME, progress=print)
    print(f"accuracy {bundle.metrics['accuracy']:.3f} on {bundle.metrics['n']} phantoms")
    return bundle.folder


def choice() -> Choice:
    """Nine of ten abnormal images are to be flagged; a human looks at what is close to the line."""
    return Choice(by="sensitivity", value=0.9)


def told(how_chosen: str) -> dict[str, str]:
    """What only a person can say about the model."""
    return {
        "purpose": "To try every page of X-ray Lab at once, without an X-ray of a patient.",
        "origin": "Every X-ray was drawn by a program of X-ray Lab; nobody had to be asked.",
        "labels": "The program that drew the lesions: the labels are true by construction.",
        "not_for": "Any X-ray of a patient. It has never seen one.\n\n" + how_chosen,
    }


def chosen(run: Run, loss: float, trainings: int) -> str:
    """How the model was chosen, in words."""
    if trainings == 1:
        return "One training was made; no figure of the test phantoms had a say in it."
    return (
        f"It is the best of {trainings} trainings from different seeds by the loss on the "
        f"validation phantoms ({loss:.3f}, seed {run.train.seed}); no figure of the test phantoms "
        "had a say in the choice."
    )


def put_in_place(made: Path) -> None:
    """Exchanges the committed model for ``made``."""
    target = SHIPPED_MODELS / NAME / "1"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target)
    print(f"{target}: {sum(file.stat().st_size for file in target.iterdir()):,} bytes")


if __name__ == "__main__":
    main()
