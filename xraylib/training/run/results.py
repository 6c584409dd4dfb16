"""The table of predictions that a run leaves behind: Parquet; CSV for people and older runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from xraylib.markup import csv_text
from xraylib.parquet import read_parquet
from xraylib.records import MOST_TABLE, as_damage, read_bytes
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
    *,
    truth: npt.NDArray[np.signedinteger[Any]] | None = None,
) -> None:
    """Writes ``path, label, split, patient, p_<class>…``, one row an image.

    Args:
        file: Where; one that ends in ``.csv`` becomes CSV with all digits of float32, any other
            Parquet with the values as they are.
        images: Path, label, split and patient of each image.
        probabilities: (images, classes).
        classes: Names of the columns.
        truth: (images, findings) of 1, 0 and -1, where these are several; not for CSV. They become
            the columns ``y_<finding>``.

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
    names = [*_TEXT_COLUMNS, *(f"p_{name}" for name in classes)]
    if truth is not None:
        arrays += [pa.array(column, pa.int8()) for column in truth.T]
        names += [f"y_{name}" for name in classes]
    table = pa.Table.from_arrays(arrays, names)
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd", use_dictionary=["label", "split"])
    write_atomic(file, buffer.getvalue().to_pybytes())


def read_predictions(file: Path, classes: Sequence[str] = ()) -> pa.Table:
    """The table that ``write_predictions`` wrote; ``p_…`` columns are float64.

    Args:
        file: Parquet, or the CSV file of an older run.
        classes: Those that it must have a column of.

    Raises:
        PathError: codes ``missing`` and ``damaged``: it is no such table.
    """
    import pyarrow as pa

    raw = read_bytes(file, MOST_TABLE)
    with as_damage(file, pa.ArrowException, OSError):
        table = _read_csv(raw.decode("utf-8")) if file.suffix == ".csv" else read_parquet(raw)
        _check_columns(table, classes)
    return table


def _check_columns(table: pa.Table, classes: Sequence[str]) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    kinds = dict.fromkeys(_TEXT_COLUMNS, pa.string())
    kinds |= {f"p_{name}": pa.float64() for name in classes}
    for name, kind in kinds.items():
        column = table[name]  # a KeyError says which there is not
        if column.type not in (kind, pa.dictionary(pa.int32(), kind)) or column.null_count:
            raise ValueError(f"the column {name} holds {column.type}, not {kind} alone")
        if kind == pa.float64() and len(column):
            least, most = (pc.min_max(column)[end].as_py() for end in ("min", "max"))
            if pc.any(pc.is_nan(column)).as_py() or least < 0 or most > 1 + 1e-6:
                raise ValueError(f"the column {name} holds what is no probability")


def _csv(
    images: Sequence[tuple[str, str, str, str]],
    probabilities: npt.NDArray[np.floating[Any]],
    classes: Sequence[str],
) -> str:
    heading = [*_TEXT_COLUMNS, *(f"p_{name}" for name in classes)]
    rows = (
        [*image, *(f"{value:.9g}" for value in row.tolist())]
        for image, row in zip(images, probabilities, strict=True)
    )
    return csv_text(chain([heading], rows))


def _read_csv(text: str) -> pa.Table:
    import pyarrow as pa

    try:
        names, *rows = csv.reader(io.StringIO(text, newline=""))
    except csv.Error as error:
        raise ValueError(str(error)) from None
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays = [
        pa.array(column, pa.string())
        if name in _TEXT_COLUMNS
        else pa.array([float(value) for value in column], pa.float64())
        for name, column in zip(names, columns, strict=True)
    ]
    return pa.Table.from_arrays(arrays, names=names)
