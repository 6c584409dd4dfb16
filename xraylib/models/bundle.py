"""A published model as a folder: what it holds, opening it safely, and which version is in use.

models/<name>/<version>/
  model.tflite    the network; outputs ``probabilities`` and, with a convolution, ``features``
  bundle.json     classes, preparation, metrics, data, parity, network: all that the pages say
  head.json       the last kernel, where the class activation map needs it
  ood.json        what the training images looked like, so that another kind of image is noticed
  inside.tflite   outputs: the feature maps of every convolution, for looking inside
  inside.json     what they are called, and the filters of the first one
  model_card.md   the same for people
  model.weights.h5, predictions.json   for exports and for checking the card; older ones lack them
  manifest.json   SHA-256 and size of each of the others, in one canonical form
models/<name>/in_use   the number of the version in use

Nothing here runs or unpickles anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import BundleError, PathError
from xraylib.images.prepare import Preparation
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.findings.temperatures import at_temperatures
from xraylib.metrics.intervals import Interval
from xraylib.models.manifest import checked_contents, read_checked, refused
from xraylib.models.model_record import ModelRecord
from xraylib.regular import read_regular
from xraylib.settings import SHIPPED_MODELS
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_atomic


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A published model whose every byte was checked when it was opened.

    Attributes:
        folder: Where it came from.
        name: The model's name.
        version: 1, 2, 3, ….
        manifest: The content of ``bundle.json``.
        model: The LiteRT flatbuffer.
        head: ``{"kernel": [[..]], "bias": [..]}`` of the last Dense layer, or None.
        card: The model card, Markdown.
        ood: What the training images looked like (``Familiar.to_json()``), or None.
        inside: A second flatbuffer that gives the maps of every convolution, or None.
        layers: ``{"layers": […], "first": …}`` of ``inside.json``, or None.
    """

    folder: Path
    name: str
    version: int
    manifest: Mapping[str, Any] = field(repr=False)
    model: bytes = field(repr=False)
    head: Mapping[str, Any] | None = field(repr=False)
    card: str = field(repr=False)
    ood: Mapping[str, Any] | None = field(default=None, repr=False)
    inside: bytes | None = field(default=None, repr=False)
    layers: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(self.manifest["classes"])

    @property
    def class_mode(self) -> str:
        return str(self.manifest["class_mode"])

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of what the network takes."""
        height, width, channels = self.manifest["input_shape"]
        return height, width, channels

    @property
    def preparation(self) -> Preparation:
        """How an image becomes the network's input."""
        return Preparation.from_json(self.manifest["preparation"])

    @property
    def metrics(self) -> Mapping[str, Any]:
        """``n``, ``accuracy``, ``accuracy_ci``, ``auc``, … on the images it was tested with."""
        return dict(self.manifest["metrics"])

    @property
    def calibration(self) -> Mapping[str, Any] | None:
        """``temperature``, ``n``, ``ece_before``, ``ece_after``, ``ece_chance``; or None."""
        return self.manifest.get("calibration")

    @property
    def temperature(self) -> float:
        """What the logits are divided by; 1 where nothing was fitted."""
        return float((self.calibration or {}).get("temperature", 1.0))

    @property
    def several(self) -> bool:
        """Whether an image may show several of ``classes``, which are findings then."""
        return self.class_mode == "multilabel"

    @property
    def units(self) -> int:
        """Outputs of the network: one a class, or one of two classes."""
        return 1 if self.class_mode == "binary" else len(self.classes)

    @property
    def temperatures(self) -> Mapping[str, float]:
        """What each finding's logit is divided by; empty for a model of classes."""
        told = self.manifest.get("temperatures", {})
        return {name: float(one["applied"]) for name, one in told.items()}

    @property
    def each_temperature(self) -> tuple[float, ...]:
        """``temperatures`` in the order of the findings; none of a model of classes."""
        return tuple(self.temperatures.get(name, 1.0) for name in self.classes if self.several)

    def shown(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """``(n, classes)`` as Classify shows them: after the temperature, or those of findings.

        Args:
            probabilities: ``(n, classes)`` of the network.
        """
        if self.several:
            return at_temperatures(probabilities, self.classes, self.temperatures)
        return with_temperature(probabilities, self.temperature)

    @property
    def operating(self) -> Mapping[str, ChosenPoint] | None:
        """The operating points by class, or None."""
        points = self.manifest.get("operating")
        if points is None:
            return None
        return {name: ChosenPoint.from_json(point) for name, point in points.items()}

    @property
    def synthetic(self) -> bool:
        """Whether it learned from phantoms and says nothing about patients."""
        return bool(self.manifest["synthetic"])


@checked
def open_bundle(folder: PathLike, *, name: str | None = None) -> Bundle:
    """The bundle in ``folder``, after every file was compared with its SHA-256.

    Args:
        folder: ``…/<name>/<version>``.
        name: The model's name; by default the one that the bundle was published under.

    Raises:
        BundleError: codes ``missing``, ``unexpected-file``, ``too-large``, ``changed``,
            ``schema``.
    """
    folder = as_path(folder, "folder")
    files = read_checked(folder)
    manifest = checked_contents(folder, files["bundle.json"])
    try:
        parts = {
            name: json.loads(files[f"{name}.json"])
            for name in ("head", "ood", "inside")
            if f"{name}.json" in files
        }
    except (ValueError, RecursionError):
        raise refused("schema", "holds a file that is no JSON", "publish the run again") from None
    number = int(folder.name) if folder.name.isdigit() else int(manifest["version"])
    return Bundle(
        folder=folder,
        name=name or str(manifest["name"]),
        version=number,
        manifest=manifest,
        model=files["model.tflite"],
        head=parts.get("head"),
        card=files["model_card.md"].decode("utf-8", "replace"),
        ood=parts.get("ood"),
        inside=files.get("inside.tflite"),
        layers=parts.get("inside"),
    )


@checked
def list_models(*, workspace: WorkspaceLike | None = None) -> list[ModelRecord]:
    """One record a published version, by name and newest version first; the shipped ones last.

    Only ``bundle.json`` is checked here; :func:`find_model` checks all.

    Args:
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.
    """
    workspace = Workspace.open(workspace)
    records = []
    for folder in _folders(workspace):
        current = in_use(folder)
        for version in reversed(version_numbers(folder)):
            record = _record(folder / str(version), folder.name, version)
            records.append(replace(record, in_use=version == current))
    return records


def count_models(*, workspace: WorkspaceLike | None = None) -> int:
    """How many published models have a version in use; none of them is opened."""
    workspace = Workspace.open(workspace)
    return sum(in_use(folder) is not None for folder in _folders(workspace))


@checked
def find_model(
    name: str, version: int | None = None, *, workspace: WorkspaceLike | None = None
) -> Bundle:
    """A published model, in its version in use unless another is asked for.

    Args:
        name: The model's name.
        version: Counted from 1.
        workspace: Where, beside the shipped ones; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        BundleError: code ``unknown-model``, or what :func:`open_bundle` raises.
        PathError: code ``name``: not a name at all.
    """
    workspace = Workspace.open(workspace)
    folder = model_folder(name, workspace=workspace)
    number = in_use(folder) if version is None else version
    if number is None or number not in version_numbers(folder):
        known = sorted({record.name for record in list_models(workspace=workspace)})
        asked = name if version is None else f"{name}, version {version},"
        raise BundleError(
            f"There is no published model {asked}".rstrip(","),
            expected="one of " + ", ".join(known) if known else "a published model",
            remedy="choose a published model, or publish a run under this name",
            code="unknown-model",
        )
    return open_bundle(folder / str(number), name=name)


def model_folder(name: str, *, workspace: WorkspaceLike | None = None) -> Path:
    """Where the versions of ``name`` are: the workspace, or the shipped models."""
    workspace = Workspace.open(workspace)
    own = workspace.models / checked_name(name)
    shipped = workspace.shipped_models / name
    return shipped if shipped.is_dir() and not own.is_dir() else own


def model_record(bundle: Bundle) -> ModelRecord:
    """The record of :func:`list_models` for one bundle, as published."""
    root = bundle.folder.parent
    record = _record(bundle.folder, bundle.name, bundle.version)
    return replace(record, in_use=in_use(root) == bundle.version)


def in_use(folder: Path) -> int | None:
    """The version in use in ``models/<name>``: the one chosen, else the newest, else None."""
    versions = version_numbers(folder)
    try:
        chosen = read_regular(folder / "in_use").decode("ascii").strip()
    except (OSError, UnicodeDecodeError):
        chosen = ""
    if chosen.isdigit() and int(chosen) in versions:
        return int(chosen)
    return versions[-1] if versions else None


def set_in_use(name: str, version: int, *, workspace: WorkspaceLike | None = None) -> None:
    """Makes ``version`` the one that the Classify page uses; older ones stay.

    Raises:
        BundleError: code ``unknown-model`` or ``read-only``, or what :func:`open_bundle` raises.
    """
    workspace = Workspace.open(workspace)
    folder = model_folder(name, workspace=workspace)
    if folder.parent == workspace.shipped_models:
        raise read_only(name)
    find_model(name, version, workspace=workspace)
    write_atomic(folder / "in_use", f"{version}\n")


def read_only(name: str) -> BundleError:
    """The refusal to change a model that came with the project."""
    return BundleError(
        f"The model {name} came with the project and is read-only",
        expected="a model of this workspace",
        remedy="publish under another name",
        code="read-only",
    )


def _folders(workspace: Workspace) -> list[Path]:
    """Of the published models, by name; a shipped one gives way to one's own of its name."""
    own, shipped = _named(workspace.models), _named(workspace.shipped_models)
    return [*own.values(), *(folder for name, folder in shipped.items() if name not in own)]


def _named(root: Path) -> dict[str, Path]:
    if not root.is_dir():
        return {}
    found = (path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    return {path.name: path for path in sorted(found)}


def version_numbers(folder: Path) -> list[int]:
    """Version numbers in ``models/<name>``, ascending."""
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_dir())
    return sorted(int(n) for n in names if n.isascii() and n.isdigit() and n[0] != "0")


def _record(folder: Path, name: str, version: int) -> ModelRecord:
    facts: Mapping[str, Any] = {}
    problem: str | None = None
    try:
        facts = checked_contents(folder, read_checked(folder, "bundle.json")["bundle.json"])
    except (BundleError, PathError) as error:
        problem = error.message
    metrics = facts.get("metrics", {})
    bounds = metrics.get("accuracy_ci")
    return ModelRecord(
        name=name,
        version=version,
        run=facts.get("run"),
        classes=tuple(facts.get("classes", ())),
        accuracy=metrics.get("accuracy"),
        interval=Interval(*bounds) if bounds else None,
        auc=metrics.get("auc"),
        n=metrics.get("n"),
        published=facts.get("published"),
        network=facts.get("spec", {}).get("name"),
        data=facts.get("data", {}).get("name"),
        synthetic=bool(facts.get("synthetic", False)),
        read_only=SHIPPED_MODELS in folder.parents,
        problem=problem,
    )
