"""The files that labels are read from: one table, or several that belong together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from xraylib.datasets.labels.cells import FORMULA
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.plan import LabelPlan, refuse
from xraylib.datasets.tables.combined import combined
from xraylib.datasets.tables.table import Table, read_table
from xraylib.errors import PathError
from xraylib.workspace import resolve_inside


def open_tables(root: Path, choice: LabelChoice, paths: Sequence[str]) -> Table:
    """The table of a choice, put together with those that belong to it.

    Args:
        root: The data set's folder.
        choice: Which tables.
        paths: Of the images.

    Raises:
        DatasetError: As `open_table` and `combined`.
    """
    table = open_table(root, choice.file)
    for file in choice.beside:
        table = combined(table, open_table(root, file), paths)
    return table


def open_table(root: Path, file: str) -> Table:
    """A table in the data set's folder, or at a whole path.

    Raises:
        DatasetError: code ``table``: it cannot be read; ``label-table``: it leads out of the
            folder.
    """
    path = Path(file)
    if not path.is_absolute():
        try:
            path = resolve_inside(root, file)
        except PathError as error:
            raise refuse(error.what, error.expected, error.remedy) from None
    return read_table(path, shown=file if not Path(file).is_absolute() else path.name)


def check_formulas(table: Table, plan: LabelPlan) -> None:
    """Refuses formulas in the columns that are used: what they come to is not in the file."""
    used = {name.casefold() for name in plan.used}
    for source in table.sources:
        for name in source.columns:
            if name.casefold() in used or not source.has_header:
                _check_column(source, name)


def _check_column(table: Table, name: str) -> None:
    column = table.cells[name]
    bad = np.flatnonzero(pc.match_substring_regex(column, FORMULA).to_numpy())
    if len(bad):
        row = int(bad[0])
        raise refuse(
            f"The table {table.name} holds a formula in row {row + table.first_row}, column "
            f"{name!r}: {column[row].as_py()[:60]}",
            "values alone",
            "save the table with the values in place of the formulas",
        )
