"""Searches as they would be left behind, made without training anything."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from made_runs import CLASSES, set_state, tell_epochs
from scanned import scanned

from xraylib.augmentation.augment import AUGMENT_PRESETS
from xraylib.datasets.split import make_split
from xraylib.images.prepare import Preparation
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.networks.presets import preset
from xraylib.training.config import TrainConfig
from xraylib.training.run.create import create_run
from xraylib.training.run.record import RunOrigin
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.runs import Run
from xraylib.training.search.applied import applied, values_of
from xraylib.training.search.create import create_search, trial_name
from xraylib.training.search.record import Ended, Trial, write_end, write_trials
from xraylib.training.search.search import Search
from xraylib.workspace import Workspace, write_json

SPACE = {
    "learning_rate": {"low": 1e-4, "high": 0.1, "log": True},
    "batch_size": [8, 16, 32],
    "units": [0.5, 1.0],
}


def made_search(workspace: Workspace, images: Path, *, trials: int = 10, name: str = "") -> Search:
    """A search whose trials have ended: every fourth pruned, the others finished."""
    index = scanned(images)
    preparation = Preparation(image_size=(24, 20))
    search = create_search(
        spec=preset("lesson-dense", input_shape=preparation.input_shape, classes=len(CLASSES)),
        train=TrainConfig(epochs=3),
        index=index,
        split=make_split(index, validation=0.4, seed=0),
        preparation=preparation,
        augment=AUGMENT_PRESETS["lesson"],
        trials=trials,
        space=SPACE,
        pruner="halving",
        name=name,
        dataset="noise",
        workspace=workspace,
    )
    rng = np.random.default_rng(3)
    rows = []
    runs = [*search.group.runs]
    for number in range(1, trials + 1):
        if number == 1:
            values = values_of(search.plan, search.asked.space)
        else:
            values = {
                "learning_rate": float(10 ** rng.uniform(-4, -1)),
                "batch_size": int(rng.choice([8, 16, 32])),
                "units": float(rng.choice([0.5, 1.0])),
            }
            origin = RunOrigin(kind="trial", group=search.id, number=number, of=trials)
            plan = applied(search.plan, values)
            called = trial_name(name, number, trials)
            runs.append(create_run(**vars(plan), name=called, origin=origin, workspace=workspace))
        loss = end_trial(runs[-1], seed=number)
        state = "pruned" if number % 4 == 0 else "finished"
        rows.append(
            Trial(number=number, values=values, run=runs[-1].id, state=state, loss=loss,  # type: ignore[arg-type]
                  epochs=1 if state == "pruned" else 3, seconds=4.0)
        )  # fmt: skip
    record = json.loads(search.group.file.read_text())
    write_json(search.group.file, {**record, "runs": [run.id for run in runs]})
    write_trials(search.folder, rows)
    (search.folder / "log.txt").touch()
    write_end(search.folder, Ended(state="finished"))
    return search


def end_trial(run: Run, *, seed: int) -> float:
    """Gives the run an end as a trial has it: validation images judged, and no test image."""
    tell_epochs(run, run.train.epochs)
    lines = (run.folder / "split.csv").read_text().splitlines()[1:]
    places = {line.split(",")[0]: line.split(",")[2] for line in lines}
    index = scanned(run.data.root)
    images = [
        (image.path, image.label, "val", image.patient)
        for image in map(index.image, range(len(index)))
        if places.get(image.path) == "val"
    ]
    truth = np.array([CLASSES.index(image[1]) for image in images])
    said = np.random.default_rng(seed).dirichlet(np.ones(len(CLASSES)), len(images))
    write_predictions(run.folder / PREDICTIONS, images, said, CLASSES)
    people = [image[3] for image in images]
    judged = evaluate_predictions(truth, said, CLASSES, people).to_json()
    write_json(run.folder / "evaluation.json", {"val": judged})
    loss = float(-np.log(said[np.arange(len(truth)), truth]).mean())
    kept = {**run.epochs()[-1], "val_loss": loss}
    epochs = run.train.epochs
    set_state(run, state="finished", epoch=epochs, best_epoch=2, has_model=True, kept=kept,
              started=replace(run.status()).updated - 4)  # fmt: skip
    return loss
