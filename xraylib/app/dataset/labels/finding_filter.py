"""The gallery's filter by finding."""

from __future__ import annotations

from typing import Final

import streamlit as st

from xraylib.datasets.dataset import DatasetIndex

_VALUES: Final = {"present": 1, "absent": 0, "uncertain": -2, "unknown": -1}


def choose_finding(index: DatasetIndex) -> tuple[str, int] | None:
    """Which finding the shown X-rays have, and whether; None for all, and without a table."""
    if index.findings is None:
        return None
    name = st.selectbox(
        "Finding",
        index.findings.names,
        index=None,
        key="finding",
        placeholder="all X-rays",
        help="Only X-rays of which the table says this.",
    )
    if name is None:
        return None
    value = st.pills(
        "of which it is",
        list(_VALUES),
        default="present",
        key="finding-value",
        label_visibility="collapsed",
        wrap=True,
    )
    return (name, _VALUES[value]) if value else None
