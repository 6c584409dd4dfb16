"""The table of predictions that a run leaves behind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    import pyarrow as pa

_TEXT_COLUMNS: Final = ("path", "label", "split", "patient")


def write_predictions(
    file: Path,
    films: Sequence[tuple[str, str, str, str]],
    probabilities: npt.NDArray[np.floating[Any]],
    classes: Sequence[str],
) -> None:
    """Writes ``path,label,split,patient,p_<class>…``, one row a film.

    Args:
        file: Where.
        films: Path, label, split and patient of each film.
        probabilities: (films, classes); written with all digits of float32.
        classes: Names of the columns.

    Raises:
        PathError: The file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_TEXT_COLUMNS, *(f"p_{name}" for name in classes)])
    for film, row in zip(films, probabilities, strict=True):
        writer.writerow([*film, *(f"{value:.9g}" for value in row.tolist())])
    write_atomic(file, text.getvalue())


def read_predictions(file: Path) -> pa.Table:
    """The table that ``write_predictions`` wrote; ``p_…`` columns are float64.

    Raises:
        OSError: It cannot be read.
    """
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
