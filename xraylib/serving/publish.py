"""From a run to a published model, with a proof that both are the same. For child processes.

The proof: the finished folder is opened the way the Classify page opens it, and must give the
probabilities of Keras on real files within 1e-5; otherwise nothing is published.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from filelock import FileLock

from xraylib.errors import BundleError, DatasetError, ImageError, PathError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.serving.bundle import (
    Bundle,
    open_bundle,
    read_only,
    version_numbers,
)
from xraylib.serving.card import model_card
from xraylib.serving.classifier import Classifier
from xraylib.serving.manifest import SCHEMA, write_manifest
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace, checked_name, write_atomic, write_json

if TYPE_CHECKING:
    from xraylib.data.films import DatasetIndex
    from xraylib.training.runs import Run

PARITY_ALLOWED = 1e-5
PARITY_FILMS = 256
"""Films that the proof uses at most, spread evenly over the split."""

_STALE_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True)
class Parity:
    """How far the published model is from the trained one.

    Attributes:
        n: Films compared.
        split: Where they came from: ``"test"``, ``"val"`` or ``"train"``.
        largest: Largest difference of any probability.
    """

    n: int
    split: str
    largest: float


def publish_run(
    run: Run,
    name: str,
    workspace: Workspace,
    progress: Callable[[str], None] | None = None,
) -> Bundle:
    """Publishes ``run`` as the next version of ``name`` and puts it in use.

    Args:
        run: A run that has ended and has weights; its films must still be where they were.
        name: The model's name.
        workspace: Where.
        progress: Called with what is being done.

    Returns:
        The published bundle, opened again from its folder.

    Raises:
        BundleError: codes ``parity``, ``no-films``, ``read-only``.
        RunError: code ``no-weights``.
        PathError: codes ``name``, ``cannot-write``.
    """
    if (workspace.shipped_models / checked_name(name)).is_dir():
        raise read_only(name)
    return publish_into(workspace.models, run, name, progress)


def publish_into(
    models: Path, run: Run, name: str, progress: Callable[[str], None] | None = None
) -> Bundle:
    """:func:`publish_run` with the folder of models given; the shipped model is made so."""
    say = progress or (lambda _: None)
    target = models / checked_name(name)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    say("Rebuilding the trained network")
    from xraylib.evaluation.predict import load_network
    from xraylib.serving.export import export_litert

    network = load_network(run)
    say("Writing it for LiteRT")
    exported = export_litert(network)
    target.mkdir(parents=True, exist_ok=True)
    staging = target / f".staging-{secrets.token_hex(4)}"
    try:
        staging.mkdir()
        facts, evaluation = _facts(run, name)
        facts["explain"] = {"method": exported.method, "layer": exported.layer}
        write_atomic(staging / "model.tflite", exported.model)
        if exported.head is not None:
            write_json(staging / "head.json", exported.head)
        _write(staging, facts, "not proved yet\n")
        say("Comparing it with Keras on the run's own films")
        parity = prove_parity(run, network, open_bundle(staging))
        facts["parity"] = {
            "n": parity.n,
            "split": parity.split,
            "largest": parity.largest,
            "allowed": PARITY_ALLOWED,
        }
        with FileLock(models / f".{name}.lock"):
            _remove_stale(target)
            facts["version"] = (version_numbers(target) or [0])[-1] + 1
            _write(staging, facts, _card(run, facts, evaluation))
            _settle(staging)
            folder = target / str(facts["version"])
            staging.rename(folder)
            write_atomic(target / "in_use", f"{facts['version']}\n")
    except OSError as error:
        raise PathError(
            f"The model cannot be written ({error.strerror or error})",
            expected=f"a folder with room that can be written to: {target}",
            remedy="free some space or choose another workspace with XRAYLIB_WORKSPACE",
            code="cannot-write",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        with contextlib.suppress(OSError):  # keeps the folder unless it is empty
            target.rmdir()
    say(f"Published {name}, version {facts['version']}")
    return open_bundle(folder, name=name)


def prove_parity(run: Run, network: Any, bundle: Bundle) -> Parity:
    """Keras against the Classify page's own way, file by file.

    Args:
        run: Its test films are used, else its validation films, else its training films.
        network: The Keras model.
        bundle: What would be published.

    Raises:
        BundleError: code ``no-films`` if none of the run's films can be read any more,
            ``parity`` if any probability differs by more than 1e-5.
    """
    from xraylib.evaluation.predict import predict_films

    index, split, rows = parity_films(run)
    classifier = Classifier(bundle)
    trained = predict_films(network, index, rows, run.preparation)
    published = np.stack(
        [
            list(classifier.classify(index.read(row), heat_map=False).probabilities.values())
            for row in rows
        ]
    )
    largest = float(np.abs(trained - published).max())
    if not largest <= PARITY_ALLOWED:  # also refuses NaN
        raise BundleError(
            f"The model for publishing differs from the trained one by up to {largest:.2g} in "
            f"its probabilities on {len(rows)} {split} films",
            expected=f"at most {PARITY_ALLOWED:.0e}",
            remedy="report this with the network's spec.json; nothing was published",
            code="parity",
        )
    return Parity(n=len(rows), split=split, largest=largest)


def parity_films(run: Run) -> tuple[DatasetIndex, str, list[int]]:
    """The run's index, a split, and the rows of its films that are still as they were, ≤ 256.

    Raises:
        BundleError: code ``no-films``.
    """
    from xraylib.data.films import DatasetIndex
    from xraylib.data.split import from_csv

    table = from_csv(run.folder / "split.csv")
    index = DatasetIndex.load(run.folder / "index.parquet")
    places = {path: row for row, path in enumerate(index.table["path"].to_pylist())}
    for split in ("test", "val", "train"):
        names = [p for p, place in zip(table.path, table.split, strict=True) if place == split]
        step = max(1, -(-len(names) // PARITY_FILMS))
        rows = []
        for name in names[::step]:
            try:
                index.read(places[name])
            except (KeyError, ImageError):
                continue
            rows.append(places[name])
        if rows:
            return index, split, rows
    raise BundleError(
        f"None of the run's films can be read any more in {index.root}",
        expected="the films that the run was trained and tested with, unchanged",
        remedy="put the data set back where it was, then publish again",
        code="no-films",
    )


def _facts(run: Run, name: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """``bundle.json`` but for version, parity and explain; and the evaluation behind it."""
    evaluation = None
    for split in ("test", "val"):
        try:
            evaluation = stored_evaluation(run, split=split)
            break
        except DatasetError:
            continue
    data = run.data
    keys = ("n", "patients", "split", "accuracy", "accuracy_ci", "auc", "auc_ci", "per_class",
            "confusion")  # fmt: skip
    return {
        "schema": SCHEMA,
        "name": name,
        "version": 0,
        "run": run.id,
        "published": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "classes": list(data["classes"]),
        "class_mode": data["class_mode"],
        "preparation": data["preparation"],
        "input_shape": list(run.preparation.input_shape),
        "metrics": {key: evaluation[key] for key in keys} if evaluation else {},
        "data": {
            "name": data["name"],
            "fingerprint": data["fingerprint"],
            "counts": data["counts"],
            "patients": _patients(run),
            "patient_pattern": data["patient_pattern"],
            "excluded": len(data.get("excluded", ())),
        },
        "synthetic": _is_shipped(Path(data["root"])),
        "parity": {},
        "explain": {"method": "occlusion"},
        "spec": run.spec.to_json(),
        "software": ", ".join(f"{p} {installed(p)}" for p in ("keras", "tensorflow")),
    }, evaluation


def _patients(run: Run) -> dict[str, int]:
    from xraylib.data.split import from_csv

    table = from_csv(run.folder / "split.csv")
    found: dict[str, set[str]] = {}
    for place, patient in zip(table.split, table.patient, strict=True):
        found.setdefault(place, set()).add(patient)
    return {place: len(names) for place, names in found.items()}


def _is_shipped(root: Path) -> bool:
    """Whether the films are the project's own phantoms."""
    resolved, shipped = root.resolve(), SAMPLE_DATA.resolve()
    return resolved == shipped or shipped in resolved.parents


def _card(run: Run, facts: Mapping[str, Any], evaluation: Mapping[str, Any] | None) -> str:
    from xraylib.model.spec import trace

    layers = [
        (row.label or row.kind, " × ".join(map(str, row.output_shape)), int(row.params))
        for row in trace(run.spec).rows
    ]
    return model_card(
        facts,
        evaluation=evaluation,
        train=run.train.to_json(),
        layers=layers,
        augment=run.data["augment"],
        status=run.status().to_json(),
    )


def _write(folder: Path, facts: Mapping[str, Any], card: str) -> None:
    write_json(folder / "bundle.json", facts)
    write_atomic(folder / "model_card.md", card)
    write_manifest(folder)


def _settle(folder: Path) -> None:
    """Makes sure that the folder's entries are on the disk before it gets its name."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove_stale(target: Path) -> None:
    """Clears away what a publisher that was killed left behind."""
    for path in target.glob(".staging-*"):
        if time.time() - path.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
