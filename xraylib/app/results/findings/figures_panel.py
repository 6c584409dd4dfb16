"""All figures of a run of findings: a table, how common each is, and which come together."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from xraylib.app.results.populations.forest_chart import show_forest
from xraylib.app.shared.finding_charts import (
    prevalence_chart,
    prevalence_sentence,
    together_chart,
    together_sentence,
)
from xraylib.app.shell.frame import plain, show_table
from xraylib.datasets.labels.findings import Findings
from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.evaluation.known_images import KnownImages
from xraylib.metrics.findings.table import FINDING_METRICS, MEANS
from xraylib.models.wording import as_xrays
from xraylib.reports.forest import ForestLine
from xraylib.reports.metrics_csv import findings_csv
from xraylib.rounding import rounded


def show(evaluation: RunFindingsEvaluation, images: RunFindings, known: KnownImages | None) -> None:
    """The table, a forest plot of the AUCs, and two pictures of what the X-rays show."""
    rows = [metric for metric in FINDING_METRICS if "page" in metric.told]
    show_table(figures_table(evaluation), alt="Each finding with its figures")
    means = {metric.title: str(evaluation[metric.name]) for metric in rows if metric.name in MEANS}
    st.caption("Means over the findings: " + plain(", ".join(f"{k} {v}" for k, v in means.items())))
    for note in evaluation.notes:
        st.caption(plain(as_xrays(f"{note[0].upper()}{note[1:]}.")))
    for name, own in evaluation.per_finding.items():
        for metric in rows:
            if reason := own[metric.name].reason:
                st.caption(plain(as_xrays(f"{metric.title} of {name}: {reason}.")))
    st.download_button(
        "Figures as CSV",
        lambda: findings_csv(evaluation, known),
        file_name=f"figures-{evaluation.run[-6:]}-{evaluation.split}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="figures-csv",
    )
    lines = [
        ForestLine(name=name, value=own["auc"].value, interval=own["auc"].interval)
        for name, own in evaluation.per_finding.items()
    ]
    show_forest(lines, what="AUC", overall=evaluation["auc"].value, told="AUC of each finding")
    st.markdown("**How common each finding is, and which come together**")
    left, right = st.columns(2, gap="medium")
    counts = Findings(names=images.names, values=images.truth, kind="multilabel")
    left.vega_lite_chart(spec=prevalence_chart(counts), alt=prevalence_sentence(counts))
    right.vega_lite_chart(spec=together_chart(counts), alt=together_sentence(counts))
    with st.expander("What the figures mean", icon=":material/help:"):
        for metric in rows:
            st.caption(plain(f"{metric.title}: {metric.help}"))


def figures_table(evaluation: RunFindingsEvaluation) -> pd.DataFrame:
    """A row a finding."""
    rows = [metric for metric in FINDING_METRICS if "page" in metric.told]
    return pd.DataFrame(
        [
            {
                "with it": own.present,
                "without": own.absent,
                "not known": own.unknown,
                **{metric.heading: str(own[metric.name]) for metric in rows},
                "flagged from": rounded(own.threshold, 3),
            }
            for own in evaluation.per_finding.values()
        ],
        index=pd.Index(evaluation.findings, name="finding"),
    )
