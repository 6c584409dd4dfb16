"""Whose weights the drawing shows: those of runs and published models of this design, or fresh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xraylib.app.architecture.touch.packet import MOST_WEIGHTS
from xraylib.errors import XrayError
from xraylib.images.prepare import Preparation
from xraylib.models.catalog import find_model, list_models
from xraylib.networks.spec import ModelSpec
from xraylib.networks.weights.weights_file import read_weights
from xraylib.regular import changed_at
from xraylib.training.run.kept import kept_runs
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A trained network that is this design.

    Attributes:
        name: In words, for example ``run 20260131T120000Z-0a1b2c``.
        file: Its weights.
        spec: Its network.
        preparation: How it takes X-rays.
        classes: What its outputs mean.
    """

    name: str
    file: Path
    spec: ModelSpec
    preparation: Preparation
    classes: tuple[str, ...]

    def arrays(self) -> tuple[NDArray[np.float32] | None, ...]:
        """All its weights; see `read_weights`.

        Raises:
            BundleError: The file is not what it should be.
            InstallationError: code ``no-tensorflow``: h5py comes with it.
        """
        return _read(self.file, self.spec, changed_at(self.file))


def find_origins(spec: ModelSpec, workspace: Workspace) -> list[Origin]:
    """The finished runs of this very network, newest first, then published models of it."""
    found = []
    runs = kept_runs(workspace=workspace)
    for run, layers in zip(runs, runs.each(_trained, damaged=_nothing), strict=True):
        if layers == spec.layers:
            found.append(
                Origin(
                    name=f"run {run.name or run.id}",
                    file=run.weights_file,
                    spec=run.spec,
                    preparation=run.preparation,
                    classes=run.classes,
                )
            )
    for record in list_models(workspace=workspace):
        if record.problem is None and record.run not in runs.ids:
            published = _published(record.name, record.version, str(workspace.root))
            if published is not None and published.spec.layers == spec.layers:
                found.append(published)
    return found


def _trained(run: Run) -> tuple[object, ...]:
    return run.spec.layers if run.status().has_model else ()


def _nothing(run: Run, error: XrayError) -> tuple[object, ...]:
    del run, error
    return ()


@lru_cache(maxsize=32)
def _published(name: str, version: int, root: str) -> Origin | None:
    """What is published never changes; None where it cannot be opened, or has no weights."""
    try:
        bundle = find_model(name, version, workspace=Workspace(Path(root)))
        spec = ModelSpec.from_json(bundle.manifest["spec"])
    except (XrayError, KeyError):
        return None
    file = bundle.folder / "model.weights.h5"
    return (
        Origin(
            name=f"model {name}, version {version}",
            file=file,
            spec=spec,
            preparation=bundle.preparation,
            classes=bundle.classes,
        )
        if file.is_file()
        else None
    )


@lru_cache(maxsize=2)
def _read(file: Path, spec: ModelSpec, changed: int) -> tuple[NDArray[np.float32] | None, ...]:
    del changed  # with it another file
    return tuple(read_weights(file, spec, most=MOST_WEIGHTS))
