"""The test images of a search's trial: judged once somebody has chosen the trial and says so.

A trial ends without them, because who sees the test figures of thirty trials chooses by them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from xraylib.arguments import checked
from xraylib.datasets.dataset import DatasetIndex
from xraylib.evaluation.predict import predict
from xraylib.evaluation.stored_predictions import no_images, stored_images, stored_table
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.findings.evaluation import evaluate_findings
from xraylib.records import read_if_kept
from xraylib.training.loop.run_images import labels_of, split_of
from xraylib.training.run.results import PREDICTIONS, write_predictions
from xraylib.training.run.test_lock import closed_error, is_closed
from xraylib.training.run.test_use import has_judged_test
from xraylib.workspace import write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


@checked
def judge_test_images(run: Run, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Lets a run judge its test images, and keeps that with the run; nothing where it has.

    It counts as a look at them. Needs TensorFlow; the pages start a child for it.

    Args:
        run: A run that has ended, as the trials of a search do without it.
        progress: Called with (images done, images in all).

    Raises:
        RunError: codes ``no-weights`` and ``no-predictions``: it has not ended.
        DatasetError: codes ``no-films``: it has none, and ``test-locked``.
        ImageError: An image is gone, changed or unreadable.
        PathError: A record is damaged.
    """
    if is_closed(run.folder):
        raise closed_error(run.folder)
    if has_judged_test(run):
        return
    known = stored_table(run, "val")
    index = DatasetIndex.load(run.folder / "index.parquet")
    split = split_of(run, index)
    labels = labels_of(run, index, split)
    test = np.flatnonzero(np.asarray(split["split"].to_pylist(), dtype=object) == "test")
    if not len(test):
        raise no_images("test", run.data.name, run)
    chosen = split.select(["path", "label", "split", "patient"]).take(test)
    said = predict(run, index, split["row"].to_numpy()[test].tolist(), progress)
    names = [*(f"p_{name}" for name in run.classes)]
    before = np.stack([known[name].to_numpy() for name in names], axis=1)
    images = [
        tuple(row.values()) for row in (*known.select(chosen.column_names).to_pylist(),
                                        *chosen.to_pylist())
    ]  # fmt: skip
    truth = None
    if run.data.several:
        told = np.stack([known[f"y_{name}"].to_numpy() for name in run.classes], axis=1)
        truth = np.concatenate([told, labels[test]]).astype(np.int8)
    write_predictions(
        run.folder / PREDICTIONS,
        images,
        np.concatenate([before, said]),
        run.classes,
        truth=truth,
    )
    people = chosen["patient"].to_pylist()
    judge = evaluate_findings if run.data.several else evaluate_predictions
    found = judge(labels[test], said, run.classes, people)
    file = run.folder / "evaluation.json"
    kept = read_if_kept(file, dict) or {}
    write_json(file, {**kept, "test": found.to_json()}, new_folder=False)
    stored_images(run, split="test")  # what was written can be read
