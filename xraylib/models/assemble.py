"""A run's network and all that belongs to it, as the files of a bundle. For child processes.

Publishing starts from a draft and proves it. The Results page uses an unproved one, in the run's
own folder, to look inside a network that has not been published.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xraylib.errors import DatasetError, PathError, XrayError
from xraylib.evaluation.evaluate import AnyEvaluation, stored_evaluation
from xraylib.evaluation.overlap import known_images
from xraylib.evaluation.own_images import images_in
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.json_values import JsonObject
from xraylib.metrics.table import METRICS
from xraylib.models.before_publishing import is_synthetic, publishing_warnings
from xraylib.models.bundle import Bundle, open_bundle
from xraylib.models.card.card import model_card
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.layer_outputs import layer_facts
from xraylib.models.findings.kept import kept_findings
from xraylib.models.findings.record import findings_facts, tested_findings
from xraylib.models.kept_predictions import kept_predictions
from xraylib.models.manifest import MANIFEST, PREDICTIONS, SCHEMA, WEIGHTS, write_manifest
from xraylib.models.studies.tried import study_facts
from xraylib.ood.image_features import Pixels
from xraylib.ood.network_features import feature_means
from xraylib.training.loop.fit_ood import (
    MOST,
    familiar_facts,
    familiar_of,
    keep_familiar,
    kept_familiar,
)
from xraylib.workspace import write_atomic, write_json, writing

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec
    from xraylib.training.run.runs import Run

INSIDE: Final = "inside"
"""The folder of a run that holds its draft."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What :func:`write_draft` wrote.

    Attributes:
        network: The Keras model.
        facts: ``bundle.json``, without a proof and with version 0.
        evaluation: How good the run was on its test or else validation images, or None.
    """

    network: Any = field(repr=False)
    facts: dict[str, Any] = field(repr=False)
    evaluation: AnyEvaluation | None = field(repr=False)


def write_draft(
    run: Run, folder: Path, *, name: str, progress: Callable[[str], None] | None = None
) -> Draft:
    """Writes every file of a bundle but the proof, the version and the card.

    Args:
        run: A run that has ended and has weights.
        folder: An empty folder.
        name: The model's name.
        progress: Called with what is being done.

    Raises:
        RunError: code ``no-weights``.
    """
    say = progress or (lambda _: None)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    say("Rebuilding the trained network")
    from xraylib.evaluation.predict import load_network
    from xraylib.models.conversion.litert import export_inside, export_litert

    network = load_network(run)
    say("Writing it for LiteRT")
    exported = export_litert(network)
    facts, evaluation = run_facts(run, name)
    facts["explain"] = {"method": exported.method, "layer": exported.layer}
    write_atomic(folder / "model.tflite", exported.model)
    shutil.copyfile(run.weights_file, folder / WEIGHTS)
    kept = (kept_findings if run.data.several else kept_predictions)(run).to_json()
    write_atomic(folder / PREDICTIONS, json.dumps(kept, separators=(",", ":")))
    if exported.head is not None:
        write_json(folder / "head.json", exported.head)
    inside = export_inside(network)
    if inside is not None:
        write_atomic(folder / "inside.tflite", inside.model)
        labels = _labels(run)
        layers = [
            layer_facts(layer, labels, shape)
            for layer, shape in zip(inside.names, inside.shapes, strict=True)
        ]
        write_json(folder / "inside.json", {"layers": layers, "filters": inside.filters})
    write_facts(folder, facts, "not proved yet\n")
    say("Learning what its training images look like")
    familiar = _familiar(run, network, Classifier(open_bundle(folder), workers=1))
    if familiar is not None:
        write_atomic(folder / "ood.json", json.dumps(familiar, separators=(",", ":")))
    facts["ood"] = familiar_facts(familiar)
    write_facts(folder, facts, "not proved yet\n")
    return Draft(network=network, facts=facts, evaluation=evaluation)


def look_inside(run: Run, progress: Callable[[str], None] | None = None) -> Bundle:
    """The run's draft in its own folder, written now if it is not there or does not fit.

    Raises:
        RunError: code ``no-weights``.
        PathError: code ``cannot-write``.
    """
    if inside_is_fresh(run):
        with contextlib.suppress(XrayError):  # one that does not fit is written again
            return open_bundle(run.folder / INSIDE, name=run.id)
    staging = run.folder / f".{INSIDE}-{secrets.token_hex(4)}"
    try:
        with writing("Cannot keep what there is to see inside the run", run.folder):
            staging.mkdir()
            write_draft(run, staging, name=run.id, progress=progress)
            target = run.folder / INSIDE
            shutil.rmtree(target, ignore_errors=True)
            staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return open_bundle(run.folder / INSIDE, name=run.id)


def inside_is_fresh(run: Run) -> bool:
    """Whether the run's draft is there and was written after its weights. Opens nothing."""
    try:
        written = (run.folder / INSIDE / MANIFEST).stat().st_mtime_ns
        return written >= run.weights_file.stat().st_mtime_ns
    except OSError:
        return False


