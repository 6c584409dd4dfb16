"""The Dataset page's right side: figures, classes, and the list of what cannot be read."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from xraylib.app.dataset.labels.findings_view import has_findings, show_prevalences
from xraylib.app.shared.opened_dataset import patient_counts
from xraylib.app.shell.charts import class_chart, class_name, counts_sentence, imbalance
from xraylib.app.shell.frame import plain
from xraylib.app.shell.table_file import offer_csv
from xraylib.audit import AuditReport
from xraylib.datasets.grey_notes import with_notes
from xraylib.datasets.scan import DatasetIndex


def show_overview(index: DatasetIndex, report: AuditReport | None) -> None:
    """How much there is, and of what: figures left, classes right.

    Args:
        index: The data set.
        report: Its last audit.
    """
    figures, classes = st.columns([1, 1], gap="medium")
    with figures:
        _figures(index, report)
    if has_findings(index):
        with classes:
            show_prevalences(index, short=True)
    else:
        _classes(index, classes)
    number = int(with_notes(index).sum())
    if number:
        words = "X-ray has a note" if number == 1 else "X-rays have notes"
        st.caption(
            f":material/contrast: {number:,} {words}: their files left open what decides the "
            "greys. See “Notes about greys” beside the gallery, and the audit."
        )
    if len(index.classes) == 1 and not has_findings(index):
        st.warning(
            "There is one class only, so there is nothing to tell apart. Put the X-rays of each "
            "class into a folder of its own, or name a table that tells their labels.",
            icon=":material/warning:",
        )


def _classes(index: DatasetIndex, place: DeltaGenerator) -> None:
    """How many X-rays each class has."""
    counts = index.counts()
    if "class chart" not in index.memo:  # the same at every click, and 20 ms of work for Altair
        index.memo["class chart"] = class_chart(counts).to_dict()
    place.vega_lite_chart(index.memo["class chart"], alt=counts_sentence(counts))
    words = imbalance(counts)
    if words:
        st.caption(f":material/balance: {plain(words)}")


def _figures(index: DatasetIndex, report: AuditReport | None) -> None:
    rows = index.rows()
    patients, alone = patient_counts(index)
    figures = (
        ("X-rays", len(rows), "Files that could be decoded."),
        ("Labels", len(index.findings.names), "Findings that the table tells, to be learned.")
        if index.findings is not None and has_findings(index)
        else ("Classes", len(index.classes), "The answers to learn, told by folders or a table."),
        (
            "Patients",
            "unknown" if len(rows) and alone == len(rows) else patients,
            "Nothing tells one: each X-ray counts as a patient of its own."
            if len(rows) and alone == len(rows)
            else "Told by names or a table; an X-ray without one counts as a patient of its own.",
        ),
        ("Unreadable", len(index) - len(rows), "Listed with their reasons below."),
        (
            "Passed over",
            index.passed_over,
            "Files beside the X-rays that are hidden or no images, like .DS_Store.",
        ),
        (
            "Audit" if index.findings is not None and has_findings(index) else "Findings",
            "–" if report is None else len(report.findings),
            "What the audit found. Not audited yet: see the tab Audit."
            if report is None
            else "What the audit found, whatever was done about it: see the tab Audit.",
        ),
    )
    with st.grid(3, min_column_width=84, gap="xsmall"):
        for label, number, words in figures:
            shown = number if isinstance(number, str) else f"{number:,}"
            st.metric(label, shown, help=words)


def show_unreadable(index: DatasetIndex) -> None:
    """Every file that is no readable image, with its reason."""
    images = index.unreadable()
    if not images:
        st.success("Every X-ray could be read.", icon=":material/check_circle:")
    else:
        table = pd.DataFrame(
            {
                "File": [image.path for image in images],
                "Class": [class_name(image.label) for image in images],
                "Code": [image.error_code for image in images],
                "Reason": [image.error_reason for image in images],
            }
        )
        st.dataframe(
            table,
            hide_index=True,
            column_config={"Reason": st.column_config.TextColumn(width="large")},
            alt="Files that cannot be read, each with its reason.",
        )
        offer_csv(table, "unreadable.csv", key="unreadable-csv")
        st.caption("They take no part in training. Files are never changed or deleted.")
    if index.passed_over:
        several = index.passed_over > 1
        st.caption(
            f"{index.passed_over:,} other file{'s' if several else ''} passed over: "
            f"{'they are hidden, or no images' if several else 'it is hidden, or no image'}."
        )
