"""Downloading a report, which is only written when somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from xraylib.app.shared.runs.feed import run_label
from xraylib.reports.comparison import comparison_report
from xraylib.reports.run import run_report
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace


def show_report_button(run: Run, split: str) -> None:
    """The results of a run as one HTML file."""
    st.download_button(
        "Report",
        lambda: run_report(run, split=split),
        file_name=f"report-{_plain_name(run_label(run))}-{run.id[-6:]}.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        key="report",
        help="All figures, curves and the worst mistakes as one HTML file that prints well.",
    )


def show_comparison_button(runs: Sequence[Run], split: str) -> None:
    """The comparison of runs as one HTML file."""
    workspace = Workspace.open()
    st.download_button(
        "Report of this comparison",
        lambda: comparison_report(runs, split=split, workspace=workspace),
        file_name=f"comparison-{'-'.join(run.id[-6:] for run in runs)}.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        key="comparison-report",
    )


def _plain_name(text: str) -> str:
    kept = [c if c.isascii() and (c.isalnum() or c in "._") else "-" for c in text]
    return "".join(kept).strip("-._") or "run"