def run_facts(run: Run, name: str) -> tuple[dict[str, Any], AnyEvaluation | None]:
    """``bundle.json`` but for version, proof and explain; and the evaluation behind it.

    Loads no TensorFlow: the Results page shows the card that follows from it.
    """
    data = run.data
    evaluation: AnyEvaluation | None
    if data.several:
        evaluation = tested_findings(run)
        judged = findings_facts(run, evaluation)
    else:
        evaluation = _tested(run)
        judged = _class_facts(run, evaluation)
    facts: dict[str, Any] = {
        "schema": SCHEMA,
        "name": name,
        "version": 0,
        "run": run.id,
        "published": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "classes": list(data.classes),
        "class_mode": data.class_mode,
        "preparation": data.preparation.to_json(),
        "input_shape": list(run.preparation.input_shape),
        "metrics": judged.pop("metrics"),
        "data": {
            "name": data.name,
            "fingerprint": data.fingerprint,
            "counts": data.counts,
            **({"images": dict(data.images)} if data.images else {}),
            **({"uncertain": run.train.uncertain} if data.several else {}),
            **_patients(run),
            "excluded": len(data.curation.excluded),
        },
        "synthetic": is_synthetic(run),
        "warnings": [one.to_json() for one in publishing_warnings(run)],
        "parity": {},
        "explain": {"method": "occlusion"},
        "spec": run.spec.to_json(),
        "software": ", ".join(f"{p} {installed(p)}" for p in ("keras", "tensorflow")),
    }
    facts |= judged
    familiar = kept_familiar(run)
    if familiar is not None:
        facts["ood"] = familiar_facts(familiar)
    facts["study"] = study_facts(run)
    return facts, evaluation


def _tested(run: Run) -> RunEvaluation | None:
    for split in ("test", "val"):
        with contextlib.suppress(DatasetError):
            return stored_evaluation(run, split=split)
    return None


def _class_facts(run: Run, evaluation: RunEvaluation | None) -> dict[str, Any]:
    """``metrics``, ``calibration``, and ``operating`` where somebody chose."""
    operating = read_operating(run)
    facts: dict[str, Any] = {
        "metrics": _metrics(run, evaluation) if evaluation else {},
        "calibration": {
            "temperature": operating.temperature,
            "n": operating.temperature_n,
            "fitted": operating.temperature_fitted,
            "not_applied_because": operating.temperature_why,
            "split": operating.ece_split,
            "split_n": operating.ece_n,
            "ece_before": operating.ece_before,
            "ece_after": operating.ece_after,
            "ece_chance": operating.ece_chance,
        },
    }
    if operating.classes:
        facts["operating"] = {name: point.to_json() for name, point in operating.classes.items()}
    return facts


def _metrics(run: Run, evaluation: RunEvaluation) -> JsonObject:
    """What the pages say about a model at first sight, in ``bundle.json``."""
    told = evaluation.to_json()
    headline = [metric for metric in METRICS if "headline" in metric.told]
    keys = ["n", "patients", "patients_told", "split", "temperature"]
    keys += [key for metric in headline for key in (metric.name, f"{metric.name}_ci")]
    keys += ["per_class", "confusion"]
    found = known_images(run, evaluation.split)
    return {key: told[key] for key in keys} | {
        "known": None if found is None else found.known,
        "known_images": None if found is None else found.to_json(),
    }


def run_card(run: Run, facts: Mapping[str, Any], evaluation: AnyEvaluation | None) -> str:
    """The model card of a run with these facts."""
    return model_card(
        facts,
        evaluation=evaluation,
        train=run.train.to_json(),
        layers=layer_rows(run.spec),
        augment=run.augment.to_json(),
        status=run.status().to_json(),
    )


def layer_rows(spec: ModelSpec) -> list[tuple[str, str, int]]:
    """(layer, output shape, parameters) of a network, in order, as its card has them."""
    from xraylib.networks.trace import trace

    return [
        (row.label or row.kind, " × ".join(map(str, row.output_shape)), int(row.params))
        for row in trace(spec).rows
    ]


def write_facts(folder: Path, facts: Mapping[str, Any], card: str) -> None:
    """Writes ``bundle.json``, the card, and the manifest of all that is in the folder."""
    write_json(folder / "bundle.json", facts)
    write_atomic(folder / "model_card.md", card)
    write_manifest(folder)


def _familiar(run: Run, network: Any, classifier: Classifier) -> dict[str, Any] | None:
    """What the run found at its end, or finds now."""
    try:
        found = kept_familiar(run)
    except PathError as error:
        if error.code != "damaged":
            raise
        found = None
    if found is not None:
        return found
    rows, patients = {}, {}
    for split, most in MOST.items():
        index, rows[split] = images_in(run, split, most=most)
        patients[split] = index.patients(np.array(rows[split], np.int64))

    def read(some: Any) -> Pixels:
        return np.stack([classifier.prepare(index.read(row)) for row in some])

    found = familiar_of(partial(feature_means, network), rows, patients, read)
    if found is not None:
        keep_familiar(run, found)
    return found


def _labels(run: Run) -> dict[int, str]:
    from xraylib.networks.trace import trace

    return {place: row.label or row.kind for place, row in enumerate(trace(run.spec).rows)}


def _patients(run: Run) -> JsonObject:
    """By split: ``patients``, and ``patients_told``: images whose patient something tells;
    ``patients_from`` says what."""
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split_table import from_csv

    table = from_csv(run.folder / "split.csv")
    found: dict[str, set[str]] = {}
    told: dict[str, int] = {}
    for place, patient, path in zip(table.split, table.patient, table.path, strict=True):
        found.setdefault(place, set()).add(patient)
        told[place] = told.get(place, 0) + (patient != path)
    return {
        "patients": {place: len(names) for place, names in found.items()},
        "patients_told": {**told},
        "patients_from": DatasetIndex.load(run.folder / "index.parquet").reading.patients,
        "patient_pattern": run.data.patient_pattern,
    }
