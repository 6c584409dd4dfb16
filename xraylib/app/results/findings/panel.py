"""Results of a run of findings: each finding's figures and curves, what it missed, publishing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.results import publish_panel
from xraylib.app.results.curve_charts import precision_recall_spec, roc_spec, with_point
from xraylib.app.results.results_words import split_words
from xraylib.app.shared.run_predictions import chosen_at, image_picture, judged_at
from xraylib.app.shell.frame import plain, show_table
from xraylib.errors import DatasetError
from xraylib.evaluation.findings.evaluation import (
    RunFindingsEvaluation,
    stored_findings_evaluation,
)
from xraylib.evaluation.findings.judged import RunFindings
from xraylib.evaluation.findings.operating import shown_findings
from xraylib.metrics.curves import precision_recall_points, roc_points
from xraylib.metrics.findings.evaluation import FindingScores
from xraylib.metrics.findings.table import FINDING_METRICS, MEANS
from xraylib.models.wording import as_xrays, share
from xraylib.training.run.runs import Run

_MOST: Final = 12
_COLUMNS: Final = 6
_NOT_YET: Final = (
    "Subgroups, comparisons, stress tests, checklists and reports are about the one class of an "
    "X-ray and are not there for findings."
)


def show(run: Run, split: str) -> None:
    """Draws all of it."""
    key = (str(run.folder), split, judged_at(run, split), chosen_at(run))
    evaluation, images = _judged(*key)
    st.markdown(
        f"**Mean AUC of the findings {evaluation['auc']}** (95 % interval), on "
        f"{split_words(split, evaluation.n)} of {evaluation.patients:,} patients. Each finding is "
        "judged on the X-rays of which it is known whether they show it."
    )
    publish_panel.watch(run)
    figures, one, publish = st.tabs(
        ["All findings", "One finding", "Publish"], key="tab", bind="query-params"
    )
    if figures.open:
        with figures:
            _show_figures(evaluation)
    if one.open:
        with one:
            _show_one(run, split, evaluation, images)
    if publish.open:
        with publish:
            publish_panel.show(run)


def _show_figures(evaluation: RunFindingsEvaluation) -> None:
    rows = [metric for metric in FINDING_METRICS if "page" in metric.told]
    table = pd.DataFrame(
        [
            {
                "with it": own.present,
                "without": own.absent,
                "not known": own.unknown,
                **{metric.heading: str(own[metric.name]) for metric in rows},
                "flagged from": f"{own.threshold:.3f}",
            }
            for own in evaluation.per_finding.values()
        ],
        index=pd.Index(evaluation.findings, name="finding"),
    )
    show_table(table)
    means = {metric.title: str(evaluation[metric.name]) for metric in rows if metric.name in MEANS}
    st.caption("Means over the findings: " + plain(", ".join(f"{k} {v}" for k, v in means.items())))
    for name, reason in evaluation.undefined.items():
        if not name.endswith("_ci"):
            told = name.removeprefix("per_finding.").replace(".", ", ")
            st.caption(plain(as_xrays(f"{told}: {reason}.")))
    st.markdown("**Found together**: X-rays known to show both.")
    names = list(evaluation.findings)
    show_table(pd.DataFrame(evaluation.together, index=names, columns=names))
    for metric in rows:
        st.caption(plain(f"{metric.title}: {metric.help}"))
    st.caption(_NOT_YET)


def _show_one(run: Run, split: str, evaluation: RunFindingsEvaluation, images: RunFindings) -> None:
    names = list(evaluation.findings)
    chosen = st.selectbox("Finding", names, key="finding", bind="query-params")
    name = chosen if chosen in names else names[0]
    own = evaluation.per_finding[name]
    said, present, _ = images.known(name)
    try:
        roc = roc_spec(roc_points(present, said).thinned())
        recall = precision_recall_spec(
            precision_recall_points(present, said).thinned(), float(present.mean())
        )
    except DatasetError as error:
        st.info(plain(as_xrays(error.message)))
        return
    left, right = st.columns(2)
    sensitivity, specificity = own["sensitivity"].value or 0.0, own["specificity"].value or 0.0
    left.vega_lite_chart(
        spec=with_point(roc, 1 - specificity, sensitivity), alt=_roc_words(name, own)
    )
    ppv = own["ppv"].value
    right.vega_lite_chart(
        spec=recall if ppv is None else with_point(recall, sensitivity, ppv),
        alt=f"Precision and recall of {name}: average precision {own['average_precision']}.",
    )
    flagged = said >= own.threshold
    paths = np.array(images.paths, dtype=object)[images.truth[:, names.index(name)] >= 0]
    missed, alarms = present & ~flagged, ~present & flagged
    _gallery(run, split, f"Missed: {int(missed.sum())} of {own.present} with {name}",
             paths[missed], said[missed], lowest=True)  # fmt: skip
    _gallery(run, split, f"False alarms: {int(alarms.sum())} of {own.absent} without {name}",
             paths[alarms], said[alarms], lowest=False)  # fmt: skip


def _roc_words(name: str, own: FindingScores) -> str:
    return (
        f"ROC curve of {name}: AUC {own['auc']}. From {own.threshold:.3f} on it flags with "
        f"sensitivity {own['sensitivity']} and specificity {own['specificity']}."
    )


def _gallery(
    run: Run,
    split: str,
    title: str,
    paths: NDArray[Any],
    said: NDArray[np.float64],
    *,
    lowest: bool,
) -> None:
    """The surest mistakes first."""
    st.markdown(f"**{plain(title)}**")
    order = np.argsort(said if lowest else -said, kind="stable")[:_MOST].tolist()
    for start in range(0, len(order), _COLUMNS):
        for column, place in zip(
            st.columns(_COLUMNS), order[start : start + _COLUMNS], strict=False
        ):
            picture = image_picture(run, str(paths[place]), split)
            caption = f"{Path(str(paths[place])).name}: {share(float(said[place]))}"
            if isinstance(picture, bytes):
                column.image(picture, caption=plain(caption))
            else:
                column.caption(plain(f"{caption}. {as_xrays(picture)}"))


@st.cache_resource(max_entries=16, show_spinner="Judging …")
def _judged(
    folder: str,
    split: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> tuple[RunFindingsEvaluation, RunFindings]:
    run = Run(Path(folder))
    return stored_findings_evaluation(run, split=split), shown_findings(run, split=split)
