"""Labels that nobody knows: left out of the loss, against counted as absent.

    python benchmarks/unknown_labels.py

Draws phantoms that may show two findings and a table in which part of the labels is missing, trains
the same network with the same seeds twice, once where unknown labels count nothing and once where
each counts as absent, and judges both on test images by what was really drawn.
"""

from __future__ import annotations

import argparse
import csv
import platform
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

import xraylib
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import ABSENT, UNKNOWN
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.evaluation.findings.run_findings import stored_findings
from xraylib.images.prepare import Preparation
from xraylib.metrics.findings.evaluation import evaluate_findings
from xraylib.samples.several import FINDINGS, LABELS, TRUTH, write_several
from xraylib.training.planning.images import find_images
from xraylib.workspace import Workspace

SIDE = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--patients", type=int, default=150, help="how many are drawn; 150")
    parser.add_argument("--unknown", type=float, default=0.3, help="fraction of labels; 0.3")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each kind; 3")
    parser.add_argument("--epochs", type=int, default=40, help="of each training; 40")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "set"
        write_several(folder, patients=given.patients, unknown=given.unknown, size=2 * SIDE)
        told = Curation(label_table=LabelChoice(file=LABELS))
        index = find_images(folder, curation=told).index
        truth = _truth(folder / TRUTH)
        ways = {"unknown counts nothing": index, "unknown counts as absent": _absent(index)}
        figures: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        for seed in range(given.seeds):
            for way, images in ways.items():
                workspace = Workspace(Path(place) / "workspace")
                figures[way].append(_trained(images, truth, seed, given.epochs, workspace))
    print(
        f"{platform.processor() or platform.machine()}; {given.unknown:.0%} of the labels unknown, "
        f"{len(truth)} images of {given.patients} patients, {given.seeds} seeds, means over them:"
    )
    for way, rows in figures.items():
        means = {name: statistics.fmean(row[name] for row in rows) for name in rows[0]}
        print(f"{way:26s}", ", ".join(f"{name} {value:.3f}" for name, value in means.items()))
    first, second = figures.values()
    for name in first[0]:
        gains = [a[name] - b[name] for a, b in zip(first, second, strict=True)]
        each = ", ".join(f"{gain:+.3f}" for gain in gains)
        print(f"{name}: {statistics.fmean(gains):+.3f} ({each})")


def _absent(index: DatasetIndex) -> DatasetIndex:
    """The same images, what is unknown of them taken for absent."""
    told = index.findings
    assert told is not None
    values = np.where(told.values == UNKNOWN, np.int8(ABSENT), told.values)
    return replace(index, findings=replace(told, values=values))


def _truth(file: Path) -> dict[str, list[int]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return {
            row["file"]: [int(row[name]) for name in FINDINGS] for row in csv.DictReader(stream)
        }


def _trained(
    index: DatasetIndex,
    truth: dict[str, list[int]],
    seed: int,
    epochs: int,
    workspace: Workspace,
) -> dict[str, float]:
    """What a network reaches on test images, judged by what was drawn."""
    run = xraylib.train(
        index,
        model="small-cnn",
        preparation=Preparation(image_size=(SIDE, SIDE)),
        class_mode="multilabel",
        epochs=epochs,
        learning_rate=0.003,
        schedule="cosine",
        batch_size=16,
        seed=seed,
        workspace=workspace,
    )
    judged = stored_findings(run, split="test")
    drawn = np.array([truth[Path(path).name] for path in judged.paths])
    found = evaluate_findings(drawn, judged.probabilities, judged.names, judged.patients)
    likely = np.clip(np.where(drawn == 1, judged.probabilities, 1 - judged.probabilities), 1e-7, 1)
    return {
        "AUC": found.auc.value or 0.0,
        "sensitivity at 0.5": found.sensitivity.value or 0.0,
        "Brier score": float(((judged.probabilities - drawn) ** 2).mean()),
        "log loss": float(-np.log(likely).mean()),
    }


if __name__ == "__main__":
    main()
