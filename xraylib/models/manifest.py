"""The manifest of a published model: the SHA-256 of every file, checked before anything is used.

Everything is read once, compared with the manifest and used from memory, so that no byte can
change between the check and its use. ``manifest.json`` itself has one canonical form, so that a
changed byte in it shows too.
"""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

from xraylib.arguments import short
from xraylib.errors import BundleError, ConfigError
from xraylib.images.prepare import Preparation
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.regular import read_head, read_regular
from xraylib.training.config import CLASS_MODES
from xraylib.type_hints import is_a
from xraylib.workspace import write_atomic

SCHEMA = 1
MANIFEST = "manifest.json"
WEIGHTS = "model.weights.h5"
PREDICTIONS = "predictions.json"
SIZE_LIMITS = {
    "model.tflite": 512 * 2**20,
    "bundle.json": 4 * 2**20,
    "head.json": 16 * 2**20,
    "ood.json": 16 * 2**20,
    "inside.tflite": 512 * 2**20,
    "inside.json": 16 * 2**20,
    "model_card.md": 2**20,
    WEIGHTS: 512 * 2**20,
    PREDICTIONS: 256 * 2**20,
}
"""The files that a bundle may hold, with their largest size in bytes."""
REQUIRED = ("model.tflite", "bundle.json", "model_card.md")
_MANIFEST_LIMIT = 2**16


def write_manifest(folder: Path) -> None:
    """Writes ``manifest.json`` for the files that are in ``folder`` now."""
    sums = {
        path.name: {"bytes": len(data), "sha256": _sha256(data)}
        for path in sorted(folder.iterdir())
        if path.name in SIZE_LIMITS
        for data in [read_regular(path, SIZE_LIMITS[path.name])]
    }
    write_atomic(folder / MANIFEST, _canonical({"files": sums, "schema": SCHEMA}))


def read_checked(folder: Path, only: str | None = None) -> dict[str, bytes]:
    """The files of a bundle, each compared with the manifest.

    Args:
        folder: The bundle.
        only: Read and compare this file alone; the others must be there all the same.

    Raises:
        BundleError: codes ``missing``, ``unexpected-file``, ``too-large``, ``changed``,
            ``schema``.
    """
    listed = _read_manifest(folder)
    present = {path.name for path in folder.iterdir()} - {MANIFEST}
    for name in sorted(present - set(listed)):
        raise refused(
            "unexpected-file", f"holds {name[:80]!r}, which its manifest does not list", "delete it"
        )
    for name in sorted(set(listed) - present):
        raise refused("missing", f"lacks {name}", "copy the whole folder again")
    files = {}
    for name, entry in listed.items():
        if only is not None and name != only:
            continue
        data = _read_plain(folder / name, SIZE_LIMITS[name])
        if len(data) != entry["bytes"] or _sha256(data) != entry["sha256"]:
            raise refused(
                "changed",
                f"has a changed {name}: its SHA-256 is not the one in the manifest",
                "copy the folder again from where it was published, or publish the run again",
            )
        files[name] = data
    return files


def _read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """``{file: {"bytes", "sha256"}}`` after the manifest itself was checked."""
    if not folder.is_dir() or not (folder / MANIFEST).exists():
        raise refused("missing", f"lacks {MANIFEST}", "copy the whole folder again")
    raw = _read_plain(folder / MANIFEST, _MANIFEST_LIMIT)
    bad = refused("schema", f"has a damaged {MANIFEST}", "copy the folder again")
    try:
        value = json.loads(raw)
        refuse_newer(value, MANIFEST)
        files = dict(value["files"])
        fits = value["schema"] == SCHEMA and raw == _canonical(value).encode()
        fits &= set(value) == {"files", "schema"}
        fits &= set(REQUIRED) <= set(files) <= set(SIZE_LIMITS)
        fits &= all(set(entry) == {"bytes", "sha256"} for entry in files.values())
    except (ValueError, TypeError, KeyError, RecursionError):
        raise bad from None
    if not fits:
        raise bad
    return files


