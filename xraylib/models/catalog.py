"""The published models that a workspace knows, and which version of each is in use.

models/<name>/<version>/   see `xraylib.models.bundle`
models/<name>/in_use       the number of the version in use; the newest without it
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from xraylib.arguments import checked
from xraylib.errors import BundleError, PathError
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.intervals import Interval
from xraylib.models.bundle import Bundle, open_bundle
from xraylib.models.manifest import checked_contents, read_checked
from xraylib.models.model_record import ModelRecord
from xraylib.regular import read_regular
from xraylib.settings import SHIPPED_MODELS
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_atomic


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
        chosen = int(read_regular(folder / "in_use", 20))
    except (OSError, ValueError):
        chosen = 0
    if chosen in versions:
        return chosen
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
    bounds, auc_bounds = metrics.get("accuracy_ci"), metrics.get("auc_ci")
    return ModelRecord(
        name=name,
        version=version,
        run=facts.get("run"),
        classes=tuple(facts.get("classes", ())),
        accuracy=metrics.get("accuracy"),
        interval=Interval(*bounds) if bounds else None,
        auc=metrics.get("auc"),
        auc_interval=Interval(*auc_bounds) if auc_bounds else None,
        n=metrics.get("n"),
        operating={
            one: ChosenPoint.from_json(point) for one, point in facts.get("operating", {}).items()
        },
        published=facts.get("published"),
        network=facts.get("spec", {}).get("name"),
        data=facts.get("data", {}).get("name"),
        synthetic=bool(facts.get("synthetic", False)),
        read_only=SHIPPED_MODELS in folder.parents,
        problem=problem,
    )
