"""Performance by any column of what is known about the images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import streamlit as st

from xraylib.app.results.populations.forest_chart import show_forest
from xraylib.app.results.results_words import with_interval
from xraylib.app.shared.runs.predictions import chosen_at, judged_at
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.errors import XrayError
from xraylib.evaluation.groups.accuracy import Subgroup, by_value
from xraylib.evaluation.groups.columns import METADATA, Metadata, read_metadata
from xraylib.evaluation.groups.run_groups import RunSubgroups, known_columns, run_subgroups
from xraylib.evaluation.groups.words import HEADS, apart_words, group_row
from xraylib.evaluation.sides.aspects import run_aspects
from xraylib.evaluation.stored_predictions import JudgedImages, images_root
from xraylib.metrics.populations.aspect import ASPECT_SCORES
from xraylib.metrics.populations.subgroups import COMPARED, GroupScores
from xraylib.models.wording import as_xrays
from xraylib.regular import changed_at
from xraylib.reports.forest import ForestLine
from xraylib.training.run.runs import Run

_MOST_MEGABYTES: Final = 20


def show_groups(run: Run, split: str, images: JudgedImages | None) -> None:
    """A choice of a column, and how good the run is for each of its values.

    Args:
        run: Of classes or of findings.
        split: What was judged.
        images: Of a run of classes, what it said.
    """
    st.subheader("By sex, age, view, scanner …")
    uploaded = st.file_uploader(
        "A table about the X-rays",
        type=["csv", "tsv"],
        max_upload_size=_MOST_MEGABYTES,
        key="metadata",
        help=f"A CSV with a header: a column path (or the file's name) and any others. A "
        f"{METADATA} in the data set's folder is found by itself. It is not kept.",
    )
    found = _known(str(run.folder), split, changed_at(images_root(run, split) / METADATA))
    if isinstance(found, XrayError):
        show_error(found)
    known = {} if isinstance(found, XrayError) else dict(found)
    mine: Metadata | None = None
    if uploaded is not None:
        try:
            mine = read_metadata(uploaded.getvalue())
            known = dict.fromkeys(mine.columns, mine) | known
        except XrayError as error:
            show_error(error)
    if not known:
        st.markdown("All X-rays are stored alike, and there is no table about them yet.")
        return
    column = st.selectbox("Column", list(known), key="group-column")
    if images is not None:
        _show_accuracy(run, column, known[column], images)
    own = mine if mine is not None and column in mine.columns else None
    # What a visitor uploads is kept for nobody else.
    _show_aspects(
        run,
        split,
        run_subgroups(run, column, split=split, metadata=own)
        if own is not None
        else _groups(str(run.folder), split, column, judged_at(run, split), chosen_at(run)),
    )


def _show_accuracy(run: Run, column: str, known: Metadata, images: JudgedImages) -> None:
    rows, notes = by_value(images, known.values(column, images.paths), run.classes, column)
    show_table(groups_table(column, rows), alt=f"Accuracy by {column}")
    for row in rows:
        if row.below:
            st.warning(below_words(column, row), icon=":material/warning:")
    for note in notes:
        st.caption(f":material/info: {plain(as_xrays(note))}.")


def _show_aspects(run: Run, split: str, found: RunSubgroups) -> None:
    """One class or finding: its figures by group, and a forest plot of one of them."""
    several = run.data.several
    left, right = st.columns(2)
    aspect = left.selectbox(
        "Finding" if several else "Class", list(run.classes), key="group-aspect"
    )
    score = right.segmented_control(
        "Figure", list(COMPARED), format_func=ASPECT_SCORES.__getitem__, default="auc",
        key="group-score", required=True,
    )  # fmt: skip
    groups = found.of(aspect)
    if groups:
        lines = forest_lines(groups, score)
        whole = _overall(
            str(run.folder), split, aspect, score, judged_at(run, split), chosen_at(run)
        )
        what = f"{ASPECT_SCORES[score]} of {aspect}"
        show_forest(lines, what=what, overall=whole)
        show_table(aspect_table(found, aspect), alt=f"{aspect} by {found.column}")
    else:
        st.info(f"Of no X-ray it is known whether it shows {plain(aspect)}.")
    for words in found.worse():
        st.warning(plain(as_xrays(f"{words}.")), icon=":material/warning:")
    for note in found.notes:
        st.caption(f":material/info: {plain(as_xrays(note[0].upper() + note[1:]))}.")


def forest_lines(groups: Sequence[GroupScores], score: str) -> list[ForestLine]:
    """A line a group; those that differ from the others beyond chance are marked."""
    return [
        ForestLine(
            name=f"{one.value} ({one.images:,})",
            value=one[score].value,
            interval=one[score].interval,
            marked=score in one.against and one.against[score].sign != 0,
        )
        for one in groups
    ]


def aspect_table(found: RunSubgroups, aspect: str) -> pd.DataFrame:
    """One row a value: images, prevalence, AUC, sensitivity, specificity, against the others."""
    heads = [head[0].upper() + head[1:] for head in HEADS]
    groups, told = found.of(aspect), found.patients_told
    rows = [dict(zip(heads, group_row(one, told=told), strict=True)) for one in groups]
    return pd.DataFrame(rows, index=pd.Index([one.value for one in groups], name=found.column))


def groups_table(column: str, rows: Sequence[Subgroup]) -> pd.DataFrame:
    """One row a value: images, how many were right, accuracy with its interval, AUC."""
    table = pd.DataFrame.from_dict(
        {
            row.value: {
                "X-rays": str(row.images),
                "Right": str(row.right),
                "Accuracy": with_interval(row.accuracy, row.interval),
                "AUC": str(row.auc),
                "Accuracy against the others": apart_words(row.against),
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
        f"({apart_words(row.against)}, corrected for the number of groups)."
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _known(folder: str, split: str, mtime_ns: int) -> dict[str, Metadata] | XrayError:  # noqa: ARG001
    try:
        return known_columns(Run(Path(folder)), split)
    except XrayError as error:
        return error


@st.cache_resource(max_entries=16, show_spinner="Comparing groups …")
def _groups(
    folder: str,
    split: str,
    column: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> RunSubgroups:
    return run_subgroups(Run(Path(folder)), column, split=split)


@st.cache_resource(max_entries=64, show_spinner=False)
def _overall(
    folder: str,
    split: str,
    aspect: str,
    score: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> float | None:
    _, aspects = run_aspects(Run(Path(folder)), split=split)
    found = next(one for one in aspects if one.name == aspect)
    return found.measured()[score].value
