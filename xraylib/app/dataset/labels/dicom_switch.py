"""The switch that has sex, age, view and device read from DICOM headers: off until asked for."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.compute as pc
import streamlit as st

from xraylib.app.shared.opened_dataset import OpenDataset
from xraylib.app.shell.frame import show_error
from xraylib.datasets.catalog import change_dataset, find_dataset
from xraylib.datasets.dataset import DatasetIndex
from xraylib.errors import XrayError
from xraylib.settings import read_settings
from xraylib.workspace import Workspace

_REFUSED = "dicom-refused"


def show_dicom_switch(workspace: Workspace, opened: OpenDataset) -> None:
    """A switch where there are DICOM files, on one's own machine; nothing else is drawn."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        show_error(refused)
    if read_settings().mode == "demo" or opened.ref.shipped or not _has_dicom(opened.scanned):
        return
    now = opened.ref.curation.dicom_metadata
    key = f"dicom-metadata-{opened.ref.name}"
    st.toggle(
        "Read sex, age, view and device from the DICOM headers",
        value=now,
        key=key,
        on_change=_keep,
        args=(workspace, opened),
        kwargs={"wanted": not now},
        help="For figures by group and filters, on this machine alone: nothing that is published "
        "or exported holds what is read, and a demo never reads it. Names, numbers and dates of "
        "patients are never read. A table of labels goes before the headers.",
    )


def _has_dicom(index: DatasetIndex) -> bool:
    if "has dicom" not in index.memo:
        index.memo["has dicom"] = bool(pc.any(pc.starts_with(index.table["mode"], "DICOM")).as_py())
    found: bool = index.memo["has dicom"]
    return found


def _keep(workspace: Workspace, opened: OpenDataset, *, wanted: bool) -> None:
    name = opened.ref.name
    try:
        curation = replace(find_dataset(name, workspace=workspace).curation, dicom_metadata=wanted)
        with st.spinner("Reading the headers", show_time=True):
            curation.whose(opened.scanned)
        change_dataset(name, curation=curation, workspace=workspace)
    except XrayError as error:
        st.session_state[_REFUSED] = error
