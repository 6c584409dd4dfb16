"""The table of predictions that a run leaves behind: Parquet; CSV for people and older runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from xraylib.errors import PathError
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    import pyarrow as pa

PREDICTIONS: Final = "predictions.parquet"
OLD_PREDICTIONS: Final = "predictions.csv"
"""What runs wrote before; it is still read."""
_TEXT_COLUMNS: Final = ("path", "label", "split", "patient")


def predictions_file(folder: Path) -> Path | None:
    """The file of predictions in a run's folder, or None."""
    for name in (PREDICTIONS, OLD_PREDICTIONS):
        if (folder / name).exists():
            return folder / name
    return None


def write_predictions(
    file: Path,
    images: Sequence[tuple[str, str, str, str]],
    probabilities: npt.NDArray[np.floating[Any]],
    classes: Sequence[str],
) -> None:
    """Writes ``path, label, split, patient, p_<class>…``, one row an image.

    Args:
        file: Where; one that ends in ``.csv`` becomes CSV with all digits of float32, any other
            Parquet with the values as they are.
        images: Path, label, split and patient of each image.
        probabilities: (images, classes).
        classes: Names of the columns.

    Raises:
        PathError: The file cannot be written.
    """
    if file.suffix == ".csv":
        write_atomic(file, _csv(images, probabilities, classes))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = list(zip(*images, strict=True)) if images else [()] * len(_TEXT_COLUMNS)
    arrays = [pa.array(column, pa.string()) for column in texts]
    arrays += [
        pa.array(probabilities[:, place] if images else [], pa.float64())
        for place in range(len(classes))
    ]
    table = pa.Table.from_arrays(arrays, [*_TEXT_COLUMNS, *(f"p_{name}" for name in classes)])
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", use_dictionary=["label", "split"])
    write_atomic(file, buffer.getvalue().to_pybytes())


def read_predictions(file: Path) -> pa.Table:
    """The table that ``write_predictions`` wrote; ``p_…`` columns are float64.

    Raises:
        OSError: It cannot be read.
        PathError: code ``damaged``: it is no such table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if file.suffix == ".csv":
        return _read_csv(file)
    try:
        return pq.read_table(pa.BufferReader(file.read_bytes()))
    except pa.ArrowException as error:
        raise PathError(
            f"{file.name} cannot be read ({error})",
            expected=f"the predictions of a run in {file}",
            remedy="judge the run again (xraylib evaluate), or train it again",
            code="damaged",
        ) from None


def _csv(
    images: Sequence[tuple[str, str, str, str]],
    probabilities: npt.NDArray[np.floating[Any]],
    classes: Sequence[str],
) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_TEXT_COLUMNS, *(f"p_{name}" for name in classes)])
    for image, row in zip(images, probabilities, strict=True):
        writer.writerow([*image, *(f"{value:.9g}" for value in row.tolist())])
    return text.getvalue()


def _read_csv(file: Path) -> pa.Table:
    import pyarrow as pa

    with file.open(encoding="utf-8", newline="") as stream:
        reader: Iterator[list[str]] = csv.reader(stream)
        names = next(reader)
        rows = list(reader)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [
        pa.array(column, pa.string())
        if name in _TEXT_COLUMNS
        else pa.array([float(value) for value in column], pa.float64())
        for name, column in zip(names, columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=names)
