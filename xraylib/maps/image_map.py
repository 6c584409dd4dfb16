"""The map of a data set, made once and kept beside its index."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xraylib.arguments import checked
from xraylib.audit.pictures import LOOKS_FILE
from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import ConfigError, XrayError
from xraylib.maps.features import Rows, look_features, network_features
from xraylib.maps.placing import COMPONENTS, principal_components, tsne
from xraylib.parquet import read_parquet
from xraylib.records import MOST_TABLE, read_bytes
from xraylib.workspace import Workspace, WorkspaceLike, checked_name, write_atomic

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

METHODS: Final = ("pca", "tsne")
_VERSION: Final = 1
_PLACES: Final = 2

Progress = Callable[[int, int], None]
Stage = Callable[[str], Progress]


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageMap:
    """Where each image stands.

    Attributes:
        paths: Of the images, in the order of the index.
        places: float32 ``(images, 2)``.
        method: How the places were found.
    """

    paths: tuple[str, ...]
    places: NDArray[np.float32]
    method: str


@checked
def make_map(
    name: str,
    index: DatasetIndex,
    *,
    run: Run | None = None,
    method: str = "pca",
    stage: Stage | None = None,
    workspace: WorkspaceLike | None = None,
) -> ImageMap:
    """The map of a data set; what was worked out for these images before is used again.

    Args:
        name: Of the data set, with which the map is kept.
        index: All its images.
        run: Whose network's features place the images; None for the audit's descriptors.
        method: ``"pca"`` or ``"tsne"``.
        stage: Called with what begins, gives what is called with (steps done, steps in all).
        workspace: Where.

    Raises:
        DatasetError: code ``too-few-to-map``.
        ConfigError: codes ``map-method`` and ``no-convolution``.
        InstallationError: codes ``no-scikit-learn`` and ``no-tensorflow``.
    """
    if method not in METHODS:
        raise ConfigError(
            f"There is no way to place images called {method!r}",
            expected=f"one of: {', '.join(METHODS)}",
            remedy="choose one of these",
            code="map-method",
        )
    place = Workspace.open(workspace)
    found = kept_map(name, index, run=run, method=method, workspace=place)
    if found is not None:
        return found

    def tell(what: str) -> Progress | None:
        return None if stage is None else stage(what)

    file = _file(place, name, run, "components")
    components = _load(file, index)
    if components is None:
        rows, features = _features(place, name, index, run, tell("Looking at images"))
        values = principal_components(features)
        paths = index.table["path"].take(pa.array(rows, pa.int64())).to_pylist()
        components = (tuple(paths), values)
        _save(file, index, *components)
    paths, values = components
    if method == "pca":
        return ImageMap(paths=paths, places=values[:, :_PLACES], method=method)
    places = tsne(values, progress=tell("Placing images"))
    _save(_file(place, name, run, method), index, paths, places)
    return ImageMap(paths=paths, places=places, method=method)


def kept_map(
    name: str,
    index: DatasetIndex,
    *,
    run: Run | None = None,
    method: str = "pca",
    workspace: WorkspaceLike | None = None,
) -> ImageMap | None:
    """The map that was made of these very images, or None; arguments as of `make_map`."""
    what = "components" if method == "pca" else method
    found = _load(_file(Workspace.open(workspace), name, run, what), index)
    if found is None:
        return None
    return ImageMap(paths=found[0], places=found[1][:, :_PLACES], method=method)


def _features(
    place: Workspace,
    name: str,
    index: DatasetIndex,
    run: Run | None,
    progress: Progress | None,
) -> tuple[Rows, NDArray[np.float32]]:
    if run is not None:
        return network_features(run, index, progress=progress)
    cache = place.datasets / checked_name(name) / LOOKS_FILE
    return look_features(index, cache=cache, progress=progress)


def _file(place: Workspace, name: str, run: Run | None, what: str) -> Path:
    by = "looks" if run is None else run.id
    return place.datasets / checked_name(name) / "maps" / f"{by}-{what}.parquet"


def _save(
    file: Path, index: DatasetIndex, paths: tuple[str, ...], values: NDArray[np.float32]
) -> None:
    columns: dict[str, Any] = {"path": pa.array(paths, pa.string())}
    columns |= {f"c{number}": column for number, column in enumerate(values.T)}
    table = pa.table(columns).replace_schema_metadata({"xraylib": _stamp(index)})
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer)
    write_atomic(file, buffer.getvalue().to_pybytes())


def _load(file: Path, index: DatasetIndex) -> tuple[tuple[str, ...], NDArray[np.float32]] | None:
    """Paths and columns, if they are of these images; a damaged file only costs time."""
    try:
        table = read_parquet(read_bytes(file, MOST_TABLE))
        if (table.schema.metadata or {}).get(b"xraylib") != _stamp(index).encode():
            return None
        names = [f"c{number}" for number in range(min(table.num_columns - 1, COMPONENTS))]
        values = np.column_stack([table[name].to_numpy() for name in names])
        paths = tuple(table["path"].to_pylist())
    except (XrayError, OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None
    usable = values.ndim == _PLACES and values.shape[1] >= _PLACES and np.isfinite(values).all()
    return (paths, values.astype(np.float32)) if usable else None


def _stamp(index: DatasetIndex) -> str:
    return hashlib.sha256(f"{_VERSION} {index.fingerprint}".encode()).hexdigest()
