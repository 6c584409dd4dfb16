"""Heat maps by gradients for images of a run, kept in its folder. Making them needs TensorFlow.

runs/<id>/maps/<method>/<16 hexadecimal digits of the image's path>.npy   (classes, rows, columns)
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import DatasetError
from xraylib.evaluation.explain.maps import scaled_map
from xraylib.images.prepare import prepare
from xraylib.regular import read_array
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from xraylib.training.run.runs import Run

Maps = NDArray[np.float32]

_BATCH = 16


def explain_images(
    run: Run,
    paths: Sequence[str],
    method: str,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Computes the maps of all classes for images of the run's data set, and keeps them.

    Args:
        run: A run with weights.
        paths: Images, relative to the data set's folder.
        method: ``"gradcam"`` or ``"hirescam"``.
        progress: Called with (images done, images in all).

    Returns:
        The files, one an image.

    Raises:
        DatasetError: code ``unknown-film``.
        ConfigError: codes ``method`` and ``no-convolution``.
        RunError: code ``no-weights``.
        ImageError: An image is gone or unreadable.
    """
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.evaluation.explain.gradients import gradient_maps
    from xraylib.evaluation.predict import load_network

    index = DatasetIndex.load(run.folder / "index.parquet")
    rows = {path: row for row, path in enumerate(index.table["path"].to_pylist())}
    for path in paths:
        if path not in rows:
            raise DatasetError(
                f"The run knows no image {path!r}",
                expected=f"an image of {run.data.name}, as a path below its folder",
                remedy="take the path from predictions.csv or split.csv of the run",
                code="unknown-film",
            )
    network = load_network(run)
    files = []
    for start in range(0, len(paths), _BATCH):
        part = paths[start : start + _BATCH]
        pixels = np.stack([prepare(index.read(rows[path]), run.preparation) for path in part])
        for path, maps in zip(part, gradient_maps(network, pixels, method), strict=True):
            file = _file(run, path, method)
            data = io.BytesIO()
            np.save(data, maps, allow_pickle=False)
            write_atomic(file, data.getvalue())
            files.append(file)
        if progress is not None:
            progress(len(files), len(paths))
    return files


def stored_map(
    run: Run, path: str, method: str, class_index: int, size: tuple[int, int]
) -> Maps | None:
    """The map of one class, if it was computed for the weights that the run has. No TensorFlow.

    Args:
        run: The run.
        path: The image.
        method: ``"gradcam"`` or ``"hirescam"``.
        class_index: Position of the class.
        size: (height, width) of the prepared image.

    Returns:
        ``(height, width)`` from 0 to 1, or None.
    """
    file = _file(run, path, method)
    try:
        if file.stat().st_mtime_ns < run.weights_file.stat().st_mtime_ns:
            return None
        maps = read_array(file)
    except (OSError, ValueError):
        return None
    if maps.ndim != 3 or class_index >= len(maps):
        return None
    return scaled_map(maps[class_index].astype(np.float32), size)


def _file(run: Run, path: str, method: str) -> Path:
    name = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return run.folder / "maps" / method / f"{name}.npy"