def _read_plain(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes; links are refused."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise refused(
                "unexpected-file", f"holds {path.name}, which is no plain file", "copy it again"
            )
        if found.st_size > limit:
            raise refused(
                "too-large",
                f"has a {path.name} of {found.st_size:,} bytes, more than {limit:,}",
                "publish a smaller network",
            )
        return read_head(path, limit + 1)
    except OSError as error:
        raise refused(
            "missing", f"has an unreadable {path.name} ({error.strerror})", "copy it again"
        ) from None


def refuse_newer(value: Any, file: str) -> None:
    """Refuses what a later version of X-ray Lab published.

    Raises:
        BundleError: code ``newer-version``.
    """
    number = value.get("schema") if isinstance(value, dict) else None
    if type(number) is int and number > SCHEMA:
        raise BundleError(
            f"{file} of the published model was written by a newer version of X-ray Lab (schema "
            f"{short(number)})",
            expected=f"at most schema {SCHEMA}",
            remedy="use it with that version, or update X-ray Lab here",
            code="newer-version",
        )


def refused(code: str, problem: str, remedy: str) -> BundleError:
    """The error for a folder that is not what was published."""
    return BundleError(
        f"The published model {problem}",
        expected="the folder exactly as it was published",
        remedy=remedy,
        code=code,
    )


def _canonical(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def checked_contents(folder: Path, raw: bytes) -> dict[str, Any]:
    """``bundle.json`` as a value, refused unless all that is relied on is there.

    Raises:
        BundleError: code ``schema``.
    """
    bad = refused(
        "schema",
        f"in {folder.name!r} has a bundle.json that does not fit",
        "publish the run again with this version of the project",
    )
    try:
        value = json.loads(raw)
        refuse_newer(value, "bundle.json")
        classes, shape = value["classes"], value["input_shape"]
        fits = value["schema"] == SCHEMA and value["class_mode"] in CLASS_MODES
        fits &= 2 <= len(classes) <= 1000 and len(set(classes)) == len(classes)
        fits &= all(isinstance(name, str) and 0 < len(name) <= 200 for name in classes)
        fits &= len(shape) == 3 and all(type(n) is int and 1 <= n <= 4096 for n in shape)
        fits &= Preparation.from_json(value["preparation"]).input_shape == tuple(shape)
        fits &= type(value["version"]) is int and isinstance(value["name"], str)
        fits &= value["explain"]["method"] in ("cam", "occlusion")
        for key in ("metrics", "data", "spec", "parity"):
            fits &= isinstance(value[key], dict)
        metrics = value["metrics"]
        fits &= all(is_a(metrics.get(name), float | None) for name in ("accuracy", "auc", "n"))
        for name in ("accuracy_ci", "auc_ci"):
            fits &= is_a(tuple(metrics.get(name) or (0, 1)), tuple[float, float])
        fits &= is_a([value["data"].get("name", ""), value["spec"].get("name", "")], list[str])
        fits &= is_a([value.get("run"), value.get("published")], list[str | None])
        fits &= 0 < float(value.get("calibration", {}).get("temperature", 1)) < 1000
        fits &= set(value.get("operating", {})) <= set(classes)
        fits &= set(value.get("temperatures", {})) <= set(classes)
        for one in value.get("temperatures", {}).values():
            fits &= 0 < float(one["applied"]) < 1000
        if value["class_mode"] == "multilabel":
            fits &= set(value.get("operating", {})) == set(classes)
        for one in value.get("operating", {}).values():
            point = ChosenPoint.from_json(one)
            low, high = point.band or (0, 1)
            fits &= 0 <= point.threshold <= 2 and 0 <= low <= high <= 2
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, ConfigError):
        raise bad from None
    if not fits:
        raise bad
    return dict(value)
