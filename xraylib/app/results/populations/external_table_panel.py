"""One run on its own X-rays and on other data sets: table, forest plot, the drop in words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from xraylib.app.results.populations.forest_chart import show_forest
from xraylib.app.shared.runs.predictions import chosen_at, judged_at
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.errors import XrayError
from xraylib.evaluation.elsewhere.external_table import MEAN, ExternalTable, external_table
from xraylib.evaluation.external import external_evaluations
from xraylib.models.wording import as_xrays
from xraylib.reports.forest import ForestLine
from xraylib.training.run.runs import Run

_ALL = "Mean"


def show(run: Run) -> None:
    """Where the run was judged on other X-rays too; nothing else is drawn without any."""
    kept = [one for one in external_evaluations(run) if one.key != "train"]
    if not kept:
        return
    st.subheader("On other X-rays")
    times = tuple((one.key, judged_at(run, one.key)) for one in kept)
    try:
        found = _table(str(run.folder), judged_at(run, "test"), chosen_at(run), times)
    except XrayError as error:
        show_error(error)
        return
    for words in found.words():
        lower = "lower than" in words
        text = plain(as_xrays(f"{words}."))
        if lower:
            st.warning(text, icon=":material/trending_down:")
        else:
            st.markdown(text)
    names = [_ALL, *found.own.aspects]
    chosen = st.selectbox(
        "AUC of", names, key="external-aspect",
        help="The mean over classes or findings, or one of them.",
    )  # fmt: skip
    lines = forest_lines(found, MEAN if chosen == _ALL else chosen)
    what = "AUC" if chosen == _ALL else f"AUC of {chosen}"
    show_forest(lines, what=what, overall=lines[0].value)
    show_table(lines_table(found), alt="The run on each data set")
    for line in found.others:
        if line.names.words:
            st.caption(f":material/translate: {plain(line.data)}: {plain(line.names.words)}.")


def forest_lines(found: ExternalTable, aspect: str) -> list[ForestLine]:
    """A line a data set, the run's own first; those that differ beyond chance are marked."""
    lines = []
    for line in found.lines:
        score = line.aspects[aspect]["auc"] if aspect else line.mean
        drop = line.drops.get(aspect)
        lines.append(
            ForestLine(
                name=f"{line.data}, {line.split} ({line.images:,})",
                value=score.value,
                interval=score.interval,
                marked=drop is not None and drop.sign != 0,
            )
        )
    return lines


def lines_table(found: ExternalTable) -> pd.DataFrame:
    """A row a data set."""
    rows = [
        {
            "X-rays": f"{line.images:,}",
            "Patients": f"{line.people:,}" if line.patients_told else line.people,
            "Known from training": "–" if line.known is None else f"{line.known:,}",
            "Mean AUC": str(line.mean),
            **{name: str(one["auc"]) for name, one in line.aspects.items()},
        }
        for line in found.lines
    ]
    index = pd.Index([f"{line.data}, {line.split}" for line in found.lines], name="Data set")
    return pd.DataFrame(rows, index=index)


@st.cache_resource(max_entries=16, show_spinner="Judging …")
def _table(
    folder: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
    times: tuple[tuple[str, int], ...],  # noqa: ARG001
) -> ExternalTable:
    return external_table(Run(Path(folder)))
