"""Performance by any column of what is known about the images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from xraylib.app.results.results_words import with_interval
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import DatasetError, XrayError
from xraylib.evaluation.judged import JudgedImages, images_root
from xraylib.evaluation.subgroups import (
    METADATA,
    Metadata,
    Subgroup,
    by_value,
    file_columns,
    read_metadata,
)
from xraylib.metrics.comparing.paired import p_words
from xraylib.models.wording import as_xrays
from xraylib.training.run.runs import Run

_MOST_MEGABYTES: Final = 20


def show_groups(run: Run, split: str, images: JudgedImages | None) -> None:
    """A choice of a column, and how good the run is for each of its values."""
    if images is None:
        return
    st.subheader("By view, scanner, age group …")
    root = images_root(run, split)
    table = _from_folder(str(root / METADATA), _time(root / METADATA))
    if isinstance(table, DatasetError):
        show_error(table)
        table = None
    uploaded = st.file_uploader(
        "A table about the X-rays",
        type=["csv", "tsv"],
        max_upload_size=_MOST_MEGABYTES,
        key="metadata",
        help=f"A CSV with a header: a column path (or the file's name) and any others. A "
        f"{METADATA} in the data set's folder is found by itself. It is not kept.",
    )
    known: dict[str, Metadata] = {}
    for source in (_file_columns(str(run.folder)) if split in ("val", "test") else None, table):
        known |= dict.fromkeys(source.columns, source) if source else {}
    if uploaded is not None:
        try:
            mine = read_metadata(uploaded.getvalue())
            known |= dict.fromkeys(mine.columns, mine)
        except XrayError as error:
            show_error(error)
    if not known:
        st.markdown("All X-rays are stored alike, and there is no table about them yet.")
        return
    # What is told about the patients first; the files' own columns last.
    names = sorted(known, key=lambda name: (known[name] is known.get("Stored as"), name))
    column = st.selectbox("Column", names, key="group-column")
    values = known[column].values(column, images.paths)
    rows, notes = by_value(images, values, run.classes)
    show_table(groups_table(column, rows), alt=f"Accuracy by {column}")
    for row in rows:
        if row.below:
            st.warning(below_words(column, row), icon=":material/warning:")
    for note in notes:
        st.caption(f":material/info: {plain(as_xrays(note))}.")


def groups_table(column: str, rows: Sequence[Subgroup]) -> pd.DataFrame:
    """One row a value: images, how many were right, accuracy with its interval, AUC."""
    table = pd.DataFrame.from_dict(
        {
            row.value: {
                "X-rays": f"{row.images}" + (" (too few to tell)" if row.too_few else ""),
                "Right": str(row.right),
                "Accuracy": with_interval(row.accuracy, row.interval),
                "AUC": "–" if row.auc is None else f"{row.auc:.2f}",
                "Against the others": "–" if row.p_holm is None else p_words(row.p_holm),
            }
            for row in rows
        },
        orient="index",
    )
    table.index.name = column
    return table


def below_words(column: str, row: Subgroup) -> str:
    """That a group fares worse than the others."""
    return (
        f"Where {plain(column)} is {plain(row.value)}, the accuracy is "
        f"{with_interval(row.accuracy, row.interval)}: lower than on the other X-rays "
        f"({p_words(row.p_holm or 0.0)}, corrected for the number of groups)."
    )


def _time(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


@st.cache_resource(max_entries=8, show_spinner=False)
def _from_folder(file: str, mtime_ns: int) -> Metadata | DatasetError | None:
    if not mtime_ns:
        return None
    try:
        return read_metadata(Path(file))
    except DatasetError as error:
        return error


@st.cache_resource(max_entries=8, show_spinner=False)
def _file_columns(folder: str) -> Metadata | None:
    try:
        return file_columns(DatasetIndex.load(Path(folder) / "index.parquet"))
    except DatasetError:
        return None
