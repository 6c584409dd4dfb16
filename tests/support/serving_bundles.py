"""Published models for tests, written by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from xraylib.images.prepare import Preparation
from xraylib.models.manifest import write_manifest
from xraylib.workspace import write_atomic, write_json

SIZE = 32


def facts(names: list[str], **changes: Any) -> dict[str, Any]:
    """A ``bundle.json`` that fits."""
    return {
        "schema": 1,
        "name": "little",
        "version": 1,
        "run": "20260101T000000Z-abcdef",
        "published": "2026-01-01T00:00:00Z",
        "classes": names,
        "class_mode": "categorical",
        "preparation": Preparation(image_size=(SIZE, SIZE)).to_json(),
        "input_shape": [SIZE, SIZE, 1],
        "metrics": {"n": 66, "accuracy": 0.875, "accuracy_ci": [0.78, 0.94], "auc": 0.9},
        "data": {"name": "films", "fingerprint": "00", "counts": {}},
        "synthetic": False,
        "parity": {"n": 66, "largest": 0.0},
        "explain": {"method": "occlusion", "layer": None},
        "spec": {"name": "lesson-cnn"},
        "software": "keras",
        **changes,
    }


def write_bundle(folder: Path, model: bytes, content: dict[str, Any], head: Any = None) -> Path:
    """A bundle folder with its manifest."""
    folder.mkdir(parents=True)
    write_atomic(folder / "model.tflite", model)
    write_json(folder / "bundle.json", content)
    write_atomic(folder / "model_card.md", "# little\n")
    if head is not None:
        write_json(folder / "head.json", head)
    write_manifest(folder)
    return folder


def changed_bundle(original: Path, folder: Path, *, ood: Any = None, **changes: Any) -> Path:
    """A copy of a bundle with other facts and, if given, an ``ood.json``."""
    shutil.copytree(original, folder)
    content = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    write_json(folder / "bundle.json", {**content, **changes})
    if ood is not None:
        write_json(folder / "ood.json", ood)
    write_manifest(folder)
    return folder
