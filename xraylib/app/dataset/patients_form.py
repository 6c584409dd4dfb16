"""Whose images are these? The pattern or the table that tells it, seen and changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pyarrow as pa
import streamlit as st

from xraylib.app.shared.opened_dataset import OpenDataset, open_images, patient_counts
from xraylib.app.shell.frame import plain, show_error, show_table
from xraylib.audit import keep_audit, stored_audit, with_patient_findings
from xraylib.datasets.catalog import change_dataset, find_dataset
from xraylib.datasets.patients import PatientColumn, find_tables, table_columns
from xraylib.datasets.reading.patient_names import patients_of
from xraylib.datasets.scan import DEFAULT_PATIENT_PATTERN, DatasetIndex
from xraylib.errors import XrayError
from xraylib.workspace import Workspace

_REFUSED: Final = "patients-refused"
_EXAMPLES: Final = 4


def show_patients(workspace: Workspace, opened: OpenDataset) -> None:
    """How patients are told, with examples, and what it could be changed to."""
    ref = opened.ref
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    box = st.expander(
        f"Patients: {source_words(opened)}",
        icon=":material/group:",
        key="patients-open",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        pattern, table = st.columns(2, gap="medium")
        with pattern:
            text = pattern_field(f"pattern-{ref.name}", ref.patient_pattern)
            shown: dict[str, list[str]] | None = _examples(opened.whole)
            if text != ref.patient_pattern:
                whole = opened.whole
                shown = examples_of(text, whole.table["path"])
            if shown is not None:
                show_table(shown, border="horizontal", width="content")
            if st.button("Use this pattern", icon=":material/check:"):
                _use(workspace, opened, pattern=text, column=None)
        with table:
            _table_form(workspace, opened)


def pattern_field(key: str, value: str) -> str:
    """The widget for a patient pattern, which tells of each key that is pressed."""
    return st.text_input(
        "Pattern for file names",
        value=value,
        key=key,
        max_chars=200,
        live=True,
        help="A regular expression with a group called patient, searched in the file name; in the "
        f"path if it holds a /. Usual: {DEFAULT_PATIENT_PATTERN}",
    )


def examples_of(pattern: str, paths: pa.ChunkedArray) -> dict[str, list[str]] | None:
    """What a pattern finds in some of these paths, or on the page why it finds nothing."""
    some = paths.take(pa.array(range(0, len(paths), max(1, len(paths) // _EXAMPLES))[:_EXAMPLES]))
    try:
        found = patients_of(pattern, some).to_pylist()
    except XrayError as error:
        st.caption(f":material/error: {plain(error.what)}.")
        return None
    return _told(some.to_pylist(), found)


def _told(paths: list[str], patients: list[str]) -> dict[str, list[str]]:
    return {
        "For example": paths,
        "Patient": [
            "not told" if patient == path else patient
            for path, patient in zip(paths, patients, strict=True)
        ],
    }


def source_words(opened: OpenDataset) -> str:
    """``240, from file names by …``"""
    patients, alone = patient_counts(opened.whole)
    column = opened.ref.curation.patients
    labelled = opened.ref.curation.labelled(opened.scanned) if column is None else None
    if labelled is not None and labelled.report.plan.patient:
        plan = labelled.report.plan
        how = f"from the column {plain(plan.patient)} of {plain(labelled.report.file)}"
    elif column is not None:
        how = f"from the column {plain(column.patient)} of {plain(column.file)}"
    elif alone == len(opened.whole.rows()):
        return "unknown: no file name tells one, so each X-ray counts as a patient of its own"
    else:
        used = opened.whole.reading.patient_pattern or opened.ref.patient_pattern
        how = f"from names by {plain(used)}"
    told = f"{patients:,}, {how}"
    return f"{told}; {alone:,} X-rays tell none" if alone else told


def _examples(index: DatasetIndex) -> dict[str, list[str]]:
    rows = index.rows()[:: max(1, len(index.rows()) // _EXAMPLES)][:_EXAMPLES]
    taken = index.table.select(["path", "patient"]).take(pa.array(rows, pa.int64()))
    return _told(taken["path"].to_pylist(), taken["patient"].to_pylist())


def _table_form(workspace: Workspace, opened: OpenDataset) -> None:
    root = opened.ref.root
    tables = find_tables(root)
    if not tables:
        st.caption(
            "Or put a CSV file with a column of X-ray names and a column of patients into the data "
            "set's folder; it can be chosen here then."
        )
        return
    now = opened.ref.curation.patients
    file = st.selectbox(
        "Or a table in the folder",
        tables,
        index=tables.index(now.file) if now is not None and now.file in tables else 0,
        help="A CSV file that names X-rays and their patients.",
    )
    try:
        columns = table_columns(root, file)
    except XrayError as error:
        show_error(error)
        return
    one, two = st.columns(2)
    image = one.selectbox("X-rays", columns, help="Paths or file names, with or without ending.")
    patient = two.selectbox("Patients", columns, index=min(1, len(columns) - 1))
    if st.button("Use this table", icon=":material/check:"):
        column = PatientColumn(file=file, image=image, patient=patient)
        _use(workspace, opened, pattern=opened.ref.patient_pattern, column=column)


def _use(
    workspace: Workspace, opened: OpenDataset, *, pattern: str, column: PatientColumn | None
) -> None:
    """Records where patients are told, if that works, and looks for patients in two splits."""
    name = opened.ref.name
    try:
        if column is not None:
            replace(opened.ref.curation, patients=column).whose(opened.whole)
        curation = replace(find_dataset(name, workspace=workspace).curation, patients=column)
        change_dataset(name, patient_pattern=pattern, curation=curation, workspace=workspace)
        whole = open_images(workspace, name).whole
        report = stored_audit(name, fingerprint=whole.fingerprint, workspace=workspace)
        if report is not None:
            keep_audit(name, with_patient_findings(report, whole), workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error
    st.rerun()
