"""Makes the model that the Classify page has on first start, out of the phantoms.

``python -m xraylib.samples.train_demo`` trains ``small-cnn`` the way any user would, from several
seeds (about two minutes each on two cores), takes the one with the least loss on the validation
images, publishes it with its proof, temperature and thresholds, and puts it in place of
``models/phantom-demo/1``. The test images have no say in the choice. The same phantoms and the same
versions of the libraries give the same model; other versions give one that is as good.

``--renew`` trains nothing: the network stays as it is, to the last bit, and its limits for pictures
of another kind, what was measured with them, and its card are written again.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.scan import scan
from xraylib.datasets.split import make_split
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.run_thresholds import make_operating, measured_point, write_operating
from xraylib.images.prepare import Preparation
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.models.assemble import layer_rows, write_facts
from xraylib.models.bundle import open_bundle
from xraylib.models.card import model_card, write_words
from xraylib.models.classify.classifier import Classifier
from xraylib.models.publish import publish_into
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.ood.image_features import Pixels
from xraylib.settings import SAMPLE_DATA, SHIPPED_MODELS
from xraylib.training.config import TrainConfig
from xraylib.training.loop.fit_ood import familiar_facts, familiar_of
from xraylib.training.process import queue
from xraylib.training.run.create import create_run
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace, write_atomic

NAME = "phantom-demo"
SPLIT_SEED = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=40, help="passes over the phantoms")
    parser.add_argument("--seeds", type=int, default=3, help="trainings to choose from")
    parser.add_argument("--renew", action="store_true", help="limits and card alone, no training")
    options = parser.parse_args()
    if options.renew:
        renew(SHIPPED_MODELS / NAME / "1")
        return
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
        return "One training was made; no figure of the test X-rays had a say in it."
    return (
        f"It is the best of {trainings} trainings from different seeds by the loss on the "
        f"validation X-rays ({loss:.3f}, seed {run.train.seed}); no figure of the test X-rays "
        "had a say in the choice."
    )


def put_in_place(made: Path) -> None:
    """Exchanges the committed model for ``made``."""
    target = SHIPPED_MODELS / NAME / "1"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(made, target)
    print(f"{target}: {sum(file.stat().st_size for file in target.iterdir()):,} bytes")


def renew(folder: Path) -> None:
    """Fits the limits of the model in ``folder`` anew, and writes its settings and its card again.

    What the network sees in an image comes from its published form, which gives what Keras gives.
    """
    bundle = open_bundle(folder, name=NAME)
    index = scan(SAMPLE_DATA)
    if index.fingerprint != bundle.manifest["data"]["fingerprint"]:
        sys.exit("The phantoms are others than it learned from: train it anew")
    split = make_split(index, seed=SPLIT_SEED)
    rows = {"train": split.train, "val": split.val, "test": split.test}
    patients = {part: index.patients(some) for part, some in rows.items()}
    classifier = Classifier(bundle)

    def features(pixels: Pixels) -> Any:
        return classifier.probabilities_and_features(pixels)[1]

    def read(some: Any) -> Pixels:
        return np.stack([classifier.prepare(index.read(int(row))) for row in some])

    usual = familiar_of(features, rows, patients, read)
    probabilities = classifier.probabilities(read(split.test))
    evaluation = RunEvaluation.of(
        evaluate_predictions(
            index.label_numbers[split.test], probabilities, bundle.classes, patients["test"]
        ),
        run=bundle.manifest["run"],
        split="test",
        data=bundle.manifest["data"]["name"],
        source="predicted",
        temperature=bundle.temperature,
        patients_told=len(split.test),
    )
    labels, whose = (
        index.label_numbers[split.test],
        np.unique(patients["test"], return_inverse=True),
    )
    operating = {}
    for name, point in (bundle.operating or {}).items():
        place = bundle.classes.index(name)
        flagged = probabilities[:, place] >= point.threshold
        tested = measured_point(flagged, np.equal(labels, place), whose[1])
        operating[name] = replace(point, tested=tested).to_json()
    how_chosen = bundle.manifest["words"]["not_for"].partition("\n\n")[2]
    facts = {
        **bundle.manifest,
        "ood": familiar_facts(usual),
        "operating": operating,
        "words": told(how_chosen.replace("films", "X-rays")),
    }
    spec, epochs = ModelSpec.from_json(facts["spec"]), 40
    card = model_card(
        facts,
        evaluation=evaluation,
        train=recipe(seed=0, epochs=epochs).to_json(),
        layers=layer_rows(spec),
        augment=AUGMENT_PRESETS["lesson"].to_json(),
        status={"state": "finished", "epoch": epochs, "epochs": epochs},
    )
    write_atomic(folder / "ood.json", json.dumps(usual, separators=(",", ":")))
    write_facts(folder, facts, card)


if __name__ == "__main__":
    main()
